"""Who is who in a corpus: the subject's other names, and which names are those of other people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from bookgen.text.names import find_names
from bookgen.text.words import fold_accents, words
from bookgen.writers.extractive.subject import Subject, is_variant
from bookgen.writers.extractive.vocabulary import VOCABULARY

if TYPE_CHECKING:
    from bookgen.writers.extractive.evidence import Evidence

__all__ = ["People", "other_names"]

# Between a name and what joins it to another name of the same person stand so many characters.
NEAR = 45
# A person is told of as doing something: their name begins so many sentences.
MIN_BEGUN = 2
# Behind "the" so often, a name is an institution's or a rank; behind "in" or "at", a place's.
WITH_ARTICLE = 0.4
PLACE = 0.3


def other_names(subject: Subject, sentences: Iterable[str]) -> frozenset[str]:
    """Return the folded words of other names that sentences give the subject: "Marie Curie was
    born Maria Sklodowska", "Samuel Clemens, known as Mark Twain"."""
    vocabulary = VOCABULARY[subject.language]
    found: set[str] = set()
    for text in sentences:
        for match in vocabulary.equating.finditer(text):
            for one, other in _joined(text, match, subject):
                if subject.named_in(one) and not subject.tokens >= set(_folded(other)):
                    found.update(
                        word
                        for word in _folded(other)
                        if len(word) > 2 and word not in vocabulary.ranks
                    )
    return frozenset(found - subject.tokens)


def _joined(text: str, match: re.Match[str], subject: Subject) -> Iterator[tuple[str, str]]:
    """Yield both ways round the names on either side of an equating word."""
    before = text[: match.start()]
    behind = text[match.end() :]
    left = find_names(before, subject.language)
    right = find_names(f"x {behind}", subject.language)
    if not left or not right or not behind.lstrip(" “\"'‘«").startswith(right[0]):
        return
    if len(before) - before.rindex(left[-1]) - len(left[-1]) > NEAR:
        return
    # Only a whole name is given to somebody: "born German" is none.
    if len(right[0].split()) < 2:
        return
    yield left[-1], right[0]
    yield right[0], left[-1]


@dataclass(frozen=True, eq=False)
class People:
    """Tells other people's names from those of places, institutions, works and the subject."""

    subject: Subject
    common: frozenset[str]
    parts: frozenset[str]
    """Folded words of names of two words and more, and of names that carry a title."""

    @classmethod
    def of(cls, evidence: Evidence) -> People:
        """Return the people of a corpus."""
        titles = VOCABULARY[evidence.subject.language].titles
        parts: set[str] = set()
        for names in evidence.names:
            for name in set(names):
                if " " in name:
                    parts.update(_folded(name))
        for passage in evidence.corpus.passages:
            for before, word in pairwise(words(passage.text)):
                if word[0].isupper() and fold_accents(before) in titles:
                    parts.add(fold_accents(word))
        return cls(evidence.subject, evidence.common, frozenset(parts))

    def is_other(self, name: str, sentences: Sequence[str]) -> bool:
        """Whether a name, as found in these sentences, is that of a person other than the
        subject: it is, or is part of, a full name, and they tell what its bearer does."""
        folded = _folded(name)
        vocabulary = VOCABULARY[self.subject.language]
        if self.subject.named_in(name) or is_variant(folded[0], self.subject.given):
            return False
        if any(word in self.common or word in vocabulary.ranks for word in folded):
            return False
        if not all(word in self.parts for word in folded if len(word) > 3):
            return False
        begun = sum(text.startswith(name) or f" {name} " in text[:BEGINNING] for text in sentences)
        if begun < MIN_BEGUN:
            return False
        behind = [
            fold_accents(match)
            for text in sentences
            for match in re.findall(rf"(\w+)\s+{re.escape(name)}\b", text)
        ]
        named = max(sum(text.count(name) for text in sentences), 1)
        articles = sum(word in vocabulary.definite for word in behind)
        places = sum(word in vocabulary.locatives for word in behind)
        return articles < WITH_ARTICLE * named and places < PLACE * max(len(behind), 1)


# A name that acts stands in so many of the first characters of a sentence.
BEGINNING = 40


def _folded(name: str) -> list[str]:
    return [fold_accents(word).removesuffix("'s") for word in words(name)]
