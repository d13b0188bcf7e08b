"""A job's status changes only as it may, and every change is told."""

import asyncio
from dataclasses import replace

import pytest
from jobs.examples import NEW, OUTLINE, PLAN, leased, section, waiting

from bookgen.jobs.errors import (
    JobNotFoundError,
    JobStateError,
    LeaseLostError,
    OutlineChangedError,
)
from bookgen.jobs.records import JobFailure
from bookgen.jobs.transitions import TRANSITIONS

pytestmark = pytest.mark.anyio
FAILURE = JobFailure("ProviderError", "no reply after 5 attempts")


async def in_state(store, name):
    """Return the id of a job in a state."""
    if name == "pending":
        return (await store.create(NEW)).id
    if name == "approval":
        return (await waiting(store)).id
    lease = await leased(store)
    if name == "completed":
        await store.complete(lease, {})
    elif name == "failed":
        await store.fail(lease, FAILURE)
    elif name == "cancelled":
        await store.cancel(lease.job_id)
    return lease.job_id


async def test_the_way_of_a_good_job_is_told(store):
    lease = await leased(store)
    for phase in ("sources", "outline", "sections", "checks"):
        await store.enter(lease, phase)
        assert (await store.get(lease.job_id)).phase == phase
    result = {"timeline": [{"date": "1770-12"}], "shortfall": "", "año": None}
    await store.complete(lease, result)

    job = await store.get(lease.job_id)
    assert (job.status, job.phase, job.error, job.lease_owner) == ("completed", "done", None, None)
    assert await store.result(job.id) == result
    told = await store.events_after(job.id, 0)
    assert [(event.kind, event.data["status"], event.data["phase"]) for event in told] == [
        ("state", "pending", "queued"),
        ("state", "in_progress", "queued"),
        ("state", "in_progress", "sources"),
        ("state", "in_progress", "outline"),
        ("state", "in_progress", "sections"),
        ("state", "in_progress", "checks"),
        ("done", "completed", "done"),
    ]


async def test_a_failed_job_says_why_and_goes_on_when_it_is_resumed(store):
    lease = await leased(store)
    await store.enter(lease, "sections")
    await store.keep_section(lease, PLAN, section())
    await store.fail(lease, FAILURE)
    failed = await store.get(lease.job_id)
    assert (failed.status, failed.phase, failed.error) == ("failed", "sections", FAILURE)
    assert failed.completed_at is not None
    last = (await store.events_after(failed.id, 0))[-1]
    assert (last.kind, last.data["error"]["message"]) == ("done", FAILURE.message)

    resumed = await store.resume(failed.id)
    assert (resumed.status, resumed.phase, resumed.error) == ("pending", "queued", None)
    assert (resumed.completed_at, resumed.attempts) == (None, 0)
    assert await store.claimable() == [failed.id]
    assert await store.section(failed.id, PLAN) == section()


async def test_what_is_finished_of_a_cancelled_job_stays(store):
    lease = await leased(store)
    await store.keep_section(lease, PLAN, section())
    cancelled = await store.cancel(lease.job_id)
    assert (cancelled.status, cancelled.lease_owner) == ("cancelled", None)
    assert await store.sections(lease.job_id) == [section()]
    assert await store.claimable() == []


ALLOWED = {
    "cancel": {"pending", "approval", "in_progress"},
    "resume": {"failed", "cancelled"},
    "approve_outline": {"approval"},
    "replace_outline": {"approval"},
}
STATES = ["pending", "approval", "in_progress", "completed", "failed", "cancelled"]


@pytest.mark.parametrize("asked", ALLOWED)
@pytest.mark.parametrize("state", STATES)
async def test_only_what_a_state_allows_is_done(store, asked, state):
    job_id = await in_state(store, state)
    before = await store.get(job_id)
    told = await store.events_after(job_id, 0)
    arguments = {
        "approve_outline": (before.outline_version,),
        "replace_outline": (replace(OUTLINE, final=True), before.outline_version),
    }
    call = getattr(store, asked)(job_id, *arguments.get(asked, ()))
    if state in ALLOWED[asked]:
        await call
        assert await store.get(job_id) != before
    else:
        with pytest.raises(JobStateError, match=f"is {before.status} ") as refused:
            await call
        assert (refused.value.status, refused.value.phase) == (before.status, before.phase)
        assert await store.get(job_id) == before
        assert await store.events_after(job_id, 0) == told


@pytest.mark.parametrize("asked", ALLOWED)
async def test_what_is_asked_of_no_job_is_not_found(store, asked):
    arguments = {"approve_outline": (1,), "replace_outline": (OUTLINE, 1)}.get(asked, ())
    with pytest.raises(JobNotFoundError):
        await getattr(store, asked)("0000", *arguments)


@pytest.mark.parametrize("state", ["completed", "failed", "cancelled"])
async def test_an_ended_job_has_no_owner_to_end_it_again(store, state):
    lease = await leased(store)
    if state == "cancelled":
        await store.cancel(lease.job_id)
    else:
        await (store.complete(lease, {}) if state == "completed" else store.fail(lease, FAILURE))
    with pytest.raises(LeaseLostError):
        await store.complete(lease, {"other": 1})
    with pytest.raises(LeaseLostError):
        await store.fail(lease, FAILURE)
    assert (await store.get(lease.job_id)).status == state


async def test_of_a_cancel_and_a_completion_at_once_one_wins(store):
    for _ in range(10):
        lease = await leased(store)
        ends = await asyncio.gather(
            store.complete(lease, {}), store.cancel(lease.job_id), return_exceptions=True
        )
        assert sum(isinstance(end, LeaseLostError | JobStateError) for end in ends) == 1
        told = [event.kind for event in await store.events_after(lease.job_id, 0)]
        assert told.count("done") == 1


def test_every_status_can_be_left_or_is_the_end():
    origins = {origin for one in TRANSITIONS.values() for origin in one.origins}
    assert origins == {"pending", "in_progress", "failed", "cancelled"}


async def test_an_outline_keeps_its_version_until_it_changes(store):
    lease = await leased(store)
    assert await store.outline(lease.job_id) is None
    assert await store.keep_outline(lease, OUTLINE) == 1
    assert await store.keep_outline(lease, OUTLINE) == 1
    kept = await store.outline(lease.job_id)
    assert (kept.outline, kept.version, kept.approved) == (OUTLINE, 1, False)
    assert await store.keep_outline(lease, replace(OUTLINE, final=True)) == 2
    assert (await store.outline(lease.job_id)).outline.final
    assert (await store.get(lease.job_id)).sections_total == 3


async def test_an_outline_is_edited_and_approved_before_it_is_written(store):
    job = await waiting(store)
    assert (job.status, job.phase, job.lease_owner) == ("pending", "approval", None)
    edited = replace(OUTLINE, chapters=OUTLINE.chapters[:1])
    assert await store.replace_outline(job.id, edited, if_version=1) == 2
    with pytest.raises(OutlineChangedError, match="is version 2 now, not 1"):
        await store.replace_outline(job.id, OUTLINE, if_version=1)
    with pytest.raises(OutlineChangedError, match="is version 2 now, not 1"):
        await store.approve_outline(job.id, if_version=1)
    assert (await store.get(job.id)).sections_total == 2

    approved = await store.approve_outline(job.id, if_version=2)
    assert (approved.status, approved.phase, approved.outline_approved) == (
        "pending",
        "queued",
        True,
    )
    assert await store.claimable() == [job.id]
    kept = await store.outline(job.id)
    assert (kept.outline, kept.version, kept.approved) == (edited, 2, True)


async def test_of_two_edits_at_once_one_is_a_conflict(store):
    job = await waiting(store)
    edits = [replace(OUTLINE, chapters=OUTLINE.chapters[:n]) for n in (1, 2)]
    ends = await asyncio.gather(
        *(store.replace_outline(job.id, edit, 1) for edit in edits), return_exceptions=True
    )
    assert sorted(type(end).__name__ for end in ends) == ["OutlineChangedError", "int"]
