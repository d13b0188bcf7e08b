"""Which sentences of different sources say the same, and which of them contradict each other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bookgen.models import PartialDate
from bookgen.text.similarity import near_duplicates
from bookgen.text.words import fold_accents, words
from bookgen.writers.extractive.evidence import Evidence, Opening, Quotable
from bookgen.writers.extractive.vocabulary import VOCABULARY

__all__ = ["Duplicates", "find_duplicates"]

# Jaccard similarity of content words from which two sentences tell the same; shorter sentences
# are alike by chance.
SAME = 0.6
MIN_SAME_WORDS = 4
# From here on a reader takes two sentences for one, though they differ in a fact.
NEARLY = 0.75


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Sentences that tell the same.

    `superfluous` are the places of those that another, better placed one makes so. `twins` has for
    a passage that begins with a sentence like one of another source, told alike or otherwise, that
    other passage: what follows is best read behind it.
    """

    superfluous: frozenset[int]
    twins: Mapping[int, int]
    rivals: tuple[tuple[int, int], ...] = ()
    """Passages, the less worthy first, of two sources, with sentences that are nearly the
    same and both stay."""


def find_duplicates(evidence: Evidence, worth: NDArray[np.float64]) -> Duplicates:
    """Return the duplicates of a corpus. Of two, that one is superfluous on which less leans of
    what follows it, or else that of the passage of less worth.

    Sentences that agree in words but not in a number, a date or a negation contradict each other:
    both stay.
    """
    places = [
        place
        for place, sentence in enumerate(evidence.sentences)
        if sentence.usable and len(set(sentence.tokens)) >= MIN_SAME_WORDS
    ]
    dropped: set[int] = set()
    twins: dict[int, int] = {}
    rivals: list[tuple[int, int]] = []
    texts = [evidence.sentences[place].tokens for place in places]
    for left, right, alike in near_duplicates(texts, threshold=SAME):
        first, second = places[left], places[right]
        if first in dropped or second in dropped:
            continue
        one, other = evidence.sentences[first], evidence.sentences[second]
        same = _facts(evidence, one) == _facts(evidence, other)
        loss = (_leaning_on(evidence, one), _leaning_on(evidence, other)) if same else (0, 0)
        if (loss[0], worth[one.passage]) < (loss[1], worth[other.passage]):
            first, second, one, other = second, first, other, one
        if same:
            dropped.add(second)
            dropped.update(_lost_with(evidence, one, second))
        elif alike >= NEARLY and _of_two_sources(evidence, one, other):
            rivals.append((other.passage, one.passage))
        if _of_two_sources(evidence, one, other) and _opens(evidence, other):
            twins.setdefault(other.passage, one.passage)
    # A few words ("Farewell, my dear friend.") are too short to be alike, not to be the same.
    seen: set[str] = set()
    for place, sentence in enumerate(evidence.sentences):
        if not sentence.usable or place in dropped:
            continue
        key = " ".join(fold_accents(word) for word in words(sentence.text))
        if key in seen:
            dropped.add(place)
        seen.add(key)
    return Duplicates(frozenset(dropped), twins, tuple(rivals))


def _leaning_on(evidence: Evidence, sentence: Quotable) -> int:
    """Return how much the sentence behind this one loses without it, 0 to 3: what has a date of
    its own hardly anything, what refers to it everything."""
    following = evidence.by_passage[sentence.passage][sentence.place + 1 :][:1]
    if not following or not following[0].usable:
        return 0
    if following[0].opening is Opening.LEANS:
        return 3
    if following[0].opening is Opening.FOLLOWS:
        return 2
    return int(not following[0].dates)


def _lost_with(evidence: Evidence, kept: Quotable, place: int) -> list[int]:
    """Return the sentences that go with a superfluous one at the head of its passage: those
    without a date of their own, where what is read in its place goes on to other times."""
    gone = evidence.sentences[place]
    behind = evidence.by_passage[kept.passage][kept.place + 1 :]
    if not _opens(evidence, gone) or not any(one.dates for one in behind):
        return []
    lost: list[int] = []
    for one in evidence.by_passage[gone.passage][gone.place + 1 :]:
        if one.dates:
            break
        lost.append(place + one.place - gone.place)
    return lost


_NUMBER = re.compile(r"\d+")


def _facts(
    evidence: Evidence, sentence: Quotable
) -> tuple[frozenset[str], frozenset[PartialDate], frozenset[str]]:
    """Return what two sentences on the same thing can differ in: numbers, dates, negations."""
    vocabulary = VOCABULARY[evidence.subject.language]
    found = frozenset(fold_accents(word) for word in words(sentence.text))
    return (
        frozenset(map(str, _NUMBER.findall(sentence.text))) | (found & vocabulary.numbers),
        frozenset(mention.date for mention in sentence.dates),
        found & vocabulary.negations,
    )


def _of_two_sources(evidence: Evidence, one: Quotable, other: Quotable) -> bool:
    passages = evidence.corpus.passages
    return passages[one.passage].source_id != passages[other.passage].source_id


def _opens(evidence: Evidence, sentence: Quotable) -> bool:
    """Whether it is the first sentence of its passage that can be quoted."""
    return not any(one.usable for one in evidence.by_passage[sentence.passage][: sentence.place])
