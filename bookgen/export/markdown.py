"""Renders a biography as Markdown, which `bookgen.export.reader` reads back."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from bookgen import __version__
from bookgen.export.layout import (
    Book,
    Definition,
    Entry,
    LaidOutNote,
    Paragraph,
    Part,
    Work,
    about,
    lay_out,
    one_line,
    web_address,
)
from bookgen.export.marks import escape, escape_start
from bookgen.export.phrases import Phrases
from bookgen.models import Biography, Brief, Report
from bookgen.text.formats import format_date

__all__ = ["render"]


def render(biography: Biography, report: Report) -> str:
    """Return the book as Markdown with footnotes, as GitHub and pandoc read it.

    The same biography and report give the same text: no date of today, no path of this machine.
    """
    book = lay_out(biography)
    phrases = book.phrases
    return "\n".join([*_blocks(book, biography.brief, report, phrases), ""])


def _blocks(book: Book, brief: Brief, report: Report, phrases: Phrases) -> Iterator[str]:
    yield _front_matter(book, brief)
    yield from _title_page(book, phrases)
    yield from _contents(book, phrases)
    if book.prologue:
        yield from _around(book.prologue, phrases.prologue)
    for chapter in book.chapters:
        yield f"\n## {chapter.number}. {escape(chapter.title)}\n"
        for part in chapter.parts:
            if part.number and (len(chapter.parts) > 1 or part.title != chapter.title):
                yield f"### {escape(part.title)}\n"
            yield from _paragraphs(part)
    if book.epilogue:
        yield from _around(book.epilogue, phrases.epilogue)
    if book.timeline:
        yield f"\n## {phrases.timeline}\n"
        for entry in book.timeline:
            yield _list_entry(format_date(entry.date, book.language), entry, phrases)
        yield ""
    if book.glossary:
        yield f"\n## {phrases.glossary}\n"
        for definition in book.glossary:
            yield _list_entry(escape(definition.term), definition, phrases)
        yield ""
    yield f"\n## {phrases.bibliography}\n"
    for work in book.works:
        yield _bibliography_entry(work, phrases)
    if book.uncited:
        yield f"\n{phrases.not_quoted}\n"
        for work in book.uncited:
            yield _bibliography_entry(work, phrases)
    yield ""
    yield from _about(book, brief, report)
    yield f"\n## {phrases.notes}\n"
    for note in book.notes:
        yield _definition(note, phrases)


def _front_matter(book: Book, brief: Brief) -> str:
    values = {
        "title": book.title,
        "lang": book.language,
        "bookgen": {"version": __version__, "words": brief.words, "chapters": brief.chapters},
    }
    text = yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=10_000)
    return f"---\n{text}---\n"


def _title_page(book: Book, phrases: Phrases) -> Iterator[str]:
    count = len(book.works)
    drawn = phrases.drawn_from_one if count == 1 else phrases.drawn_from.format(count=count)
    yield f"# {escape(book.title)}\n"
    yield f"*{phrases.subtitle}*\n"
    models = ", ".join(map(escape, book.models))
    yield f"{drawn}. {phrases.written_by.format(version=__version__, models=models)}.\n"


def _contents(book: Book, phrases: Phrases) -> Iterator[str]:
    yield f"\n## {phrases.contents}\n"
    if book.prologue:
        yield f"- [{phrases.prologue}](#{_anchor(phrases.prologue)})"
    for chapter in book.chapters:
        heading = f"{chapter.number}. {chapter.title}"
        yield f"- [{escape(heading)}](#{_anchor(heading)})"
    headings = [
        *([phrases.epilogue] if book.epilogue else []),
        *([phrases.timeline] if book.timeline else []),
        *([phrases.glossary] if book.glossary else []),
        phrases.bibliography,
        phrases.about,
        phrases.notes,
    ]
    yield from (f"- [{heading}](#{_anchor(heading)})" for heading in headings)
    yield ""


def _anchor(heading: str) -> str:
    """Return the anchor that GitHub, and most others, give a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _around(part: Part, heading: str) -> Iterator[str]:
    """Yield what stands around the chapters: the prologue, the epilogue."""
    yield f"\n## {heading}\n"
    if part.title.casefold() != heading.casefold():
        yield f"### {escape(part.title)}\n"
    yield from _paragraphs(part)


def _paragraphs(part: Part) -> Iterator[str]:
    for paragraph in part.paragraphs:
        yield f"{_paragraph(paragraph)}\n"


def _paragraph(paragraph: Paragraph) -> str:
    escapes = [escape_start, *[escape] * (len(paragraph) - 1)]
    return " ".join(
        escaped(run.text) + _references(run.notes)
        for escaped, run in zip(escapes, paragraph, strict=True)
    )


def _references(numbers: tuple[int, ...]) -> str:
    return "".join(f"[^{number}]" for number in numbers)


def _list_entry(name: str, entry: Entry | Definition, phrases: Phrases) -> str:
    if entry.told_in is None:
        return f"- **{name}** – {_paragraph(entry.paragraph)}"
    chapter, _, title = entry.told_in
    told = phrases.told_in.format(number=chapter, title=escape(title))
    return f"- **{name}** – {told}{_references(entry.paragraph[-1].notes)}"


def _label(work: Work) -> str:
    """Return the name of a work, which a note and the bibliography give in the same letters."""
    source = work.source
    parts = [f"{escape_start(source.author)}, "] if source.author else []
    parts.append(f"*{escape(source.title)}*")
    if source.date:
        parts.append(f" ({_in_brackets(source.date)})")
    if work.key:
        parts.append(f" \\[{_in_brackets(work.key)}\\]")
    return one_line("".join(parts))


def _in_brackets(text: str) -> str:
    return escape(text).replace("(", "\\(").replace(")", "\\)")


def _bibliography_entry(work: Work, phrases: Phrases) -> str:
    source = work.source
    parts = [_label(work)]
    address = web_address(source.url)
    if address:
        parts.append(f"<{address}>")
    elif source.url:
        parts.append(_line(source.url))
    if source.licence:
        parts.append(f"{phrases.licence}: {_line(source.licence)}")
    parts.append(f"{phrases.file}: {_line(source.file_name)}")
    return "- " + "".join(f"{part.removesuffix('.')}. " for part in parts).rstrip()


def _definition(note: LaidOutNote, phrases: Phrases) -> str:
    parts = [_label(note.work)]
    if note.passage.heading:
        parts.append(phrases.quoted.format(text=_line(note.passage.heading)))
    parts.append(phrases.paragraph.format(number=note.passage.number))
    return f"[^{note.number}]: {', '.join(parts)}."


def _about(book: Book, brief: Brief, report: Report) -> Iterator[str]:
    yield f"\n## {book.phrases.about}\n"
    for name, value in about(book, brief, report):
        yield f"- {name}: {_line(value)}"
    yield ""


def _line(text: str) -> str:
    return escape(one_line(text))
