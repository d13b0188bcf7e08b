"""The person a book is about: how their name and their own words are told."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile

from bookgen.models import Language, Source
from bookgen.text.words import STOP_WORDS, fold_accents, words
from bookgen.writers.extractive.vocabulary import VOCABULARY

__all__ = ["Subject", "is_variant", "name_form"]


@dataclass(frozen=True)
class Subject:
    """The person: the folded words of the name that are told apart from common ones.

    `aliases` are the folded words of other names of theirs, as one has by birth or by marriage.
    """

    name: str
    language: Language
    aliases: frozenset[str] = frozenset()

    @cached_property
    def tokens(self) -> frozenset[str]:
        folded = [fold_accents(word) for word in words(self.name)]
        return frozenset(
            word for word in folded if len(word) > 2 and word not in _PARTICLES
        ) or frozenset(folded)

    @cached_property
    def surname(self) -> str:
        return next(
            (
                folded
                for word in reversed(words(self.name))
                if (folded := fold_accents(word)) in self.tokens
            ),
            "",
        )

    @cached_property
    def given(self) -> str:
        """The given name, folded; "" where the name has but one word."""
        folded = [word for one in words(self.name) if (word := fold_accents(one)) in self.tokens]
        return folded[0] if len(folded) > 1 else ""

    @cached_property
    def names(self) -> frozenset[str]:
        """Folded words of all the names."""
        return self.tokens | self.aliases

    def named_in(self, text: str) -> bool:
        """Whether the text has a part of the name, capitalised.

        A family has a birth name in common, so that behind another given name it is not theirs.
        """
        before = ""
        for word in words(text):
            if word[0].isupper():
                plain = name_form(word)
                if plain in self.tokens:
                    return True
                if plain in self.aliases and not self._is_other_given_name(before):
                    return True
            before = word
        return False

    def _is_other_given_name(self, word: str) -> bool:
        plain = fold_accents(word)
        return (
            word[:1].isupper()
            and plain not in self.names
            and plain not in STOP_WORDS[self.language]
            and plain not in VOCABULARY[self.language].titles
        )

    def is_name(self, word: str) -> bool:
        """Whether a word, as it stands in a text, is a part of the name and no possessive."""
        return fold_accents(word.strip('.,;:!?()"“”«»')) in self.names

    def wrote(self, source: Source) -> bool:
        """Whether the source is the person's own words: by its author, or by its title, where the
        author named may be who translated or edited it ("Beethoven's Letters")."""
        author = {name_form(word) for word in words(source.author or "")}
        if self.surname in author:
            # Relatives have the surname too, but other given names.
            given = {word for word in author - {self.surname} if len(word) > 2} - _PARTICLES
            return not given or bool(given & self.tokens)
        title = {name_form(word) for word in words(source.title)}
        return self.surname in title and bool(title & VOCABULARY[self.language].own_works)


_PARTICLES = frozenset("van von der den del las los the and des dos".split())


def name_form(word: str) -> str:
    """Return a word folded and without the ending of the possessive."""
    return fold_accents(word.replace("’", "'")).removesuffix("'s")


# "Maria" and "Marie" begin alike for so long, and end otherwise in so few letters.
ALIKE, OTHERWISE = 4, 2


def is_variant(one: str, other: str) -> bool:
    """Whether two folded given names are forms of one name."""
    alike = sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    )
    return one == other or (alike >= ALIKE and max(len(one), len(other)) - alike <= OTHERWISE)
