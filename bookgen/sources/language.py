"""Tells English from Spanish by the commonest words of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from bookgen.models import Language

__all__ = ["common_share", "detect", "named"]


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_COMMON: Mapping[Language, frozenset[str]] = {
    "en": _set(
        "the of and to in a an that it is was were he she they we you i me my his her their our "
        "its for as with on be been at by this these those had has have not but are from or which "
        "one would all will there who him them so no when what if out up into do can could than "
        "then any your only other some may such upon shall must should over more about two"
    ),
    "es": _set(
        "el la los las de del y e a al en que un una unos unas se su sus lo le les con por para "
        "no es era fue son ser había ha han como más pero este esta estos estas ese esa o u si "
        "sin sobre ya cuando muy entre también desde hasta donde quien todo todos nos mi me yo él "
        "ella ellos porque dos años tras según durante"
    ),
}
_WORD = re.compile(r"[^\W\d_]+")
_NAMES: Mapping[str, Language] = {
    "english": "en",
    "inglés": "en",
    "ingles": "en",
    "spanish": "es",
    "español": "es",
    "espanol": "es",
    "castellano": "es",
    "eng": "en",
    "spa": "es",
}


def common_share(text: str, language: Language) -> float:
    """Return the share (0 to 1) of the words of `text` that are common words of `language`.

    Running prose has 0.35 to 0.6; lists of names, addresses and other languages less than 0.15.
    """
    words = _WORD.findall(text.casefold())
    if not words:
        return 0.0
    common = _COMMON[language]
    return sum(word in common for word in words) / len(words)


def detect(texts: Iterable[str], sample: int = 20_000) -> Language | None:
    """Return the language of the first `sample` characters of `texts`, None if it is neither."""
    parts: list[str] = []
    size = 0
    for text in texts:
        parts.append(text)
        size += len(text)
        if size >= sample:
            break
    joined = " ".join(parts)
    english, spanish = common_share(joined, "en"), common_share(joined, "es")
    # "a", "me" and "no" are common in both, and French or Italian shares some words of Spanish.
    if english >= 0.25 and english > 1.5 * spanish:
        return "en"
    if spanish >= 0.3 and spanish > 1.5 * english:
        return "es"
    return None


def named(name: str | None) -> Language | None:
    """Return the language that a work's own note ("en-GB", "Spanish") names, None for others."""
    if not name:
        return None
    folded = name.strip().casefold()
    code = re.split(r"[-_]", folded)[0]
    if code == "en":
        return "en"
    if code == "es":
        return "es"
    return _NAMES.get(folded)
