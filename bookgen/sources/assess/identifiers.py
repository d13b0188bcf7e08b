"""Finds ISBNs and DOIs, and proves them as far as they can be."""

from __future__ import annotations

import re
from urllib.parse import unquote

__all__ = ["find_doi", "find_isbn", "is_doi", "is_isbn"]

_ISBN = re.compile(r"\bISBN(?:-1[03])?[\s:/=]*(?P<number>[\dXx][\dXx -]{7,20})", re.IGNORECASE)
_DOI = re.compile(
    r"(?:\bdoi:\s*|\b(?:dx\.)?doi\.org/|\binfo:doi/)(?P<name>[^\s?#]*)", re.IGNORECASE
)
# The form that 97 % of all DOIs have (Crossref, "DOIs and matching regular expressions").
_DOI_NAME = re.compile(r"10\.\d{4,9}/[-._;()/:A-Z0-9<>]+", re.IGNORECASE)


def find_isbn(text: str) -> str | None:
    """Return the first number that a text calls an ISBN, without hyphens, proved or not."""
    match = _ISBN.search(text)
    return re.sub(r"[\s-]", "", match["number"]).upper() if match else None


def is_isbn(number: str) -> bool:
    """Whether a number of 10 or 13 characters has the check digit of an ISBN (ISO 2108)."""
    if re.fullmatch(r"\d{9}[\dX]", number):
        digits = [10 if digit == "X" else int(digit) for digit in number]
        return sum((10 - place) * digit for place, digit in enumerate(digits)) % 11 == 0
    if re.fullmatch(r"97[89]\d{10}", number):
        weighted = (int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(number))
        return sum(weighted) % 10 == 0
    return False


def find_doi(text: str) -> str | None:
    """Return the first name that a text calls a DOI, of the right form or not."""
    match = _DOI.search(text)
    return unquote(match["name"]).rstrip(".,;") if match else None


def is_doi(name: str) -> bool:
    """Whether a name has the form of a DOI. A DOI has no check digit."""
    return _DOI_NAME.fullmatch(name) is not None
