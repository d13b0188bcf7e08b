"""All that the routes work with: opened when the application starts, closed when it ends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from bookgen.api.metrics import Metrics, Sampler
from bookgen.jobs.database import Database, open_database
from bookgen.jobs.embedded import EmbeddedRunner
from bookgen.jobs.gathering import Gatherer
from bookgen.jobs.provider import Provider
from bookgen.jobs.schema import upgrade
from bookgen.jobs.store import JobStore
from bookgen.jobs.worker import Worker
from bookgen.jobs.writing import BookJobs
from bookgen.settings import Settings
from bookgen.sources.fetch import Fetcher, FetchPolicy, parse_allow

__all__ = ["Service", "opened"]


@dataclass(frozen=True)
class Service:
    """An open service. `runner` writes jobs in this process."""

    settings: Settings
    database: Database
    store: JobStore
    provider: Provider
    fetcher: Fetcher
    worker: Worker
    runner: EmbeddedRunner
    metrics: Metrics


@asynccontextmanager
async def opened(settings: Settings, metrics: Metrics) -> AsyncIterator[Service]:
    """Open the service: unfinished jobs go on. Raises StoreError, InputError."""
    allow = parse_allow(settings.bookgen_fetch_allow)
    async with AsyncExitStack() as stack:
        database = open_database(settings.bookgen_database_url)
        stack.push_async_callback(database.close)
        await upgrade(database)
        store = JobStore(database)
        if database.is_sqlite:
            await store.reset_leases()
        fetcher = await stack.enter_async_context(
            Fetcher(FetchPolicy(allow=allow, site=settings.site_url))
        )
        provider = Provider(settings, store)
        gather = Gatherer(fetcher)
        jobs = BookJobs(store, gather, provider, parallel=settings.bookgen_parallel)
        worker = await stack.enter_async_context(Worker(store, jobs.write))
        runner = await stack.enter_async_context(
            EmbeddedRunner(store, worker, concurrency=settings.bookgen_concurrency)
        )
        await stack.enter_async_context(Sampler(metrics, store, provider))
        yield Service(settings, database, store, provider, fetcher, worker, runner, metrics)
