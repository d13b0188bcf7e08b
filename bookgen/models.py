"""Domain types. All are frozen: a stage takes some in and gives new ones out.

Text that cites is plain text with paragraphs parted by an empty line; a citation stands right
behind what it supports as `[@PASSAGE_ID]`, for example `“He was born at Bonn.” [@fischer:12]`.
Exports turn these markers into notes; nothing else is markup.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, get_args

from bookgen.errors import InputError, SourceError

__all__ = [
    "Biography",
    "BookFile",
    "Brief",
    "ChapterPlan",
    "Check",
    "Corpus",
    "GlossaryEntry",
    "Language",
    "Note",
    "Outline",
    "PartialDate",
    "Passage",
    "Provenance",
    "Report",
    "Section",
    "SectionPlan",
    "Source",
    "TimelineEntry",
    "Usage",
    "base_name",
]

Language = Literal["en", "es"]


def base_name(location: str) -> str:
    """Return the last part of a path, of any system, or of a URL."""
    return re.split(r"[\\/]", location.rstrip("\\/"))[-1]


@dataclass(frozen=True, slots=True)
class Brief:
    """What is asked for: a subject, a length in words, a number of chapters and a language."""

    subject: str
    words: int = 51_000
    chapters: int = 20
    language: Language = "en"

    def __post_init__(self) -> None:
        if not 1 <= len(self.subject.strip()) <= 200:
            raise InputError(
                f"The subject must have 1 to 200 characters, not {len(self.subject.strip())}."
            )
        if not 1 <= self.chapters <= 50:
            raise InputError(f"Chapters must be 1 to 50, not {self.chapters}.")
        if not 1_000 <= self.words <= 200_000:
            raise InputError(f"Words must be 1,000 to 200,000, not {self.words:,}.")
        if self.language not in get_args(Language):
            raise InputError(f"Language must be en or es, not {self.language!r}.")


@dataclass(frozen=True, slots=True, order=True)
class PartialDate:
    """A date of the proleptic Gregorian calendar that may lack its day, or its month and day.

    Sorts by time; a year stands before its months, a month before its days.
    """

    year: int
    month: int = 0
    day: int = 0

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Return the date that `str` gives such a text for. Raises ValueError for other text."""
        return cls(*map(int, text.split("-")))

    def __str__(self) -> str:
        """ISO 8601 with reduced precision: 1770, 1770-12 or 1770-12-16."""
        parts = [f"{self.year:04d}"]
        if self.month:
            parts.append(f"{self.month:02d}")
            if self.day:
                parts.append(f"{self.day:02d}")
        return "-".join(parts)


@dataclass(frozen=True, slots=True)
class Source:
    """A work that is cited. `location` is the path or URL it was read from, as given;
    `sha256` is of the bytes read."""

    id: str
    title: str
    location: str
    sha256: str
    language: Language
    author: str | None = None
    date: str | None = None
    url: str | None = None
    licence: str | None = None

    @property
    def file_name(self) -> str:
        """The last part of `location`: what a book may say of the machine it was written on."""
        return base_name(self.location)


@dataclass(frozen=True, slots=True)
class Passage:
    """One paragraph of a source: the unit that is cited.

    `number` counts from 1 in its source. `heading` is what the source sets above it (a chapter's
    title, "To Ferdinand Ries"); `date` is when its text was written or tells of, where the source
    itself says so outside the text (a letter's date line), else None.
    """

    source_id: str
    number: int
    text: str
    heading: str | None = None
    date: PartialDate | None = None

    @property
    def id(self) -> str:
        return f"{self.source_id}:{self.number}"


@dataclass(frozen=True)
class Corpus:
    """All that a book may be written from. `failures` are the sources that could not be read."""

    sources: tuple[Source, ...]
    passages: tuple[Passage, ...]
    failures: tuple[SourceError, ...] = ()

    @cached_property
    def passage(self) -> Mapping[str, Passage]:
        """Passages by id."""
        return {passage.id: passage for passage in self.passages}

    @cached_property
    def source(self) -> Mapping[str, Source]:
        """Sources by id."""
        return {source.id: source for source in self.sources}


@dataclass(frozen=True, slots=True)
class SectionPlan:
    """One section to write: its place (both count from 1), title, budget in words, evidence."""

    chapter: int
    number: int
    title: str
    words: int
    passages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChapterPlan:
    """`period` is the first and last date the chapter tells of, None where it is not by time."""

    number: int
    title: str
    sections: tuple[SectionPlan, ...]
    period: tuple[PartialDate, PartialDate] | None = None


@dataclass(frozen=True, slots=True)
class Outline:
    """The plan of a book. No passage stands in two sections. To a `final` one no section is added
    where the book comes out short."""

    chapters: tuple[ChapterPlan, ...]
    final: bool = False

    @property
    def sections(self) -> tuple[SectionPlan, ...]:
        return tuple(section for chapter in self.chapters for section in chapter.sections)


@dataclass(frozen=True, slots=True)
class Usage:
    """What replies of a model took. `cost` is US dollars; None anywhere is unknown, never 0."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cost: float | None = None
    cached_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a text that a model wrote comes from.

    `prompt_hash` stands for the whole first prompt, `passages` are those it was given,
    `source_hashes` the SHA-256 of their sources, `attempts` all calls that were made, `notes` what
    was repaired or dropped.
    """

    prompt_hash: str
    model: str
    usage: Usage
    provider: str | None = None
    generation_ids: tuple[str, ...] = ()
    attempts: int = 1
    passages: tuple[str, ...] = ()
    source_hashes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A finished section. `text` cites as the module says. What a model wrote has a `provenance`.

    The prologue is section 1 of chapter 0, a chapter's introduction its section 0, the epilogue
    section 1 of the chapter after the last.
    """

    chapter: int
    number: int
    title: str
    text: str
    provenance: Provenance | None = None


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One dated fact. `text` cites as in a section. It is empty where the fact is already told
    in the chapters; `told_in` is then that section's chapter and number, and `passage` cites it."""

    date: PartialDate
    passage: str
    text: str = ""
    told_in: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class GlossaryEntry:
    """Who or what a name or term of the book is. `text` cites as in a section. It is empty where
    the sentence is already quoted in the chapters; `told_in` is then that section's chapter and
    number, and `passage` cites it."""

    term: str
    passage: str
    text: str = ""
    told_in: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a finished book: what was measured, the limit it had to keep, in words."""

    name: str
    value: str
    limit: str
    passed: bool
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What a reader should know about a finished book before trusting it.

    `coverage` is the share (0 to 1) of the book's sentences that are found in a passage they
    cite, None where no sources were at hand to look into. `shortfall` says by how much and why
    the book is shorter than asked, or is empty. `contradictions` are where its sources disagree on
    the life, a line each.
    """

    words: int
    chapters: int
    citations: int
    coverage: float | None
    shortfall: str = ""
    checks: tuple[Check, ...] = ()
    failures: tuple[str, ...] = ()
    contradictions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Biography:
    """A finished book. `sections` are in the order of reading, a chapter's introduction first.
    `passages` are those that are cited, by id."""

    brief: Brief
    outline: Outline
    prologue: Section | None
    sections: tuple[Section, ...]
    timeline: tuple[TimelineEntry, ...]
    sources: tuple[Source, ...]
    passages: Mapping[str, Passage] = field(default_factory=dict)
    epilogue: Section | None = None
    glossary: tuple[GlossaryEntry, ...] = ()

    @property
    def parts(self) -> tuple[Section, ...]:
        """The prologue, the sections and the epilogue."""
        return _parts(self.prologue, self.sections, self.epilogue)


@dataclass(frozen=True, slots=True)
class Note:
    """What a note of a finished book points to. `work` is the place, from 0, of the bibliography's
    entry, None where there is no such entry; `paragraph` counts from 1 in the work."""

    work: int | None
    paragraph: int
    heading: str | None = None


@dataclass(frozen=True, slots=True)
class BookFile:
    """A finished book as its Markdown file holds it.

    Texts cite as everywhere, by the number of a note in place of a passage's id: `[@12]`; so does
    the `passage` of an entry of the timeline or the glossary, which is empty where it has no note.
    The `location` of a work is the name of its file. `shortfall` is as in a Report, `version` is of
    the bookgen that wrote the file, `chapters` are the chapters' titles.
    """

    brief: Brief
    version: str
    chapters: tuple[str, ...]
    prologue: Section | None
    sections: tuple[Section, ...]
    timeline: tuple[TimelineEntry, ...]
    works: tuple[Source, ...]
    notes: Mapping[str, Note] = field(default_factory=dict)
    shortfall: str = ""
    epilogue: Section | None = None
    glossary: tuple[GlossaryEntry, ...] = ()

    @property
    def parts(self) -> tuple[Section, ...]:
        """The prologue, the sections and the epilogue."""
        return _parts(self.prologue, self.sections, self.epilogue)


def _parts(
    prologue: Section | None, sections: tuple[Section, ...], epilogue: Section | None
) -> tuple[Section, ...]:
    return tuple(part for part in (prologue, *sections, epilogue) if part is not None)
