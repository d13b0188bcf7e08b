"""Leases: who may write a job. The lease is the only sign of a worker's life."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict

from sqlalchemy import ColumnElement, func, null, or_, select, update

from bookgen.jobs.records import JobFailure, Lease
from bookgen.jobs.statements import Topic, fenced, held, job_from, tell, whole
from bookgen.jobs.tables import database_time, jobs
from bookgen.jobs.transitions import ACTIVE, moved, told

__all__ = ["Leases"]


def _free() -> ColumnElement[bool]:
    return or_(jobs.c.lease_expires_at.is_(None), jobs.c.lease_expires_at <= database_time())


class Leases(Topic):
    """Gives out the right to write jobs, one owner for each at a time."""

    async def claimable(self, limit: int = 100) -> list[str]:
        """Return the ids of jobs that nobody works on, the oldest first: new ones, and those whose
        worker let them go or died. A job that waits for approval is none of them."""
        async with self._database.reading() as connection:
            found = await connection.scalars(
                select(jobs.c.id)
                .where(jobs.c.status.in_(ACTIVE), jobs.c.phase != "approval", _free())
                .order_by(jobs.c.created_at, jobs.c.id)
                .limit(limit)
            )
            return list(found)

    @whole
    async def acquire(self, job_id: str, owner: str, seconds: float) -> Lease | None:
        """Return the lease of a claimable job, which is in progress now; None where it is not
        claimable."""
        statement = moved(
            "start",
            jobs.c.id == job_id,
            jobs.c.phase != "approval",
            _free(),
            started_at=func.coalesce(jobs.c.started_at, database_time()),
            epoch=jobs.c.epoch + 1,
            attempts=jobs.c.attempts + 1,
            lease_owner=owner,
            lease_expires_at=database_time() + seconds,
        )
        async with self._database.writing() as connection:
            row = (await connection.execute(statement)).one_or_none()
            if row is None:
                return None
            await tell(connection, job_id, *told(job_from(row)))
            return Lease(job_id, owner, row.epoch, row.lease_expires_at)

    @whole
    async def renew(self, lease: Lease, seconds: float) -> Lease:
        """Return the lease with `seconds` to go from now. Raises LeaseLostError."""
        statement = fenced(lease, lease_expires_at=database_time() + seconds)
        async with self._database.writing() as connection:
            row = await held(connection, lease, statement.returning(jobs.c.lease_expires_at))
            return Lease(lease.job_id, lease.owner, lease.epoch, row.lease_expires_at)

    @whole
    async def renew_all(
        self, owner: str, job_ids: Collection[str], seconds: float
    ) -> dict[str, Lease]:
        """Return the leases that an owner still has of these jobs, by job, each with `seconds` to
        go from now.

        One that is missing was taken over, or its job has ended: one statement tells a worker of
        all that it must stop. A job that is not named is let go when its lease runs out.
        """
        statement = (
            update(jobs)
            .where(
                jobs.c.id.in_(job_ids),
                jobs.c.lease_owner == owner,
                jobs.c.status == "in_progress",
            )
            .values(lease_expires_at=database_time() + seconds)
            .returning(jobs.c.id, jobs.c.epoch, jobs.c.lease_expires_at)
        )
        async with self._database.writing() as connection:
            rows = (await connection.execute(statement)).all()
        return {row.id: Lease(row.id, owner, row.epoch, row.lease_expires_at) for row in rows}

    @whole
    async def release(self, lease: Lease) -> None:
        """Let another worker have the job at once; the run does not count as an attempt. A lease
        that is lost, or of a job that has ended, is left alone."""
        statement = fenced(
            lease,
            # So that this lease writes nothing from now on.
            epoch=jobs.c.epoch + 1,
            attempts=jobs.c.attempts - 1,
            lease_owner=null(),
            lease_expires_at=null(),
        )
        async with self._database.writing() as connection:
            await connection.execute(statement)

    @whole
    async def reset_leases(self) -> int:
        """Free all jobs and return how many. Only for the one process of a SQLite file, at its
        start: whoever held them has ended."""
        statement = (
            update(jobs)
            .where(jobs.c.status == "in_progress", jobs.c.lease_owner.is_not(None))
            .values(lease_owner=null(), lease_expires_at=null(), epoch=jobs.c.epoch + 1)
        )
        async with self._database.writing() as connection:
            return (await connection.execute(statement)).rowcount

    @whole
    async def fail_dead(self, attempts: int) -> list[str]:
        """Fail the jobs whose worker died `attempts` times since a section was last kept, and
        return their ids."""
        error = JobFailure(
            "WorkerDied",
            f"Its worker ended {attempts} times without finishing another section. See the "
            "worker's log for what ended it, then resume the job.",
        )
        statement = moved("fail", _free(), jobs.c.attempts >= attempts, error=asdict(error))
        async with self._database.writing() as connection:
            rows = (await connection.execute(statement)).all()
            for row in rows:
                await tell(connection, row.id, *told(job_from(row)))
            return [row.id for row in rows]
