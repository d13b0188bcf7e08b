"""Shows how the work goes on standard error: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from bookgen.pipeline import Event

__all__ = ["ShownProgress"]


class ShownProgress:
    """Shows how the work goes on standard error: a bar on a terminal, plain lines elsewhere."""

    def __init__(self) -> None:
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._told = 0

    def __enter__(self) -> ShownProgress:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

            self._bar = Progress(
                SpinnerColumn(),
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                TextColumn("{task.fields[count]}"),
                console=Console(stderr=True),
                transient=True,
            )
            self._task = self._bar.add_task("Reading", total=None, count="")
            self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def say(self, message: str) -> None:
        """Tell of a new step of the work."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, description=message)
        else:
            typer.echo(message, err=True)

    def take(self, event: Event) -> None:
        """Tell of an event of the pipeline."""
        from bookgen.pipeline import OutlineReady, SectionFinished

        if isinstance(event, OutlineReady):
            chapters, sections = len(event.outline.chapters), len(event.outline.sections)
            self.say(f"Writing {chapters} chapters, {sections} sections")
        elif isinstance(event, SectionFinished):
            self._count(event.done, event.total)

    def _count(self, done: int, total: int) -> None:
        if self._bar is not None and self._task is not None:
            self._bar.update(
                self._task, completed=done, total=total, count=f"{done} of {total} sections"
            )
        elif done * 4 // total > self._told * 4 // total or done == total > self._told:
            self._told = done
            typer.echo(f"Written {done} of {total} sections", err=True)
