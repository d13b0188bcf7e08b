"""What can be said of a candidate without asking anybody: its address, title, author and date."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from bookgen.models import PartialDate
from bookgen.sources.assess.candidate import Candidate
from bookgen.sources.assess.identifiers import find_doi, find_isbn, is_doi, is_isbn
from bookgen.sources.fetch.failures import FetchFailure
from bookgen.sources.fetch.urls import host_of, parse_url
from bookgen.text.dates import find_dates

__all__ = ["Form", "check_form", "web_address"]

_LONGEST_TITLE = 500
_LONGEST_NAME = 200
_IDENTIFIER = re.compile(r"(?:urn:|doi:|isbn|info:doi/)", re.IGNORECASE)
_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:T.*)?", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]")
_URL_INSIDE = re.compile(r"https?://|www\.", re.IGNORECASE)
_PLACEHOLDERS = frozenset(
    "- ? author book example foo lorem ipsum n/a na no title none null source string tbd test "
    "title todo undefined unknown untitled xxx autor título sin anónimo".split()
) | {"no title", "lorem ipsum", "sin título", "example title", "example author"}
# Nothing older than this has a date of publication in the sense of today.
_FIRST_YEAR = 1000


@dataclass(frozen=True, slots=True)
class Form:
    """`issues` make a candidate unusable, `warnings` doubtful; the identifiers are proved ones."""

    issues: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    isbn: str | None = None
    doi: str | None = None


def web_address(candidate: Candidate) -> str | None:
    """Return the address of a candidate that has one and no other identifier in its place."""
    url = (candidate.url or "").strip()
    return None if not url or _IDENTIFIER.match(url) else url


def check_form(candidate: Candidate, today: date) -> Form:
    """Return what is wrong or doubtful about the fields of a candidate. `today` bounds its date."""
    issues: list[str] = []
    warnings: list[str] = []
    isbn, doi = _identifiers(candidate, issues)
    _check_url(candidate, isbn, doi, issues, warnings)
    _check_title(candidate, issues, warnings)
    _check_author(candidate, warnings)
    _check_date(candidate.publication_date, today, issues, warnings)
    return Form(tuple(issues), tuple(warnings), isbn, doi)


def _identifiers(candidate: Candidate, issues: list[str]) -> tuple[str | None, str | None]:
    where = f"{candidate.url or ''} {candidate.title or ''}"
    isbn, doi = find_isbn(where), find_doi(where)
    if isbn and not is_isbn(isbn):
        issues.append(f"The ISBN {isbn} is not valid: its length or check digit is wrong.")
        isbn = None
    if doi is not None and not is_doi(doi):
        issues.append(f"The DOI {doi!r} is not of the form 10.1234/name.")
        doi = None
    return isbn, doi


def _check_url(
    candidate: Candidate,
    isbn: str | None,
    doi: str | None,
    issues: list[str],
    warnings: list[str],
) -> None:
    url = web_address(candidate)
    if url is None:
        given = (candidate.url or "").strip()
        if candidate.source_type == "url":
            issues.append("It has no web address. Give one that begins with https://.")
        elif given and not isbn and not doi and not issues:
            issues.append(f"The address {given[:100]!r} is neither a web page, an ISBN nor a DOI.")
        return
    try:
        parsed = parse_url(url)
    except FetchFailure as failure:
        issues.append(f"The address cannot be used: {failure.reason}")
        return
    # As it is sent: what only looks like an international name (xn--a) has no other spelling.
    host = host_of(parsed)
    if "." not in host and ":" not in host:
        warnings.append(f"The host {host!r} is not a full name of the web.")


def _check_title(candidate: Candidate, issues: list[str], warnings: list[str]) -> None:
    title = (candidate.title or "").strip()
    is_needed = candidate.source_type != "url"
    if not title:
        if is_needed:
            issues.append("It has no title.")
        return
    problem = None
    if len(title) > _LONGEST_TITLE:
        problem = f"The title has more than {_LONGEST_TITLE} characters."
    elif _CONTROL.search(title):
        problem = "The title has characters that are not text."
    elif not any(map(str.isalnum, title)) or title.casefold() in _PLACEHOLDERS:
        problem = f"The title {title!r} names no work."
    if problem:
        (issues if is_needed else warnings).append(problem)


def _check_author(candidate: Candidate, warnings: list[str]) -> None:
    author = (candidate.author or "").strip()
    if not author:
        if candidate.source_type in ("book", "article"):
            warnings.append("It names no author.")
        return
    letters = sum(map(str.isalpha, author))
    if (
        letters < 2
        or len(author) > _LONGEST_NAME
        or letters < 0.5 * len(author.replace(" ", ""))
        or _CONTROL.search(author)
        or _URL_INSIDE.search(author)
        or author.casefold() in _PLACEHOLDERS
    ):
        warnings.append(f"The author {author[:100]!r} does not read like a name.")


def _check_date(given: str | None, today: date, issues: list[str], warnings: list[str]) -> None:
    text = (given or "").strip()
    if not text:
        return
    try:
        published = _parsed(text)
    except ValueError:
        issues.append(f"The publication date {text[:50]!r} is no day of the calendar.")
        return
    if published is None or published.year < _FIRST_YEAR:
        warnings.append(
            f"The publication date {text[:50]!r} is not understood. Write it as 1927, 1927-03 or "
            "1927-03-26."
        )
    elif published > PartialDate(today.year, today.month, today.day):
        issues.append(f"The publication date {published} has not come yet.")


def _parsed(text: str) -> PartialDate | None:
    """Return the date that a text gives, None where it gives none. Raises ValueError for a day
    that does not exist."""
    if match := _ISO.fullmatch(text):
        year, month, day = (int(part) if part else 0 for part in match.groups())
        date(year, month if match[2] else 1, day if match[3] else 1)
        return PartialDate(year, month, day)
    for language in ("en", "es"):
        if found := find_dates(text, language):
            return found[0].date
    return None
