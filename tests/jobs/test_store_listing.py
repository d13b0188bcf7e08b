"""A job is made once for each key, and the list of jobs stands still while jobs are added."""

import asyncio
import time
from dataclasses import replace

import pytest
from jobs.examples import NEW, OUTLINE, leased, section

from bookgen.errors import InputError
from bookgen.jobs.errors import ConflictError, JobNotFoundError
from bookgen.jobs.records import Idempotency
from bookgen.models import SectionPlan, Usage

pytestmark = pytest.mark.anyio
KEY = Idempotency("client-1", "key-1", "a" * 64)


async def test_a_new_job_is_pending_and_comes_back_as_it_was(store):
    made = await store.create(NEW)
    assert await store.get(made.id) == made
    assert (made.status, made.phase, made.attempts, made.epoch) == ("pending", "queued", 0, 0)
    assert (made.character, made.chapters, made.words, made.language) == (
        NEW.character,
        NEW.chapters,
        NEW.words,
        NEW.language,
    )
    assert (made.started_at, made.completed_at, made.error) == (None, None, None)
    assert (made.calls, made.usage) == (0, Usage())
    assert abs(made.created_at - time.time()) < 60
    assert await store.request(made.id) == NEW.request
    assert await store.result(made.id) is None


async def test_what_is_not_there_is_named(store):
    for ask in (store.get, store.request, store.result, store.outline, store.delete):
        with pytest.raises(JobNotFoundError, match="There is no job 0000"):
            await ask("0000")


async def test_fifty_requests_with_one_key_make_one_job(store):
    made = await asyncio.gather(*(store.create(NEW, KEY) for _ in range(50)))
    assert len({job.id for job in made}) == 1
    assert [job.id for job in (await store.page(limit=100)).jobs] == [made[0].id]
    assert len(await store.events_after(made[0].id, 0)) == 1


async def test_fifty_requests_with_one_key_and_two_bodies_make_one_job(store):
    bodies = [replace(KEY, body_hash=letter * 64) for letter in "ab" * 25]
    made = await asyncio.gather(
        *(store.create(NEW, body) for body in bodies), return_exceptions=True
    )
    jobs = [job.id for job in made if not isinstance(job, BaseException)]
    refused = [error for error in made if isinstance(error, BaseException)]
    assert (len(jobs), len(set(jobs))) == (25, 1)
    assert [type(error) for error in refused] == [ConflictError] * 25
    assert "'key-1' was used for another request" in str(refused[0])
    assert len((await store.page(limit=100)).jobs) == 1


async def test_a_key_is_of_one_client(store):
    first = await store.create(NEW, KEY)
    second = await store.create(NEW, replace(KEY, client="client-2", body_hash="b" * 64))
    assert first.id != second.id


async def test_a_key_of_a_deleted_job_makes_a_new_one(store):
    first = await store.create(NEW, KEY)
    await store.delete(first.id)
    second = await store.create(NEW, replace(KEY, body_hash="b" * 64))
    assert (await store.get(second.id)).id != first.id


async def test_pages_stay_as_they_were_while_jobs_are_added(store):
    before = [(await store.create(NEW)).id for _ in range(25)]
    seen = []
    page = await store.page(limit=10)
    while True:
        seen += [job.id for job in page.jobs]
        await store.create(NEW)
        if page.cursor is None:
            break
        page = await store.page(limit=10, cursor=page.cursor)
    assert seen == before[::-1]


async def test_the_last_page_is_known_to_be_the_last(store):
    for _ in range(2):
        await store.create(NEW)
    assert (await store.page(limit=2)).cursor is None
    assert (await store.page(limit=1)).cursor is not None


async def test_jobs_of_one_instant_are_all_listed(database, store):
    made = {(await store.create(NEW)).id for _ in range(5)}
    async with database.writing() as connection:
        await connection.exec_driver_sql("UPDATE jobs SET created_at = 1795582779.508996")
    first = await store.page(limit=2)
    second = await store.page(limit=2, cursor=first.cursor)
    third = await store.page(limit=2, cursor=second.cursor)
    assert {job.id for page in (first, second, third) for job in page.jobs} == made


async def test_a_page_may_be_of_one_status(store):
    for _ in range(3):
        await store.create(NEW)
    lease = await leased(store)
    started = await store.page(limit=10, status="in_progress")
    assert [job.id for job in started.jobs] == [lease.job_id]
    assert len((await store.page(limit=10, status="pending")).jobs) == 3


@pytest.mark.parametrize("cursor", ["", "x", "nan_a", "inf_a", "1.5", "1.5_", "_a"])
async def test_a_cursor_that_no_page_gave_is_refused(store, cursor):
    with pytest.raises(InputError, match="is no cursor"):
        await store.page(limit=10, cursor=cursor)


async def test_unicode_and_long_texts_come_back_whole(store):
    name = "Зоя ☃ 𝒜𝓃𝓃 عائشة Ω\u200d👩‍🚀 'quote\" %s :x \\ \r\n\t"
    new = replace(NEW, character=name, request={name: [name, None, 0, 1.5, True, "a\x00b"]})
    job = await store.create(new)
    lease = await store.acquire(job.id, name, 60)
    text = (name + "\n\n") * (200_000 // len(name))
    plan = SectionPlan(1, 1, name, 400, (name,))
    await store.keep_section(lease, plan, replace(section(plan), text=text))
    assert (await store.get(job.id)).character == name
    assert (await store.get(job.id)).lease_owner == name
    assert await store.request(job.id) == new.request
    assert await store.section(job.id, plan) == replace(section(plan), text=text)


@pytest.mark.parametrize(("text", "named"), [("a\x00b", "NUL"), ("a\ud800", "surrogate")])
async def test_what_no_database_keeps_is_refused_before_it_is_asked(store, text, named):
    with pytest.raises(InputError, match=named):
        await store.create(replace(NEW, character=text))
    with pytest.raises(InputError, match=named):
        await store.get(text)
    assert (await store.page(limit=1)).jobs == ()


async def test_the_times_of_a_job_are_in_order(store):
    lease = await leased(store)
    await store.keep_outline(lease, OUTLINE)
    await store.complete(lease, {})
    job = await store.get(lease.job_id)
    assert job.created_at <= job.started_at <= job.completed_at


async def test_an_answer_that_is_broken_off_breaks_nothing_else(database, store):
    held = asyncio.Event()

    async def never_ending():
        async with database.writing():
            held.set()
            await asyncio.sleep(3600)

    task = asyncio.create_task(never_ending())
    await held.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await store.create(NEW)).status == "pending"
