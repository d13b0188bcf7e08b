"""Internet Archive: scanned books and journals that are open to all, with their text.

API: https://archive.org/advancedsearch.php
"""

from __future__ import annotations

from urllib.parse import quote

from bookgen.sources.discover.asking import Reply, ask
from bookgen.sources.discover.found import Found, Search
from bookgen.sources.fetch import Fetcher

__all__ = ["InternetArchive", "text_of"]

_BASE = "https://archive.org"
_FIELDS = ("identifier", "title", "creator", "date", "licenseurl")
_LANGUAGES = {"en": "eng OR English", "es": "spa OR Spanish"}

# A field that is given once is a text, given more than once a list.
_OneOrMore = str | tuple[str, ...] | None


class _Work(Reply):
    identifier: str
    title: _OneOrMore = None
    creator: _OneOrMore = None
    date: _OneOrMore = None
    licenseurl: _OneOrMore = None


class _Works(Reply):
    docs: tuple[_Work, ...] = ()


class _Answer(Reply):
    response: _Works


class InternetArchive:
    """`base` is its address."""

    name = "Internet Archive"

    def __init__(self, base: str = _BASE) -> None:
        self._base = base

    async def find(self, fetcher: Fetcher, search: Search) -> list[Found]:
        """Return works with the subject in their title or among their subjects, those that are read
        most first."""
        name = " AND ".join(f'"{word}"' for word in search.name)
        if not name:
            return []
        query = (
            f"(title:({name}) OR subject:({name})) AND mediatype:texts AND format:DjVuTXT "
            f"AND language:({_LANGUAGES[search.language]}) AND NOT access-restricted-item:true"
        )
        answer = await ask(
            fetcher,
            _Answer,
            f"{self._base}/advancedsearch.php",
            [
                ("q", query),
                *(("fl[]", field) for field in _FIELDS),
                ("sort[]", "downloads desc"),
                ("rows", search.limit),
                ("page", 1),
                ("output", "json"),
            ],
        )
        return [self._found(work) for work in answer.response.docs]

    def _found(self, work: _Work) -> Found:
        return Found(
            self.name,
            text_of(work.identifier, self._base),
            f"{self._base}/details/{quote(work.identifier)}",
            "; ".join(_all(work.title)) or work.identifier,
            author="; ".join(_all(work.creator)) or None,
            # "1843-01-01T00:00:00Z" is what the catalogue makes of a year.
            date=next((date[:4] for date in _all(work.date)), None),
            licence=next(iter(_all(work.licenseurl)), None),
        )


def text_of(identifier: str, base: str = _BASE) -> str:
    """Return where the text of a scanned work is."""
    name = quote(identifier)
    return f"{base}/download/{name}/{name}_djvu.txt"


def _all(values: _OneOrMore) -> tuple[str, ...]:
    return (values,) if isinstance(values, str) else values or ()
