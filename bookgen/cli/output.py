"""What the commands print, and the texts of the files they write."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer

from bookgen import __version__
from bookgen.models import Biography, Brief, Corpus, Report
from bookgen.text.formats import format_number, format_share

__all__ = ["print_checks", "print_summary", "render", "report_json"]


def render(biography: Biography, report: Report, formats: Sequence[str]) -> dict[str, str]:
    """Return the texts of a book's files by their names, the report among them."""
    from bookgen.export.formats import FORMATS

    texts = {FORMATS[name].file: FORMATS[name].render(biography, report) for name in formats}
    return {**texts, "report.json": report_json(biography.brief, report, biography) + "\n"}


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


def report_json(brief: Brief, report: Report, book: Biography | None = None) -> str:
    """Return the report, and where the texts of a `book` came from that a model wrote, as JSON."""
    values: dict[str, Any] = {
        "schema": 1,
        "bookgen": __version__,
        "asked": asdict(brief),
        "passed": all(result.passed for result in report.checks),
        **asdict(report),
    }
    provenance = [
        {"chapter": one.chapter, "section": one.number, **asdict(one.provenance)}
        for one in (book.parts if book else ())
        if one.provenance is not None
    ]
    if provenance:
        values["provenance"] = provenance
    return json.dumps(values, ensure_ascii=False, indent=2)
