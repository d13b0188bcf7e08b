"""All that the routes work with: opened when the application starts, closed when it ends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from bookgen.api.conversions import Conversions
from bookgen.api.metrics import Metrics, Sampler
from bookgen.jobs.database import Database, open_database
from bookgen.jobs.embedded import EmbeddedRunner
from bookgen.jobs.engine import Engine, opened_engine
from bookgen.jobs.schema import require_current, upgrade
from bookgen.jobs.store import JobStore
from bookgen.settings import Settings

__all__ = ["Runner", "Service", "opened"]


class Runner(Protocol):
    """Has jobs written: in this process, or by workers elsewhere."""

    async def announce(self, job_id: str, /) -> None:
        """Tell of a job that can be written."""

    async def is_running(self) -> bool:
        """Whether anybody writes jobs."""


@dataclass(frozen=True)
class Service:
    """An open service."""

    settings: Settings
    database: Database
    store: JobStore
    engine: Engine
    runner: Runner
    metrics: Metrics
    conversions: Conversions


@asynccontextmanager
async def opened(settings: Settings, metrics: Metrics) -> AsyncIterator[Service]:
    """Open the service. On a SQLite file jobs are written in this process, and unfinished ones go
    on; on PostgreSQL workers write them, which are told of them. Raises StoreError, InputError."""
    async with AsyncExitStack() as stack:
        database = open_database(settings.bookgen_database_url)
        stack.push_async_callback(database.close)
        store = JobStore(database)
        engine = await stack.enter_async_context(opened_engine(settings, store, metrics))
        runner = await stack.enter_async_context(
            _embedded(database, store, engine, settings.bookgen_concurrency)
            if database.is_sqlite
            else _queued(database)
        )
        await stack.enter_async_context(Sampler(metrics, store, engine.provider))
        conversions = Conversions(settings.bookgen_conversions)
        yield Service(settings, database, store, engine, runner, metrics, conversions)


@asynccontextmanager
async def _embedded(
    database: Database, store: JobStore, engine: Engine, concurrency: int
) -> AsyncIterator[Runner]:
    await upgrade(database)
    await store.reset_leases()
    async with EmbeddedRunner(store, engine.worker, concurrency=concurrency) as runner:
        yield runner


@asynccontextmanager
async def _queued(database: Database) -> AsyncIterator[Runner]:
    from bookgen.jobs.queue import JobQueue

    await require_current(database)
    async with JobQueue(database.engine.url) as queue:
        yield queue
