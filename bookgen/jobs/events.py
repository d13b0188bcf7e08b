"""What happened to a job, in order: read by whoever follows it, from any place on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from bookgen.jobs.records import Event, Lease
from bookgen.jobs.statements import Topic, fenced, held, tell, whole
from bookgen.jobs.tables import events, jobs

__all__ = ["Events"]


class Events(Topic):
    """Keeps the events of jobs. The store itself tells of states and sections."""

    @whole
    async def append_event(self, lease: Lease, kind: str, data: Mapping[str, Any]) -> int:
        """Keep an event of the job's worker and return its id. Raises LeaseLostError."""
        async with self._database.writing() as connection:
            await held(connection, lease, fenced(lease).returning(jobs.c.id))
            return await tell(connection, lease.job_id, kind, data)

    async def events_after(self, job_id: str, event_id: int, limit: int = 100) -> list[Event]:
        """Return the next events of a job after the one of `event_id`, 0 for the first. None that
        is committed later comes before one of them."""
        statement = (
            select(events)
            .where(events.c.job_id == job_id, events.c.id > event_id)
            .order_by(events.c.id)
            .limit(limit)
        )
        async with self._database.reading() as connection:
            return [Event(**row._mapping) for row in await connection.execute(statement)]
