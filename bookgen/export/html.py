"""Renders a biography as one HTML page that needs no script, font or picture from outside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from html import escape
from importlib.resources import files
from itertools import groupby

from bookgen import __version__
from bookgen.export.layout import (
    Book,
    Chapter,
    Definition,
    Entry,
    LaidOutNote,
    Paragraph,
    Part,
    Run,
    Work,
    about,
    lay_out,
    web_address,
    years,
)
from bookgen.export.phrases import Phrases
from bookgen.models import Biography, Brief, PartialDate, Report
from bookgen.text.formats import format_date

__all__ = ["render"]

_OPENING, _CLOSING = "“«", "”»"


def render(biography: Biography, report: Report) -> str:
    """Return the book as an HTML page for screen and print.

    The same biography and report give the same page: no date of today, no path of this machine.
    """
    book = lay_out(biography)
    return "\n".join([*_Page(book, biography.brief, report).lines(), ""])


class _Page:
    """Renders one book; counts the references to each note, so that each has its own anchor."""

    def __init__(self, book: Book, brief: Brief, report: Report) -> None:
        self._book = book
        self._brief = brief
        self._report = report
        self._phrases: Phrases = book.phrases
        self._notes = {note.number: note for note in book.notes}
        self._references: Counter[int] = Counter()

    def lines(self) -> Iterator[str]:
        """Yield the page in order; the notes come behind all that refers to them."""
        book, phrases = self._book, self._phrases
        style = files("bookgen.export").joinpath("book.css").read_text(encoding="utf-8")
        yield "<!DOCTYPE html>"
        yield f'<html lang="{book.language}">'
        yield "<head>"
        yield '<meta charset="utf-8">'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
        # Belt and braces: even text that slipped through unescaped could load or run nothing.
        yield (
            '<meta http-equiv="Content-Security-Policy" '
            "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        )
        yield '<meta name="color-scheme" content="light dark">'
        yield f'<meta name="generator" content="bookgen {__version__}">'
        yield f"<title>{escape(book.title)}</title>"
        yield f"<style>\n{style}</style>"
        yield "</head>"
        yield "<body>"
        yield f'<a class="skip" href="#text">{phrases.skip}</a>'
        yield from self._title_page()
        yield from self._contents()
        yield '<main id="text" tabindex="-1">'
        if book.prologue:
            yield from self._around("prologue", self._phrases.prologue, book.prologue)
        for chapter in book.chapters:
            yield from self._chapter(chapter)
        if book.epilogue:
            yield from self._around("epilogue", self._phrases.epilogue, book.epilogue)
        if book.timeline:
            yield from self._timeline()
        if book.glossary:
            yield from self._glossary()
        yield from self._bibliography()
        yield from self._note_list()
        yield "</main>"
        yield from self._about()
        yield "</body>"
        yield "</html>"

    def _title_page(self) -> Iterator[str]:
        book, phrases = self._book, self._phrases
        count = len(book.works)
        drawn = phrases.drawn_from_one if count == 1 else phrases.drawn_from.format(count=count)
        yield '<header class="title-page">'
        yield f"<h1>{escape(book.title)}</h1>"
        yield f'<p class="subtitle">{phrases.subtitle}</p>'
        models = ", ".join(map(escape, self._book.models))
        written = phrases.written_by.format(version=__version__, models=models)
        yield f'<p class="imprint">{drawn}<br>{written}</p>'
        yield "</header>"

    def _contents(self) -> Iterator[str]:
        book, phrases = self._book, self._phrases
        yield f'<nav class="contents" aria-label="{phrases.contents}">'
        yield f"<details open><summary>{phrases.contents}</summary>"
        yield "<ol>"
        if book.prologue:
            yield f'<li><a href="#prologue">{phrases.prologue}</a></li>'
        for chapter in book.chapters:
            yield (
                f'<li class="chapter-link"><a href="#chapter-{chapter.number}">'
                f'<span class="number">{chapter.number}</span> {escape(chapter.title)}</a></li>'
            )
        if book.epilogue:
            yield f'<li><a href="#epilogue">{phrases.epilogue}</a></li>'
        if book.timeline:
            yield f'<li><a href="#timeline">{phrases.timeline}</a></li>'
        if book.glossary:
            yield f'<li><a href="#glossary">{phrases.glossary}</a></li>'
        yield f'<li><a href="#bibliography">{phrases.bibliography}</a></li>'
        yield f'<li><a href="#notes">{phrases.notes}</a></li>'
        yield f'<li><a href="#about">{phrases.about}</a></li>'
        yield "</ol></details></nav>"

    def _around(self, name: str, title: str, part: Part) -> Iterator[str]:
        """Yield what stands around the chapters: the prologue, the epilogue."""
        yield f'<section class="chapter" id="{name}" aria-labelledby="{name}-title">'
        yield f'<header><h2 id="{name}-title">{title}</h2></header>'
        if part.title.casefold() != title.casefold():
            yield f"<h3>{escape(part.title)}</h3>"
        yield from self._paragraphs(part)
        yield "</section>"

    def _chapter(self, chapter: Chapter) -> Iterator[str]:
        name = f"chapter-{chapter.number}"
        number = self._phrases.chapter.format(number=chapter.number)
        yield f'<section class="chapter" id="{name}" aria-labelledby="{name}-title">'
        yield "<header>"
        yield (
            f'<h2 id="{name}-title"><span class="number">{number}</span> '
            f"<span>{escape(chapter.title)}</span></h2>"
        )
        if period := years(chapter, self._book.language):
            yield f'<p class="period">{period}</p>'
        yield "</header>"
        for part in chapter.parts:
            yield f'<section id="section-{chapter.number}-{part.number}">'
            if part.number and (len(chapter.parts) > 1 or part.title != chapter.title):
                yield f"<h3>{escape(part.title)}</h3>"
            yield from self._paragraphs(part)
            yield "</section>"
        yield "</section>"

    def _paragraphs(self, part: Part) -> Iterator[str]:
        for paragraph in part.paragraphs:
            yield f"<p>{self._paragraph(paragraph)}</p>"

    def _paragraph(self, paragraph: Paragraph) -> str:
        return " ".join(self._run(run) for run in paragraph)

    def _run(self, run: Run) -> str:
        text = run.text
        if len(text) > 1 and text[0] in _OPENING and text[-1] in _CLOSING:
            body = (
                f'<span class="mark">{text[0]}</span>{escape(text[1:-1])}'
                f'<span class="mark">{text[-1]}</span>'
            )
        else:
            body = escape(text)
        return body + self._refer(run.notes)

    def _refer(self, numbers: Iterable[int]) -> str:
        links = [self._reference(number) for number in numbers]
        return f'<sup class="notes">{", ".join(links)}</sup>' if links else ""

    def _reference(self, number: int) -> str:
        self._references[number] += 1
        note = _plain_note(self._notes[number], self._phrases)
        return (
            f'<a id="{_reference_id(number, self._references[number])}" href="#note-{number}" '
            f'aria-label="{self._phrases.note.format(number=number)}" '
            f'data-note="{escape(note)}">{number}</a>'
        )

    def _timeline(self) -> Iterator[str]:
        yield '<section class="back" id="timeline" aria-labelledby="timeline-title">'
        yield f'<h2 id="timeline-title">{self._phrases.timeline}</h2>'
        yield '<ol class="timeline">'
        for entry in self._book.timeline:
            yield f"<li>{self._when(entry.date)} {self._entry(entry)}</li>"
        yield "</ol></section>"

    def _glossary(self) -> Iterator[str]:
        yield '<section class="back" id="glossary" aria-labelledby="glossary-title">'
        yield f'<h2 id="glossary-title">{self._phrases.glossary}</h2>'
        yield '<dl class="glossary">'
        for entry in self._book.glossary:
            yield f"<div><dt>{escape(entry.term)}</dt><dd>{self._entry(entry)}</dd></div>"
        yield "</dl></section>"

    def _when(self, date: PartialDate) -> str:
        written = format_date(date, self._book.language)
        if not 1 <= date.year <= 9999:
            return f'<span class="date">{written}</span>'
        return f'<time class="date" datetime="{date}">{written}</time>'

    def _entry(self, entry: Entry | Definition) -> str:
        if entry.told_in is None:
            return f"<p>{self._paragraph(entry.paragraph)}</p>"
        chapter, section, title = entry.told_in
        told = self._phrases.told_in.format(number=chapter, title=escape(title))
        number = entry.paragraph[-1].notes[-1]
        # The first reference to a note of that chapter stands right behind the quotation meant.
        in_chapter = self._notes[number].unit == chapter
        place = _reference_id(number, 1) if in_chapter else f"section-{chapter}-{section}"
        return f'<p class="told"><a href="#{place}">{told}</a>{self._refer((number,))}</p>'

    def _bibliography(self) -> Iterator[str]:
        book, phrases = self._book, self._phrases
        yield '<section class="back" id="bibliography" aria-labelledby="bibliography-title">'
        yield f'<h2 id="bibliography-title">{phrases.bibliography}</h2>'
        yield from self._works(book.works)
        if book.uncited:
            yield f"<p>{phrases.not_quoted}</p>"
            yield from self._works(book.uncited)
        yield "</section>"

    def _works(self, works: Iterable[Work]) -> Iterator[str]:
        yield '<ul class="works">'
        for work in works:
            yield f"<li>{self._work(work)}</li>"
        yield "</ul>"

    def _work(self, work: Work) -> str:
        source, phrases = work.source, self._phrases
        parts = [_label(work)]
        if address := web_address(source.url):
            parts.append(f'<a href="{escape(address)}" rel="noreferrer">{escape(address)}</a>')
        elif source.url:
            parts.append(escape(source.url))
        if source.licence:
            parts.append(f"{phrases.licence}: {escape(source.licence)}")
        parts.append(f"{phrases.file}: {escape(source.file_name)}")
        return " ".join(f"{part.removesuffix('.')}." for part in parts)

    def _note_list(self) -> Iterator[str]:
        phrases = self._phrases
        headings: dict[int | None, str] = {
            chapter.number: f"{chapter.number}. {escape(chapter.title)}"
            for chapter in self._book.chapters
        }
        headings[0] = phrases.prologue
        headings[len(self._book.chapters) + 1] = phrases.epilogue
        headings[None] = f"{phrases.timeline}, {phrases.glossary.lower()}"
        yield '<section class="back" id="notes" aria-labelledby="notes-title">'
        yield f'<h2 id="notes-title">{phrases.notes}</h2>'
        for unit, notes in groupby(self._book.notes, key=lambda note: note.unit):
            yield f"<h3>{headings[unit]}</h3>"
            yield "<ol>"
            for note in notes:
                yield f'<li id="note-{note.number}" value="{note.number}">{self._note(note)}</li>'
            yield "</ol>"
        yield "</section>"

    def _note(self, note: LaidOutNote) -> str:
        parts = [_label(note.work), *_place(note, self._phrases)]
        back = " ".join(
            f'<a class="back-link" href="#{_reference_id(note.number, count)}" '
            f'aria-label="{self._phrases.back}">↩</a>'
            for count in range(1, self._references[note.number] + 1)
        )
        first, *others = parts
        return ", ".join([first, *map(escape, others)]) + f". {back}"

    def _about(self) -> Iterator[str]:
        phrases = self._phrases
        yield '<footer class="about" id="about" aria-labelledby="about-title">'
        yield f'<h2 id="about-title">{phrases.about}</h2>'
        yield "<dl>"
        for name, value in about(self._book, self._brief, self._report):
            yield f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>"
        yield "</dl></footer>"


def _reference_id(number: int, count: int) -> str:
    return f"ref-{number}" if count == 1 else f"ref-{number}-{count}"


def _label(work: Work) -> str:
    source = work.source
    author = f"{escape(source.author)}, " if source.author else ""
    date = f" ({escape(source.date)})" if source.date else ""
    key = f" [{escape(work.key)}]" if work.key else ""
    return f"{author}<cite>{escape(source.title)}</cite>{date}{key}"


def _place(note: LaidOutNote, phrases: Phrases) -> list[str]:
    heading = note.passage.heading
    return [
        *([phrases.quoted.format(text=heading)] if heading else []),
        phrases.paragraph.format(number=note.passage.number),
    ]


def _plain_note(note: LaidOutNote, phrases: Phrases) -> str:
    source = note.work.source
    author = f"{source.author}, " if source.author else ""
    date = f" ({source.date})" if source.date else ""
    return ", ".join([f"{author}{source.title}{date}", *_place(note, phrases)]) + "."
