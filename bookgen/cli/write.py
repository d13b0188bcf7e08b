"""`bookgen write`: from sources to a book in a folder."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bookgen.cli.arguments import (
    FORMAT_NAMES,
    LanguageName,
    ModelName,
    RequestsPerMinute,
    SourcePaths,
    Subject,
)
from bookgen.cli.failing import plain_errors
from bookgen.cli.model import ModelOptions, Session, opened
from bookgen.cli.outline import read_outline
from bookgen.cli.output import asked_formats, print_summary, render
from bookgen.cli.progress import ShownProgress
from bookgen.errors import InputError
from bookgen.models import Biography, Brief, Corpus, Outline, Report
from bookgen.text.words import fold_accents

if TYPE_CHECKING:
    from bookgen.checkpoint import FolderCheckpoint

__all__ = ["write"]


# Where a book's folder keeps what is finished.
KEPT = ".bookgen"


def write(
    subject: Subject,
    sources: SourcePaths,
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
        str, typer.Option(help="What to write, parted by commas.", metavar=FORMAT_NAMES)
    ] = "md,html",
    outline: Annotated[
        Path | None,
        typer.Option(help="Follow this outline, as `bookgen outline` wrote it.", metavar="FILE"),
    ] = None,
    model: ModelName = "",
    budget: Annotated[
        float | None,
        typer.Option(help="US dollars that are not exceeded.", metavar="DOLLARS"),
    ] = None,
    tone: Annotated[str, typer.Option(help="How the model is to write.")] = "",
    temperature: Annotated[
        float | None, typer.Option(help="0 to 2; else the provider's own.", min=0, max=2)
    ] = None,
    parallel: Annotated[int, typer.Option(help="Calls in flight, at most.", min=1)] = 20,
    requests_per_minute: RequestsPerMinute = None,
    quote: Annotated[
        bool, typer.Option("--quote", help="Quote the sources, without a model.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the unfinished book in --out.")
    ] = False,
    again: Annotated[
        str, typer.Option(help="With --resume: write this section again.", metavar="3.2")
    ] = "",
) -> None:
    """Write a biography of SUBJECT from sources: with a language model where OPENROUTER_API_KEY,
    OPENROUTER_BASE_URL or --model names one, else in the words of the sources."""
    with plain_errors():
        formats = asked_formats(format)
        brief = Brief(subject.strip(), words=words, chapters=chapters, language=language.value)
        folder = out or Path(_slug(brief.subject))
        if folder.exists() and not folder.is_dir():
            raise InputError(f"{folder} is a file; --out names a folder.")
        options = ModelOptions(
            model, budget, tone, temperature, parallel, requests_per_minute, quote
        )
        asked = _Asked(brief, sources, folder, outline, options, resume, again)
        with ShownProgress() as progress:
            corpus, biography, report, cost = _write(asked, progress)
        files = render(biography, report, formats)

        from bookgen.export.files import write_files

        paths = write_files(folder, files)
        print_summary(brief, corpus, report, paths, cost)


@dataclass(frozen=True)
class _Asked:
    """What the command line asks for."""

    brief: Brief
    sources: Sequence[Path]
    folder: Path
    outline: Path | None
    options: ModelOptions
    resume: bool
    again: str


def _write(asked: _Asked, progress: ShownProgress) -> tuple[Corpus, Biography, Report, str]:
    from bookgen.checks import review
    from bookgen.sources import load_sources

    with_model = asked.options.wanted()
    if not with_model and (asked.resume or asked.again):
        raise InputError(
            "--resume goes on with a book that a model writes; without one a book takes seconds."
        )
    brief = asked.brief
    corpus = load_sources(asked.sources, language=brief.language, on_progress=progress.say)
    outline = read_outline(asked.outline, corpus) if asked.outline else None
    progress.say(f"Planning {brief.subject} from {len(corpus.sources)} sources")
    if with_model:
        biography, cost = asyncio.run(_write_by_model(asked, corpus, outline, progress))
    else:
        biography, cost = asyncio.run(_quote(brief, corpus, outline, progress)), ""
    progress.say("Checking the book")
    return corpus, biography, review(biography, corpus), cost


async def _quote(
    brief: Brief, corpus: Corpus, outline: Outline | None, progress: ShownProgress
) -> Biography:
    from bookgen.pipeline import write_biography
    from bookgen.writers.extractive import ExtractiveWriter

    return await write_biography(
        brief, corpus, ExtractiveWriter(), outline=outline, on_event=progress.take
    )


async def _write_by_model(
    asked: _Asked, corpus: Corpus, outline: Outline | None, progress: ShownProgress
) -> tuple[Biography, str]:
    """Return the book and what it cost."""
    from bookgen.pipeline import write_biography

    brief = asked.brief
    async with opened(asked.options, brief) as session:
        plan = outline or await session.writer.plan(brief, corpus)
        kept = _checkpoint(asked, corpus, session)
        progress.say(f"With {session.name}: {await session.forecast(brief, plan, corpus)}")
        biography = await write_biography(
            brief,
            corpus,
            session.writer,
            outline=outline,
            checkpoint=kept,
            on_event=progress.take,
            parallel=asked.options.parallel,
        )
        return biography, session.spent()


def _checkpoint(asked: _Asked, corpus: Corpus, session: Session) -> FolderCheckpoint:
    """Return the checkpoint in the book's folder. What was paid for is not overwritten unasked."""
    from bookgen.checkpoint import FolderCheckpoint

    folder = asked.folder / KEPT
    if FolderCheckpoint.exists(folder) and not asked.resume:
        raise InputError(
            f"Finished sections of a book lie in {folder}. Add --resume to go on with them, or "
            "remove that folder to pay for all of them again."
        )
    kept = FolderCheckpoint(folder, asked.brief, corpus, session.identity())
    if asked.again:
        kept.forget(*_place(asked.again))
    return kept


def _place(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d+)\.(\d+)", text.strip())
    if match is None:
        raise InputError(f"--again takes a chapter and a section such as 3.2, not {text!r}.")
    return int(match[1]), int(match[2])


def _slug(subject: str) -> str:
    return re.sub(r"[\W_]+", "-", fold_accents(subject)).strip("-")[:80].rstrip("-") or "book"
