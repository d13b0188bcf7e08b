"""A process that fills a SQLite file up to a limit on files, and goes on when that is lifted.

It prints a JSON object: the job, the sections that were kept, and the error between them.
"""

import asyncio
import json
import sys
from pathlib import Path

from jobs.examples import leased, plans, section
from jobs.keeping import tell

from bookgen.jobs.database import open_database
from bookgen.jobs.errors import StoreError
from bookgen.jobs.schema import upgrade
from bookgen.jobs.store import JobStore

# Enough for some sections, in the file as in its log, and not for a hundred.
ROOM = 400_000
TEXT = "A life is long, and so is this section of it. " * 500


async def fill(store, lease, numbers):
    """Keep sections until there is no room, and return the numbers of those that were kept and the
    error, None where there was room for all."""
    kept = []
    for number in numbers:
        plan = plans(number)[-1]
        try:
            await store.keep_section(lease, plan, section(plan, text=f"{number}. {TEXT}"))
        except StoreError as error:
            return kept, error
        kept.append(number)
    return kept, None


def limit_files(size=None):
    """Let no file grow over a size from now on, or any as large as it likes."""
    import resource  # not on every system

    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most if size is None else size, most))


def size_of(file):
    return Path(file).stat().st_size


async def fill_to_a_limit(file):
    database = open_database(f"sqlite:///{file}")
    await upgrade(database)
    store = JobStore(database)
    lease = await leased(store)
    limit_files(size_of(file) + ROOM)
    kept, error = await fill(store, lease, range(1, 101))
    again, _ = await fill(store, lease, [len(kept) + 1])
    readable = [one.number for one in await store.sections(lease.job_id)]
    limit_files()
    after, _ = await fill(store, lease, range(len(kept) + 1, len(kept) + 11))
    told = {
        "job_id": lease.job_id,
        "kept": kept,
        "error": str(error),
        "is_passing": error is not None and error.is_passing,
        "again": again,
        "readable": readable,
        "after": after,
    }
    tell(json.dumps(told))
    await database.close()


if __name__ == "__main__":
    asyncio.run(fill_to_a_limit(sys.argv[1]))
