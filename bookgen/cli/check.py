"""`bookgen check`: what holds in a finished book."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bookgen.cli.failing import FAILED, plain_errors
from bookgen.cli.output import print_checks
from bookgen.errors import BookFormatError, InputError

__all__ = ["check"]


def check(
    book: Annotated[Path, typer.Argument(help="A book.md that bookgen wrote.", metavar="BOOK.md")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    sources: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="PATH...",
            help="The book's sources: every quotation is then looked up. Several may follow.",
        ),
    ] = None,
) -> None:
    """Check a finished book; given its sources, look up every quotation too."""
    with plain_errors():
        from bookgen.checks import check_book
        from bookgen.export.reader import read_markdown

        try:
            parsed = read_markdown(_read(book))
        except BookFormatError as error:
            raise InputError(f"{book} is not a book.md that bookgen wrote. {error}") from error
        corpus = None
        if sources:
            from bookgen.sources import load_sources

            corpus = load_sources(sources, language=parsed.brief.language)
        report = check_book(parsed, corpus)
        if as_json:
            from bookgen.export.report import report_json

            typer.echo(report_json(parsed.brief, report), nl=False)
        else:
            print_checks(parsed.brief.subject, report)
            for failure in corpus.failures if corpus else ():
                typer.echo(f"bookgen: {failure}", err=True)
    if not all(result.passed for result in report.checks):
        raise typer.Exit(FAILED)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text: {error.reason}.") from error
