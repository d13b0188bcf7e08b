"""One owner writes a job at a time; one that lost its lease writes nothing."""

import asyncio

import pytest
from jobs.examples import NEW, OUTLINE, PLAN, leased, section, waiting
from sqlalchemy import text

from bookgen.jobs.errors import LeaseLostError
from bookgen.jobs.records import JobFailure

pytestmark = pytest.mark.anyio


async def expire(database, job_id):
    """Let the lease's time have passed, by the database's clock."""
    async with database.writing() as connection:
        await connection.execute(
            text("UPDATE jobs SET lease_expires_at = lease_expires_at - 3600 WHERE id = :id"),
            {"id": job_id},
        )


async def test_one_of_many_workers_gets_the_job(store):
    job = await store.create(NEW)
    leases = await asyncio.gather(*(store.acquire(job.id, f"worker-{n}", 60) for n in range(20)))
    (lease,) = [one for one in leases if one is not None]
    job = await store.get(job.id)
    assert (job.status, job.epoch, job.attempts) == ("in_progress", 1, 1)
    assert (job.lease_owner, job.lease_expires_at) == (lease.owner, lease.expires_at)
    assert job.started_at is not None


async def test_a_lease_runs_for_its_seconds_by_the_databases_clock(store):
    lease = await leased(store, seconds=1000)
    job = await store.get(lease.job_id)
    assert 999 < lease.expires_at - job.started_at < 1001
    renewed = await store.renew(lease, 5000)
    assert 3990 < renewed.expires_at - lease.expires_at < 4100
    assert renewed.epoch == lease.epoch


async def test_a_job_is_claimable_until_it_is_taken_and_again_when_its_lease_has_expired(
    database, store
):
    first, second = [(await store.create(NEW)).id for _ in range(2)]
    assert await store.claimable() == [first, second]
    assert await store.claimable(limit=1) == [first]
    await store.acquire(first, "worker-1", 60)
    assert await store.claimable() == [second]
    await expire(database, first)
    assert await store.claimable() == [first, second]
    await store.cancel(second)
    assert await store.claimable() == [first]


async def test_a_job_that_waits_for_approval_is_nobodys(store):
    job = await waiting(store)
    assert await store.claimable() == []
    assert await store.acquire(job.id, "worker-2", 60) is None


async def test_a_worker_that_was_taken_over_writes_nothing(database, store):
    old = await leased(store)
    await store.keep_section(old, PLAN, section(text="The first worker's."))
    await expire(database, old.job_id)
    new = await store.acquire(old.job_id, "worker-2", 60)
    assert new.epoch == old.epoch + 1
    before = await store.get(old.job_id)
    seen = await store.events_after(old.job_id, 0)

    other = OUTLINE.sections[1]
    for write in (
        store.renew(old, 60),
        store.keep_section(old, other, section(other)),
        store.keep_outline(old, OUTLINE),
        store.append_event(old, "check", {}),
        store.enter(old, "sections"),
        store.wait_for_approval(old),
        store.complete(old, {"timeline": []}),
        store.fail(old, JobFailure("ProviderError", "no reply")),
    ):
        with pytest.raises(LeaseLostError, match="worker-1 has lost job"):
            await write
    await store.release(old)

    assert await store.get(old.job_id) == before
    assert await store.places(old.job_id) == {(1, 1)}
    assert await store.events_after(old.job_id, 0) == seen
    await store.keep_section(new, other, section(other))
    assert await store.places(old.job_id) == {(1, 1), (1, 2)}


async def test_an_expired_lease_that_nobody_took_over_still_keeps_what_was_paid(database, store):
    lease = await leased(store)
    await expire(database, lease.job_id)
    await store.keep_section(lease, PLAN, section())
    renewed = await store.renew(lease, 60)
    assert renewed.expires_at > lease.expires_at - 60
    assert await store.acquire(lease.job_id, "worker-2", 60) is None


@pytest.mark.parametrize("end", ["cancel", "delete"])
async def test_the_lease_of_an_ended_job_is_lost(store, end):
    lease = await leased(store)
    await getattr(store, end)(lease.job_id)
    with pytest.raises(LeaseLostError):
        await store.renew(lease, 60)
    with pytest.raises(LeaseLostError):
        await store.keep_section(lease, PLAN, section())
    assert await store.sections(lease.job_id) == []


async def test_a_lease_from_before_a_resume_is_lost(store):
    old = await leased(store)
    await store.cancel(old.job_id)
    await store.resume(old.job_id)
    new = await store.acquire(old.job_id, "worker-2", 60)
    with pytest.raises(LeaseLostError):
        await store.keep_section(old, PLAN, section())
    await store.keep_section(new, PLAN, section())


async def test_a_released_job_is_free_at_once_and_its_lease_is_void(store):
    lease = await leased(store)
    await store.release(lease)
    job = await store.get(lease.job_id)
    assert (job.status, job.lease_owner, job.attempts) == ("in_progress", None, 0)
    with pytest.raises(LeaseLostError):
        await store.keep_section(lease, PLAN, section())
    assert await store.claimable() == [lease.job_id]


async def test_the_start_of_the_only_process_frees_what_the_last_one_held(store):
    lease = await leased(store, seconds=3600)
    assert await store.claimable() == []
    assert await store.reset_leases() == 1
    assert await store.claimable() == [lease.job_id]
    with pytest.raises(LeaseLostError):
        await store.keep_section(lease, PLAN, section())
    assert await store.reset_leases() == 0


async def test_a_job_that_kills_its_workers_is_failed(database, store):
    job = await store.create(NEW)
    for _ in range(3):
        assert await store.fail_dead(3) == []
        assert await store.acquire(job.id, "worker", 60) is not None
        assert await store.fail_dead(3) == []
        await expire(database, job.id)
    assert await store.fail_dead(4) == []
    assert await store.fail_dead(3) == [job.id]
    failed = await store.get(job.id)
    assert failed.status == "failed"
    assert "Its worker ended 3 times without finishing another section" in failed.error.message
    assert (await store.events_after(job.id, 0))[-1].kind == "done"
    assert await store.claimable() == []


async def test_a_finished_section_gives_a_job_all_its_attempts_again(database, store):
    job = await store.create(NEW)
    for _ in range(3):
        lease = await store.acquire(job.id, "worker", 60)
        await expire(database, job.id)
    await store.keep_section(lease, PLAN, section())
    assert await store.fail_dead(3) == []
    assert (await store.get(job.id)).attempts == 1


async def test_a_worker_renews_all_its_leases_and_learns_which_are_lost(database, store):
    kept, taken, cancelled, unnamed = [await leased(store) for _ in range(4)]
    others = await leased(store, owner="worker-2")
    await expire(database, taken.job_id)
    await store.acquire(taken.job_id, "worker-2", 60)
    await store.cancel(cancelled.job_id)
    asked = [one.job_id for one in (kept, taken, cancelled, others)]
    held = await store.renew_all("worker-1", asked, 5000)
    assert list(held) == [kept.job_id]
    assert (await store.get(unnamed.job_id)).lease_expires_at == unnamed.expires_at
    assert await store.renew_all("worker-1", [], 5000) == {}
    assert held[kept.job_id].epoch == kept.epoch
    assert 4900 < held[kept.job_id].expires_at - kept.expires_at < 5000
