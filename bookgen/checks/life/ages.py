"""Ages in figures and in words, and the ages that two dates allow."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta

from bookgen.models import Language, PartialDate
from bookgen.text.words import fold_accents

__all__ = ["first_day", "last_day", "possible_ages", "read_number"]

_UNITS_EN = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_ORDINALS_EN = (
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
    "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
)
_UNITS_ES = (
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince "
    "dieciseis diecisiete dieciocho diecinueve veinte veintiuno veintidos veintitres veinticuatro "
    "veinticinco veintiseis veintisiete veintiocho veintinueve"
)
_TENS: Mapping[Language, str] = {
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
    "es": "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
}


def _numbers_en() -> dict[str, int]:
    ordinals = _ORDINALS_EN.split()
    numbers = {word: number for number, word in enumerate(_UNITS_EN.split())}
    numbers.update((word, number) for number, word in enumerate(ordinals))
    for place, tens in enumerate(_TENS["en"].split(), 2):
        numbers[tens] = numbers[f"{tens[:-1]}ieth"] = 10 * place
        for unit in range(1, 10):
            numbers[f"{tens}-{_UNITS_EN.split()[unit]}"] = 10 * place + unit
            numbers[f"{tens}-{ordinals[unit]}"] = 10 * place + unit
    return numbers


def _numbers_es() -> dict[str, int]:
    units = _UNITS_ES.split()
    numbers = {word: number for number, word in enumerate(units)}
    numbers["un"] = 1
    numbers["veintiun"] = 21
    for place, tens in enumerate(_TENS["es"].split(), 2):
        numbers[tens] = 10 * place
        for unit in ("un", *units[1:10]):
            numbers[f"{tens} y {unit}"] = 10 * place + (units.index(unit) if unit != "un" else 1)
    return numbers


_NUMBERS: Mapping[Language, Mapping[str, int]] = {"en": _numbers_en(), "es": _numbers_es()}


def read_number(text: str, language: Language) -> int | None:
    """Return the number, up to 99 where it is in words, that the text is: "57", "fifty-seven",
    "fifty-seventh", "ochenta y dos". None where it is none."""
    return int(text) if text.isdigit() else _NUMBERS[language].get(fold_accents(text))


def first_day(day: PartialDate) -> date:
    """Return the first day that the date can be. A 29 February that only the Julian calendar has
    is the day before."""
    month = day.month or 1
    return date(day.year, month, min(day.day or 1, monthrange(day.year, month)[1]))


def last_day(day: PartialDate) -> date:
    """Return the last day that the date can be."""
    if day.day:
        return first_day(day)
    month = day.month or 12
    return date(day.year, month, monthrange(day.year, month)[1])


def possible_ages(born: PartialDate, then: PartialDate, *, slack: int) -> range:
    """Return the ages in whole years that somebody born on the one date can have on the other,
    where each may be off by `slack` days."""
    days = timedelta(days=slack)
    youngest = _years_between(last_day(born) + days, first_day(then))
    return range(youngest, _years_between(first_day(born) - days, last_day(then)) + 1)


def _years_between(start: date, end: date) -> int:
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))
