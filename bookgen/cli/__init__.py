"""The command line: books, and the service with its workers, jobs and database.

Exit codes: 0 done, and every check passed; 1 a check failed, the sources cannot carry a book, or
the model gave none; 2 wrong usage, or a file that cannot be read or written; 130 interrupted.

What a command needs is imported when it runs, so that `bookgen --help` is quick.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from bookgen import __version__
from bookgen.cli import check, db, jobs, outline, serve, simulate, worker, write

__all__ = ["app", "main"]

app = typer.Typer(
    help="Write long biographies from sources, with citations that hold.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(write.write)
app.command()(outline.outline)
app.command()(check.check)
app.command()(serve.serve)
app.command()(worker.worker)
app.add_typer(jobs.app, name="jobs")
app.add_typer(db.app, name="db")
app.command()(simulate.simulate)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code. `argv` is without the program's name."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a quotation mark shows a question mark, not a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    app(args=_repeat_sources(sys.argv[1:] if argv is None else argv), prog_name="bookgen")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"bookgen {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version and exit.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Take the options that stand before a command; help and version are done by then."""


def _repeat_sources(argv: Sequence[str]) -> list[str]:
    """Return the arguments with `--sources` before each of the paths that follow it: typer takes
    one value for each time that an option is named."""
    spread: list[str] = []
    values: int | None = None
    for place, argument in enumerate(argv):
        if argument == "--":
            return [*spread, *argv[place:]]
        if argument.startswith("-") and len(argument) > 1:
            values = 0 if argument == "--sources" else None
        elif values is not None:
            if values > 0:
                spread.append("--sources")
            values += 1
        spread.append(argument)
    return spread
