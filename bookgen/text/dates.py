"""Dates that a text mentions, in English and Spanish, as precisely as it says them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bookgen.models import Language, PartialDate

__all__ = ["MONTHS", "DateMention", "find_dates", "part_of_period"]


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date and where the text says it: `text == source[start:end]`."""

    date: PartialDate
    start: int
    end: int
    text: str


MONTHS: dict[Language, dict[str, int]] = {
    "en": {
        name: number
        for number, names in enumerate(
            (
                "january jan", "february feb febr", "march mar", "april apr", "may", "june jun",
                "july jul", "august aug", "september sept sep", "october oct", "november nov",
                "december dec",
            ),
            1,
        )
        for name in names.split()
    },
    "es": {
        name: number
        for number, names in enumerate(
            (
                "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto",
                "septiembre setiembre", "octubre", "noviembre", "diciembre",
            ),
            1,
        )
        for name in names.split()
    },
}  # fmt: skip

_ANY_YEAR = re.compile(r"1\d{3}|20\d{2}")
_YEAR = r"(?P<year>1\d{3}|20\d{2})"
_DAY = r"(?P<day>[0-3]?\d)"
_NO_DIGIT = r"(?<![\d.,/$£€-])"
_YEAR_END = r"(?:[-–](?:1\d{3}|20\d{2}|\d\d)\b|(?![.,/–-]?\d))"


def _alternatives(language: Language) -> str:
    # The longest first, so that "sept" does not stop at "sep".
    return "|".join(sorted(MONTHS[language], key=len, reverse=True))


_FULL: dict[Language, tuple[re.Pattern[str], ...]] = {
    "en": (
        re.compile(
            rf"\b(?P<month>{_alternatives('en')})\b\.?,? (?:the )?{_DAY}(?:st|d|nd|rd|th)?,? "
            rf"(?:of |in )?{_YEAR}{_YEAR_END}",
            re.IGNORECASE,
        ),
        re.compile(
            rf"{_NO_DIGIT}\b{_DAY}(?:st|d|nd|rd|th)?(?: day)?(?: of)?,? "
            rf"(?P<month>{_alternatives('en')})\b\.?,? (?:of |in )?{_YEAR}{_YEAR_END}",
            re.IGNORECASE,
        ),
        re.compile(
            rf"\b(?P<month>{_alternatives('en')})\b\.?,? (?:of |in )?{_YEAR}{_YEAR_END}",
            re.IGNORECASE,
        ),
    ),
    "es": (
        re.compile(
            rf"{_NO_DIGIT}\b(?:{_DAY}|(?P<first>primero|1\.?º)) de (?P<month>{_alternatives('es')})"
            rf",? (?:de |del (?:año )?)?{_YEAR}{_YEAR_END}",
            re.IGNORECASE,
        ),
        re.compile(
            rf"\b(?P<month>{_alternatives('es')}),? (?:de |del (?:año )?)?{_YEAR}{_YEAR_END}",
            re.IGNORECASE,
        ),
    ),
}

# A lone number of four digits is a year only where its surroundings read like it.
_BARE_YEAR = re.compile(rf"{_NO_DIGIT}\b{_YEAR}{_YEAR_END}")
_BEFORE_YEAR: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"(?:\b(?:in|of|by|since|until|till|to|from|during|before|after|about|around|circa|c\.|year"
        r"|and|between|early|late|spring|summer|autumn|fall|winter|end|middle|beginning|born|died|b\."
        r"|d\.|through|for|season|or|the year|christmas|easter|already)|[(,;:—–-])\s*\Z",
        re.IGNORECASE,
    ),
    "es": re.compile(
        r"(?:\b(?:en|de|del|desde|hasta|hacia|durante|año|años|y|e|entre|a|o|verano|otoño|invierno"
        r"|primavera|ya)|[(,;:—–-])\s*\Z",
        re.IGNORECASE,
    ),
}
_NOT_A_YEAR: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"(?:\b(?:op|opus|no|nos|number|page|pages|p|pp|vol|volume|chapter|letter|about the|sum of"
        r"|price of|than|over|nearly|£|\$)\.?|[$£€])\s*\Z",
        re.IGNORECASE,
    ),
    "es": re.compile(
        r"(?:\b(?:op|opus|núm|núms|número|pág|págs|página|páginas|tomo|capítulo|carta|suma de"
        r"|precio de|más de|menos de|casi)\.?|[$£€])\s*\Z",
        re.IGNORECASE,
    ),
}
# What follows a number that counts things: "1500 florins", "1.200 pesetas", "2000 men".
_COUNTED: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\s*(?:florins?|ducats?|thalers?|dollars?|pounds?|francs?|gulden|kreutzers?|crowns?|livres?"
        r"|copies|men|people|persons|soldiers|volumes|pages|words|feet|miles|yards|acres|bars"
        r"|measures|metres|meters|kilometres|kilograms|grams|tons|tonnes|hours|days|years|lines"
        r"|letters|students|pupils|inhabitants|houses|books|a year|each|per cent|percent|%)\b",
        re.IGNORECASE,
    ),
    "es": re.compile(
        r"\s*(?:pesetas?|reales|ducados?|duros?|francos?|libras?|dólares|pesos?|ejemplares"
        r"|hombres|personas|soldados|volúmenes|páginas|palabras|pies|leguas|millas|metros"
        r"|kilómetros|kilos?|gramos?|toneladas?|horas|días|años|líneas|cartas|alumnos|estudiantes"
        r"|habitantes|casas|libros|al año|por ciento|%)\b",
        re.IGNORECASE,
    ),
}
_DAYS_IN = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def find_dates(text: str, language: Language) -> list[DateMention]:
    """Return the dates the text mentions, in order, none inside another.

    A date has at least its year. Of a span such as 1815-1822 the first year is returned. Opus and
    page numbers, sums of money and counts of things are not dates.
    """
    if not _ANY_YEAR.search(text):
        return []
    taken: list[DateMention] = []
    for kind in ("full", "year"):
        for mention in _mentions(text, language, kind):
            if all(mention.end <= other.start or other.end <= mention.start for other in taken):
                taken.append(mention)
    return sorted(taken, key=lambda mention: mention.start)


def _mentions(
    text: str, language: Language, kind: Literal["full", "year"]
) -> Iterator[DateMention]:
    if kind == "year":
        for match in _BARE_YEAR.finditer(text):
            before = text[max(0, match.start() - 16) : match.start()]
            counts = _COUNTED[language].match(text, match.end())
            if counts or _NOT_A_YEAR[language].search(before):
                continue
            if match.start() == 0 or _BEFORE_YEAR[language].search(before):
                yield _mention(match, PartialDate(int(match["year"])))
        return
    for pattern in _FULL[language]:
        for match in pattern.finditer(text):
            groups = match.groupdict()
            month = MONTHS[language][groups["month"].casefold()]
            day = 1 if groups.get("first") else int(groups.get("day") or 0)
            if day <= _DAYS_IN[month - 1] and (day or not groups.get("day")):
                yield _mention(match, PartialDate(int(groups["year"]), month, day))


def _mention(match: re.Match[str], date: PartialDate) -> DateMention:
    return DateMention(date, match.start(), match.end(), match[0])


# What stands before a year or a month and says in which part of it something was, as a share of
# the year; of seasons that lie in two years, the end of the one that is named.
_PARTS: dict[Language, dict[str, float]] = {
    "en": {
        "early": 0.08, "beginning": 0.08, "start": 0.08, "first days": 0.04, "first weeks": 0.06,
        "first months": 0.12, "spring": 0.3, "mid": 0.5, "middle": 0.5, "summer": 0.55,
        "autumn": 0.79, "fall": 0.79, "late": 0.92, "end": 0.94, "last weeks": 0.95,
        "last days": 0.97, "winter": 0.96, "easter": 0.28, "christmas": 0.98,
    },
    "es": {
        "principios": 0.08, "comienzos": 0.08, "inicios": 0.08, "primeros días": 0.04,
        "primeros meses": 0.12, "primavera": 0.3, "mediados": 0.5, "verano": 0.55, "otoño": 0.79,
        "finales": 0.92, "fines": 0.92, "final": 0.94, "últimos días": 0.97, "invierno": 0.96,
    },
}  # fmt: skip
_JOINS: dict[Language, str] = {"en": "in|of|the|year", "es": "de|del|el|año"}
_PART_BEFORE = {
    language: re.compile(
        rf"\b(?P<part>{'|'.join(sorted(parts, key=len, reverse=True))})"
        rf"(?:[ -](?:{_JOINS[language]}))*[ -]?\Z",
        re.IGNORECASE,
    )
    for language, parts in _PARTS.items()
}


def part_of_period(text: str, mention: DateMention, language: Language) -> float | None:
    """Return in which part, 0 to 1, of the year or the month that is mentioned something was, as
    the words before it say ("late in 1887", "the autumn of 1914"); None where they do not."""
    before = text[max(0, mention.start - 32) : mention.start]
    match = _PART_BEFORE[language].search(before)
    return _PARTS[language][match["part"].casefold()] if match else None
