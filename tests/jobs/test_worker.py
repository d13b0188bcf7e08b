"""A worker writes under its lease, and stops as soon as that is gone."""

import asyncio

import pytest
from jobs.examples import NEW, PLAN, section
from jobs.test_store_leases import expire

from bookgen.errors import InputError
from bookgen.jobs.checkpoint import StoreCheckpoint
from bookgen.jobs.embedded import EmbeddedRunner
from bookgen.jobs.errors import LeaseLostError
from bookgen.jobs.held import HeldLease, LeaseGate
from bookgen.jobs.records import Lease
from bookgen.jobs.worker import Worker

pytestmark = pytest.mark.anyio


class Writing:
    """Work that begins, and then waits to be told how to end."""

    def __init__(self, store, error=None):
        self.store = store
        self.error = error
        self.begun = asyncio.Event()
        self.go_on = asyncio.Event()
        self.stopped = False

    async def __call__(self, held):
        self.begun.set()
        try:
            await self.go_on.wait()
        except asyncio.CancelledError:
            self.stopped = True
            raise
        if self.error:
            raise self.error
        await self.store.complete(held.lease, {})


def worker(store, write, **more):
    return Worker(store, write, beat_seconds=0.02, **more)


async def test_a_job_is_written_to_its_end(store):
    job = await store.create(NEW)
    writing = Writing(store)
    writing.go_on.set()
    async with worker(store, writing) as one:
        assert await one.run(job.id)
        assert not await one.run(job.id)
    assert (await store.get(job.id)).status == "completed"


async def test_an_error_fails_the_job_with_its_message(store):
    job = await store.create(NEW)
    writing = Writing(store, InputError("No such thing as this."))
    writing.go_on.set()
    async with worker(store, writing) as one:
        await one.run(job.id)
    error = (await store.get(job.id)).error
    assert (error.kind, error.message) == ("InputError", "No such thing as this.")


async def test_what_nobody_expected_fails_the_job_and_tells_nothing_of_the_inside(store):
    job = await store.create(NEW)
    writing = Writing(store, ZeroDivisionError("secret path"))
    writing.go_on.set()
    async with worker(store, writing) as one:
        await one.run(job.id)
    error = (await store.get(job.id)).error
    assert error.kind == "InternalError"
    assert "secret" not in error.message


async def test_a_cancelled_job_stops_without_being_told(store):
    job = await store.create(NEW)
    writing = Writing(store)
    async with worker(store, writing) as one:
        run = asyncio.create_task(one.run(job.id))
        await writing.begun.wait()
        await store.cancel(job.id)
        assert await run
    assert writing.stopped
    assert (await store.get(job.id)).status == "cancelled"


async def test_a_job_that_was_taken_over_stops(database, store):
    job = await store.create(NEW)
    writing = Writing(store)
    # Without a heartbeat for now, as if this worker had been asleep.
    async with Worker(store, writing, beat_seconds=0.3) as one:
        run = asyncio.create_task(one.run(job.id))
        await writing.begun.wait()
        await expire(database, job.id)
        other = await store.acquire(job.id, "other", 60)
        await run
    assert writing.stopped
    job = await store.get(job.id)
    assert (job.status, job.lease_owner, job.epoch) == ("in_progress", "other", other.epoch)


async def test_a_worker_that_ends_gives_its_jobs_back(store):
    job = await store.create(NEW)
    writing = Writing(store)
    async with worker(store, writing) as one:
        run = asyncio.create_task(one.run(job.id))
        await writing.begun.wait()
    await run
    job = await store.get(job.id)
    assert (job.status, job.lease_owner, job.attempts) == ("in_progress", None, 0)
    assert await store.claimable() == [job.id]


async def test_the_embedded_engine_writes_what_there_is_no_more_at_once_than_it_may(store):
    jobs = [await store.create(NEW) for _ in range(7)]
    at_once = most = 0
    full = asyncio.Event()

    async def write(held):
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        # However slowly the store gives them out, the first wait for each other.
        if at_once == 3:
            full.set()
        await full.wait()
        await asyncio.sleep(0.01)
        at_once -= 1
        await store.complete(held.lease, {})

    async with worker(store, write) as one, EmbeddedRunner(store, one, concurrency=3):
        async with asyncio.timeout(20):
            while {(await store.get(job.id)).status for job in jobs} != {"completed"}:
                await asyncio.sleep(0.02)
    assert most == 3


async def test_an_end_that_comes_with_a_job_is_an_end(store):
    async with asyncio.timeout(20), worker(store, Writing(store)) as one:
        for _ in range(20):
            async with EmbeddedRunner(store, one, concurrency=1) as runner:
                # What it asks for when it begins is answered before: then it waits.
                await store.fail_dead(99)
                await store.claimable(1)
                for _ in range(10):
                    await asyncio.sleep(0)
                await runner.announce("nobody")
            assert not await runner.is_running()


class Gate:
    """Lets everything through, and counts."""

    def __init__(self):
        self.entered = 0

    def attempt(self, prompt):
        return self

    async def __aenter__(self):
        self.entered += 1
        return self

    async def __aexit__(self, *error):
        return None


async def test_no_call_is_made_under_a_lease_that_may_have_passed():
    now = 100.0
    held = HeldLease(Lease("job", "worker", 1, 0.0), until=120.0, clock=lambda: now)
    gate = Gate()
    async with LeaseGate(held, gate).attempt(None):
        pass
    now = 120.0
    with pytest.raises(LeaseLostError):
        async with LeaseGate(held, gate).attempt(None):
            pass
    assert gate.entered == 1


async def test_a_checkpoint_of_a_lost_lease_keeps_nothing(database, store):
    job = await store.create(NEW)
    lease = await store.acquire(job.id, "worker-1", 60)
    await expire(database, job.id)
    await store.acquire(job.id, "worker-2", 60)
    checkpoint = StoreCheckpoint(store, HeldLease(lease, until=float("inf")))
    with pytest.raises(LeaseLostError):
        await checkpoint.keep_section(PLAN, section())
    assert await checkpoint.section(PLAN) is None
