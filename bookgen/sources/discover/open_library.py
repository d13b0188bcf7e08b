"""Open Library: books whose scan the Internet Archive opens to all.

API: https://openlibrary.org/dev/docs/api/search
"""

from __future__ import annotations

from bookgen.sources.discover.asking import Reply, ask
from bookgen.sources.discover.found import Found, Search
from bookgen.sources.discover.internet_archive import text_of
from bookgen.sources.fetch import Fetcher

__all__ = ["OpenLibrary"]

_FIELDS = "key,title,author_name,first_publish_year,ebook_access,ia,person,subject"
_LANGUAGES = {"en": "eng", "es": "spa"}


class _Work(Reply):
    key: str
    title: str
    author_name: tuple[str, ...] = ()
    first_publish_year: int | None = None
    ebook_access: str = "no_ebook"
    ia: tuple[str, ...] = ()
    person: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()


class _Answer(Reply):
    docs: tuple[_Work, ...] = ()


class OpenLibrary:
    """`base` is its address, `archive` that of the Internet Archive."""

    name = "Open Library"

    def __init__(
        self, base: str = "https://openlibrary.org", archive: str = "https://archive.org"
    ) -> None:
        self._base = base
        self._archive = archive

    async def find(self, fetcher: Fetcher, search: Search) -> list[Found]:
        """Return works by the subject or about them, as the catalogue ranks them."""
        language = _LANGUAGES[search.language]
        answer = await ask(
            fetcher,
            _Answer,
            f"{self._base}/search.json",
            [
                ("q", f"{search.phrase} language:{language} ebook_access:public"),
                ("fields", _FIELDS),
                ("limit", search.limit),
            ],
        )
        return [
            Found(
                self.name,
                text_of(work.ia[0], self._archive),
                f"{self._base}{work.key}",
                work.title,
                author="; ".join(work.author_name) or None,
                date=str(work.first_publish_year) if work.first_publish_year else None,
            )
            for work in answer.docs
            if work.ebook_access == "public"
            and work.ia
            # The search also looks into descriptions and into the texts of scans.
            and search.is_named_in(work.title, *work.author_name, *work.person, *work.subject)
        ]
