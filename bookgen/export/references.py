"""What a reference manager wants to know of a source: its authors' names in parts, its date, its
kind. A source holds them as plain text, the way its file gives them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

from bookgen.export.layout import lay_out, one_line, web_address
from bookgen.models import Biography, Language, PartialDate, Source
from bookgen.text.dates import find_dates

__all__ = ["Issued", "Kind", "Name", "cited_sources", "issued", "kind", "plain", "split_names"]

Kind: TypeAlias = Literal["book", "webpage", "document"]


def cited_sources(works: Biography | Iterable[Source]) -> tuple[Source, ...]:
    """Return the works that a biography cites, in the order of its bibliography; of sources, all
    in the order given, each id once."""
    if isinstance(works, Biography):
        return tuple(work.source for work in lay_out(works).works)
    by_id: dict[str, Source] = {}
    for source in works:
        by_id.setdefault(source.id, source)
    return tuple(by_id.values())


def plain(text: str) -> str:
    """Return the text in one line, without control characters and what UTF-8 cannot hold."""
    return one_line(
        "".join(
            character
            for character in text
            if character.isspace() or unicodedata.category(character) not in ("Cc", "Cs")
        )
    )


# Hosts whose every page is about one book.
_LIBRARIES = re.compile(
    r"(?:www\.)?(?:gutenberg\.(?:org|ca)|gutenberg\.net\.au|archive\.org|cervantesvirtual\.com"
    r"|babel\.hathitrust\.org|gallica\.bnf\.fr|books\.google\.[a-z.]+|[a-z]{2}\.wikisource\.org)"
)


def kind(source: Source) -> Kind:
    """Return what a source is, as far as is known.

    A book stands in a library of books on the web, or has a year and a person as author and no
    address; anything else with an address is a web page, the rest documents.
    """
    if address := web_address(source.url):
        try:
            host = urlsplit(address).hostname or ""
        except ValueError:
            host = ""
        return "book" if _LIBRARIES.fullmatch(host) else "webpage"
    names = split_names(source.author or "")
    dated = issued(source.date or "", source.language).dates
    return "book" if dated and any(name.family for name in names) else "document"


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name in its parts, or, whole in `literal`, that of an institution or one that
    cannot be told apart. `particle` is what stands before the family name in lower case: van."""

    family: str = ""
    given: str = ""
    particle: str = ""
    suffix: str = ""
    literal: str = ""


_INSTITUTION = re.compile(
    r"\b(?:academ(?:y|ia)|agency|amigos|archives?|archivo|asociación|association|ayuntamiento"
    r"|biblioteca|brothers|colaboradores|college|comisión|comité|commission|committee|company"
    r"|contributors|corporation|council|departamento|department|diputación|editors|encyclop\w+"
    r"|foundation|fundación|gazette|gobierno|government|group|grupo|inc|institut(?:e|ion|o)?"
    r"|journal|library|ltd|magazine|minist(?:ry|erio)|muse(?:um|o)|office|press|project|proyecto"
    r"|publishers|sociedad|society|sons|staff|team|times|tribune|universi(?:ty|dad)|wiki\w+)\b",
    re.IGNORECASE,
)
_PARTICLES = frozenset(
    "af al da das de del della den der des di do dos du el la las le los ten ter van vom von "
    "zu zum zur".split()
)
_CAPITAL_PARTICLES = frozenset("Da De Del Della Di Du La Le Ten Ter Van Von".split())
_JOINED = frozenset("y e i".split())
_SUFFIXES = frozenset("jr jr. sr sr. ii iii iv lady lord sir baron count".split())
_INITIAL = re.compile(r"[^\W\d_]\.")
_LIFE = re.compile(r"(?:(?:b|d|ca?)\. ?)?\d{3,4}\??(?: ?[-–] ?(?:\d{3,4}\??)?)?")
_BY = re.compile(r"(?:by|por) ", re.IGNORECASE)


def split_names(text: str) -> tuple[Name, ...]:
    """Return the authors that a text names, in order; none for an empty text.

    Understood are “G. A. Fischer”, “Curie, Marie”, “Ludwig van Beethoven”, “Ramón y Cajal,
    Santiago”, and several, parted by a semicolon, “and”, “&” or, behind initials, a comma. Where it
    is not clear which part is the family name, the text stays whole. A surname of two words is only
    known where it comes first: “García Márquez, Gabriel”.
    """
    groups = (group.strip(" ,") for group in _BY.sub("", plain(text), count=1).split(";"))
    return tuple(name for group in groups if group for name in _group(group))


def _group(text: str) -> list[Name]:
    parts = re.split(r",? (?:and|&) ", text, flags=re.IGNORECASE)
    if len(parts) == 1:
        # Two people only if both have two names: “Ramón y Cajal” is one.
        people = re.split(r",? [ye] ", text)
        parts = people if all(len(part.split()) > 1 for part in people) else parts
    found: list[Name] = []
    for part in parts:
        own = None if _INSTITUTION.search(text) else _people(part.strip(" ,"), len(parts) > 1)
        if own is None:
            return [Name(literal=text)]
        found += own
    return found


def _people(text: str, listed: bool) -> list[Name] | None:
    """Return the people of a text that commas may part; `listed` where others stand beside it."""
    pieces = [piece for piece in re.split(r" ?, ?", text) if piece and not _LIFE.fullmatch(piece)]
    suffix = pieces.pop() if len(pieces) > 1 and pieces[-1].casefold() in _SUFFIXES else ""
    if not pieces:
        return None
    if len(pieces) == 1:
        direct = [_direct(pieces[0], suffix)]
    elif all(" " in piece for piece in pieces) and (
        listed or len(pieces) > 2 or _INITIAL.match(pieces[0])
    ):
        direct = [_direct(piece) for piece in pieces]
    elif len(pieces) == 2:
        direct = [_inverted(pieces[0], pieces[1], suffix)]
    else:
        return None
    people = [name for name in direct if name]
    return people if people and len(people) == len(direct) else None


def _direct(text: str, suffix: str = "") -> Name | None:
    """Return the name of “Ludwig van Beethoven”.

    As in BibTeX, words in lower case and what follows them are not given names.
    """
    words = text.split()
    if len(words) > 2 and not suffix and words[-1].casefold() in _SUFFIXES:
        suffix = words.pop()
    if not _are_names(words) or words[0].casefold() in ("the", "el", "la", "los", "las"):
        return None
    if len(words) == 1:
        return Name(literal=text)
    starts = (
        *(place - 1 for place, word in enumerate(words) if word in _JOINED),
        *(place for place, word in enumerate(words) if word in _PARTICLES),
        *(place for place, word in enumerate(words[1:-1], 1) if word in _CAPITAL_PARTICLES),
        len(words) - 1,
    )
    start = min(starts)
    given, family = words[:start], words[start:]
    return _name(" ".join(given), family, suffix) if start >= 0 else None


def _inverted(family: str, given: str, suffix: str) -> Name | None:
    """Return the name of “Beethoven, Ludwig van”; None where both could be whole names."""
    words, first = family.split(), given.split()
    if not _are_names([*words, *first]):
        return None
    sure = words[0] in _PARTICLES or _JOINED.intersection(words) or _INITIAL.match(first[-1])
    if len(words) > 1 and len(first) > 1 and not sure:
        return None
    behind = len(first)
    while behind > 1 and first[behind - 1] in _PARTICLES:
        behind -= 1
    return _name(" ".join(first[:behind]), [*first[behind:], *words], suffix)


def _name(given: str, family: list[str], suffix: str) -> Name | None:
    particles = 0
    while particles < len(family) and family[particles] in _PARTICLES:
        particles += 1
    if particles == len(family):
        return None
    return Name(" ".join(family[particles:]), given, " ".join(family[:particles]), suffix)


_NO_NAME = re.compile(r"[\d@&/()\[\]{}<>\"\\]|\Aand\Z", re.IGNORECASE)
_ELIDED = re.compile(r"[dl]['’]\w")


def _are_names(words: list[str]) -> bool:
    """Whether these are capitalised words, initials and what joins them."""
    return not any(
        _NO_NAME.search(word)
        or (word[0].islower() and word not in _PARTICLES | _JOINED and not _ELIDED.match(word))
        for word in words
    )


@dataclass(frozen=True, slots=True)
class Issued:
    """When a work appeared: no date, one, or the first and last of a span. `circa` where the text
    itself is not sure, `whole` where it says nothing besides."""

    dates: tuple[PartialDate, ...]
    circa: bool = False
    whole: bool = False


_ISO = re.compile(r"(\d{4})(?:[-/](0?\d|1[0-2])(?:[-/]([0-3]?\d)(?:[T ].*)?)?)?")
_YEAR = re.compile(r"(?<!\d)(?:1\d{3}|20\d{2})(?!\d)")
_CIRCA = re.compile(
    r"(?:(?<!\w)(?:c\.?|ca\.?|circa|about|around|approx\.?|approximately|hacia|aprox\.?"
    r"|alrededor de)|~) ?\Z",
    re.IGNORECASE,
)
_SPAN = re.compile(r" ?[-–—/] ?(\d{4}|\d{2})(?!\d)")
_UNSURE = re.compile(r" ?[?~]")


def issued(text: str, language: Language) -> Issued:
    """Return the date that a text names: “1905”, “1905-04”, “1905-04-03”, “3 April 1905”,
    “c. 1905”, “1790–1826”, “[1905?]”. Years before 1000 are read in the first three forms only."""
    text = plain(text)
    match = _ISO.fullmatch(text)
    if match and (found := _existing(*match.groups())):
        return Issued((found,), whole=True)
    year = _YEAR.search(text)
    if year is None:
        return Issued(())
    start, end = year.span()
    dates = [PartialDate(int(year[0]))]
    for mention in find_dates(text, language):
        if mention.start < start < mention.end:
            dates, start = [mention.date], mention.start
    if span := _SPAN.match(text, end):
        last = int(year[0][: -len(span[1])] + span[1])
        if last > dates[0].year:
            dates.append(PartialDate(last))
            end = span.end()
    before = _CIRCA.sub("", text[:start])
    unsure = _UNSURE.match(text, end)
    rest = before + text[unsure.end() if unsure else end :]
    return Issued(
        tuple(dates),
        circa=before != text[:start] or bool(unsure),
        whole=not rest.strip(" .,;:()[]©"),
    )


def _existing(year: str, month: str | None, day: str | None) -> PartialDate | None:
    """Return a date of the calendar, or its year where there is no such day or month."""
    for parts in ((year, month, day), (year, month, None), (year, None, None)):
        try:
            date(int(year), int(parts[1] or 1), int(parts[2] or 1))
        except ValueError:
            continue
        return PartialDate(int(year), int(parts[1] or 0), int(parts[2] or 0))
    return None
