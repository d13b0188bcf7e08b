"""A book as the checks see it: sections taken apart into paragraphs, statements and sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from bookgen.models import Brief, Language, Section, TimelineEntry
from bookgen.text.quotations import Statement, paragraphs, statements, unquoted
from bookgen.text.sentences import split_sentences
from bookgen.text.words import count_words

__all__ = ["Line", "Manuscript"]


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of the book: where it stands, without the quotation marks around it.

    `chapter` is 0 for the prologue and None for the timeline.
    """

    text: str
    chapter: int | None
    place: str


@dataclass(frozen=True)
class Manuscript:
    """The written parts of a book and what was asked for. The prologue is a section."""

    subject: str
    language: Language
    asked: int
    sections: tuple[Section, ...]
    timeline: tuple[TimelineEntry, ...]

    @classmethod
    def of(
        cls, brief: Brief, sections: Sequence[Section], timeline: Sequence[TimelineEntry]
    ) -> Manuscript:
        """Return the manuscript of a book that answers `brief`."""
        return cls(brief.subject, brief.language, brief.words, tuple(sections), tuple(timeline))

    @cached_property
    def words(self) -> int:
        """Words of the prologue and the sections; headings and the timeline do not count."""
        return sum(count_words(section.text) for section in self.sections)

    @cached_property
    def paragraphs(self) -> tuple[tuple[str, tuple[Statement, ...]], ...]:
        """Paragraphs of the prologue and the sections: the place in words, the statements."""
        return tuple(
            (place_of(section), tuple(statements(paragraph)))
            for section in self.sections
            for paragraph in paragraphs(section.text)
        )

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Every sentence of the book in order, those of the timeline last."""
        return tuple(self._lines())

    def _lines(self) -> Iterator[Line]:
        for section in self.sections:
            for paragraph in paragraphs(section.text):
                for statement in statements(paragraph):
                    for text in self.sentences(statement):
                        yield Line(text, section.chapter, place_of(section))
        for entry in self.timeline:
            for statement in statements(entry.text):
                for text in self.sentences(statement):
                    yield Line(text, None, f"timeline, {entry.date}")

    def sentences(self, statement: Statement) -> list[str]:
        """Return the sentences of a statement, without the quotation marks around it."""
        text = unquoted(statement.text)
        return [sentence.text for sentence in split_sentences(text, self.language)]

    def statements(self) -> Iterator[tuple[str, Statement]]:
        """Yield every statement of the book, the timeline's last, with its place in words.

        What stands in a timeline entry without a citation of its own cites the entry's passage.
        """
        for place, parts in self.paragraphs:
            for statement in parts:
                yield place, statement
        for entry in self.timeline:
            for statement in statements(entry.text):
                citations = statement.citations or ((entry.passage,) if entry.passage else ())
                yield f"timeline, {entry.date}", Statement(statement.text, citations)


def place_of(section: Section) -> str:
    """Return where a section stands, for a reader: `3.2 “The Court”`, or the prologue's title."""
    if section.chapter == 0:
        return section.title
    return f"{section.chapter}.{section.number} “{section.title}”"
