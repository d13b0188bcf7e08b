"""Renders a biography as plain text, for whoever reads it without any tool."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from bookgen import __version__
from bookgen.export.layout import (
    Book,
    Definition,
    Entry,
    LaidOutNote,
    Paragraph,
    Work,
    about,
    lay_out,
)
from bookgen.export.phrases import Phrases
from bookgen.models import Biography, Report
from bookgen.text.formats import format_date

__all__ = ["render"]

_WIDTH = 80


def render(biography: Biography, report: Report) -> str:
    """Return the book as text of 80 columns; notes are numbers in brackets.

    The same biography and report give the same text.
    """
    book = lay_out(biography)
    return "\n".join([*_blocks(book, biography, report), ""])


def _blocks(book: Book, biography: Biography, report: Report) -> Iterator[str]:
    phrases = book.phrases
    yield book.title.upper()
    yield phrases.subtitle
    models = ", ".join(book.models)
    yield phrases.written_by.format(version=__version__, models=models)
    if book.prologue:
        yield from _heading(phrases.prologue)
        yield from _paragraphs(book.prologue.paragraphs)
    for chapter in book.chapters:
        yield from _heading(f"{chapter.number}. {chapter.title}")
        for part in chapter.parts:
            if part.number and (len(chapter.parts) > 1 or part.title != chapter.title):
                yield f"{part.title}\n"
            yield from _paragraphs(part.paragraphs)
    if book.epilogue:
        yield from _heading(phrases.epilogue)
        yield from _paragraphs(book.epilogue.paragraphs)
    if book.timeline:
        yield from _heading(phrases.timeline)
        for entry in book.timeline:
            yield _entry(format_date(entry.date, book.language), entry, phrases)
    if book.glossary:
        yield from _heading(phrases.glossary)
        for definition in book.glossary:
            yield _entry(definition.term, definition, phrases)
    yield from _heading(phrases.bibliography)
    yield from (_wrapped(_work(work, phrases), "- ", "  ") for work in (*book.works, *book.uncited))
    yield from _about(book, biography, report)
    yield from _heading(phrases.notes)
    yield from (_wrapped(_note(note, phrases), f"[{note.number}] ", "    ") for note in book.notes)


def _heading(title: str) -> Iterator[str]:
    yield f"\n\n{title}\n{'=' * min(len(title), _WIDTH)}\n"


def _paragraphs(paragraphs: tuple[Paragraph, ...]) -> Iterator[str]:
    for paragraph in paragraphs:
        yield f"{_wrapped(_paragraph(paragraph))}\n"


def _paragraph(paragraph: Paragraph) -> str:
    return " ".join(run.text + "".join(f"[{note}]" for note in run.notes) for run in paragraph)


def _wrapped(text: str, first: str = "", rest: str = "") -> str:
    return textwrap.fill(
        text, _WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
    )


def _entry(name: str, entry: Entry | Definition, phrases: Phrases) -> str:
    text = _paragraph(entry.paragraph)
    if entry.told_in is not None:
        chapter, _, title = entry.told_in
        told = phrases.told_in.format(number=chapter, title=title)
        text = told + "".join(f"[{note}]" for note in entry.paragraph[-1].notes)
    return _wrapped(f"{name}: {text}", "- ", "  ")


def _label(work: Work) -> str:
    source = work.source
    author = f"{source.author}, " if source.author else ""
    date = f" ({source.date})" if source.date else ""
    key = f" [{work.key}]" if work.key else ""
    return f"{author}{source.title}{date}{key}"


def _work(work: Work, phrases: Phrases) -> str:
    source = work.source
    parts = [_label(work)]
    parts += [source.url] if source.url else []
    parts += [f"{phrases.licence}: {source.licence}"] if source.licence else []
    parts.append(f"{phrases.file}: {source.file_name}")
    return " ".join(f"{part.removesuffix('.')}." for part in parts)


def _note(note: LaidOutNote, phrases: Phrases) -> str:
    heading = note.passage.heading
    quoted = f", {phrases.quoted.format(text=heading)}" if heading else ""
    return f"{_label(note.work)}{quoted}, {phrases.paragraph.format(number=note.passage.number)}."


def _about(book: Book, biography: Biography, report: Report) -> Iterator[str]:
    yield from _heading(book.phrases.about)
    for name, value in about(book, biography.brief, report):
        yield _wrapped(f"{name}: {value}", "- ", "  ")
