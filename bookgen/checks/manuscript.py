"""A book as the checks see it: sections taken apart into paragraphs, statements and sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from bookgen.models import Biography, BookFile, GlossaryEntry, Language, Section, TimelineEntry
from bookgen.text.quotations import Statement, paragraphs, statements, unquoted
from bookgen.text.sentences import split_sentences
from bookgen.text.words import count_words

__all__ = ["Line", "Manuscript"]


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of the book: where it stands, without the quotation marks around it.

    `chapter` is 0 for the prologue, and None for the lists behind the chapters.
    """

    text: str
    chapter: int | None
    place: str


@dataclass(frozen=True)
class Manuscript:
    """The written parts of a book and what was asked for. The prologue, the introductions and the
    epilogue are among the sections."""

    subject: str
    language: Language
    asked: int
    sections: tuple[Section, ...]
    timeline: tuple[TimelineEntry, ...]
    glossary: tuple[GlossaryEntry, ...]

    @classmethod
    def of(cls, book: Biography | BookFile) -> Manuscript:
        """Return the manuscript of a book."""
        brief = book.brief
        return cls(
            brief.subject, brief.language, brief.words, book.parts, book.timeline, book.glossary
        )

    @property
    def entries(self) -> Iterator[tuple[str, TimelineEntry | GlossaryEntry]]:
        """The entries of the lists behind the chapters, each with its place in words."""
        for dated in self.timeline:
            yield f"timeline, {dated.date}", dated
        for defined in self.glossary:
            yield f"glossary, {defined.term}", defined

    @cached_property
    def words(self) -> int:
        """Words of the sections; headings, timeline and glossary do not count."""
        return sum(count_words(section.text) for section in self.sections)

    @cached_property
    def paragraphs(self) -> tuple[tuple[str, tuple[Statement, ...]], ...]:
        """Paragraphs of the sections: the place in words, the statements."""
        return tuple(
            (place_of(section), tuple(statements(paragraph)))
            for section in self.sections
            for paragraph in paragraphs(section.text)
        )

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Every sentence of the book in order, those of the lists last."""
        return tuple(self._lines())

    def _lines(self) -> Iterator[Line]:
        for section in self.sections:
            for paragraph in paragraphs(section.text):
                for statement in statements(paragraph):
                    for text in self.sentences(statement):
                        yield Line(text, section.chapter, place_of(section))
        for place, entry in self.entries:
            for statement in statements(entry.text):
                for text in self.sentences(statement):
                    yield Line(text, None, place)

    def sentences(self, statement: Statement) -> list[str]:
        """Return the sentences of a statement, without the quotation marks around it."""
        text = unquoted(statement.text)
        return [sentence.text for sentence in split_sentences(text, self.language)]

    def statements(self) -> Iterator[tuple[str, Statement]]:
        """Yield every statement of the book, those of the lists last, with its place in words.

        What stands in a list's entry without a citation of its own cites the entry's passage.
        """
        for place, parts in self.paragraphs:
            for statement in parts:
                yield place, statement
        for place, entry in self.entries:
            for statement in statements(entry.text):
                citations = statement.citations or ((entry.passage,) if entry.passage else ())
                yield place, Statement(statement.text, citations)


def place_of(section: Section) -> str:
    """Return where a section stands, for a reader: `3.2 “The Court”`, `3, introduction`, or the
    prologue's title."""
    if section.chapter == 0:
        return section.title
    if section.number == 0:
        return f"{section.chapter}, introduction"
    return f"{section.chapter}.{section.number} “{section.title}”"
