"""What a call of the store asks of the database does not grow with what is stored."""

import inspect
from dataclasses import replace

import pytest
from jobs.examples import NEW, OUTLINE, PLAN, leased, section
from jobs.statements import fill, sent, watch
from jobs.test_store_sections import corpus
from sqlalchemy import text

from bookgen.jobs.records import Idempotency, JobFailure
from bookgen.jobs.store import JobStore
from bookgen.models import Usage

pytestmark = pytest.mark.anyio

KEY = Idempotency("api", "key", "b" * 64)
OTHER = OUTLINE.sections[1]
FAILURE = JobFailure("ProviderError", "no reply")
YEARS = 1e9  # seconds

# The statements of each method of the store.
STATEMENTS = {
    "acquire": 2,
    "add_usage": 1,
    "append_event": 2,
    "approve_outline": 2,
    "cancel": 2,
    "claimable": 1,
    "complete": 2,
    "corpus": 1,
    "create": 2,
    "create, with a key": 3,
    "create, with a key that was used": 2,
    "delete": 1,
    "enter": 2,
    "events_after": 1,
    "fail": 2,
    "fail_dead": 1,
    "get": 1,
    "keep_corpus": 4,
    "keep_outline": 1,
    "keep_outline, unchanged": 2,
    "keep_section": 3,
    "outline": 1,
    "page": 1,
    "page, of a status": 1,
    "page, the next": 1,
    "places": 1,
    "prune": 6,
    "release": 1,
    "renew": 1,
    "renew_all": 1,
    "replace_outline": 1,
    "request": 1,
    "reserve_slot": 1,
    "reset_leases": 1,
    "result": 1,
    "resume": 2,
    "section": 1,
    "sections": 1,
    "size": 2,
    "wait_for_approval": 2,
}


async def asked_by(store):
    """Call each method, and return the statements of each."""
    found = {}

    async def call(name, awaited):
        with sent() as statements:
            result = await awaited
        found[name] = statements
        return result

    await call("create", store.create(NEW))
    job = await call("create, with a key", store.create(NEW, KEY))
    await call("create, with a key that was used", store.create(NEW, KEY))
    await call("claimable", store.claimable(4))
    lease = await call("acquire", store.acquire(job.id, "worker", 60))
    await call("renew", store.renew(lease, 60))
    await call("renew_all", store.renew_all("worker", [job.id], 60))
    await call("fail_dead", store.fail_dead(5))
    await call("enter", store.enter(lease, "sources"))
    await call("keep_corpus", store.keep_corpus(lease, corpus()))
    await call("corpus", store.corpus(job.id))
    await call("keep_outline", store.keep_outline(lease, OUTLINE))
    await call("keep_outline, unchanged", store.keep_outline(lease, OUTLINE))
    await call("outline", store.outline(job.id))
    await call("section", store.section(job.id, PLAN))
    await call("keep_section", store.keep_section(lease, PLAN, section()))
    await call("sections", store.sections(job.id))
    await call("places", store.places(job.id))
    await call("add_usage", store.add_usage(job.id, Usage(1, 2, 0.1, 0)))
    await call("reserve_slot", store.reserve_slot("provider", 0.01))
    await call("append_event", store.append_event(lease, "check", {}))
    await call("events_after", store.events_after(job.id, 0))
    await call("get", store.get(job.id))
    await call("request", store.request(job.id))
    await call("result", store.result(job.id))
    page = await call("page", store.page(limit=5))
    await call("page, the next", store.page(limit=5, cursor=page.cursor))
    await call("page, of a status", store.page(limit=5, status="failed"))
    await call("release", store.release(lease))
    await call("reset_leases", store.reset_leases())
    await call("complete", store.complete(await leased(store), {}))
    failed = await leased(store)
    await call("fail", store.fail(failed, FAILURE))
    await call("resume", store.resume(failed.job_id))
    await call("cancel", store.cancel(failed.job_id))
    await call("delete", store.delete(failed.job_id))
    draft = await leased(store)
    await store.keep_outline(draft, OUTLINE)
    await call("wait_for_approval", store.wait_for_approval(draft))
    other = replace(OUTLINE, final=True)
    await call("replace_outline", store.replace_outline(draft.job_id, other, 1))
    await call("approve_outline", store.approve_outline(draft.job_id, 2))
    await call("size", store.size())
    await call("prune", store.prune(YEARS))
    return found


async def test_each_call_takes_a_fixed_number_of_statements(database, store):
    public = {
        name
        for name, _ in inspect.getmembers(JobStore, inspect.iscoroutinefunction)
        if not name.startswith("_")
    }
    assert {name.partition(",")[0] for name in STATEMENTS} == public
    watch(database)
    for stored in (10, 2_000):
        await fill(database, stored)
        asked = await asked_by(store)
        assert {name: len(statements) for name, statements in asked.items()} == STATEMENTS
        for name in ("jobs", "documents"):
            async with database.writing() as connection:
                await connection.execute(text(f"DELETE FROM {name}"))
