"""Brings together what an order is written from: pages that it names, fetched by the guard, and
what the library holds on its subject."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from bookgen.errors import NoSourcesError, SourceError
from bookgen.jobs.order import BookOrder
from bookgen.models import Corpus
from bookgen.sources import load_sources
from bookgen.sources.document import Original
from bookgen.sources.fetch import Fetcher, original_of
from bookgen.sources.library import Library
from bookgen.sources.load import original_of_file

__all__ = ["Gatherer"]


class Gatherer:
    """Gathers the sources of orders. How many pages are fetched at once is the fetcher's policy."""

    def __init__(self, fetcher: Fetcher, library: Library | None = None) -> None:
        self._fetcher = fetcher
        self._library = library

    async def __call__(self, order: BookOrder) -> Corpus:
        """Return the corpus of an order: the pages that it names, and behind them, unless its mode
        is manual, the documents of the library that tell most of its subject, up to `min_sources`
        in all. What cannot be fetched or read is among its failures.

        Raises NoSourcesError where nothing is left.
        """
        named = dict.fromkeys(order.sources)
        found = list(await asyncio.gather(*map(self._fetch, named)))
        wanted = order.min_sources - len(named)
        if order.mode != "manual" and wanted > 0:
            found += await asyncio.to_thread(self._look_up, order.character, wanted)
        pages = [one for one in found if isinstance(one, Original)]
        failures = tuple(one for one in found if isinstance(one, SourceError))
        if not pages:
            reason = "no sources were named. Name some URLs, or choose the mode automatic."
            raise NoSourcesError(failures or [SourceError(order.character, reason)])
        try:
            corpus = await asyncio.to_thread(load_sources, (), pages=pages, language=order.language)
        except NoSourcesError as error:
            raise NoSourcesError([*failures, *error.failures]) from error
        return replace(corpus, failures=(*failures, *corpus.failures))

    async def _fetch(self, url: str) -> Original | SourceError:
        try:
            return original_of(await self._fetcher.get(url))
        except SourceError as error:
            return error

    def _look_up(self, subject: str, limit: int) -> list[Original | SourceError]:
        if self._library is None:
            reason = (
                "this service has no library to find sources in. Name some URLs, or set "
                "BOOKGEN_LIBRARY to a folder of documents."
            )
            return [SourceError(subject, reason)]
        try:
            self._library.refresh()
            hits = self._library.search(subject, limit)
        except SourceError as error:
            return [error]
        if not hits:
            reason = "no document of the library names it. Name some URLs, or add documents."
            return [SourceError(subject, reason)]
        return [_document(Path(hit.location), self._library.folder) for hit in hits]


def _document(path: Path, folder: Path) -> Original | SourceError:
    """A document of the library, called by its path in it: a book does not tell the server's."""
    location = path.relative_to(folder).as_posix()
    try:
        return replace(original_of_file(path), location=location)
    except SourceError as error:
        return SourceError(location, error.reason)
    except OSError as error:
        return SourceError(location, f"it cannot be read: {error.strerror or error}.")
