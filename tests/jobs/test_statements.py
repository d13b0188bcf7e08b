"""What a call of the store asks of the database does not grow with what is stored."""

import inspect
import time
from dataclasses import replace
from uuid import uuid4

import httpx
import pytest
from jobs.examples import NEW, OUTLINE, PLAN, leased, section
from jobs.statements import fill, job_row, sent, watch
from jobs.test_store_sections import corpus
from sqlalchemy import text
from support import small_book

from bookgen.api.app import create_app
from bookgen.checks import review
from bookgen.jobs.books import result_of
from bookgen.jobs.records import Idempotency, JobFailure, Lease
from bookgen.jobs.store import JobStore
from bookgen.jobs.tables import jobs
from bookgen.models import Usage
from bookgen.settings import Settings

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
    "ended_before": 1,
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
    await call("ended_before", store.ended_before(YEARS))
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
        async with database.writing() as connection:
            for table in ("jobs", "documents"):
                await connection.execute(text(f"DELETE FROM {table}"))


# What is asked for now and then, off the way of any request, may read a whole table.
NOT_HOT = {"ended_before", "prune", "size"}


async def scans(database, asked):
    """Return the methods among these that read a table without an index, each with its plan."""
    found = {}
    explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
    async with database.reading() as connection:
        for name, statements in asked.items():
            for statement, parameters in statements:
                plan = await connection.exec_driver_sql(explain + statement, parameters)
                steps = [str(row[-1]) for row in plan]
                if any(map(_is_a_scan, steps)):
                    found.setdefault(name, []).append("; ".join(steps))
    return found


def _is_a_scan(step):
    return "Seq Scan" in step or (step.startswith("SCAN ") and "USING" not in step)


async def test_what_is_asked_often_is_found_by_an_index(database, store):
    watch(database)
    await fill(database, 10_000)
    asked = await asked_by(store)
    hot = {name: statements for name, statements in asked.items() if name not in NOT_HOT}
    assert await scans(database, hot) == {}
    unindexed = [("SELECT id FROM jobs WHERE language = 'en'", ())]
    assert await scans(database, {"a scan": unindexed}) != {}


# The statements of each request. What needs no job asks nothing of the database.
REQUESTS = {
    "GET /": 0,
    "GET /health": 0,
    "GET /livez": 0,
    "GET /readyz": 1,
    "GET /api/v1/status": 0,
    "GET /metrics": 0,
    "POST /generate": 2,
    "POST /generate, with a key": 3,
    "POST /generate, with a key that was used": 2,
    "POST /generate, refused": 0,
    "GET /biographies": 1,
    "GET /biographies, of a status": 1,
    "GET /status, failed": 1,
    "GET /status, in work": 3,
    "GET /status, completed": 1,
    "GET /status, of no job": 1,
    "GET /download": 6,
    "GET /download, not complete": 1,
    "GET /report": 2,
    "GET /outline": 2,
    "PUT /outline": 3,
    "POST /approve": 3,
    "GET /events": 5,
    "POST /cancel": 5,
    "POST /resume": 5,
    "DELETE": 2,
    "POST /validate": 0,
}
BASE = "/api/v1/biographies"
BOOK = small_book.written(timeline=())


async def in_work(service, number):
    """Return the lease of a job that somebody else writes, with an outline and a section."""
    row = job_row(number, status="in_progress", phase="sections", completed_at=None)
    row |= {"lease_owner": "other", "lease_expires_at": time.time() + 3_600, "epoch": 1}
    async with service.database.writing() as connection:
        await connection.execute(jobs.insert(), [row])
    lease = Lease(row["id"], "other", 1, row["lease_expires_at"])
    await service.store.keep_corpus(lease, small_book.CORPUS)
    await service.store.keep_outline(lease, OUTLINE)
    await service.store.keep_section(lease, PLAN, section())
    return lease


async def requested_of(service, client):
    """Make each request, and return how many statements each took."""
    found = {}

    async def ask(name, method, path, status, **more):
        with sent() as statements:
            answer = await client.request(method, path, **more)
        assert answer.status_code == status, (name, answer.text)
        found[name] = len(statements)
        return answer

    for path in ("/", "/health", "/livez", "/readyz", "/api/v1/status", "/metrics"):
        await ask(f"GET {path}", "GET", path, 200)
    body, key = {"character": "Ada"}, {"Idempotency-Key": "once"}
    generate = f"{BASE}/generate"
    await ask("POST /generate", "POST", generate, 202, json=body)
    await ask("POST /generate, with a key", "POST", generate, 202, json=body, headers=key)
    again = "POST /generate, with a key that was used"
    await ask(again, "POST", generate, 202, json=body, headers=key)
    await ask("POST /generate, refused", "POST", generate, 422, json={})
    await ask("GET /biographies", "GET", BASE, 200)
    await ask("GET /biographies, of a status", "GET", f"{BASE}?status=failed", 200)
    await ask("GET /status, of no job", "GET", f"{BASE}/{uuid4()}/status", 404)
    await ask("GET /status, failed", "GET", f"{BASE}/{job_row(2)['id']}/status", 200)

    first, second, third = [
        await in_work(service, number) for number in range(1_000_001, 1_000_004)
    ]
    path = f"{BASE}/{first.job_id}"
    await ask("GET /status, in work", "GET", f"{path}/status", 200)
    await ask("GET /download, not complete", "GET", f"{path}/download", 409)
    await ask("POST /cancel", "POST", f"{path}/cancel", 200)
    await ask("POST /resume", "POST", f"{path}/resume", 202)
    await ask("DELETE", "DELETE", path, 204)

    path = f"{BASE}/{second.job_id}"
    await service.store.complete(second, result_of(BOOK, review(BOOK, small_book.CORPUS)))
    await ask("GET /status, completed", "GET", f"{path}/status", 200)
    await ask("GET /download", "GET", f"{path}/download?format=md", 200)
    await ask("GET /report", "GET", f"{path}/report", 200)
    await ask("GET /events", "GET", f"{path}/events", 200)

    path = f"{BASE}/{third.job_id}"
    await service.store.wait_for_approval(third)
    read = await ask("GET /outline", "GET", f"{path}/outline", 200)
    version = {"If-Match": read.headers["etag"]}
    plan = read.json()
    changed = await ask("PUT /outline", "PUT", f"{path}/outline", 200, json=plan, headers=version)
    version = {"If-Match": changed.headers["etag"]}
    await ask("POST /approve", "POST", f"{path}/outline/approve", 202, headers=version)
    body = {"sources": [{"url": "https://example.org/a"}], "check_accessibility": False}
    await ask("POST /validate", "POST", "/api/v1/sources/validate", 200, json=body)
    return found


@pytest.mark.parametrize("stored", [10, 2_000])
async def test_each_request_takes_a_fixed_number_of_statements(stored, tmp_path, anyio_backend):
    settings = Settings(
        _env_file=None,
        bookgen_database_url=f"sqlite:///{tmp_path}/jobs.db",
        rate_limit_per_minute=10_000,
    )
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        service = app.state.service
        await fill(service.database, stored)
        watch(service.database)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://bookgen") as client:
            assert await requested_of(service, client) == REQUESTS
