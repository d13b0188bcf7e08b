"""A section is kept once for its plan, counted once, and comes back as it was."""

import asyncio
from dataclasses import replace

import pytest
from jobs.examples import OUTLINE, PLAN, leased, plans, section

from bookgen.checkpoint import PROLOGUE, epilogue_plan, introduction_plan
from bookgen.jobs.errors import LeaseLostError
from bookgen.jobs.statements import whole
from bookgen.models import Corpus, PartialDate, Passage, Source, SourceError

pytestmark = pytest.mark.anyio


async def test_a_section_comes_back_as_it_was(store):
    lease = await leased(store)
    bare = replace(section(), provenance=None)
    assert await store.section(lease.job_id, PLAN) is None
    await store.keep_section(lease, PLAN, section())
    await store.keep_section(lease, replace(PLAN, number=2), replace(bare, number=2))
    assert await store.section(lease.job_id, PLAN) == section()
    assert await store.sections(lease.job_id) == [section(), replace(bare, number=2)]


async def test_the_parts_are_in_the_order_of_reading_and_only_sections_are_counted(store):
    lease = await leased(store)
    await store.keep_outline(lease, OUTLINE)
    around = [PROLOGUE, introduction_plan(OUTLINE.chapters[0]), epilogue_plan(OUTLINE)]
    for plan in [*OUTLINE.sections, *around][::-1]:
        await store.keep_section(lease, plan, section(plan))
    places = [(one.chapter, one.number) for one in await store.sections(lease.job_id)]
    assert places == [(0, 1), (1, 0), (1, 1), (1, 2), (2, 1), (3, 1)]
    assert await store.places(lease.job_id) == set(places)
    job = await store.get(lease.job_id)
    assert (job.sections_done, job.sections_total) == (3, 3)


async def test_a_section_that_is_kept_again_stays_as_it_is(store):
    lease = await leased(store)
    await store.keep_section(lease, PLAN, section(text="First."))
    await store.keep_section(lease, PLAN, section(text="Second."))
    assert await store.section(lease.job_id, PLAN) == section(text="First.")
    assert (await store.get(lease.job_id)).sections_done == 1
    kinds = [event.kind for event in await store.events_after(lease.job_id, 0)]
    assert kinds.count("section") == 1


async def test_a_section_of_another_plan_is_not_taken_and_is_replaced(store):
    lease = await leased(store)
    await store.keep_section(lease, PLAN, section(text="Of the old plan."))
    edited = replace(PLAN, passages=("fischer:1",))
    assert await store.section(lease.job_id, edited) is None
    await store.keep_section(lease, edited, section(text="Of the new plan."))
    assert await store.section(lease.job_id, PLAN) is None
    assert await store.sections(lease.job_id) == [section(text="Of the new plan.")]
    assert (await store.get(lease.job_id)).sections_done == 1


async def test_sections_kept_at_once_are_all_kept_and_counted(store):
    lease = await leased(store)
    many = plans(40)
    await asyncio.gather(*(store.keep_section(lease, plan, section(plan)) for plan in many))
    assert len(await store.places(lease.job_id)) == 40
    assert (await store.get(lease.job_id)).sections_done == 40
    told = [one for one in await store.events_after(lease.job_id, 0) if one.kind == "section"]
    assert [one.data["done"] for one in told] == list(range(1, 41))


async def test_a_section_is_told_with_its_words(store):
    lease = await leased(store)
    await store.keep_outline(lease, OUTLINE)
    await store.keep_section(lease, PLAN, section())
    (told,) = [one for one in await store.events_after(lease.job_id, 0) if one.kind == "section"]
    assert told.data == {
        "chapter": 1,
        "number": 1,
        "title": "The House",
        "words": 5,
        "done": 1,
        "total": 3,
    }


def corpus(language="en"):
    date = PartialDate(1801, 6, 29)
    sources = tuple(
        Source(name, f"Life, {name}", f"{name}.txt", name[0] * 64, language, author="Ñandú \ud800")
        for name in ("fischer", "letters")
    )
    passages = (
        Passage("fischer", 1, "He was born at Bonn. ☃", "Early Promise", date),
        Passage("fischer", 2, "He left Bonn.", None, PartialDate(1792)),
        Passage("letters", 1, "My hearing grows weaker.", "To Wegeler"),
    )
    failures = (SourceError("map.pdf", "it holds no paragraph of prose."),)
    return Corpus(sources, passages, failures)


async def test_the_corpus_of_a_job_comes_back_as_it_was(store):
    lease = await leased(store)
    assert await store.corpus(lease.job_id) is None
    await store.keep_corpus(lease, corpus())
    kept = await store.corpus(lease.job_id)
    assert (kept.sources, kept.passages) == (corpus().sources, corpus().passages)
    assert list(map(str, kept.failures)) == list(map(str, corpus().failures))


async def test_jobs_share_documents_and_each_keeps_its_own(database, store):
    first, second = await leased(store), await leased(store)
    await asyncio.gather(*(store.keep_corpus(lease, corpus()) for lease in (first, second)))
    await store.keep_corpus(second, corpus())
    assert await count(database, "documents") == 2
    await store.keep_corpus(second, corpus("es"))
    assert await count(database, "documents") == 4
    assert (await store.corpus(first.job_id)).sources == corpus().sources
    assert (await store.corpus(second.job_id)).sources == corpus("es").sources


async def test_a_corpus_needs_the_lease(database, store):
    lease = await leased(store)
    await store.cancel(lease.job_id)
    with pytest.raises(LeaseLostError):
        await store.keep_corpus(lease, corpus())
    assert await count(database, "documents") == 0


async def count(database, table):
    async with database.reading() as connection:
        return (await connection.exec_driver_sql(f"SELECT count(*) FROM {table}")).scalar_one()


async def test_a_caller_that_is_cancelled_waits_for_the_end_of_its_transaction():
    steps = []

    @whole
    async def write():
        steps.append("begun")
        await asyncio.sleep(0.01)
        steps.append("committed")

    task = asyncio.create_task(write())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert steps == ["begun", "committed"]
