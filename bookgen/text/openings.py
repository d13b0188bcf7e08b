"""Whether a text opens with a word that points back to something said before."""

from __future__ import annotations

import re

from bookgen.models import Language

__all__ = ["points_back"]

_POINTING_BACK: dict[Language, frozenset[str]] = {
    "en": frozenset(
        "he him his she her hers it its they them their theirs this these those".split()
    ),
    "es": frozenset(
        "él ella ello ellos ellas su sus suyo suya suyos suyas éste ésta éstos éstas ése ésa ésos "
        "ésas aquél aquélla aquéllos aquéllas este esta esto estos estas eso".split()
    ),
}
_FIRST_WORD = re.compile(r"[^\W\d_]+")
# "It was seldom that ..." refers to what follows.
_EXPLETIVE = re.compile(
    r"\W*it (?:is|was|took|seems|seemed|(?:may|must|might|would|will|has|had|cannot) )"
    r"[^.;:!?]{0,80}?\b(?:that|to|who|when|until)\b",
    re.IGNORECASE,
)


def points_back(text: str, language: Language) -> bool:
    """Return whether the first word is a pronoun or a demonstrative: nothing stands before it that
    it could refer to."""
    if language == "en" and _EXPLETIVE.match(text):
        return False
    first = _FIRST_WORD.search(text)
    return first is not None and first[0].casefold() in _POINTING_BACK[language]
