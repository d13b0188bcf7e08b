"""Runs jobs under their leases: one heartbeat for all of them, and no work without a lease."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from uuid import uuid4

import structlog

from bookgen.errors import BookgenError
from bookgen.jobs.checkpoint import persistently
from bookgen.jobs.errors import LeaseLostError, StoreError
from bookgen.jobs.held import HeldLease, boot_time
from bookgen.jobs.records import JobFailure
from bookgen.jobs.store import JobStore

__all__ = ["Worker", "worker_name"]

log = structlog.get_logger(__name__)

LEASE_SECONDS = 20.0
BEAT_SECONDS = 0.5


def worker_name() -> str:
    """Return a name that no other worker has, and that leads to the process."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"


@dataclass(frozen=True, slots=True)
class _Run:
    held: HeldLease
    task: asyncio.Task[None]
    since: float


class Worker:
    """Writes jobs with `write`, which gets the lease that it works under.

    A context manager: the heartbeat runs within it. At the end, what is in work is stopped and
    given back, so that another worker can go on at once.
    """

    def __init__(
        self,
        store: JobStore,
        write: Callable[[HeldLease], Awaitable[None]],
        *,
        owner: str | None = None,
        lease_seconds: float = LEASE_SECONDS,
        beat_seconds: float = BEAT_SECONDS,
    ) -> None:
        self.owner = owner or worker_name()
        self._store = store
        self._write = write
        self._lease_seconds = lease_seconds
        self._beat_seconds = beat_seconds
        self._running: dict[str, _Run] = {}
        self._stopping = False
        self._heart: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Worker:
        self._heart = asyncio.create_task(self._beat(), name="heartbeat")
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stop()
        if self._heart is not None:
            self._heart.cancel()
            with suppress(asyncio.CancelledError):
                await self._heart

    @property
    def running(self) -> frozenset[str]:
        """The ids of the jobs in work."""
        return frozenset(self._running)

    async def run(self, job_id: str) -> bool:
        """Write the job to its end, as far as it goes, and return True; False where somebody else
        has it, it has ended, or this worker stops."""
        if self._stopping or job_id in self._running:
            return False
        asked_at = boot_time()
        lease = await self._store.acquire(job_id, self.owner, self._lease_seconds)
        if lease is None:
            return False
        held = HeldLease(lease, asked_at + self._lease_seconds)
        task = asyncio.create_task(self._write_to_the_end(held), name=f"job {job_id}")
        self._running[job_id] = _Run(held, task, boot_time())
        try:
            await asyncio.wait([task])
        finally:
            # Whoever waits for the run may be cancelled; the run itself then is as well.
            if not task.done():
                task.cancel()
                await asyncio.wait([task])
            del self._running[job_id]
        return True

    def drop(self, job_id: str) -> None:
        """Stop work on a job that was cancelled or deleted, if this worker has it, at once."""
        if run := self._running.get(job_id):
            run.task.cancel()

    async def stop(self) -> None:
        """Take no more jobs, stop those in work, and give them back."""
        self._stopping = True
        tasks = [run.task for run in self._running.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _write_to_the_end(self, held: HeldLease) -> None:
        job = log.bind(job_id=held.lease.job_id, epoch=held.lease.epoch)
        job.info("job started", worker=self.owner)
        try:
            await self._write(held)
        except asyncio.CancelledError:
            job.info("job stopped")
            if self._stopping:
                await self._give_back(held)
            raise
        except LeaseLostError as error:
            job.warning("lease lost", reason=str(error))
            return
        except StoreError as error:
            # Nothing can be written of it; its lease runs out and it is taken up again.
            job.error("store failed", reason=str(error))
            return
        except BookgenError as error:
            failure = JobFailure(type(error).__name__, str(error))
            job.warning("job failed", error=failure.kind, reason=failure.message)
        except Exception:
            failure = JobFailure("InternalError", "An unexpected error; the log has it in full.")
            job.exception("job failed unexpectedly")
        else:
            job.info("job left", worker=self.owner)
            return
        with suppress(LeaseLostError, StoreError):
            await persistently(lambda: self._store.fail(held.lease, failure), held)

    async def _give_back(self, held: HeldLease) -> None:
        try:
            await self._store.release(held.lease)
        except StoreError as error:
            log.warning("lease not released", job_id=held.lease.job_id, reason=str(error))

    async def _beat(self) -> None:
        """Renew all leases; stop what is no longer this worker's."""
        while True:
            await asyncio.sleep(self._beat_seconds)
            if not self._running:
                continue
            asked_at = boot_time()
            try:
                kept = await self._store.renew_all(
                    self.owner, list(self._running), self._lease_seconds
                )
            except StoreError as error:
                log.warning("leases not renewed", reason=str(error))
                continue
            for job_id, run in list(self._running.items()):
                lease = kept.get(job_id)
                if lease is not None and lease.epoch == run.held.lease.epoch:
                    run.held.until = asked_at + self._lease_seconds
                elif run.since < asked_at:
                    run.task.cancel()
