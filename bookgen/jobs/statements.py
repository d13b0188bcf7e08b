"""What the topics of the store share: its base, guarded updates, events, rows made into jobs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

from sqlalchemy import Executable, Row, Table, Update, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bookgen.jobs.database import Database
from bookgen.jobs.errors import JobNotFoundError, JobStateError, LeaseLostError
from bookgen.jobs.records import Job, JobFailure, Lease
from bookgen.jobs.tables import database_time, events, jobs
from bookgen.models import Usage

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

__all__ = ["STATE", "Topic", "fenced", "held", "insert", "job_from", "refuse", "tell", "whole"]

_PARTS_READ_APART = {"request", "outline", "result"}
# The columns of a Job. What may be long is read apart.
STATE = tuple(column for column in jobs.c if column.name not in _PARTS_READ_APART)


_Method = TypeVar("_Method", bound=Callable[..., Coroutine[Any, Any, Any]])


def whole(method: _Method) -> _Method:
    """Let a method that writes come to its end although its caller is cancelled meanwhile.

    A transaction that is abandoned between two statements would hold SQLite's lock until its
    connection is collected.
    """

    @wraps(method)
    async def run(*args: Any, **kwargs: Any) -> Any:
        task = asyncio.ensure_future(method(*args, **kwargs))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            # What it raises now has nobody to be told to.
            await asyncio.gather(task, return_exceptions=True)
            raise

    return cast("_Method", run)


class Topic:
    """One topic of the store: methods on an open database."""

    def __init__(self, database: Database) -> None:
        self._database = database


def insert(connection: AsyncConnection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT that knows ON CONFLICT, as the connection's database writes it."""
    # Each loaded where it is in use: a service on SQLite does without PostgreSQL's 2 MB.
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)


def fenced(lease: Lease, **values: Any) -> Update:
    """Return the update of a job that takes effect only while the lease holds.

    A lease holds until another owner has its epoch, or the job is ended: one that has expired, and
    that nobody took over, still writes what was paid for.
    """
    return (
        update(jobs)
        .where(
            jobs.c.id == lease.job_id,
            jobs.c.epoch == lease.epoch,
            jobs.c.status == "in_progress",
        )
        .values(updated_at=database_time(), **values)
    )


async def held(connection: AsyncConnection, lease: Lease, statement: Executable) -> Row[Any]:
    """Run a fenced statement that returns a row, and return it. Raises LeaseLostError where it
    found none."""
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        raise LeaseLostError(lease.job_id, lease.owner, lease.epoch)
    return row


async def refuse(connection: AsyncConnection, job_id: str, asked: str) -> JobStateError:
    """Return why a guarded update found no row. Raises JobNotFoundError where there is no job."""
    found = await connection.execute(select(jobs.c.status, jobs.c.phase).where(jobs.c.id == job_id))
    row = found.one_or_none()
    if row is None:
        raise JobNotFoundError(job_id)
    return JobStateError(job_id, row.status, row.phase, asked)


async def tell(
    connection: AsyncConnection,
    job_id: str,
    kind: str,
    data: Mapping[str, Any],
) -> int:
    """Keep an event and return its id.

    The caller has written the job's row in the same transaction: until that ends no other event of
    this job gets an id, so that none is committed after one with a higher id was read.
    """
    statement = (
        insert(connection, events)
        .values(job_id=job_id, kind=kind, data=data, created_at=database_time())
        .returning(events.c.id)
    )
    return int((await connection.execute(statement)).scalar_one())


def job_from(row: Row[Any]) -> Job:
    """Return the job of a row that has the columns of STATE."""
    fields = {column.name: row._mapping[column.name] for column in STATE}
    usage = Usage(
        prompt_tokens=fields.pop("prompt_tokens"),
        completion_tokens=fields.pop("completion_tokens"),
        cost=fields.pop("cost"),
        cached_tokens=fields.pop("cached_tokens"),
    )
    error = fields.pop("error")
    return Job(**fields, usage=usage, error=None if error is None else JobFailure(**error))
