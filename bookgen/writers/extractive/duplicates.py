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
from bookgen.writers.extractive.evidence import Evidence, Quotable
from bookgen.writers.extractive.vocabulary import VOCABULARY

__all__ = ["Duplicates", "find_duplicates"]

# Jaccard similarity of content words from which two sentences tell the same; shorter sentences
# are alike by chance.
SAME = 0.6
MIN_SAME_WORDS = 4


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Sentences that tell the same.

    `superfluous` are the places of those that another, better placed one makes so. `twins` has for
    a passage that begins with a sentence like one of another source, told alike or otherwise, that
    other passage: what follows is best read behind it.
    """

    superfluous: frozenset[int]
    twins: Mapping[int, int]


def find_duplicates(evidence: Evidence, worth: NDArray[np.float64]) -> Duplicates:
    """Return the duplicates of a corpus; of two, that of the passage of less worth is superfluous.

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
    texts = [evidence.sentences[place].tokens for place in places]
    for left, right, _ in near_duplicates(texts, threshold=SAME):
        first, second = places[left], places[right]
        if first in dropped or second in dropped:
            continue
        if worth[evidence.sentences[first].passage] < worth[evidence.sentences[second].passage]:
            first, second = second, first
        one, other = evidence.sentences[first], evidence.sentences[second]
        if _facts(evidence, one) == _facts(evidence, other):
            dropped.add(second)
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
    return Duplicates(frozenset(dropped), twins)


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
