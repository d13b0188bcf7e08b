"""The outline of a job: kept by its worker, read, edited and approved by people."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Update, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bookgen.checkpoint import outline_from, outline_to
from bookgen.errors import BookgenError
from bookgen.jobs.errors import JobNotFoundError, OutlineChangedError
from bookgen.jobs.records import Job, KeptOutline, Lease
from bookgen.jobs.statements import Topic, fenced, held, job_from, refuse, tell, whole
from bookgen.jobs.tables import database_time, jobs
from bookgen.jobs.transitions import moved, told
from bookgen.models import Outline

__all__ = ["Outlines"]


class Outlines(Topic):
    """Keeps one outline for each job, with a version that grows with every change."""

    async def outline(self, job_id: str) -> KeptOutline | None:
        """Return the outline, None where none was kept yet. Raises JobNotFoundError."""
        columns = (jobs.c.outline, jobs.c.outline_version, jobs.c.outline_approved)
        async with self._database.reading() as connection:
            found = await connection.execute(select(*columns).where(jobs.c.id == job_id))
            row = found.one_or_none()
        if row is None:
            raise JobNotFoundError(job_id)
        if row.outline is None:
            return None
        return KeptOutline(
            outline_from(row.outline), row.outline_version, approved=row.outline_approved
        )

    @whole
    async def keep_outline(self, lease: Lease, outline: Outline) -> int:
        """Keep the outline and return its version, the same as before where nothing changed. It is
        durable when this returns. Raises LeaseLostError."""
        statement = _with_outline(fenced(lease), outline)
        changed = statement.where(jobs.c.outline.is_distinct_from(outline_to(outline)))
        async with self._database.writing() as connection:
            row = (await connection.execute(changed)).one_or_none()
            if row is None:
                unchanged = fenced(lease).returning(jobs.c.outline_version)
                row = await held(connection, lease, unchanged)
            return int(row.outline_version)

    @whole
    async def replace_outline(self, job_id: str, outline: Outline, if_version: int) -> int:
        """Put another outline in the place of the one that waits for approval, and return its
        version.

        Raises OutlineChangedError where the version is no longer `if_version`, JobStateError where
        no outline waits for approval, JobNotFoundError.
        """
        statement = _with_outline(
            update(jobs)
            .where(
                jobs.c.id == job_id,
                jobs.c.status == "pending",
                jobs.c.phase == "approval",
                jobs.c.outline_version == if_version,
            )
            .values(updated_at=database_time()),
            outline,
        )
        async with self._database.writing() as connection:
            row = (await connection.execute(statement)).one_or_none()
            if row is None:
                raise await _refusal(connection, job_id, "have its outline replaced", if_version)
            return int(row.outline_version)

    @whole
    async def approve_outline(self, job_id: str, if_version: int) -> Job:
        """Let the job go on with the outline that waits for approval. Raises as replace_outline
        does."""
        statement = moved(
            "be approved",
            jobs.c.id == job_id,
            jobs.c.phase == "approval",
            jobs.c.outline_version == if_version,
            outline_approved=true(),
        )
        async with self._database.writing() as connection:
            row = (await connection.execute(statement)).one_or_none()
            if row is None:
                raise await _refusal(connection, job_id, "be approved", if_version)
            job = job_from(row)
            await tell(connection, job_id, *told(job))
            return job


def _with_outline(statement: Update, outline: Outline) -> Any:
    return statement.values(
        outline=outline_to(outline),
        outline_version=jobs.c.outline_version + 1,
        sections_total=len(outline.sections),
    ).returning(jobs.c.outline_version)


async def _refusal(
    connection: AsyncConnection, job_id: str, asked: str, if_version: int
) -> BookgenError:
    """Return why an outline that waits for approval was not found."""
    state = await refuse(connection, job_id, asked)
    if (state.status, state.phase) != ("pending", "approval"):
        return state
    found = await connection.scalars(select(jobs.c.outline_version).where(jobs.c.id == job_id))
    return OutlineChangedError(job_id, found.one(), if_version)
