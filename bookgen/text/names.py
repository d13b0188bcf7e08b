"""Proper names: capitalised words in a row, with the particles that join them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bookgen.models import Language
from bookgen.text.dates import MONTHS
from bookgen.text.words import STOP_WORDS, fold_accents

__all__ = ["find_names"]

_CAPITALISED = r"[^\W\d_a-zà-öø-ÿ][^\W\d_]*(?:['’-][^\W\d_]+)*"
_PARTICLE = r"(?:van|von|der|den|de|del|della|di|da|du|la|las|los|le|y|e|of|the|zu|zur|d['’])"
_TITLE = r"(?:Mr|Mrs|Ms|Dr|St|Sr|Sra|Mme|Prof|Rev|Capt|Col|Gen|[^\W\d_a-zà-öø-ÿ])\."
_NAME = re.compile(
    rf"(?<!\w)(?:{_TITLE} )*{_CAPITALISED}"
    rf"(?:(?: {_PARTICLE}){{0,3}} (?:{_TITLE} ?)*{_CAPITALISED})*"
)
_SENTENCE_START = re.compile(r"(?:\A|[.!?…:;][\"'”’»)\]]*\s+|\n\s*)[\"'“‘«(\[¿¡—]*\Z")
_WEEKDAYS: dict[Language, frozenset[str]] = {
    "en": frozenset("monday tuesday wednesday thursday friday saturday sunday".split()),
    "es": frozenset("lunes martes miercoles jueves viernes sabado domingo".split()),
}
# Capitalised by custom or by position, and no names.
_COMMON: dict[Language, frozenset[str]] = {
    "en": frozenset(
        "god sir madam dear lord oh ah yes no alas dr mr mrs chapter letter volume op".split()
    ),
    "es": frozenset("dios señor señora don doña oh ah si no capitulo carta tomo op".split()),
}


def find_names(text: str, language: Language) -> list[str]:
    """Return the names in order, with repetitions: "Ludwig van Beethoven", "Juan de Herrera".

    A single capitalised word at the start of a sentence counts only where the text has it
    capitalised inside a sentence too. Months and weekdays are no names.
    """
    found = list(_candidates(text, language))
    inside = {word for name, at_start in found if not at_start for word in name.split()}
    return [name for name, at_start in found if not at_start or " " in name or name in inside]


def _candidates(text: str, language: Language) -> Iterator[tuple[str, bool]]:
    """Yield names, and whether each stands at the start of a sentence."""
    for match in _NAME.finditer(text):
        parts = match[0].split()
        at_start = bool(_SENTENCE_START.search(text[max(0, match.start() - 8) : match.start()]))
        while parts and _is_common(parts[0], language):
            parts = parts[1:]
            while parts and parts[0][0].islower():
                parts = parts[1:]
            at_start = False
        while parts and _is_common(parts[-1], language):
            parts = parts[:-1]
            while parts and parts[-1][0].islower():
                parts = parts[:-1]
        name = re.sub(r"['’]s\Z", "", " ".join(parts))
        if len(name) > 2 and not name.isupper():
            yield name, at_start


def _is_common(word: str, language: Language) -> bool:
    folded = fold_accents(word)
    return (
        folded in STOP_WORDS[language]
        or folded in MONTHS[language]
        or folded in _WEEKDAYS[language]
        or folded in _COMMON[language]
    )
