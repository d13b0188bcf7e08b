"""Whether what a sentence states stands in the text it cites: its dates, numbers and names.

No model is asked. A sentence in other words than its passage passes; an invented year, sum or
person does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from bookgen.models import Language, PartialDate, Passage
from bookgen.text.dates import find_dates
from bookgen.text.names import find_names
from bookgen.text.words import fold_accents, words

__all__ = ["Ground", "unsupported"]

_NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)*(?!\w)")
_SEPARATOR = re.compile(r"[.,](?=\d{3}(?!\d))")
# A possessive's ending, and what French leaves out before a vowel: d'Allemagne.
_ADDED = re.compile(r"\A[dl]['’]|['’]s?\Z")
# Shorter words of a name are particles and initials.
_SHORTEST_NAME = 3


@dataclass(frozen=True)
class Ground:
    """What sentences may be drawn from: the cited passages, and what every reader knows of them
    (the subject's name, a letter's date, a heading). `dates` are those besides the texts' own."""

    texts: tuple[str, ...]
    language: Language
    dates: tuple[PartialDate, ...] = ()

    @classmethod
    def of(cls, passages: Iterable[Passage], language: Language, known: str) -> Ground:
        """Return the ground that passages are, with what is `known` everywhere: the subject."""
        cited = tuple(passages)
        return cls(
            texts=(known, *(part for one in cited for part in (one.text, one.heading or ""))),
            language=language,
            dates=tuple(one.date for one in cited if one.date is not None),
        )

    @cached_property
    def all_dates(self) -> frozenset[PartialDate]:
        found = (mention.date for text in self.texts for mention in find_dates(text, self.language))
        return frozenset(self.dates).union(found)

    @cached_property
    def all_numbers(self) -> frozenset[str]:
        return frozenset(number for text in self.texts for number in _numbers(text))

    @cached_property
    def all_words(self) -> frozenset[str]:
        return frozenset(_base(word) for text in self.texts for word in words(text))


def unsupported(sentence: str, ground: Ground) -> tuple[str, ...]:
    """Return the dates, numbers and names of a sentence that its ground lacks, as it has them.

    A date is found where the ground has it at least as precisely; a name where the ground has all
    its words, in any form of accents and capitals.
    """
    missing: list[str] = []
    spans: list[tuple[int, int]] = []
    for mention in find_dates(sentence, ground.language):
        spans.append((mention.start, mention.end))
        if not any(_says(known, mention.date) for known in ground.all_dates):
            missing.append(mention.text)
    rest = _without(sentence, spans)
    missing += [number for number in _numbers(rest) if number not in ground.all_numbers]
    for name in find_names(rest, ground.language):
        parts = [_base(part) for part in words(name) if len(part) >= _SHORTEST_NAME]
        if not ground.all_words.issuperset(parts):
            missing.append(name)
    return tuple(dict.fromkeys(missing))


def _says(known: PartialDate, told: PartialDate) -> bool:
    """Whether a date that is known says all that the told one says."""
    return known.year == told.year and told.month in (0, known.month) and told.day in (0, known.day)


def _numbers(text: str) -> Iterable[str]:
    """Yield numbers in one form: 1,000 and 1.000 are 1000."""
    for match in _NUMBER.finditer(text):
        yield _SEPARATOR.sub("", match[0])


def _base(word: str) -> str:
    """A word without accents and capitals, and without what is added to a name."""
    return _ADDED.sub("", fold_accents(word))


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    kept, end = [], 0
    for start, stop in spans:
        kept.append(text[end:start])
        end = stop
    return " ".join([*kept, text[end:]])
