"""The engine of one process: it looks for jobs that nobody works on, and writes some at once."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog

from bookgen.jobs.errors import StoreError
from bookgen.jobs.store import JobStore
from bookgen.jobs.worker import Worker

__all__ = ["EmbeddedRunner"]

log = structlog.get_logger(__name__)

# Seconds between two looks without being told of a new job.
LOOK_SECONDS = 2.0
# So often may a worker die of a job without finishing another section of it.
MAX_ATTEMPTS = 5


class EmbeddedRunner:
    """Keeps a worker busy with `concurrency` jobs at once. A context manager."""

    def __init__(self, store: JobStore, worker: Worker, *, concurrency: int) -> None:
        self._store = store
        self._worker = worker
        self._concurrency = concurrency
        self._wake = asyncio.Event()
        self._jobs: set[asyncio.Task[bool]] = set()
        self._loop: asyncio.Task[None] | None = None

    async def __aenter__(self) -> EmbeddedRunner:
        self._loop = asyncio.create_task(self._dispatch(), name="dispatch")
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._loop is not None:
            self._loop.cancel()
            with suppress(asyncio.CancelledError):
                await self._loop
        await self._worker.stop()
        if self._jobs:
            await asyncio.wait(self._jobs)

    async def is_running(self) -> bool:
        """Whether it still looks for jobs."""
        return self._loop is not None and not self._loop.done()

    async def announce(self, _job_id: str) -> None:
        """Look at once for jobs, such as this one."""
        self._wake.set()

    async def _dispatch(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self._start_what_is_free()
            except StoreError as error:
                log.error("jobs not looked up", reason=str(error))
            # Not wait_for: that of Python 3.11 takes no notice of an end that comes with a job.
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._wake.wait()

    async def _start_what_is_free(self) -> None:
        await self._store.fail_dead(MAX_ATTEMPTS)
        free = self._concurrency - len(self._jobs)
        if free <= 0:
            return
        for job_id in await self._store.claimable(free):
            task = asyncio.create_task(self._worker.run(job_id), name=f"run {job_id}")
            self._jobs.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[bool]) -> None:
        self._jobs.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("job not started", reason=str(error))
        self._wake.set()
