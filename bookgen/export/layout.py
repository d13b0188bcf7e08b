"""A biography as its pages show it: citations become notes numbered through the book.

All exports render this one layout. Where notes stand in a list of their own, in Markdown, HTML and
text, each has the same number in all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from bookgen.export.phrases import PHRASES, TOLD, Phrases
from bookgen.models import (
    Biography,
    Brief,
    GlossaryEntry,
    Language,
    PartialDate,
    Passage,
    Report,
    Section,
    Source,
    TimelineEntry,
)
from bookgen.text.formats import format_date, format_number, format_share
from bookgen.text.quotations import paragraphs, statements

__all__ = [
    "Book",
    "Chapter",
    "Definition",
    "Entry",
    "LaidOutNote",
    "Paragraph",
    "Part",
    "Run",
    "Work",
    "about",
    "lay_out",
    "one_line",
    "web_address",
    "years",
]

_WHITE_SPACE = re.compile("[^\\S\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]+")


@dataclass(frozen=True, slots=True)
class Run:
    """A run of text, its white space folded, and the numbers of the notes behind it."""

    text: str
    notes: tuple[int, ...]


Paragraph: TypeAlias = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A section, a chapter's introduction (number 0, without a title), the prologue or the
    epilogue."""

    number: int
    title: str
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter; `period` is the first and last date it tells of, where it goes by time."""

    number: int
    title: str
    parts: tuple[Part, ...]
    period: tuple[PartialDate, PartialDate] | None


@dataclass(frozen=True, slots=True)
class Work:
    """A source as the bibliography names it. `key` is its id where author, title and date alone
    would also name another work, else None."""

    source: Source
    key: str | None


@dataclass(frozen=True, slots=True)
class LaidOutNote:
    """A note: the passage it points to. `unit` is the chapter that has it first, 0 for the
    prologue, the number after the last for the epilogue, None for the lists behind them."""

    number: int
    unit: int | None
    work: Work
    passage: Passage


@dataclass(frozen=True, slots=True)
class Entry:
    """A timeline entry. `told_in` is the chapter's number, the section's number and its title."""

    date: PartialDate
    paragraph: Paragraph
    told_in: tuple[int, int, str] | None


@dataclass(frozen=True, slots=True)
class Definition:
    """A glossary entry; `told_in` as in an Entry."""

    term: str
    paragraph: Paragraph
    told_in: tuple[int, int, str] | None


@dataclass(frozen=True, slots=True)
class Book:
    """All that a page shows of a biography, except for its report. `works` are the cited ones,
    `models` those that wrote it, none where it quotes."""

    title: str
    language: Language
    prologue: Part | None
    chapters: tuple[Chapter, ...]
    epilogue: Part | None
    timeline: tuple[Entry, ...]
    glossary: tuple[Definition, ...]
    notes: tuple[LaidOutNote, ...]
    works: tuple[Work, ...]
    uncited: tuple[Work, ...]
    models: tuple[str, ...] = ()

    @property
    def phrases(self) -> Phrases:
        """The phrases of its language, for a book that tells or one that quotes."""
        return (TOLD if self.models else PHRASES)[self.language]


def lay_out(biography: Biography) -> Book:
    """Return the layout of a biography.

    A passage has one note in each chapter that cites it. The timeline and the glossary share the
    notes of the chapters, and have notes of their own only for what those do not cite.
    """
    works = _works(biography.sources)
    notes = _Notes(biography, works)
    prologue = _part(biography.prologue, notes) if biography.prologue else None
    written: dict[int, list[Section]] = {}
    for section in biography.sections:
        written.setdefault(section.chapter, []).append(section)
    plans = {plan.number: plan for plan in biography.outline.chapters}
    chapters = tuple(
        Chapter(
            number,
            one_line(plans[number].title),
            tuple(_part(section, notes) for section in sections),
            plans[number].period,
        )
        for number, sections in written.items()
    )
    epilogue = _part(biography.epilogue, notes) if biography.epilogue else None
    titles = {
        (one.chapter, one.number): one_line(one.title or plans[one.chapter].title)
        for one in biography.sections
    }
    timeline = tuple(
        Entry(entry.date, *_entry(entry, notes, titles)) for entry in biography.timeline
    )
    glossary = tuple(
        Definition(one_line(entry.term), *_entry(entry, notes, titles))
        for entry in biography.glossary
    )
    cited = {note.work.source.id for note in notes.laid_out}
    return Book(
        title=one_line(biography.brief.subject),
        language=biography.brief.language,
        prologue=prologue,
        chapters=chapters,
        epilogue=epilogue,
        timeline=timeline,
        glossary=glossary,
        notes=tuple(notes.laid_out),
        works=tuple(work for work in works.values() if work.source.id in cited),
        uncited=tuple(work for work in works.values() if work.source.id not in cited),
        models=_models(biography),
    )


def _models(biography: Biography) -> tuple[str, ...]:
    """Return the names of the models that wrote, in the order of the book."""
    written = (part.provenance for part in biography.parts if part.provenance is not None)
    named = (one_line(provenance.model) for provenance in written)
    return tuple(dict.fromkeys(named))


def years(chapter: Chapter, language: Language) -> str:
    """Return the years that a chapter tells of, nothing where its title already does."""
    if chapter.period is None:
        return ""
    told = [format_date(PartialDate(date.year), language) for date in chapter.period]
    if any(year in chapter.title for year in told):
        return ""
    return "–".join(dict.fromkeys(told))


def about(book: Book, brief: Brief, report: Report) -> list[tuple[str, str]]:
    """Return the rows of what a book says about itself: their names and values."""
    phrases, language = book.phrases, book.language
    counted = phrases.words_of_asked.format(
        written=format_number(report.words, language), asked=format_number(brief.words, language)
    )
    rows = [
        (phrases.words, counted),
        (phrases.chapters, format_number(report.chapters, language)),
        (phrases.citations, format_number(report.citations, language)),
    ]
    if report.coverage is not None:
        share = format_share(report.coverage, language)
        rows.append((phrases.coverage, phrases.coverage_value.format(share=share)))
    if report.shortfall:
        rows.append((phrases.shortfall, report.shortfall))
    rows += [(phrases.contradiction, one) for one in report.contradictions]
    rows += [(phrases.unread, failure) for failure in report.failures]
    return rows


def web_address(url: str | None) -> str | None:
    """Return the URL if a page may link to it: over http(s), and without what could end a link."""
    if url is None or not url.lower().startswith(("http://", "https://")):
        return None
    if any(
        character.isspace() or character in "<>\"'`\\" or ord(character) < 32 for character in url
    ):
        return None
    return url


def one_line(text: str) -> str:
    """Return the text in one line, its white space folded; spaces that do not break stay."""
    return _WHITE_SPACE.sub(" ", text).strip()


class _Notes:
    """Gives out the numbers of notes, in the order of the book."""

    def __init__(self, biography: Biography, works: dict[str, Work]) -> None:
        self.laid_out: list[LaidOutNote] = []
        self._passages = biography.passages
        self._works = works
        self._numbers: dict[tuple[int | None, str], int] = {}
        self._last: dict[str, int] = {}

    def of_chapter(self, unit: int, passage_id: str) -> int:
        return self._numbers.get((unit, passage_id)) or self._new(unit, passage_id)

    def of_entry(self, told_in: tuple[int, int] | None, passage_id: str) -> int:
        number = self._numbers.get((told_in[0], passage_id)) if told_in else None
        return number or self._last.get(passage_id) or self._new(None, passage_id)

    def _new(self, unit: int | None, passage_id: str) -> int:
        number = len(self.laid_out) + 1
        passage = self._passages[passage_id]
        work = self._works[passage.source_id]
        self.laid_out.append(LaidOutNote(number, unit, work, passage))
        self._numbers[unit, passage_id] = number
        self._last[passage_id] = number
        return number


def _works(sources: tuple[Source, ...]) -> dict[str, Work]:
    """Return the works by the id of their source, in the order of a bibliography."""
    named = Counter((source.author, source.title, source.date) for source in sources)
    ordered = sorted(
        sources,
        key=lambda source: (
            (source.author or source.title).casefold(),
            source.title.casefold(),
            source.date or "",
            source.id,
        ),
    )
    return {
        source.id: Work(
            source,
            source.id if named[source.author, source.title, source.date] > 1 else None,
        )
        for source in ordered
    }


def _part(section: Section, notes: _Notes) -> Part:
    return Part(
        section.number,
        one_line(section.title),
        tuple(
            tuple(
                Run(
                    one_line(statement.text),
                    _once(
                        notes.of_chapter(section.chapter, cited) for cited in statement.citations
                    ),
                )
                for statement in statements(paragraph)
            )
            for paragraph in paragraphs(section.text)
        ),
    )


def _entry(
    entry: TimelineEntry | GlossaryEntry, notes: _Notes, titles: dict[tuple[int, int], str]
) -> tuple[Paragraph, tuple[int, int, str] | None]:
    """Return what an entry of a list says, and where it is told if it says nothing itself."""

    def number(passage_id: str) -> int:
        return notes.of_entry(entry.told_in, passage_id)

    runs = [
        Run(one_line(statement.text), _once(number(cited) for cited in statement.citations))
        for statement in statements(entry.text)
    ]
    own = number(entry.passage)
    if not any(own in run.notes for run in runs):
        last = runs.pop() if runs else Run("", ())
        runs.append(Run(last.text, (*last.notes, own)))
    told_in = entry.told_in and (*entry.told_in, titles[entry.told_in])
    return tuple(runs), told_in if not entry.text.strip() else None


def _once(numbers: Iterable[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(numbers))
