"""What is removed: a job when it is asked for, and what is old."""

from __future__ import annotations

from sqlalchemy import delete, exists, func, select, text

from bookgen.jobs.errors import JobNotFoundError
from bookgen.jobs.records import Pruned, StoreSize
from bookgen.jobs.statements import Topic, whole
from bookgen.jobs.tables import (
    database_time,
    documents,
    events,
    idempotency_keys,
    job_documents,
    jobs,
)

__all__ = ["Retention"]

# Jobs in one transaction: the others wait for it no longer than for a few sections.
_BATCH = 50
# Seconds that a document stays which no job refers to: another job may be about to.
_GRACE = 3600.0


class Retention(Topic):
    """Removes jobs with all that is theirs, and says what the store takes."""

    @whole
    async def delete(self, job_id: str) -> None:
        """Remove a job in any state, with its sections and events; its worker's lease is lost.
        Raises JobNotFoundError."""
        async with self._database.writing() as connection:
            found = await connection.execute(delete(jobs).where(jobs.c.id == job_id))
            if found.rowcount == 0:
                raise JobNotFoundError(job_id)

    async def ended_before(self, older_than: float) -> int:
        """Return how many jobs ended more than `older_than` seconds ago."""
        before = database_time() - older_than
        async with self._database.reading() as connection:
            counted = select(func.count()).where(jobs.c.completed_at < before)
            return int(await connection.scalar(counted) or 0)

    @whole
    async def prune(self, older_than: float) -> Pruned:
        """Remove jobs that ended more than `older_than` seconds ago, idempotency keys of that age,
        and documents that no job refers to, and return how many."""
        before = database_time() - older_than
        pruned_jobs = pruned_events = pruned_keys = 0
        while True:
            async with self._database.writing() as connection:
                old = await connection.scalars(
                    select(jobs.c.id)
                    .where(jobs.c.completed_at < before)
                    .order_by(jobs.c.completed_at)
                    .limit(_BATCH)
                    # One that is being resumed is left to that.
                    .with_for_update(skip_locked=True)
                )
                ids = list(old)
                told = await connection.execute(delete(events).where(events.c.job_id.in_(ids)))
                keys = await connection.execute(
                    delete(idempotency_keys).where(idempotency_keys.c.job_id.in_(ids))
                )
                await connection.execute(delete(jobs).where(jobs.c.id.in_(ids)))
            pruned_jobs += len(ids)
            pruned_events += told.rowcount
            pruned_keys += keys.rowcount
            if len(ids) < _BATCH:
                break
        async with self._database.writing() as connection:
            orphans = await connection.execute(
                delete(documents).where(
                    documents.c.kept_at < database_time() - _GRACE,
                    ~exists().where(job_documents.c.document == documents.c.sha256),
                )
            )
            keys = await connection.execute(
                delete(idempotency_keys).where(idempotency_keys.c.created_at < before)
            )
        pruned_keys += keys.rowcount
        return Pruned(pruned_jobs, pruned_events, orphans.rowcount, pruned_keys)

    async def size(self) -> StoreSize:
        """Return what the store takes."""
        of_file = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
        of_server = "SELECT pg_database_size(current_database())"
        async with self._database.reading() as connection:
            size = await connection.scalar(text(of_file if self._database.is_sqlite else of_server))
            counts = await connection.execute(
                select(jobs.c.status, func.count()).group_by(jobs.c.status)
            )
            return StoreSize(int(size or 0), {row[0]: row[1] for row in counts})
