"""Headings: what is one in plain text, and how it reads as a title."""

from __future__ import annotations

import re

from bookgen.sources import inline

__all__ = ["is_numeral", "is_uppercase", "title_of"]

_ROMAN = r"(?=[IVXLC])(?:C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"
_LABEL = re.compile(
    r"(?:chapter|chap\.?|capítulo|capitulo|cap\.?|book|libro|part|parte|section|letter|carta)\s+"
    rf"(?:the\s+)?(?:{_ROMAN}|\d{{1,3}}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|"
    r"twelve|first|second|third|fourth|fifth|last|primer[oa]?|segund[oa]|tercer[oa]?|cuart[oa]|"
    r"uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|última?)\b\s*[.:,)—–-]*\s*"
    r"|(?:first|second|third|fourth|fifth|last|primera|segunda|tercera|cuarta)\s+(?:part|parte)\b"
    r"\s*[.:,—–-]*\s*",
    re.IGNORECASE,
)
_NUMERAL = re.compile(rf"(?:{_ROMAN}|\d{{1,3}})(?:[.):]|\s*[—–-])\s*")
_ONLY_NUMERAL = re.compile(rf"\W*(?:{_ROMAN}|\d{{1,4}})\W*\Z", re.IGNORECASE)
_ENDS_ABBREVIATED = re.compile(r"\b(?:Co|Esq|Jr|Sr|Inc|etc)\.\W*\Z", re.IGNORECASE)
_SMALL = frozenset(
    "a an and as at but by for from in into nor of off on onto or over the to up with "
    "van von der den de del della di da du des la le les el los las y e o en con por para un una "
    "al zu zur zum und et".split()
)
_TELLING = 200
_WORD = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)*")
_KEPT = re.compile(r"(?:X{1,3}(?:IX|IV|V?I{0,3})|IX|IV|VI{0,3}|I{2,3})\Z")


def is_uppercase(text: str) -> bool:
    """Whether `text` has letters, is mostly letters, and they are capitals (a few may not be,
    as the c in "McKAY")."""
    text = text[:_TELLING]
    letters = sum(map(str.isalpha, text))
    if letters < 2 or letters * 2 < len(text.replace(" ", "")):
        return False
    return sum(map(str.isupper, text)) >= 0.9 * letters


def is_numeral(text: str) -> bool:
    """Whether `text` is nothing but a roman or arabic number, as of a page or a chapter."""
    return bool(_ONLY_NUMERAL.match(text))


def title_of(heading: str) -> str | None:
    """Return a heading as a title: its number and label gone, capitals set as in a title.

    None where nothing but a number or a label was there.
    """
    text = inline.clean(heading).strip(" .:—–-*")
    if is_numeral(text):
        return None
    text = _LABEL.sub("", text, count=1) if _LABEL.match(text) else text
    text = _NUMERAL.sub("", text, count=1) if _NUMERAL.match(text) else text
    stopped = bool(_ENDS_ABBREVIATED.search(text) or _ENDS_ABBREVIATED.search(heading.strip()))
    text = text.strip(" .:,;—–-*") + ("." if stopped else "")
    if not any(character.isalpha() for character in text) or is_numeral(text):
        return None
    return _title_case(text) if is_uppercase(text) else text


def _title_case(text: str) -> str:
    place = 0

    def cased(match: re.Match[str]) -> str:
        nonlocal place
        place += 1
        word = match[0]
        follows_stop = text[: match.start()].rstrip().endswith((":", "!", "?", "—"))
        if _KEPT.match(word):
            return word
        if word.casefold() in _SMALL and place > 1 and not follows_stop:
            dotted = text[match.end() : match.end() + 1] == "."
            return word if dotted and len(word) == 1 else word.lower()
        return word[0].upper() + word[1:].lower()

    return _WORD.sub(cased, text)
