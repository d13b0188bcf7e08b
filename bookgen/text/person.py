"""Which names in a text can be those of one person, and which are a relative's or a namesake's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from bookgen.text.words import STOP_WORDS, fold_accents, words

__all__ = ["NAME", "Person", "tokens_of"]

_CAPITALISED = r"[^\W\d_a-zà-öø-ÿ][^\W\d_]*(?:['’-][^\W\d_]+)*"
_INITIAL = r"[^\W\d_a-zà-öø-ÿ]\."
_TITLED = r"(?:Mr|Mrs|Ms|Dr|St|Sr|Sra|Mme|Mlle|Prof|Rev|Capt|Col|Gen|Jr)\."
_PART = rf"(?:{_TITLED}|{_INITIAL}|{_CAPITALISED})"
_JOIN = r"(?: (?:van|von|der|den|de|del|della|di|da|du|la|las|los|le|the|el|zu|y|e))"
# A pattern for a name, its particles and titles with it: "Mrs. Franklin", "Ramón y Cajal".
NAME = rf"(?<![\w.])(?:{_PART})(?:{_JOIN}{{0,2}} {_PART})*"

_PARTICLES = frozenset("van von der den de del della di da du la las los le zu y e the el".split())
_GENERATIONS = frozenset("jr sr".split())
# "The Beethoven" is not the person, but a ship or a club.
_ARTICLES = frozenset("The El La Los Las Le".split())
_STOP_WORDS = STOP_WORDS["en"] | STOP_WORDS["es"]
# A given name is told so seldom, against the surname, of one who goes by that.
_SELDOM = 0.1
# Forms of one given name begin alike for so long: "Marie", "Maria".
_ALIKE = 4


@dataclass(frozen=True)
class Person:
    """A person by name. `aliases` are folded words of other names, as one has by birth. Of one who
    `goes_by_surname` the surname alone is told: "Mozart" is Wolfgang, but not Leopold."""

    name: str
    aliases: frozenset[str] = frozenset()
    goes_by_surname: bool = True

    @cached_property
    def tokens(self) -> frozenset[str]:
        """The folded words of the name, without particles."""
        return frozenset(tokens_of(self.name)) or frozenset(map(fold_accents, words(self.name)))

    @cached_property
    def surname(self) -> str:
        """The last word of the name, folded, but for "Jr." or "Sr."."""
        parts = [part for part in tokens_of(self.name) if part not in _GENERATIONS]
        return parts[-1] if parts else ""

    @cached_property
    def given(self) -> str:
        """The first word of the name, folded; "" where it has but one."""
        parts = tokens_of(self.name)
        return parts[0] if len(parts) > 1 else ""

    def is_named(self, name: str) -> bool:
        """Whether a name is the person's in full: the given name and the surname, or one of birth,
        and no word that is not theirs. Where the person has one name only, it is that."""
        parts = tokens_of(name)
        if not parts or not all(self._is_own(part) for part in parts):
            return False
        if not self.given:
            return True
        # An initial and the surname may be a brother's.
        surnames = self.aliases | {self.surname}
        return any(map(self._is_given, parts)) and any(
            part in surnames and not self._is_given(part) for part in parts
        )

    def is_named_in_short(self, name: str) -> bool:
        """Whether a name is a shorter form of the person's: the surname, or the given name. Others
        may bear it."""
        parts = tokens_of(name)
        if not parts or not set(parts) <= self.tokens:
            return False
        if parts == [self.given]:
            return True
        return parts[-1] == self.surname and (self.goes_by_surname or len(parts) > 1)

    def is_mentioned(self, text: str) -> bool:
        """Whether a text has the person's surname, or somebody else's who has the same."""
        return any(
            word[0].isupper() and _without_possessive(word) == self.surname for word in words(text)
        )

    def is_titled(self, title: str) -> bool:
        """Whether a work's title names the person, in full or by the surname that they go by."""
        found = [match["before"] for match in self._with_surname.finditer(title)]
        owned = [one for one in found if one and self._is_own(fold_accents(one))]
        bare = [one for one in found if not one or fold_accents(one) in _STOP_WORDS]
        return bool(owned) or (bool(bare) and self.goes_by_surname)

    def is_told_by_surname(self, texts: Iterable[str]) -> bool:
        """Whether the surname alone stands for the person in these texts: nobody else bears it, or
        it stands there far more often than the given name. A relative of whoever goes by the
        surname is told apart by the given name."""
        if not self.given:
            return True
        given = re.compile(rf"\b{_as_written(self.name, self.given)}\b")
        bare = by_given = others = 0
        for text in texts:
            by_given += len(given.findall(text))
            for match in self._with_surname.finditer(text):
                before = fold_accents(match["before"] or "")
                if not before or before in _STOP_WORDS:
                    bare += 1
                elif not self._is_own(before):
                    others += 1
        return not others or by_given <= _SELDOM * bare

    @cached_property
    def _with_surname(self) -> re.Pattern[str]:
        """Finds the surname, and the capitalised word before it."""
        if not self.surname:
            return re.compile(r"(?P<before>(?!))")
        written = _as_written(self.name, self.surname)
        return re.compile(
            rf"(?:(?<!\w)(?P<before>{_CAPITALISED}){_JOIN}{{0,2}} )?(?<!\w){written}"
            r"(?=['’]s\b|['’]?(?!\w))"
        )

    def has_namesake(self, text: str) -> bool:
        """Whether a text names somebody else by a word of the person's name: "Irène Curie"."""
        for match in _FULL_NAME.finditer(text):
            parts = tokens_of(match[0])
            # "When Beethoven came" names nobody else.
            while parts and parts[0] in _STOP_WORDS:
                parts = parts[1:]
            shared = self.tokens.intersection(parts)
            if shared and not all(self._is_own(part) for part in parts):
                return True
        return False

    def _is_own(self, part: str) -> bool:
        if part in self.tokens or part in self.aliases or self._is_given(part):
            return True
        return len(part) == 1 and any(token.startswith(part) for token in self.tokens)

    def _is_given(self, part: str) -> bool:
        if part == self.given:
            return True
        # The variant of a given name differs in its last letter: "Marie" and "Maria".
        alike = len(part) == len(self.given) > _ALIKE and part[:-1] == self.given[:-1]
        return alike and {part[-1], self.given[-1]} <= set("aeiy")


_FULL_NAME = re.compile(NAME)


def tokens_of(name: str) -> list[str]:
    """Return the words of a name, folded, without particles. A possessive keeps its ending: it
    names somebody's something."""
    return [
        folded
        for word in words(name)
        if (folded := _folded(word)) not in _PARTICLES or word in _ARTICLES
    ]


def _as_written(name: str, folded: str) -> str:
    """A pattern for a word of a name as texts write it."""
    word = next(word for word in words(name) if _folded(word) == folded)
    return re.sub("['’]", "['’]", re.escape(word[0].upper() + word[1:]))


def _folded(word: str) -> str:
    return fold_accents(word.replace("’", "'"))


def _without_possessive(word: str) -> str:
    return _folded(word).removesuffix("'").removesuffix("'s")
