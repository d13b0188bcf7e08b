"""What the commands print, and the files of the books they write."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from bookgen.errors import InputError
from bookgen.models import Biography, Brief, Corpus, Report
from bookgen.text.formats import format_number, format_share

__all__ = ["asked_formats", "print_checks", "print_summary", "render"]


def asked_formats(value: str) -> list[str]:
    """Return the formats that `--format` names, each once. Raises InputError for others, and for
    those that cannot be had here."""
    from bookgen.export.formats import FORMATS

    names = [name.strip().lower() for name in value.split(",") if name.strip()]
    unknown = [name for name in names if name not in FORMATS]
    if unknown or not names:
        raise InputError(f"--format takes some of {', '.join(FORMATS)}; not {value!r}.")
    for name in names:
        FORMATS[name].require()
    return list(dict.fromkeys(names))


def render(biography: Biography, report: Report, formats: Sequence[str]) -> dict[str, bytes]:
    """Return the contents of a book's files by their names, the report among them. Raises
    ExportError."""
    return asyncio.run(_render(biography, report, formats))


async def _render(biography: Biography, report: Report, formats: Sequence[str]) -> dict[str, bytes]:
    from bookgen.export.formats import FORMATS, REPORT_FILE
    from bookgen.export.report import report_json

    wanted = [FORMATS[name] for name in formats]
    files = {one.file: await one.render(biography, report) for one in wanted}
    return {**files, REPORT_FILE: report_json(biography.brief, report, biography).encode()}


def print_summary(
    brief: Brief, corpus: Corpus, report: Report, paths: Sequence[Path], cost: str = ""
) -> None:
    """Print what was written, what it cost where a model wrote it, and where it is."""
    share = format_share(report.words / brief.words, "en")
    rows = [
        ("words", f"{report.words:,} of {brief.words:,} asked for ({share})"),
        ("chapters", format_number(report.chapters, "en")),
        ("citations", format_number(report.citations, "en")),
    ]
    if report.coverage is not None:
        share = format_share(report.coverage, "en")
        rows.append(("coverage", f"{share} of the sentences hold in a passage they cite"))
    passed = sum(result.passed for result in report.checks)
    rows.append(("checks", f"{passed} of {len(report.checks)} passed"))
    rows += [
        ("failed", f"{result.name}: {result.value}, not {result.limit}")
        for result in report.checks
        if not result.passed
    ]
    if cost:
        rows.append(("cost", cost))
    rows += [("not read", str(failure)) for failure in corpus.failures]
    rows += [("disagree", one) for one in report.contradictions]
    if report.shortfall:
        rows.append(("shortfall", report.shortfall))
    rows += [("file", str(path)) for path in paths]
    typer.echo(brief.subject)
    for name, value in rows:
        typer.echo(f"  {name:<10} {value}")


def print_checks(subject: str, report: Report) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, title=Text(subject), title_justify="left")
    for heading in ("check", "found", "limit", "result"):
        table.add_column(heading, overflow="fold")
    for result in report.checks:
        verdict = Text("passed", style="green") if result.passed else Text("failed", style="red")
        table.add_row(Text(result.name), Text(result.value), Text(result.limit), verdict)
    on_terminal = sys.stdout.isatty()
    console = Console(
        force_terminal=on_terminal, no_color=not on_terminal, width=None if on_terminal else 120
    )
    console.print(table)
    for result in report.checks:
        if not result.passed:
            for detail in result.details:
                typer.echo(f"{result.name}: {detail}")
    for one in report.contradictions:
        typer.echo(f"The sources disagree on {one}")
    if report.shortfall:
        typer.echo(report.shortfall)
    if report.coverage is None:
        typer.echo("The quotations were not looked up: name the book's sources with --sources.")
