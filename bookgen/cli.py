"""The command line: `bookgen write`, `bookgen check` and `bookgen simulate`.

Exit codes: 0 done, and every check passed; 1 a check failed, or the sources cannot carry a book;
2 wrong usage, or a file that cannot be read or written; 130 interrupted.

What a command needs is imported when it runs, so that `bookgen --help` is quick.
"""

from __future__ import annotations

import asyncio
import io
import json
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from bookgen import __version__
from bookgen.errors import BookFormatError, BookgenError, InputError, NoSourcesError, WriterError
from bookgen.models import Biography, Brief, Corpus, Report
from bookgen.text.formats import format_number, format_share
from bookgen.text.words import fold_accents

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from bookgen.pipeline import Event

__all__ = ["app", "main"]

FAILED, USAGE, INTERRUPTED = 1, 2, 130
FORMATS = ("md", "html")

app = typer.Typer(
    help="Write long biographies from sources, with citations that hold.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code. `argv` is without the program's name."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a quotation mark shows a question mark, not a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    app(args=_repeat_sources(sys.argv[1:] if argv is None else argv), prog_name="bookgen")


class LanguageName(StrEnum):
    """The languages of `--language`, in the form that typer shows and checks."""

    en = "en"
    es = "es"


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


@app.command()
def write(
    subject: Annotated[
        str, typer.Argument(help="Whose life: a name, as the sources write it.", metavar="SUBJECT")
    ],
    sources: Annotated[
        list[Path],
        typer.Option(
            metavar="PATH...",
            help="Files and folders to write from: txt, md, html, pdf. Several may follow.",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for the book; else one named after the subject.", metavar="DIR"),
    ] = None,
    chapters: Annotated[int, typer.Option(help="Chapters, at most: 1 to 50.")] = 20,
    words: Annotated[int, typer.Option(help="Words: 1,000 to 200,000.")] = 51_000,
    language: Annotated[
        LanguageName, typer.Option(help="Language of the sources and the book.")
    ] = LanguageName.en,
    format: Annotated[  # noqa: A002 - the option's name
        str, typer.Option(help="What to write, parted by commas.", metavar="md,html")
    ] = "md,html",
) -> None:
    """Write a biography of SUBJECT from sources."""
    with _plain_errors():
        formats = _formats(format)
        brief = Brief(subject.strip(), words=words, chapters=chapters, language=language.value)
        folder = out or Path(_slug(brief.subject))
        if folder.exists() and not folder.is_dir():
            raise InputError(f"{folder} is a file; --out names a folder.")
        with _Progress() as progress:
            corpus, biography, report = _write(brief, sources, progress)
        texts = _render(biography, report, formats)

        from bookgen.export.files import write_files

        paths = write_files(folder, texts)
        _print_summary(brief, corpus, report, paths)


@app.command()
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
    with _plain_errors():
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
            typer.echo(_to_json(parsed.brief, report))
        else:
            _print_checks(parsed.brief.subject, report)
            for failure in corpus.failures if corpus else ():
                typer.echo(f"bookgen: {failure}", err=True)
    if not all(result.passed for result in report.checks):
        raise typer.Exit(FAILED)


@app.command()
def simulate(
    port: Annotated[int, typer.Option(help="Port; 0 picks a free one.")] = 9000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    seed: Annotated[int, typer.Option(help="Another seed, other texts and faults.")] = 0,
    ttft: Annotated[float, typer.Option(help="Seconds to the first token.")] = 1.2,
    tokens_per_second: Annotated[float, typer.Option(help="Speed of writing.")] = 60.0,
    rpm: Annotated[int | None, typer.Option(help="Requests a minute; else no limit.")] = None,
    fault: Annotated[
        list[str] | None,
        typer.Option(help="What goes wrong, and how often: 502=0.1.", metavar="KIND=PROBABILITY"),
    ] = None,
) -> None:
    """Serve a simulated OpenRouter, to try a model's part without a key."""
    with _plain_errors():
        from bookgen.llm.simulator import SimulatorConfig
        from bookgen.llm.simulator.serve import parse_faults, serve

        config = SimulatorConfig(
            seed=seed,
            time_to_first_token=ttft,
            tokens_per_second=tokens_per_second,
            requests_per_minute=rpm,
            faults=parse_faults(fault or []),
        )
        serve(
            config,
            host=host,
            port=port,
            announce=lambda url: typer.echo(f"OPENROUTER_BASE_URL={url}"),
        )


def _write(
    brief: Brief, sources: Sequence[Path], progress: _Progress
) -> tuple[Corpus, Biography, Report]:
    from bookgen.checks import review
    from bookgen.pipeline import write_biography
    from bookgen.sources import load_sources
    from bookgen.writers.extractive import ExtractiveWriter

    corpus = load_sources(sources, language=brief.language, on_progress=progress.say)
    progress.say(f"Planning {brief.subject} from {len(corpus.sources)} sources")
    biography = asyncio.run(
        write_biography(brief, corpus, ExtractiveWriter(), on_event=progress.take)
    )
    progress.say("Checking the book")
    return corpus, biography, review(biography, corpus)


def _render(biography: Biography, report: Report, formats: Sequence[str]) -> dict[str, str]:
    from bookgen.export import html, markdown

    renderers = {"md": markdown.render, "html": html.render}
    texts = {f"book.{name}": renderers[name](biography, report) for name in formats}
    return {**texts, "report.json": _to_json(biography.brief, report) + "\n"}


def _formats(value: str) -> list[str]:
    names = [name.strip().lower() for name in value.split(",") if name.strip()]
    unknown = [name for name in names if name not in FORMATS]
    if unknown or not names:
        raise InputError(f"--format takes {' and '.join(FORMATS)}, not {value!r}.")
    return list(dict.fromkeys(names))


def _slug(subject: str) -> str:
    return re.sub(r"[\W_]+", "-", fold_accents(subject)).strip("-")[:80].rstrip("-") or "book"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text: {error.reason}.") from error


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


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Turn what can go wrong into a line on standard error and an exit code."""
    try:
        yield
    except KeyboardInterrupt:
        _fail("Interrupted.", INTERRUPTED)
    except (NoSourcesError, WriterError) as error:
        _fail(f"bookgen: {error}", FAILED)
    except BookgenError as error:
        _fail(f"bookgen: {error}", USAGE)
    except BrokenPipeError:
        raise
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        _fail(f"bookgen: {name}{error.strerror or error}", USAGE)


def _fail(message: str, code: int) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(code)


class _Progress:
    """Shows how the work goes on standard error: a bar on a terminal, plain lines elsewhere."""

    def __init__(self) -> None:
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._told = 0

    def __enter__(self) -> _Progress:
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
        elif done * 4 // total > self._told * 4 // total or done == total:
            self._told = done
            typer.echo(f"Written {done} of {total} sections", err=True)


def _print_summary(brief: Brief, corpus: Corpus, report: Report, paths: Sequence[Path]) -> None:
    share = format_share(report.words / brief.words, "en")
    rows = [
        ("words", f"{report.words:,} of {brief.words:,} asked for ({share})"),
        ("chapters", format_number(report.chapters, "en")),
        ("citations", format_number(report.citations, "en")),
    ]
    if report.coverage is not None:
        share = format_share(report.coverage, "en")
        rows.append(("coverage", f"{share} of the sentences found in a passage they cite"))
    passed = sum(result.passed for result in report.checks)
    rows.append(("checks", f"{passed} of {len(report.checks)} passed"))
    rows += [
        ("failed", f"{result.name}: {result.value}, not {result.limit}")
        for result in report.checks
        if not result.passed
    ]
    rows += [("not read", str(failure)) for failure in corpus.failures]
    if report.shortfall:
        rows.append(("shortfall", report.shortfall))
    rows += [("file", str(path)) for path in paths]
    typer.echo(brief.subject)
    for name, value in rows:
        typer.echo(f"  {name:<10} {value}")


def _print_checks(subject: str, report: Report) -> None:
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
    if report.shortfall:
        typer.echo(report.shortfall)
    if report.coverage is None:
        typer.echo("The quotations were not looked up: name the book's sources with --sources.")


def _to_json(brief: Brief, report: Report) -> str:
    values: dict[str, Any] = {
        "schema": 1,
        "bookgen": __version__,
        "asked": asdict(brief),
        "passed": all(result.passed for result in report.checks),
        **asdict(report),
    }
    return json.dumps(values, ensure_ascii=False, indent=2)
