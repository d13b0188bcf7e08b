"""Tells the workers on a PostgreSQL server of jobs, through Procrastinate.

A notice wakes a worker and decides nothing: whose a job is, and whether its worker lives, is in the
job's lease. A notice that is lost, or whose worker died, is given again by the sweep; one too many
finds the lease taken and ends. Procrastinate's own recovery is not used: its rescue of a stalled
task can mark the run as failed that took over (measured with 3.10).
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from sqlalchemy import URL

from bookgen.jobs.database import server_options
from bookgen.jobs.embedded import MAX_ATTEMPTS
from bookgen.jobs.errors import StoreError
from bookgen.jobs.store import JobStore
from bookgen.jobs.worker import Worker

__all__ = ["JobQueue", "QueueWorker"]

log = structlog.get_logger(__name__)

_BOOKS, _MAINTENANCE = "books", "maintenance"
# Connections for notices, beside the pool of the store; each worker listens on one more.
_POOL_SIZE = 2
# Seconds between two looks without a notice, and before a worker whose connection broke goes on.
_LOOK_SECONDS, _PAUSE_SECONDS = 5.0, 1.0
# The seconds stand last. A dead worker's lease runs out after 20: its jobs are taken over in 30.
_SWEEP = "* * * * * */10"
_SWEPT = 200
_TIDY = "7 * * * *"
# Notices that are over are kept for an hour, those of workers that died for a day.
_KEPT_HOURS = 1
_ABANDONED = """
    DELETE FROM procrastinate_jobs
    WHERE status = 'doing' AND id IN (
        SELECT job_id FROM procrastinate_events
        WHERE type = 'started' AND at < now() - interval '1 day'
    )
"""
_ALIVE = """
    SELECT count(*) AS workers FROM procrastinate_workers
    WHERE last_heartbeat > now() - interval '30 seconds'
"""


class JobQueue:
    """An open connection to give notices. A context manager."""

    def __init__(self, url: URL) -> None:
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        connector = PsycopgConnector(
            conninfo=plain, min_size=1, max_size=_POOL_SIZE, kwargs={"options": server_options(url)}
        )
        self.app = App(connector=connector)

    async def __aenter__(self) -> JobQueue:
        await self.app.open_async()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.app.close_async()

    async def announce(self, job_id: str) -> None:
        """Tell the workers of a job that can be written. Where that cannot be done now, the sweep
        does it."""
        # By its name, so that a process without workers can give it too.
        notice = self.app.configure_task("write", queue=_BOOKS, queueing_lock=job_id)
        try:
            # One that waits already is enough.
            with suppress(AlreadyEnqueued):
                await notice.defer_async(job_id=job_id)
        except ConnectorException as error:
            log.warning("no notice given", job_id=job_id, reason=str(error))

    async def is_running(self) -> bool:
        """Whether any worker is alive."""
        try:
            found = await self.app.connector.execute_query_one_async(_ALIVE)
        except ConnectorException:
            return False
        return bool(found["workers"])

    async def make_tables(self) -> bool:
        """Make the queue's tables where there are none, and return whether they were made."""
        if await self.app.check_connection_async():
            return False
        await self.app.schema_manager.apply_schema_async()
        return True


class QueueWorker:
    """Writes the jobs that it gets notice of, `concurrency` at once."""

    def __init__(
        self, queue: JobQueue, store: JobStore, worker: Worker, *, concurrency: int
    ) -> None:
        self._queue = queue
        self._store = store
        self._worker = worker
        self._concurrency = concurrency
        self._slots = asyncio.Semaphore(concurrency)
        self._books: set[asyncio.Task[None]] = set()
        app = queue.app
        app.task(name="write", queue=_BOOKS)(self._write)
        for name, cron, run in (("sweep", _SWEEP, self._sweep), ("tidy", _TIDY, self._tidy)):
            app.periodic(cron=cron)(app.task(name=name, queue=_MAINTENANCE)(run))

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; then what is in work is given back. A server that goes away is
        waited for."""
        stopping = asyncio.create_task(stop.wait())
        while not stop.is_set():
            # A sweep that shared the places of books would wait for a whole one.
            ends = [
                asyncio.create_task(self._listen(_BOOKS, self._concurrency)),
                asyncio.create_task(self._listen(_MAINTENANCE, 1)),
            ]
            await asyncio.wait([*ends, stopping], return_when=asyncio.FIRST_COMPLETED)
            if stop.is_set():
                await self._give_back()
            else:
                log.warning("the queue is away", again_in=_PAUSE_SECONDS)
            for task in ends:
                task.cancel()
            await asyncio.gather(*ends, return_exceptions=True)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _PAUSE_SECONDS)

    async def _listen(self, queue: str, places: int) -> None:
        await self._queue.app.run_worker_async(
            queues=[queue],
            name=f"{self._worker.owner} {queue}",
            concurrency=places,
            fetch_job_polling_interval=_LOOK_SECONDS,
            install_signal_handlers=False,
            shutdown_graceful_timeout=0.0,
        )

    async def _write(self, job_id: str) -> None:
        # The book outlives its notice: only the lease ends it, not a lost connection of the queue.
        book = asyncio.create_task(self._write_book(job_id), name=f"book {job_id}")
        self._books.add(book)
        book.add_done_callback(self._books.discard)
        await asyncio.shield(book)

    async def _write_book(self, job_id: str) -> None:
        async with self._slots:
            try:
                await self._worker.run(job_id)
            except StoreError as error:
                log.error("job not started", job_id=job_id, reason=str(error))

    async def _sweep(self, timestamp: int) -> None:  # noqa: ARG002 - given by its name
        """Give notice of every job that nobody works on, and give up those that kill workers."""
        await self._store.fail_dead(MAX_ATTEMPTS)
        for job_id in await self._store.claimable(_SWEPT):
            await self._queue.announce(job_id)

    async def _tidy(self, timestamp: int) -> None:  # noqa: ARG002 - given by its name
        """Remove the notices that are over: they would grow without bound."""
        app = self._queue.app
        await app.job_manager.delete_old_jobs(
            _KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
        )
        await app.connector.execute_query_async(_ABANDONED)

    async def _give_back(self) -> None:
        given_back = self._worker.running
        await self._worker.stop()
        if self._books:
            await asyncio.wait(self._books)
        for job_id in given_back:
            await self._queue.announce(job_id)
