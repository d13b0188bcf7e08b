"""A PostgreSQL server that goes away in the middle of a book and comes back later."""

import asyncio
import os
import signal
from dataclasses import replace

import pytest
from jobs.conftest import postgres_server
from jobs.examples import NEW
from jobs.test_book_jobs import gathered, new

from bookgen.jobs.database import open_database
from bookgen.jobs.embedded import EmbeddedRunner
from bookgen.jobs.errors import StoreError
from bookgen.jobs.provider import Provider
from bookgen.jobs.schema import upgrade
from bookgen.jobs.store import JobStore
from bookgen.jobs.worker import Worker
from bookgen.jobs.writing import BookJobs
from bookgen.llm.simulator.serve import INSTANT, running
from bookgen.settings import Settings

pytestmark = pytest.mark.anyio
AWAY = 5.0  # seconds


@pytest.fixture
def server():
    with postgres_server() as server:
        yield server


@pytest.fixture
async def lost(server, anyio_backend):
    """The store of a server that the test stops."""
    database = open_database(server.get_uri())
    await upgrade(database)
    yield JobStore(database)
    await database.close()


def stop(server):
    """Let the server break off all connections and end."""
    process = server.get_postmaster_info().process
    os.kill(process.pid, signal.SIGINT)
    process.wait(20)


async def until(holds):
    async with asyncio.timeout(20):
        while not await holds():
            await asyncio.sleep(0.02)


async def test_a_book_goes_on_when_its_database_is_back_and_nothing_is_bought_twice(server, lost):
    with running(replace(INSTANT, time_to_first_token=0.3)) as provider:
        settings = Settings(
            _env_file=None, openrouter_base_url=provider.base_url, bookgen_parallel=2
        )
        writing = BookJobs(lost, gathered, Provider(settings, lost), asyncio.to_thread, parallel=2)
        job = await lost.create(new())

        async def has_begun():
            return len(await lost.places(job.id)) >= 2

        async def has_ended():
            return (await lost.get(job.id)).status not in ("pending", "in_progress")

        async with (
            Worker(lost, writing.write, lease_seconds=10.0) as worker,
            EmbeddedRunner(lost, worker, concurrency=1),
        ):
            await until(has_begun)
            before = await lost.sections(job.id)
            # While it is away, replies arrive that are paid for and have to be kept.
            stop(server)
            asked = provider.state.calls
            await asyncio.sleep(AWAY)
            with pytest.raises(StoreError) as away:
                await lost.get(job.id)
            assert away.value.is_passing
            assert provider.state.calls <= asked + 2
            await asyncio.to_thread(server.ensure_postgres_running)
            await until(has_ended)

        job = await lost.get(job.id)
        assert (job.status, job.error) == ("completed", None)
        after = {(one.chapter, one.number): one for one in await lost.sections(job.id)}
        assert all(after[one.chapter, one.number] == one for one in before)
        assert set(provider.state.calls_by_prompt.values()) == {1}
        # A count whose transaction may have been undone is made again, so it is never too low.
        assert provider.state.calls <= job.calls <= provider.state.calls + 2
        told = await lost.events_after(job.id, 0, 1000)
        kept = [one.data for one in told if one.kind == "section"]
        assert sorted((one["chapter"], one["number"]) for one in kept) == sorted(after)


async def test_a_job_that_could_not_be_written_is_let_go_while_its_worker_has_others(store):
    other = await store.create(NEW)
    job = await store.create(NEW)

    async def write(held):
        if held.lease.job_id == job.id:
            raise StoreError("jobs.db", "its disk is full.")
        await asyncio.Event().wait()

    async def is_free():
        return job.id in await store.claimable()

    async with Worker(store, write, lease_seconds=0.5, beat_seconds=0.02) as worker:
        running = asyncio.create_task(worker.run(other.id))
        await worker.run(job.id)
        await until(is_free)
        assert worker.running == {other.id}
        # What is in work stays this worker's for far longer than its lease.
        await asyncio.sleep(1.0)
        assert await store.claimable() == [job.id]
    await running
