"""Brings together what an order is written from: pages that are named, fetched by the guard."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bookgen.errors import NoSourcesError, SourceError
from bookgen.jobs.order import BookOrder
from bookgen.models import Corpus
from bookgen.sources import load_sources
from bookgen.sources.document import Original
from bookgen.sources.fetch import Fetcher, original_of

__all__ = ["Gatherer"]


class Gatherer:
    """Fetches the sources of orders. How many pages at once is the fetcher's policy."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher

    async def __call__(self, order: BookOrder) -> Corpus:
        """Return the corpus of the pages that an order names; what cannot be fetched or read is
        among its failures.

        Raises NoSourcesError where nothing is left.
        """
        if not order.sources:
            reason = "no sources were named, and this service discovers none. Name some URLs."
            raise NoSourcesError([SourceError(order.character, reason)])
        found = await asyncio.gather(*map(self._fetch, dict.fromkeys(order.sources)))
        pages = [one for one in found if isinstance(one, Original)]
        failures = tuple(one for one in found if isinstance(one, SourceError))
        if not pages:
            raise NoSourcesError(failures)
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
