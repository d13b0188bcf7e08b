"""`bookgen outline`: the plan of a book, to be read and edited before anything is paid for."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bookgen.cli.arguments import LanguageName, ModelName, SourcePaths, Subject
from bookgen.cli.failing import plain_errors
from bookgen.cli.model import ModelOptions, opened
from bookgen.cli.progress import ShownProgress
from bookgen.errors import InputError
from bookgen.models import Brief, Corpus, Outline

__all__ = ["outline", "read_outline"]

_HEAD = """\
# The outline of a book. Titles, the order, words and passages may be changed; numbers follow the
# order. Give it back with: bookgen write ... --outline FILE
"""


def outline(
    subject: Subject,
    sources: SourcePaths,
    out: Annotated[Path, typer.Option(help="File to write, as YAML.", metavar="FILE")] = Path(
        "outline.yaml"
    ),
    chapters: Annotated[int, typer.Option(help="Chapters, at most: 1 to 50.")] = 20,
    words: Annotated[int, typer.Option(help="Words: 1,000 to 200,000.")] = 51_000,
    language: Annotated[
        LanguageName, typer.Option(help="Language of the sources and the book.")
    ] = LanguageName.en,
    model: ModelName = "",
    quote: Annotated[
        bool, typer.Option("--quote", help="Take titles from the sources, without a model.")
    ] = False,
) -> None:
    """Plan a biography of SUBJECT: chapters and sections with their words and passages."""
    with plain_errors():
        from bookgen.export.files import write_files
        from bookgen.sources import load_sources

        brief = Brief(subject.strip(), words=words, chapters=chapters, language=language.value)
        options = ModelOptions(model, quote=quote)
        with ShownProgress() as progress:
            corpus = load_sources(sources, language=brief.language, on_progress=progress.say)
            progress.say(f"Planning {brief.subject} from {len(corpus.sources)} sources")
            plan = asyncio.run(_plan(brief, corpus, options))
        write_files(out.parent, {out.name: _text(plan, corpus).encode()})
        typer.echo(f"{out}: {len(plan.chapters)} chapters, {len(plan.sections)} sections")


async def _plan(brief: Brief, corpus: Corpus, options: ModelOptions) -> Outline:
    if options.wanted():
        async with opened(options, brief) as session:
            return await session.writer.outline(brief, corpus)
    from bookgen.writers.extractive import ExtractiveWriter

    return await ExtractiveWriter().outline(brief, corpus)


def _text(plan: Outline, corpus: Corpus) -> str:
    import yaml

    from bookgen.checkpoint import outline_to

    data = outline_to(plan)
    for chapter in data["chapters"]:
        for section in chapter["sections"]:
            first = corpus.passage[section["passages"][0]].text
            section["begins"] = " ".join(first.split()[:12]) + " ..."
    return _HEAD + yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=100)


def read_outline(file: Path, corpus: Corpus) -> Outline:
    """Return the outline that a file holds. Raises InputError that names the file and what does
    not hold in it."""
    import yaml

    from bookgen.checkpoint import outline_from, passages_unknown

    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
        if not isinstance(data, dict):
            raise InputError("it holds no chapters.")
        plan = outline_from(data)
    except (InputError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"{file} is no outline: {' '.join(str(error).split())}") from error
    unknown = passages_unknown(plan, corpus)
    if unknown:
        raise InputError(f"{file} names {unknown[0]}, which is no passage of these sources.")
    return plan
