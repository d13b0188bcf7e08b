"""Opens the store of jobs for a command that ends soon."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from bookgen.cli.model import settings_of_the_environment
from bookgen.errors import InputError

if TYPE_CHECKING:
    from bookgen.jobs.store import JobStore

__all__ = ["with_store"]

_T = TypeVar("_T")


def with_store(work: Callable[[JobStore], Awaitable[_T]]) -> _T:
    """Return what `work` does with the store of BOOKGEN_DATABASE_URL, which other processes may
    have open. Raises InputError where there is none yet, StoreError where it cannot be used."""
    from bookgen.jobs.database import database_url

    given = settings_of_the_environment().bookgen_database_url
    url = database_url(given)
    # SQLite would make an empty one.
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        raise InputError(
            f"There are no jobs: {url.database} does not exist. `bookgen serve` makes it; "
            "BOOKGEN_DATABASE_URL names another."
        )
    return asyncio.run(_opened(given, work))


async def _opened(given: str | None, work: Callable[[JobStore], Awaitable[_T]]) -> _T:
    from bookgen.jobs.database import open_database
    from bookgen.jobs.schema import require_current
    from bookgen.jobs.store import JobStore

    database = open_database(given, alone=False)
    try:
        await require_current(database)
        return await work(JobStore(database))
    finally:
        await database.close()
