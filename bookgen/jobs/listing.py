"""Jobs are made, looked up and listed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from sqlalchemy import Column, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from bookgen.errors import InputError
from bookgen.jobs.errors import ConflictError, JobNotFoundError
from bookgen.jobs.records import Idempotency, Job, JobPage, NewJob, Status
from bookgen.jobs.statements import STATE, Topic, insert, job_from, tell, whole
from bookgen.jobs.tables import database_time, idempotency_keys, jobs

__all__ = ["Listing"]


class Listing(Topic):
    """Makes jobs, looks them up and lists them."""

    @whole
    async def create(self, new: NewJob, idempotency: Idempotency | None = None) -> Job:
        """Return a new job, pending; or the job that the same key and body have made before.

        Raises ConflictError where the key was used for another body.
        """
        job_id = str(uuid4())
        async with self._database.writing() as connection:
            if idempotency is not None:
                earlier = await _take_key(connection, idempotency, job_id)
                if earlier is not None:
                    return earlier
            made = await connection.execute(
                insert(connection, jobs)
                .values(
                    id=job_id,
                    created_at=database_time(),
                    updated_at=database_time(),
                    status="pending",
                    phase="queued",
                    request=dict(new.request),
                    character=new.character,
                    chapters=new.chapters,
                    words=new.words,
                    language=new.language,
                )
                .returning(*STATE)
            )
            job = job_from(made.one())
            await tell(connection, job_id, "state", {"status": job.status, "phase": job.phase})
            return job

    async def get(self, job_id: str) -> Job:
        """Return the job. Raises JobNotFoundError."""
        async with self._database.reading() as connection:
            found = await connection.execute(select(*STATE).where(jobs.c.id == job_id))
            row = found.one_or_none()
        if row is None:
            raise JobNotFoundError(job_id)
        return job_from(row)

    async def request(self, job_id: str) -> Mapping[str, Any]:
        """Return what the job was made from. Raises JobNotFoundError."""
        asked: Mapping[str, Any] = await self._part(job_id, jobs.c.request)
        return asked

    async def result(self, job_id: str) -> Mapping[str, Any] | None:
        """Return what the job was completed with, None before. Raises JobNotFoundError."""
        finished: Mapping[str, Any] | None = await self._part(job_id, jobs.c.result)
        return finished

    async def _part(self, job_id: str, column: Column[Any]) -> Any:
        async with self._database.reading() as connection:
            found = await connection.execute(select(column).where(jobs.c.id == job_id))
            row = found.one_or_none()
        if row is None:
            raise JobNotFoundError(job_id)
        return row[0]

    async def page(
        self, *, limit: int, status: Status | None = None, cursor: str | None = None
    ) -> JobPage:
        """Return at most `limit` jobs, the newest first, from where the page before ended.

        A job that is made meanwhile moves no other to another page. Raises InputError for a cursor
        that no page has given.
        """
        statement = select(*STATE).order_by(jobs.c.created_at.desc(), jobs.c.id.desc())
        if status is not None:
            statement = statement.where(jobs.c.status == status)
        if cursor is not None:
            statement = statement.where(
                tuple_(jobs.c.created_at, jobs.c.id) < tuple_(*_place(cursor))
            )
        async with self._database.reading() as connection:
            # One more tells whether another page follows.
            rows = (await connection.execute(statement.limit(limit + 1))).all()
        found = tuple(map(job_from, rows[:limit]))
        last = found[-1] if len(rows) > limit else None
        return JobPage(found, None if last is None else f"{last.created_at!r}_{last.id}")


async def _take_key(
    connection: AsyncConnection, idempotency: Idempotency, job_id: str
) -> Job | None:
    """Take the key for a job and return None, or return the job that has it."""
    taken = await connection.execute(
        insert(connection, idempotency_keys)
        .values(
            client=idempotency.client,
            key=idempotency.key,
            body_hash=idempotency.body_hash,
            job_id=job_id,
            created_at=database_time(),
        )
        .on_conflict_do_nothing(index_elements=["client", "key"])
        .returning(idempotency_keys.c.key)
    )
    if taken.one_or_none() is not None:
        return None
    keys = idempotency_keys.c
    found = await connection.execute(
        select(keys.body_hash, *STATE)
        .join_from(idempotency_keys, jobs)
        .where(keys.client == idempotency.client, keys.key == idempotency.key)
    )
    row = found.one_or_none()
    if row is None:
        # Its job was deleted between the two statements, and the key with it.
        return await _take_key(connection, idempotency, job_id)
    if row.body_hash != idempotency.body_hash:
        raise ConflictError(
            f"The idempotency key {idempotency.key!r} was used for another request. Send the same "
            "request, or another key."
        )
    return job_from(row)


def _place(cursor: str) -> tuple[float, str]:
    created_at, _, job_id = cursor.partition("_")
    try:
        seconds = float(created_at)
    except ValueError:
        seconds = math.nan
    if not math.isfinite(seconds) or not job_id:
        raise InputError(f"{cursor!r} is no cursor of a page of jobs. Begin without one.")
    return seconds, job_id
