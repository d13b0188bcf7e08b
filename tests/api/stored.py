"""Jobs in every state, put into a store before the service is started on it."""

import asyncio
import time
from dataclasses import asdict

from jobs.examples import OUTLINE, PLAN, section
from jobs.statements import job_row
from support import small_book

from bookgen.api.schemas.common import EXAMPLE_JOB
from bookgen.checks import review
from bookgen.jobs.books import result_of
from bookgen.jobs.database import open_database
from bookgen.jobs.order import BookOrder
from bookgen.jobs.records import JobFailure, Lease
from bookgen.jobs.schema import upgrade
from bookgen.jobs.store import JobStore
from bookgen.jobs.tables import jobs

COMPLETED = "00000000-0000-4000-8000-000000000001"
FAILED = "00000000-0000-4000-8000-000000000002"
CANCELLED = "00000000-0000-4000-8000-000000000003"
BOOK = small_book.written(timeline=())
ORDER = BookOrder("Ludwig van Beethoven", chapters=2, total_words=1_000, approve_outline=True)


def store_jobs(folder):
    """Put them there. The job of the examples waits for the approval of its outline."""
    asyncio.run(_store_jobs(f"sqlite:///{folder}/jobs.db"))


async def _store_jobs(url):
    database = open_database(url)
    await upgrade(database)
    store, result = JobStore(database), result_of(BOOK, review(BOOK, small_book.CORPUS))
    await store.wait_for_approval(await _begun(database, EXAMPLE_JOB))
    await store.complete(await _begun(database, COMPLETED), result)
    await store.fail(await _begun(database, FAILED), JobFailure("ProviderError", "no reply"))
    await store.cancel((await _begun(database, CANCELLED)).job_id)
    await database.close()


async def _begun(database, job_id):
    """Return the lease of a job that has sources, an outline and a section."""
    row = job_row(0, id=job_id, status="in_progress", phase="sections", completed_at=None)
    row |= {"lease_owner": "other", "lease_expires_at": time.time() + 3_600, "epoch": 1}
    row["request"] = {**asdict(ORDER), "sources": []}
    async with database.writing() as connection:
        await connection.execute(jobs.insert(), [row])
    store, lease = JobStore(database), Lease(job_id, "other", 1, row["lease_expires_at"])
    await store.keep_corpus(lease, small_book.CORPUS)
    await store.keep_outline(lease, OUTLINE)
    await store.keep_section(lease, PLAN, section())
    return lease
