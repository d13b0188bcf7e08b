"""`bookgen jobs`: the jobs of the service, seen and changed from the command line."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bookgen.cli.arguments import FORMAT_NAMES
from bookgen.cli.failing import plain_errors
from bookgen.cli.store import with_store
from bookgen.errors import InputError

if TYPE_CHECKING:
    from bookgen.jobs.records import Event, Job

__all__ = ["app"]

app = typer.Typer(help="The service's jobs.", no_args_is_help=True)

JobId = Annotated[str, typer.Argument(help="As `bookgen jobs list` shows it.", metavar="JOB")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_STATUSES = ("pending", "in_progress", "completed", "failed", "cancelled")
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_LAST_EVENTS = 5
_SHOWN = 20


@app.command(name="list")
def list_jobs(
    status: Annotated[
        str | None, typer.Option(help=f"Only these: {', '.join(_STATUSES)}.", metavar="STATUS")
    ] = None,
    limit: Annotated[int, typer.Option(help="How many, the newest first.", min=1)] = _SHOWN,
    as_json: AsJson = False,
) -> None:
    """List jobs, the newest first."""
    with plain_errors():
        if status is not None and status not in _STATUSES:
            raise InputError(f"A status is one of {', '.join(_STATUSES)}, not {status!r}.")
        found = with_store(lambda store: store.page(limit=limit, status=status))  # type: ignore[arg-type]
        if as_json:
            typer.echo(json.dumps([asdict(job) for job in found.jobs], ensure_ascii=False))
            return
        _table(found.jobs)
        if found.cursor is not None:
            typer.echo(f"There are more: --limit {2 * limit}")


@app.command()
def show(job: JobId, as_json: AsJson = False) -> None:
    """Show one job: how far it is, what it cost, what happened to it last."""
    with plain_errors():

        async def read(store: Any) -> tuple[Job, list[Event]]:
            return await store.get(job), await store.events_after(job, 0)

        found, events = with_store(read)
        if as_json:
            told = {**asdict(found), "events": [asdict(event) for event in events]}
            typer.echo(json.dumps(told, ensure_ascii=False))
            return
        for name, value in _rows(found):
            typer.echo(f"{name:<10} {value}")
        for event in events[-_LAST_EVENTS:]:
            typer.echo(f"{'event':<10} {_moment(event.created_at)} {event.kind} {_told(event)}")


@app.command()
def cancel(job: JobId) -> None:
    """Stop a job, within a second where it is being written. What is finished stays."""
    with plain_errors():
        cancelled = with_store(lambda store: store.cancel(job))
        typer.echo(f"{cancelled.id} is {cancelled.status}; `bookgen jobs resume` lets it go on")


@app.command()
def resume(job: JobId) -> None:
    """Let a failed or cancelled job go on with what is missing, when a worker is free."""
    with plain_errors():
        resumed = with_store(lambda store: store.resume(job))
        typer.echo(
            f"{resumed.id} is {resumed.status}: {resumed.sections_done} of "
            f"{resumed.sections_total} sections are finished"
        )


@app.command()
def export(
    job: JobId,
    out: Annotated[Path, typer.Option(help="The folder to write to.", metavar="DIR")],
    formats: Annotated[
        str,
        typer.Option("--format", help="What to write, parted by commas.", metavar=FORMAT_NAMES),
    ] = "md,html",
) -> None:
    """Write a job's book into a folder; of an unfinished one, what there is of it."""
    with plain_errors():
        from bookgen.cli.output import asked_formats, render
        from bookgen.export.files import write_files
        from bookgen.jobs.books import kept_book

        names = asked_formats(formats)
        found = with_store(lambda store: kept_book(store, job))
        if found is None:
            raise InputError(f"No section of job {job} is finished yet.")
        for path in write_files(out, render(*found, names)):
            typer.echo(str(path))


@app.command()
def prune(
    older_than: Annotated[
        str, typer.Option(help="Jobs that ended so long ago: 30d, 12h.", metavar="TIME")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove jobs that ended long ago, with their books, and what no job refers to any more."""
    with plain_errors():
        seconds = _seconds(older_than)
        number = with_store(lambda store: store.ended_before(seconds))
        question = f"Remove {number} jobs that ended more than {older_than} ago, with their books?"
        if not yes and not typer.confirm(question):
            raise typer.Exit(1)
        gone = with_store(lambda store: store.prune(seconds))
        typer.echo(
            f"removed {gone.jobs} jobs, {gone.events} events, {gone.documents} documents and "
            f"{gone.idempotency_keys} idempotency keys"
        )


def _seconds(text: str) -> float:
    found = re.fullmatch(r"(\d+)([smhd])", text.strip())
    if found is None:
        raise InputError(f"--older-than takes a time such as 30d, 12h or 90m, not {text!r}.")
    return float(found[1]) * _UNITS[found[2]]


def _table(jobs: Sequence[Job]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("job", "status", "subject", "sections", "dollars", "ordered"):
        table.add_column(heading, overflow="fold", no_wrap=heading in ("job", "ordered"))
    for job in jobs:
        sections = f"{job.sections_done}/{job.sections_total}"
        cells = (
            job.id,
            job.status,
            job.character,
            sections,
            _dollars(job),
            _moment(job.created_at),
        )
        table.add_row(*map(Text, cells))
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = max(console.width, 130)
    console.print(table)


def _rows(job: Job) -> list[tuple[str, str]]:
    rows = [
        ("job", job.id),
        ("subject", job.character),
        ("status", f"{job.status} ({job.phase})"),
        ("sections", f"{job.sections_done} of {job.sections_total}"),
        ("asked for", f"{job.words:,} words in {job.chapters} chapters"),
        ("ordered", _moment(job.created_at)),
    ]
    if job.completed_at is not None:
        rows.append(("ended", _moment(job.completed_at)))
    if job.lease_owner is not None:
        rows.append(("worker", f"{job.lease_owner}, attempt {job.attempts}"))
    if job.calls:
        tokens = f"{job.usage.prompt_tokens} prompt and {job.usage.completion_tokens} reply tokens"
        rows.append(("cost", f"{_dollars(job)} dollars, {job.calls} calls, {tokens}"))
    if job.error is not None:
        rows.append(("error", f"{job.error.kind}: {job.error.message}"))
    return rows


def _dollars(job: Job) -> str:
    if not job.calls:
        return "0"
    return "unknown" if job.usage.cost is None else f"{job.usage.cost:.4f}"


def _told(event: Event) -> str:
    return ", ".join(f"{name} {value}" for name, value in event.data.items())[:160]


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
