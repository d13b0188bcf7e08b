"""What jobs have cost, and how fast a provider may be called by all workers together."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, case, update

from bookgen.jobs.errors import JobNotFoundError
from bookgen.jobs.statements import Topic, insert, whole
from bookgen.jobs.tables import database_time, jobs, paces
from bookgen.models import Usage

__all__ = ["Spending"]


class Spending(Topic):
    """Adds up what was paid, and hands out the times of calls."""

    @whole
    async def add_usage(self, job_id: str, usage: Usage, calls: int = 1) -> None:
        """Add what `calls` calls took to the job's totals. What is None once is None from then on:
        unknown, never 0.

        It needs no lease: what was paid was paid, also by a worker that has lost it. Raises
        JobNotFoundError.
        """
        statement = (
            update(jobs)
            .where(jobs.c.id == job_id)
            .values(
                calls=jobs.c.calls + calls,
                prompt_tokens=_added(jobs.c.prompt_tokens, usage.prompt_tokens),
                completion_tokens=_added(jobs.c.completion_tokens, usage.completion_tokens),
                cached_tokens=_added(jobs.c.cached_tokens, usage.cached_tokens),
                cost=_added(jobs.c.cost, usage.cost),
            )
        )
        async with self._database.writing() as connection:
            if (await connection.execute(statement)).rowcount == 0:
                raise JobNotFoundError(job_id)

    @whole
    async def reserve_slot(self, provider: str, interval: float) -> float:
        """Take the provider's next free time of a call, and return the seconds until then.

        `interval` is the seconds between two calls of all workers together: 60 divided by the
        limit of calls a minute.
        """
        async with self._database.writing() as connection:
            statement = (
                insert(connection, paces)
                .values(provider=provider, next_at=database_time() + interval)
                .on_conflict_do_update(
                    index_elements=["provider"],
                    set_={
                        "next_at": interval
                        + case(
                            (paces.c.next_at > database_time(), paces.c.next_at),
                            else_=database_time(),
                        )
                    },
                )
                .returning(paces.c.next_at - interval - database_time())
            )
            seconds: float = (await connection.execute(statement)).scalar_one()
        return max(seconds, 0.0)


def _added(column: Column[Any], amount: float | None) -> Any:
    # Before the first call nothing is known to have been paid; after it NULL + x is NULL.
    return case((jobs.c.calls == 0, amount), else_=column + amount)
