"""A job, its outline and its sections, and shortcuts to a job in a given state."""

from dataclasses import replace

from support.provenance import PROVENANCE

from bookgen.jobs.records import NewJob
from bookgen.models import (
    ChapterPlan,
    Outline,
    PartialDate,
    Section,
    SectionPlan,
)

NEW = NewJob(
    request={"character": "Santiago Ramón y Cajal", "total_words": 51_000, "temperature": 0},
    character="Santiago Ramón y Cajal",
    chapters=20,
    words=51_000,
    language="es",
)

OUTLINE = Outline(
    (
        ChapterPlan(
            1,
            "Bonn",
            (
                SectionPlan(1, 1, "The House", 400, ("fischer:1", "fischer:2")),
                SectionPlan(1, 2, "The Court", 300, ("fischer:3",)),
            ),
            (PartialDate(1770, 12), PartialDate(1792)),
        ),
        ChapterPlan(2, "Vienna", (SectionPlan(2, 1, "Lessons", 500, ("letters:1",)),)),
    )
)

PLAN = OUTLINE.sections[0]


def section(plan=PLAN, text="“He was born at Bonn.” [@fischer:1]"):
    return Section(plan.chapter, plan.number, plan.title, text, PROVENANCE)


def plans(count):
    """Return the plans of `count` sections of one chapter."""
    return [replace(PLAN, number=number) for number in range(1, count + 1)]


async def leased(store, owner="worker-1", seconds=60.0):
    """Return the lease of a new job."""
    job = await store.create(NEW)
    return await store.acquire(job.id, owner, seconds)


async def waiting(store):
    """Return a new job whose outline waits for approval."""
    lease = await leased(store)
    await store.keep_outline(lease, OUTLINE)
    await store.wait_for_approval(lease)
    return await store.get(lease.job_id)
