"""`bookgen worker`: writes the books that were ordered from a service on PostgreSQL."""

from __future__ import annotations

import asyncio
import signal
from typing import Annotated

import typer

from bookgen.cli.failing import plain_errors
from bookgen.cli.model import settings_of_the_environment

__all__ = ["worker"]


def worker(
    concurrency: Annotated[
        int | None,
        typer.Option(help="Books at once; else BOOKGEN_CONCURRENCY.", min=1, metavar="N"),
    ] = None,
) -> None:
    """Write the books that are ordered. Run as many as are needed, on any machines.

    SIGTERM ends it: unfinished books go to another worker at once. The database is PostgreSQL,
    named by BOOKGEN_DATABASE_URL; with SQLite, `bookgen serve` writes the books itself.
    """
    with plain_errors():
        asyncio.run(_work(concurrency))


async def _work(concurrency: int | None) -> None:
    from bookgen.cli.logs import configure_logs
    from bookgen.errors import InputError
    from bookgen.jobs.database import database_url, open_database
    from bookgen.jobs.engine import opened_engine
    from bookgen.jobs.schema import require_current
    from bookgen.jobs.store import JobStore

    settings = settings_of_the_environment()
    configure_logs(settings)
    if database_url(settings.bookgen_database_url).get_backend_name() == "sqlite":
        raise InputError(
            "A worker needs PostgreSQL, and BOOKGEN_DATABASE_URL names SQLite or nothing. Write it "
            "as postgresql://user:password@host/name; with SQLite, `bookgen serve` writes itself."
        )
    database = open_database(settings.bookgen_database_url)
    try:
        from bookgen.jobs.queue import JobQueue, QueueWorker

        await require_current(database)
        store = JobStore(database)
        places = concurrency or settings.bookgen_concurrency
        stop = asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        async with (
            opened_engine(settings, store) as engine,
            JobQueue(database.engine.url) as queue,
        ):
            typer.echo(f"{engine.worker.owner}: {places} books at once (Ctrl-C ends it)")
            await QueueWorker(queue, store, engine.worker, concurrency=places).run(stop)
    finally:
        await database.close()
