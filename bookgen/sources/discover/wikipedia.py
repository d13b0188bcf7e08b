"""Wikipedia: articles that name the subject, by its full-text search.

API: https://www.mediawiki.org/wiki/API:Search
"""

from __future__ import annotations

from pydantic import Field

from bookgen.sources.discover.asking import Reply, ask
from bookgen.sources.discover.found import Found, Search
from bookgen.sources.fetch import Fetcher

__all__ = ["LICENCE", "Wikipedia"]

LICENCE = "CC BY-SA 4.0"
# What the API gives to clients without an account.
_MOST = 50


class _Page(Reply):
    title: str
    fullurl: str
    index: int
    pageprops: dict[str, str] = Field(default_factory=dict)


class _Pages(Reply):
    pages: tuple[_Page, ...] = ()


class _Answer(Reply):
    # Without any article there is no "query".
    query: _Pages = _Pages()


class Wikipedia:
    """`base` is the address of a wiki, with `{language}` for its language."""

    name = "Wikipedia"

    def __init__(self, base: str = "https://{language}.wikipedia.org") -> None:
        self._base = base

    async def find(self, fetcher: Fetcher, search: Search) -> list[Found]:
        """Return articles in the language of the search; pages that only list others are none."""
        answer = await ask(
            fetcher,
            _Answer,
            f"{self._base.format(language=search.language)}/w/api.php",
            [
                ("action", "query"),
                ("format", "json"),
                ("formatversion", 2),
                ("generator", "search"),
                ("gsrsearch", search.phrase),
                ("gsrlimit", min(search.limit, _MOST)),
                ("prop", "info|pageprops"),
                ("inprop", "url"),
                ("ppprop", "disambiguation"),
            ],
        )
        pages = sorted(answer.query.pages, key=lambda page: page.index)
        return [
            Found(self.name, page.fullurl, page.fullurl, page.title, licence=LICENCE)
            for page in pages
            if "disambiguation" not in page.pageprops
        ]
