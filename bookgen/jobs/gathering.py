"""Brings together what an order is written from: pages that it names, fetched by the guard, what
the library holds on its subject, and what is found on the open web."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from bookgen.errors import NoSourcesError, SourceError
from bookgen.jobs.order import BookOrder
from bookgen.models import Corpus
from bookgen.sources import load_sources
from bookgen.sources.discover import Discovery, Search
from bookgen.sources.document import Original
from bookgen.sources.fetch import Fetcher, original_of
from bookgen.sources.library import Library
from bookgen.sources.load import original_of_file
from bookgen.writers.base import Offload

__all__ = ["Gatherer"]

_AT_ONCE = 8
# Pages that are held in memory for one book.
_MOST_BYTES = 64 * 10**6


class Gatherer:
    """Gathers the sources of orders. How many pages are fetched at once is the fetcher's policy."""

    def __init__(
        self,
        fetcher: Fetcher,
        library: Library | None = None,
        discovery: Discovery | None = None,
        *,
        offload: Offload = asyncio.to_thread,
    ) -> None:
        self._fetcher = fetcher
        self._library = library
        self._discovery = discovery
        self._offload = offload

    async def __call__(self, order: BookOrder) -> Corpus:
        """Return the corpus of an order. What cannot be fetched or read is among its failures.

        First are the pages that it names. Behind them, unless its mode is manual, come the
        documents of the library that tell most of its subject, then what is found on the open web
        from the order's `quality_threshold` on, up to `min_sources` in all.

        Raises NoSourcesError where nothing is left.
        """
        named = dict.fromkeys(order.sources)
        found = await self._fetch_all(list(named))
        wanted = order.min_sources - len(named)
        if order.mode != "manual" and wanted > 0:
            found += await self._find(order, wanted)
        pages = [one for one in found if isinstance(one, Original)]
        failures = tuple(one for one in found if isinstance(one, SourceError))
        if not pages:
            reason = "no sources were named. Name some URLs, or choose the mode automatic."
            raise NoSourcesError(failures or [SourceError(order.character, reason)])
        try:
            load = partial(load_sources, (), pages=pages, language=order.language)
            corpus = await self._offload(load)
        except NoSourcesError as error:
            raise NoSourcesError([*failures, *error.failures]) from error
        return replace(corpus, failures=(*failures, *corpus.failures))

    async def _fetch_all(self, urls: Sequence[str]) -> list[Original | SourceError]:
        found: list[Original | SourceError] = []
        for start in range(0, len(urls), _AT_ONCE):
            batch = urls[start : start + _AT_ONCE]
            if sum(len(one.data) for one in found if isinstance(one, Original)) < _MOST_BYTES:
                found += await asyncio.gather(*map(self._fetch, batch))
            else:
                reason = f"it was left out: the pages before it have {_MOST_BYTES / 1e6:.0f} MB."
                found += [SourceError(url, reason) for url in batch]
        return found

    async def _fetch(self, url: str) -> Original | SourceError:
        try:
            return original_of(await self._fetcher.get(url))
        except SourceError as error:
            return error

    async def _find(self, order: BookOrder, wanted: int) -> list[Original | SourceError]:
        """Return at most `wanted` sources that the order does not name, and why others are none."""
        subject = order.character
        if self._library is None and self._discovery is None:
            reason = (
                "this service looks for sources nowhere. Name some URLs, or set BOOKGEN_LIBRARY to "
                "a folder of documents, or BOOKGEN_DISCOVER to what is asked on the web."
            )
            return [SourceError(subject, reason)]
        found: list[Original | SourceError] = []
        if self._library is not None:
            found += await asyncio.to_thread(self._look_up, self._library, subject, wanted)
            wanted -= sum(isinstance(one, Original) for one in found)
        if self._discovery is not None and wanted > 0:
            search = Search(subject, order.language, wanted)
            found += await self._discovery.find(search, order.quality_threshold, order.sources)
        if not any(isinstance(one, Original) for one in found):
            reason = (
                "nothing was found on it. Name some URLs, put documents into BOOKGEN_LIBRARY, or "
                "lower the quality_threshold."
            )
            found.append(SourceError(subject, reason))
        return found

    def _look_up(self, library: Library, subject: str, limit: int) -> list[Original | SourceError]:
        try:
            library.refresh()
            hits = library.search(subject, limit)
        except SourceError as error:
            return [error]
        return [_document(Path(hit.location), library.folder) for hit in hits]


def _document(path: Path, folder: Path) -> Original | SourceError:
    """A document of the library, called by its path in it: a book does not tell the server's."""
    location = path.relative_to(folder).as_posix()
    try:
        return replace(original_of_file(path), location=location)
    except SourceError as error:
        return SourceError(location, error.reason)
    except OSError as error:
        return SourceError(location, f"it cannot be read: {error.strerror or error}.")
