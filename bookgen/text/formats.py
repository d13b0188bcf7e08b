"""Numbers, shares and dates as a language writes them in running text."""

from __future__ import annotations

import re

from bookgen.models import Language, PartialDate

__all__ = ["format_date", "format_number", "format_share", "parse_date"]

_MONTHS: dict[Language, list[str]] = {
    "en": "January February March April May June July August September October November "
    "December".split(),
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre".split(),
}
_BEFORE_CHRIST: dict[Language, str] = {"en": "BC", "es": "a. C."}
_WRITTEN_DATE: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"(?:(?:(\d{1,2}) )?([^\W\d]+) )?(\d+)( BC)?"),
    "es": re.compile(r"(?:(?:(\d{1,2}) de )?([^\W\d]+) de )?(\d+)( a\. C\.)?"),
}
_NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


def format_number(number: int, language: Language) -> str:
    """Return a whole number with its thousands parted: 8,412 in English; in Spanish 8412 and
    51 000 (from five digits on, by a space that does not break)."""
    if language == "en":
        return f"{number:,}"
    if abs(number) < 10_000:
        return str(number)
    return f"{number:,}".replace(",", _NO_BREAK_SPACE)


def format_share(share: float, language: Language) -> str:
    """Return a share of 1 in per cent: 100 %, 97.3 % (97,3 % in Spanish).

    Only the whole is 100 %: 0.9999 is 99.9 %.
    """
    percent = share * 100
    rounded = f"{min(percent, 99.9):.1f}" if percent < 100 else f"{percent:.0f}"
    rounded = rounded.removesuffix(".0")
    return (rounded.replace(".", ",") if language == "es" else rounded) + _NO_BREAK_SPACE + "%"


def format_date(date: PartialDate, language: Language) -> str:
    """Return a date written out: 16 December 1770, diciembre de 1770, 44 BC."""
    # The proleptic calendar counts the year before 1 as 0.
    year = str(date.year) if date.year > 0 else f"{1 - date.year} {_BEFORE_CHRIST[language]}"
    if not date.month:
        return year
    parts = [_MONTHS[language][date.month - 1], year]
    if date.day:
        parts.insert(0, str(date.day))
    return (" de " if language == "es" else " ").join(parts)


def parse_date(text: str, language: Language) -> PartialDate | None:
    """Return the date that `format_date` wrote, or None for any other text."""
    match = _WRITTEN_DATE[language].fullmatch(text)
    if match is None:
        return None
    day, month, year, before_christ = match.groups()
    if month and month not in _MONTHS[language]:
        return None
    return PartialDate(
        1 - int(year) if before_christ else int(year),
        _MONTHS[language].index(month) + 1 if month else 0,
        int(day) if day else 0,
    )
