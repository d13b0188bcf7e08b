"""All that writes jobs, opened and closed together: the provider, the pages' client, the worker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from platformdirs import user_cache_path

from bookgen.jobs.computing import opened_computing
from bookgen.jobs.gathering import Gatherer
from bookgen.jobs.held import HeldLease
from bookgen.jobs.observing import UNOBSERVED, Observer
from bookgen.jobs.provider import Provider
from bookgen.jobs.store import JobStore
from bookgen.jobs.worker import Worker
from bookgen.settings import Settings
from bookgen.sources.discover import Discovery, parse_providers
from bookgen.sources.fetch import Fetcher, FetchPolicy, parse_allow
from bookgen.sources.library import Library

if TYPE_CHECKING:
    from bookgen.jobs.writing import BookJobs

__all__ = ["Engine", "opened_engine"]


@dataclass(frozen=True)
class Engine:
    """An open engine. `worker` writes the jobs that it is given."""

    provider: Provider
    fetcher: Fetcher
    worker: Worker


@asynccontextmanager
async def opened_engine(
    settings: Settings, store: JobStore, observer: Observer = UNOBSERVED
) -> AsyncIterator[Engine]:
    """Open the engine on a store; `observer` is told what it writes and pays.

    Raises InputError for hosts or providers of another form.
    """
    allow = parse_allow(settings.bookgen_fetch_allow)
    providers = parse_providers(settings.bookgen_discover)
    async with AsyncExitStack() as stack:
        fetcher = await stack.enter_async_context(
            Fetcher(FetchPolicy(allow=allow, site=settings.site_url))
        )
        provider = Provider(settings, store, observer)
        computing = stack.enter_context(opened_computing())
        discovery = Discovery(fetcher, providers) if providers else None
        gather = Gatherer(fetcher, _library(settings), discovery, offload=computing)

        def book_jobs() -> BookJobs:
            # Writers take 20 MB, which a service that has no book to write does without.
            from bookgen.jobs.writing import BookJobs

            parallel = settings.bookgen_parallel
            return BookJobs(
                store, gather, provider, computing, parallel=parallel, observer=observer
            )

        async def write(held: HeldLease) -> None:
            jobs = await asyncio.to_thread(book_jobs)
            await jobs.write(held)

        worker = await stack.enter_async_context(Worker(store, write))
        yield Engine(provider, fetcher, worker)


def _library(settings: Settings) -> Library | None:
    folder = settings.bookgen_library
    return Library(folder, user_cache_path("bookgen")) if folder is not None else None
