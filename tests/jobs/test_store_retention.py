"""What is old is removed with all that is its, and nothing of what is not."""

import asyncio

import pytest
from jobs.examples import NEW, OUTLINE, PLAN, leased, plans, section
from jobs.test_store_sections import corpus, count
from sqlalchemy import text

from bookgen.jobs.errors import JobNotFoundError
from bookgen.jobs.records import Idempotency, JobFailure, Pruned
from bookgen.jobs.tables import metadata

pytestmark = pytest.mark.anyio

DAY = 86_400.0
# What belongs to a job, and the column that says to which.
OF_JOBS = ("sections", "events", "idempotency_keys", "job_documents")


async def age(database, days):
    """Let all that the store holds have happened so many days earlier."""
    async with database.writing() as connection:
        for table in metadata.tables.values():
            columns = [column.name for column in table.c if column.name.endswith("_at")]
            earlier = ", ".join(f"{name} = {name} - {days * DAY}" for name in columns)
            if earlier:
                await connection.execute(text(f"UPDATE {table.name} SET {earlier}"))


async def whole(store, key, language="en"):
    """Return the lease of a job that has something in every table."""
    job = await store.create(NEW, Idempotency("client", key, "a" * 64))
    lease = await store.acquire(job.id, "worker", 60)
    await store.keep_corpus(lease, corpus(language))
    await store.keep_outline(lease, OUTLINE)
    await store.keep_section(lease, PLAN, section())
    return lease


async def orphans(database):
    """Return how many rows belong to no job, or are documents of none."""
    of_no_job = "SELECT count(*) FROM {} WHERE job_id NOT IN (SELECT id FROM jobs)"
    unused = (
        "SELECT count(*) FROM documents WHERE sha256 NOT IN "
        "(SELECT document FROM job_documents WHERE document IS NOT NULL)"
    )
    asked = [of_no_job.format(table) for table in OF_JOBS] + [unused]
    async with database.reading() as connection:
        return sum([(await connection.execute(text(one))).scalar_one() for one in asked])


async def test_a_job_that_ended_long_ago_goes_with_all_that_is_its(database, store):
    lease = await whole(store, "old")
    await store.complete(lease, {})
    await age(database, 31)
    events = await count(database, "events")
    assert await store.prune(30 * DAY) == Pruned(1, events, 2, 1)
    for table in ("jobs", "documents", *OF_JOBS):
        assert await count(database, table) == 0
    with pytest.raises(JobNotFoundError):
        await store.get(lease.job_id)


async def test_what_is_not_old_or_has_not_ended_stays(database, store):
    begun = await whole(store, "begun")
    await age(database, 31)
    ended = await whole(store, "ended")
    await store.fail(ended, JobFailure("ProviderError", "no reply"))
    await age(database, 29)
    # The key of the first is 60 days old: it stands for nothing any more, its job is still written.
    assert await store.prune(30 * DAY) == Pruned(idempotency_keys=1)
    for lease in (begun, ended):
        assert await store.sections(lease.job_id) == [section()]
        kept = await store.corpus(lease.job_id)
        assert kept.sources == corpus().sources
        assert list(map(str, kept.failures)) == list(map(str, corpus().failures))
        assert await store.events_after(lease.job_id, 0)
    assert await orphans(database) == 0


async def test_a_document_goes_with_the_last_job_that_was_written_from_it(database, store):
    old, other = await whole(store, "old"), await whole(store, "other", "es")
    await store.complete(old, {})
    await store.complete(other, {})
    await age(database, 31)
    young = await whole(store, "young")
    assert (await store.prune(30 * DAY)).documents == 2
    assert (await store.corpus(young.job_id)).sources == corpus().sources
    assert await orphans(database) == 0


async def test_a_document_that_a_job_is_about_to_refer_to_stays(database, store):
    lease = await whole(store, "old")
    await store.complete(lease, {})
    await age(database, 31)
    async with database.writing() as connection:
        # Another job has just kept the same documents.
        await connection.execute(
            text("UPDATE documents SET kept_at = kept_at + :s"), {"s": 31 * DAY}
        )
    assert await store.prune(30 * DAY) == Pruned(1, 4, 0, 1)
    assert await count(database, "documents") == 2
    await age(database, 1)
    assert (await store.prune(30 * DAY)).documents == 2


async def test_a_resumed_job_is_not_old(database, store):
    lease = await whole(store, "old")
    await store.fail(lease, JobFailure("ProviderError", "no reply"))
    await age(database, 31)
    await store.resume(lease.job_id)
    assert (await store.prune(30 * DAY)).jobs == 0
    assert await store.sections(lease.job_id) == [section()]


async def test_the_tables_are_bounded_by_what_is_kept_however_many_jobs_there_were(database, store):
    rows = []
    for _ in range(4):
        for number in range(20):
            lease = await leased(store)
            for plan in plans(3):
                await store.keep_section(lease, plan, section(plan))
            if number % 3:
                await store.complete(lease, {})
            else:
                await store.cancel(lease.job_id)
        await age(database, 10)
        await store.prune(25 * DAY)
        rows.append([await count(database, table) for table in ("jobs", "events", "sections")])
        assert await orphans(database) == 0
    # Of the last 25 days are two rounds of jobs, each of 20, and no row of any other.
    assert rows[1:] == [rows[1]] * 3
    assert rows[1][0] == 40


async def test_more_jobs_than_one_transaction_removes_are_all_removed(database, store):
    made = [await store.create(NEW) for _ in range(130)]
    await asyncio.gather(*(store.cancel(job.id) for job in made))
    await age(database, 31)
    young = await store.create(NEW)
    assert await store.prune(30 * DAY) == Pruned(jobs=130, events=260)
    assert [job.id for job in (await store.page(limit=9)).jobs] == [young.id]


async def test_a_delete_leaves_nothing_behind_and_touches_no_other(database, store):
    one, other = await whole(store, "one"), await whole(store, "other")
    await store.delete(one.job_id)
    assert await count(database, "sections") == 1
    assert (await store.corpus(other.job_id)).sources == corpus().sources
    await age(database, 1)
    await store.prune(30 * DAY)
    assert await orphans(database) == 0


async def test_what_the_store_takes_is_told(store):
    before = await store.size()
    assert (before.size_bytes > 0, before.jobs) == (True, {})
    await store.create(NEW)
    lease = await whole(store, "whole")
    await store.complete(lease, {"text": "x" * 2_000_000})
    after = await store.size()
    assert after.jobs == {"pending": 1, "completed": 1}
    assert after.size_bytes > before.size_bytes
