"""Compares every sentence of a book with the passages that it cites."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from bookgen.checks.manuscript import Manuscript
from bookgen.models import Language, Passage
from bookgen.text.quotations import Statement, fold, unquoted
from bookgen.text.sentences import split_sentences

__all__ = ["Grounding", "ground"]


@dataclass(frozen=True, slots=True)
class Grounding:
    """How much of a book stands in the passages it cites.

    `missing` are the sentences that do not, `cut` the quotations that begin or end within a
    sentence of their passage; both with their place.
    """

    sentences: int
    quotations: int
    missing: tuple[str, ...]
    cut: tuple[str, ...]

    @property
    def coverage(self) -> float:
        """Share of the sentences, 0 to 1, that are found in a passage they cite; 0 of none."""
        return 1.0 - len(self.missing) / self.sentences if self.sentences else 0.0


@dataclass(frozen=True, slots=True)
class _Folded:
    """A passage ready to be searched: its folded text, and where its sentences start and end."""

    text: str
    starts: frozenset[int]
    ends: frozenset[int]


def ground(book: Manuscript, passages: Mapping[str, Passage]) -> Grounding:
    """Return how the book's sentences stand to the passages they cite, which are given by id.

    A sentence counts as found where it is, letter for letter, in one of its passages; only white
    space and the kind of quotation marks may differ. A citation that is not in `passages` supports
    nothing.
    """

    @cache
    def folded(passage_id: str) -> _Folded:
        return _fold_passage(passages[passage_id].text, book.language)

    sentences = quotations = 0
    missing: list[str] = []
    cut: list[str] = []
    for place, statement in book.statements():
        evidence = [folded(cited) for cited in statement.citations if cited in passages]
        parts = book.sentences(statement)
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
    return Grounding(sentences, quotations, tuple(missing), tuple(cut))


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
