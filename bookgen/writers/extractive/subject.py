"""The person a book is about: how their name and their own words are told."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from bookgen.models import Language, Source
from bookgen.text.words import fold_accents, words
from bookgen.writers.extractive.vocabulary import VOCABULARY

__all__ = ["Subject", "name_form"]


@dataclass(frozen=True)
class Subject:
    """The person: the folded words of the name that are told apart from common ones."""

    name: str
    language: Language

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

    def named_in(self, text: str) -> bool:
        """Whether the text has a part of the name, capitalised."""
        return any(word[0].isupper() and name_form(word) in self.tokens for word in words(text))

    def is_name(self, word: str) -> bool:
        """Whether a word, as it stands in a text, is a part of the name and no possessive."""
        return fold_accents(word.strip('.,;:!?()"“”«»')) in self.tokens

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
