"""Asks all providers for sources on a subject, fetches what they offer and keeps what is good."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

from bookgen.errors import SourceError
from bookgen.sources.assess import canonical_url, credibility_of, relevance
from bookgen.sources.assess.reading import beginning_of
from bookgen.sources.discover.found import Found, Provider, Search
from bookgen.sources.document import Original
from bookgen.sources.fetch import Fetched, Fetcher, FetchError, original_of, parse_url
from bookgen.sources.fetch.failures import FetchFailure
from bookgen.sources.fetch.urls import host_of

__all__ = ["Discovery"]

# Each provider is asked for more than is wanted: some will not hold.
_OFFERED = 2
_FEWEST_OFFERED = 10
_AT_ONCE = 8
_READERS = 2
_AWAY = frozenset({"dns", "tls", "connection", "timeout"})


class Discovery:
    """Finds sources through `providers`. `seconds` and `max_bytes` bound one search in all."""

    def __init__(
        self,
        fetcher: Fetcher,
        providers: Sequence[Provider],
        *,
        seconds: float = 180.0,
        max_bytes: int = 64 * 10**6,
    ) -> None:
        self._fetcher = fetcher
        self._providers = providers
        self._seconds = seconds
        self._max_bytes = max_bytes
        # Pages are read in threads, a few at a time: reading one takes the processor for itself.
        self._readers = asyncio.Semaphore(_READERS)

    async def find(
        self, search: Search, threshold: float, known: Iterable[str] = ()
    ) -> list[Original | SourceError]:
        """Return at most `search.limit` sources of a quality from `threshold` (0 to 1) on, the best
        of each provider first, and why others were left out. Addresses in `known` are not offered.

        The quality of a source is the mean of its credibility (that of its site, 0 to 1) and of its
        relevance to the subject.
        """
        run = _Run(search, threshold, {_key(url) for url in known})
        try:
            async with asyncio.timeout(self._seconds):
                queue = list(enumerate(await self._offers(run)))
                while queue and run.wanted > 0 and run.bytes < self._max_bytes:
                    size = min(run.wanted, _AT_ONCE)
                    batch, queue = queue[:size], queue[size:]
                    await asyncio.gather(*(self._take(found, place, run) for place, found in batch))
        except TimeoutError:
            reason = f"looking for sources took {self._seconds:g} s; what was found is used."
            run.failures.append(SourceError(search.subject, reason))
        return [*(run.taken[place] for place in sorted(run.taken)), *run.failures]

    async def _offers(self, run: _Run) -> list[Found]:
        """Return what the providers offer, each in turn, without what cannot be good enough."""
        most = max(_FEWEST_OFFERED, _OFFERED * run.search.limit)
        asked = replace(run.search, limit=most)
        answers = await asyncio.gather(
            *(self._ask(provider, asked, run.failures) for provider in self._providers)
        )
        offers: list[Found] = []
        for found in _in_turn(answers):
            key = _key(found.url)
            if key in run.known or _quality(found.page, 1.0) < run.threshold:
                continue
            run.known.add(key)
            offers.append(found)
        return offers

    async def _ask(
        self, provider: Provider, search: Search, failures: list[SourceError]
    ) -> list[Found]:
        try:
            return await provider.find(self._fetcher, search)
        except SourceError as error:
            is_away = isinstance(error, FetchError) and error.code in _AWAY
            reason = "it cannot be reached from here." if is_away else error.reason
            failures.append(SourceError(provider.name, reason))
            return []

    async def _take(self, found: Found, place: int, run: _Run) -> None:
        """Fetch what was found, and keep it in its place if it is good enough."""
        try:
            page = await self._fetcher.get(found.url)
            original = original_of(page)
            name = found.title or original.name
            original = replace(original, name=name, catalogued=found.metadata)
            async with self._readers:
                text = await asyncio.to_thread(beginning_of, original)
        except SourceError as error:
            run.failures.append(SourceError(found.page, error.reason))
            return
        search = run.search
        told = relevance(search.subject, text, title=found.title or "", language=search.language)
        quality = _quality(_judged(found, page), told)
        if quality < run.threshold:
            reason = (
                f"it was left out: its quality is {quality:.2f} (relevance {told:.2f}), and "
                f"quality_threshold is {run.threshold:g}."
            )
            run.failures.append(SourceError(found.page, reason))
        else:
            run.bytes += len(original.data)
            run.taken[place] = original


class _Run:
    """What one search has so far."""

    def __init__(self, search: Search, threshold: float, known: set[str]) -> None:
        self.search = search
        self.threshold = threshold
        self.known = known
        self.taken: dict[int, Original] = {}
        self.failures: list[SourceError] = []
        self.bytes = 0

    @property
    def wanted(self) -> int:
        return self.search.limit - len(self.taken)


def _in_turn(answers: Iterable[Sequence[Found]]) -> Iterator[Found]:
    for row in zip_longest(*answers):
        yield from (found for found in row if found is not None)


def _key(url: str) -> str:
    try:
        return canonical_url(url)
    except FetchFailure:
        return url


def _judged(found: Found, page: Fetched) -> str:
    """Return the address whose site answers for a source: the catalogue's where it has a page of
    its own there, else where the text came from in the end."""
    return page.final_url if found.page == found.url else found.page


def _quality(url: str, relevance: float) -> float:
    try:
        host = host_of(parse_url(url))
    except FetchFailure:
        return 0.0
    return (credibility_of(host).score / 100 + relevance) / 2
