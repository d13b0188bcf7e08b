"""Compares every sentence of a book with the passages that it cites."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from bookgen.checks.manuscript import Manuscript
from bookgen.models import Language, Passage
from bookgen.text.quotations import Statement, fold, unquoted
from bookgen.text.sentences import split_sentences
from bookgen.text.support import Ground, unsupported

__all__ = ["Grounding", "ground"]


@dataclass(frozen=True, slots=True)
class Grounding:
    """How much of a book stands in the passages it cites.

    Of `sentences` that are quoted, `missing` are those that do not; `cut` are the quotations that
    begin or end within a sentence of their passage. Of sentences that are `told` in other words,
    `unsupported` are those with a date, number or name that their passages lack. All with their
    place.
    """

    sentences: int
    quotations: int
    missing: tuple[str, ...]
    cut: tuple[str, ...]
    told: int = 0
    unsupported: tuple[str, ...] = ()

    @property
    def coverage(self) -> float:
        """Share of the sentences, 0 to 1, that the passages they cite hold; 0 of none."""
        number = self.sentences + self.told
        return 1.0 - (len(self.missing) + len(self.unsupported)) / number if number else 0.0


@dataclass(frozen=True, slots=True)
class _Folded:
    """A passage ready to be searched: its folded text, and where its sentences start and end."""

    text: str
    starts: frozenset[int]
    ends: frozenset[int]


def ground(book: Manuscript, passages: Mapping[str, Passage]) -> Grounding:
    """Return how the book's sentences stand to the passages they cite, which are given by id.

    A sentence that is quoted counts as found where it is, letter for letter, in one of its
    passages; only white space and the kind of quotation marks may differ. One that is told in other
    words is supported where its passages have all its dates, numbers and names. A citation that is
    not in `passages` supports nothing.
    """

    @cache
    def folded(passage_id: str) -> _Folded:
        return _fold_passage(passages[passage_id].text, book.language)

    sentences = quotations = told = 0
    missing: list[str] = []
    cut: list[str] = []
    lacking: list[str] = []
    telling = _telling(book)
    for place, statement in book.statements():
        cited = [one for one in statement.citations if one in passages]
        parts = book.sentences(statement)
        if place in telling:
            told += len(parts)
            lacking += _unsupported(parts, [passages[one] for one in cited], book, place)
            continue
        evidence = [folded(one) for one in cited]
        sentences += len(parts)
        quotations += 1
        quotation = fold(unquoted(statement.text))
        if any(quotation in passage.text for passage in evidence):
            if not any(_is_whole(quotation, passage) for passage in evidence):
                cut.append(_shown(statement, place))
            continue
        missing += [
            f"{place}: {part}"
            for part in parts
            if not any(fold(part) in passage.text for passage in evidence)
        ]
    return Grounding(sentences, quotations, tuple(missing), tuple(cut), told, tuple(lacking))


def _telling(book: Manuscript) -> frozenset[str]:
    """Return the sections that tell in words of their own: most of their statements are no
    quotations. A model's text may hold a quotation, and a quoting one a line that was added."""
    own: Counter[str] = Counter()
    for place, statement in book.statements():
        quoted = unquoted(statement.text) != statement.text.strip()
        own[place] += -1 if quoted else 1
    return frozenset(place for place, balance in own.items() if balance > 0)


def _unsupported(
    sentences: Iterable[str], cited: list[Passage], book: Manuscript, place: str
) -> Iterator[str]:
    """Yield the sentences told in other words that state what the cited passages lack."""
    ground = Ground.of(cited, book.language, book.subject)
    for sentence in sentences:
        missing = unsupported(sentence, ground)
        if not cited:
            yield f"{place}: {sentence} (cites no passage)"
        elif missing:
            yield f"{place}: {sentence} ({', '.join(missing)})"


def _fold_passage(text: str, language: Language) -> _Folded:
    sentences = [fold(sentence.text) for sentence in split_sentences(text, language)]
    starts, ends, length = set(), set(), 0
    for sentence in sentences:
        starts.add(length)
        length += len(sentence)
        ends.add(length)
        length += 1
    return _Folded(" ".join(sentences), frozenset(starts), frozenset(ends))


def _is_whole(quotation: str, passage: _Folded) -> bool:
    return any(
        start in passage.starts and start + len(quotation) in passage.ends
        for start in _places(quotation, passage.text)
    )


def _places(part: str, text: str) -> Iterable[int]:
    place = text.find(part)
    while place >= 0:
        yield place
        place = text.find(part, place + 1)


def _shown(statement: Statement, place: str) -> str:
    return f"{place}: {statement.text}"
