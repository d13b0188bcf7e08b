"""A process that keeps the sections of a new job one after another, without an end.

It prints the job's id, and then the number of each section once the store has said that it is
kept.
"""

import asyncio
import itertools
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from jobs.examples import leased, plans, section

from bookgen.jobs.database import open_database
from bookgen.jobs.schema import upgrade
from bookgen.jobs.store import JobStore

TESTS = Path(__file__).resolve().parents[1]


@contextmanager
def python(*arguments, **more):
    """Run Python beside the test, with the tests' modules; it does not outlive the block."""
    with subprocess.Popen(
        [sys.executable, *arguments], cwd=TESTS, stdout=subprocess.PIPE, text=True, **more
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def tell(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def keep(url):
    database = open_database(url)
    await upgrade(database)
    store = JobStore(database)
    lease = await leased(store)
    tell(lease.job_id)
    for number in itertools.count(1):
        plan = plans(number)[-1]
        await store.keep_section(lease, plan, section(plan, text=f"Text {number}. " * 500))
        tell(number)


if __name__ == "__main__":
    asyncio.run(keep(sys.argv[1]))
