"""Crossref: articles and chapters with a DOI, a free licence and a link to their text.

API: https://api.crossref.org/swagger-ui/index.html
"""

from __future__ import annotations

import re

from pydantic import Field

from bookgen.sources.discover.asking import Reply, ask
from bookgen.sources.discover.found import Found, Search
from bookgen.sources.fetch import Fetcher

__all__ = ["Crossref"]

_FREE = re.compile(
    r"https?://(?:www\.)?creativecommons\.org/(?:licenses|publicdomain)/(?P<terms>[a-z-]+)/"
    r"(?P<version>\d\.\d)",
    re.IGNORECASE,
)
_NAMES = {"zero": "CC0", "mark": "Public Domain Mark"}
# Forms that can be read, the surest first.
_FORMS = ("text/html", "application/pdf", "text/plain", "unspecified")
_MARKUP = re.compile(r"<[^<>]+>")


class _Author(Reply):
    given: str = ""
    family: str = ""
    # A body in the place of a person.
    name: str = ""

    def __str__(self) -> str:
        return self.name or f"{self.given} {self.family}".strip()


class _Link(Reply):
    URL: str
    content_type: str = Field(default="unspecified", alias="content-type")


class _Licence(Reply):
    URL: str


class _Issued(Reply):
    # [[1998, 8]]; [[null]] where it is not known.
    date_parts: tuple[tuple[int | None, ...], ...] = Field(default=(), alias="date-parts")


class _Work(Reply):
    DOI: str
    title: tuple[str, ...] = ()
    author: tuple[_Author, ...] = ()
    issued: _Issued = _Issued()
    link: tuple[_Link, ...] = ()
    license: tuple[_Licence, ...] = ()


class _Works(Reply):
    items: tuple[_Work, ...] = ()


class _Answer(Reply):
    message: _Works


class Crossref:
    """`base` is the address of its API."""

    name = "Crossref"

    def __init__(self, base: str = "https://api.crossref.org") -> None:
        self._base = base

    async def find(self, fetcher: Fetcher, search: Search) -> list[Found]:
        """Return works with the subject in their title that their licence lets anybody read."""
        answer = await ask(
            fetcher,
            _Answer,
            f"{self._base}/works",
            [
                ("query.bibliographic", search.subject),
                ("filter", "has-full-text:true,has-license:true"),
                ("select", "DOI,title,author,issued,link,license"),
                ("rows", search.limit),
            ],
        )
        named = (work for work in answer.message.items if search.is_named_in(*work.title[:1]))
        return [found for work in named if (found := self._found(work)) is not None]

    def _found(self, work: _Work) -> Found | None:
        licence = next((match for one in work.license if (match := _FREE.match(one.URL))), None)
        links = {one.content_type: one.URL for one in reversed(work.link)}
        url = next((links[form] for form in _FORMS if form in links), None)
        if licence is None or url is None:
            return None
        terms = licence["terms"].lower()
        issued = [part for parts in work.issued.date_parts for part in parts if part is not None]
        return Found(
            self.name,
            url,
            f"https://doi.org/{work.DOI}",
            # Titles have italics and the like as elements.
            " ".join(_MARKUP.sub("", work.title[0]).split()),
            author="; ".join(map(str, work.author)) or None,
            date=str(issued[0]) if issued else None,
            licence=f"{_NAMES.get(terms, f'CC {terms.upper()}')} {licence['version']}",
        )
