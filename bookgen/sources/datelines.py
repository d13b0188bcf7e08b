"""Date lines of letters and diaries ("Vienna, July 9, 1817."): telling one, and its date."""

from __future__ import annotations

import calendar
import re

from bookgen.models import PartialDate
from bookgen.sources import headings

__all__ = ["YEAR", "date_of_line", "is_date_line"]

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan enero ene",
            "february feb febrero febr",
            "march mar marzo",
            "april apr abril abr",
            "may mayo",
            "june jun junio",
            "july jul julio",
            "august aug agosto ago",
            "september sept sep septiembre setiembre",
            "october oct octubre",
            "november nov noviembre",
            "december dec diciembre dic",
        ),
        start=1,
    )
    for name in names.split()
}
_TIME_WORDS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday lunes martes miércoles jueves "
    "viernes sábado domingo spring summer autumn winter primavera verano otoño invierno morning "
    "evening noon afternoon night midnight o'clock mañana tarde noche".split()
)
_LINE_WORDS = frozenset(
    "a at the of near in on day end last beginning middle early late this year and de del la el "
    "en los las día año fin fines principios mediados".split()
)
_TOKEN = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
YEAR = re.compile(r"(?<!\d)(1[0-9]{3}|20[0-9]{2})(?!\d)")
_BRACKETED = re.compile(r"[\[(][^\])]*[\])]")


def is_date_line(text: str) -> bool:
    """Whether a short line only says when, and perhaps where, something was written."""
    if len(text) > 90:
        return False
    tokens = [token.casefold() for token in _TOKEN.findall(_BRACKETED.sub(" ", text))]
    if not 1 <= len(tokens) <= 12:
        return False
    says_when = any(
        token in _MONTHS or token in _TIME_WORDS or YEAR.fullmatch(token) for token in tokens
    )
    if not says_when:
        # Only a place ("Baden.")
        place = len(tokens) <= 2 and text[:1].isupper() and text.endswith(".")
        return place and not headings.is_uppercase(text)
    if len(tokens) <= 7:
        return True
    capitals = {token.casefold() for token in _TOKEN.findall(text) if token[:1].isupper()}
    return all(
        token in _MONTHS
        or token in _TIME_WORDS
        or token in _LINE_WORDS
        or token in capitals
        or token[:1].isdigit()
        for token in tokens
    )


def date_of_line(text: str) -> PartialDate | None:
    """Return the date that a date line gives, None where it lacks the year.

    "Vienna, July 9, 1817" and "9 de julio de 1817" have a day, "July, 1823" a month, "The autumn
    of 1817" a year.
    """
    text = _BRACKETED.sub(" ", text)
    year = YEAR.search(text)
    if year is None:
        return None
    tokens = [token.casefold().rstrip(".") for token in _TOKEN.findall(text)]
    at = next((i for i, token in enumerate(tokens) if token in _MONTHS), None)
    if at is None:
        return PartialDate(int(year[0]))
    month = _MONTHS[tokens[at]]
    near = [tokens[i] for i in (at + 1, at - 1, at - 2) if 0 <= i < len(tokens)]
    for token in near:
        day = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th|º)?", token)
        if day and 1 <= int(day[1]) <= calendar.monthrange(int(year[0]), month)[1]:
            return PartialDate(int(year[0]), month, int(day[1]))
    return PartialDate(int(year[0]), month)
