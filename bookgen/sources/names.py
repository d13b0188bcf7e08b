"""A subject's name as words to search by."""

from __future__ import annotations

from bookgen.text.words import fold_accents, words

__all__ = ["name_words"]

# Not the stop words of a language: Will and May are names.
_PARTICLES = frozenset(
    "van von der den de del della di da du des la las los le el y e of the and zu zur d".split()
)
_MOST_WORDS = 12


def name_words(subject: str) -> tuple[str, ...]:
    """Return the words of a name, folded, without particles: ("ludwig", "beethoven").

    At most 12; each is of letters, digits and inner hyphens or apostrophes, so none is syntax of
    a query language where it stands between quotation marks. A name of particles keeps them.
    Empty where the subject has no word.
    """
    folded = dict.fromkeys(fold_accents(word) for word in words(subject))
    telling = [word for word in folded if word not in _PARTICLES]
    return tuple(telling or folded)[:_MOST_WORDS]
