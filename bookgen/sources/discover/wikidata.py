"""Wikidata: who the subject is, also by another name, and the pages that its item refers to.

API: https://www.wikidata.org/w/api.php (wbsearchentities, wbgetentities)
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from pydantic import Field

from bookgen.sources.discover.asking import Reply, ask
from bookgen.sources.discover.found import Found, Search
from bookgen.sources.discover.wikipedia import LICENCE
from bookgen.sources.fetch import Fetcher

__all__ = ["Wikidata"]

_INSTANCE_OF = "P31"
_HUMAN = "Q5"
# Pages about the subject: "described at URL" and "official website".
_PAGES = ("P973", "P856")
_LOOKED_AT = 7


class _Hit(Reply):
    id: str


class _Hits(Reply):
    search: tuple[_Hit, ...] = ()


class _Value(Reply):
    # A text for a URL, an object with an id for an item.
    value: Any = None


class _Snak(Reply):
    # None where the value is unknown, or where there is none.
    datavalue: _Value | None = None

    @property
    def item(self) -> str | None:
        value = self.datavalue.value if self.datavalue else None
        return value.get("id") if isinstance(value, dict) else None

    @property
    def url(self) -> str | None:
        value = self.datavalue.value if self.datavalue else None
        return value if isinstance(value, str) else None


class _Claim(Reply):
    mainsnak: _Snak
    rank: str = "normal"


class _SiteLink(Reply):
    title: str


class _Item(Reply):
    id: str
    claims: dict[str, tuple[_Claim, ...]] = Field(default_factory=dict)
    sitelinks: dict[str, _SiteLink] = Field(default_factory=dict)

    def values(self, name: str) -> list[_Snak]:
        return [one.mainsnak for one in self.claims.get(name, ()) if one.rank != "deprecated"]

    @property
    def is_human(self) -> bool:
        return any(snak.item == _HUMAN for snak in self.values(_INSTANCE_OF))


class _Items(Reply):
    entities: dict[str, _Item] = Field(default_factory=dict)


class Wikidata:
    """`base` is its address, `wiki` that of the Wikipedias that it links to."""

    name = "Wikidata"

    def __init__(
        self,
        base: str = "https://www.wikidata.org",
        wiki: str = "https://{language}.wikipedia.org",
    ) -> None:
        self._api = f"{base}/w/api.php"
        self._wiki = wiki

    async def find(self, fetcher: Fetcher, search: Search) -> list[Found]:
        """Return the article on the first human of that name, and the pages of its item."""
        item = await self._human(fetcher, search)
        if item is None:
            return []
        found = []
        if article := item.sitelinks.get(f"{search.language}wiki"):
            wiki = self._wiki.format(language=search.language)
            url = f"{wiki}/wiki/{quote(article.title.replace(' ', '_'), safe='/:,()')}"
            found.append(Found(self.name, url, url, article.title, licence=LICENCE))
        for name in _PAGES:
            found += [
                Found(self.name, snak.url, snak.url)
                for snak in item.values(name)
                if snak.url is not None
            ]
        return found[: search.limit]

    async def _human(self, fetcher: Fetcher, search: Search) -> _Item | None:
        hits = await ask(
            fetcher,
            _Hits,
            self._api,
            [
                ("action", "wbsearchentities"),
                ("format", "json"),
                ("search", search.subject),
                ("language", search.language),
                ("type", "item"),
                ("limit", _LOOKED_AT),
            ],
        )
        if not hits.search:
            return None
        ids = [hit.id for hit in hits.search]
        items = await ask(
            fetcher,
            _Items,
            self._api,
            [
                ("action", "wbgetentities"),
                ("format", "json"),
                ("ids", "|".join(ids)),
                ("props", "claims|sitelinks"),
            ],
        )
        known = (items.entities.get(one) for one in ids)
        return next((item for item in known if item is not None and item.is_human), None)
