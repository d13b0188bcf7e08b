"""`bookgen write`: from sources to a book in a folder."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bookgen.cli.failing import plain_errors
from bookgen.cli.output import FORMATS, print_summary, render
from bookgen.cli.progress import ShownProgress
from bookgen.errors import InputError
from bookgen.models import Biography, Brief, Corpus, Report
from bookgen.text.words import fold_accents

__all__ = ["write"]


class LanguageName(StrEnum):
    """The languages of `--language`, in the form that typer shows and checks."""

    en = "en"
    es = "es"


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
        str, typer.Option(help="What to write, parted by commas.", metavar="md,html,csl,bib")
    ] = "md,html",
) -> None:
    """Write a biography of SUBJECT from sources."""
    with plain_errors():
        formats = _formats(format)
        brief = Brief(subject.strip(), words=words, chapters=chapters, language=language.value)
        folder = out or Path(_slug(brief.subject))
        if folder.exists() and not folder.is_dir():
            raise InputError(f"{folder} is a file; --out names a folder.")
        with ShownProgress() as progress:
            corpus, biography, report = _write(brief, sources, progress)
        texts = render(biography, report, formats)

        from bookgen.export.files import write_files

        paths = write_files(folder, texts)
        print_summary(brief, corpus, report, paths)


def _write(
    brief: Brief, sources: Sequence[Path], progress: ShownProgress
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


def _formats(value: str) -> list[str]:
    names = [name.strip().lower() for name in value.split(",") if name.strip()]
    unknown = [name for name in names if name not in FORMATS]
    if unknown or not names:
        raise InputError(f"--format takes {' and '.join(FORMATS)}, not {value!r}.")
    return list(dict.fromkeys(names))


def _slug(subject: str) -> str:
    return re.sub(r"[\W_]+", "-", fold_accents(subject)).strip("-")[:80].rstrip("-") or "book"
