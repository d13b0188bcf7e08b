"""A job's book is written from what the store holds, and nothing of it is paid for twice."""

import asyncio
import math
from dataclasses import replace

import pytest
from support import lives

from bookgen.checks import review
from bookgen.errors import NoSourcesError, SourceError
from bookgen.jobs.books import kept_book
from bookgen.jobs.order import BookOrder
from bookgen.jobs.provider import Provider
from bookgen.jobs.records import NewJob
from bookgen.jobs.worker import Worker
from bookgen.jobs.writing import BookJobs
from bookgen.llm.simulator import Fault, Faults, SimulatorConfig
from bookgen.llm.simulator.serve import INSTANT, running
from bookgen.pipeline import write_biography
from bookgen.settings import Settings
from bookgen.writers.extractive import ExtractiveWriter

pytestmark = pytest.mark.anyio

ORDER = BookOrder("Mary Anning", chapters=3, total_words=1_000)


async def gathered(order):
    return lives.anning()


def new(order=ORDER):
    return NewJob(order.to_plain(), order.character, order.chapters, order.total_words, "en")


def jobs(store, gather=gathered, **settings):
    settings = Settings(_env_file=None, **settings)
    return BookJobs(store, gather, Provider(settings, store), asyncio.to_thread, parallel=4)


async def run(store, job, writing):
    async with Worker(store, writing.write, beat_seconds=0.05) as worker:
        await worker.run(job.id)
    return await store.get(job.id)


async def kinds(store, job):
    return [event.kind for event in await store.events_after(job.id, 0, 1000)]


def test_an_order_survives_the_way_through_json():
    order = replace(ORDER, sources=("https://example.org/a",), temperature=0.0, mode="hybrid")
    assert BookOrder.from_plain(order.to_plain()) == order
    assert BookOrder.from_plain({**order.to_plain(), "of_a_later_version": 1}) == order


async def test_without_a_provider_the_book_is_quoted(store):
    job = await run(store, await store.create(new()), jobs(store))
    assert (job.status, job.phase, job.error) == ("completed", "done", None)
    assert job.sections_done == job.sections_total > 0
    book, report = await kept_book(store, job.id)
    corpus = lives.anning()
    same = await write_biography(ORDER.brief, corpus, ExtractiveWriter())
    assert book == replace(same, passages=book.passages)
    assert dict(book.passages) == dict(same.passages)
    assert report == review(same, corpus)
    told = await kinds(store, job)
    assert told.count("section") >= job.sections_total
    assert told[-2:] == ["check", "done"]


async def test_a_model_writes_and_what_it_took_is_counted(store):
    with running(INSTANT) as provider:
        writing = jobs(store, openrouter_base_url=provider.base_url)
        job = await run(store, await store.create(new()), writing)
    assert job.status == "completed"
    assert job.calls == provider.state.calls
    assert job.usage.completion_tokens == provider.state.completion_tokens
    assert job.usage.cost > 0
    book, _ = await kept_book(store, job.id)
    assert all(part.provenance for part in book.parts)


async def test_a_job_that_goes_on_asks_only_for_what_is_missing(store):
    config = replace(INSTANT, faults=Faults(calls={4: Fault.HANG}))
    with running(config) as provider:
        writing = jobs(store, openrouter_base_url=provider.base_url, bookgen_parallel=1)
        job = await store.create(new())
        async with Worker(store, writing.write, beat_seconds=0.05) as worker:
            task = asyncio.create_task(worker.run(job.id))
            async with asyncio.timeout(20):
                # The fourth may be asked for while the third is being kept.
                while provider.state.calls < 4 or not await store.sections(job.id):
                    await asyncio.sleep(0.01)
        await task
        kept = {(one.chapter, one.number): one for one in await store.sections(job.id)}
        assert kept
        job = await run(store, job, writing)
        asked = provider.state.calls
    assert job.status == "completed"
    after = {(one.chapter, one.number): one for one in await store.sections(job.id)}
    assert kept.items() <= after.items()
    with running(INSTANT) as provider:
        writing = jobs(store, openrouter_base_url=provider.base_url)
        await run(store, await store.create(new()), writing)
        # What hung, and the reply before it, where that was to be repaired.
        assert asked <= provider.state.calls + 2


async def test_an_outline_is_approved_before_anything_is_paid_for(store):
    with running(INSTANT) as provider:
        writing = jobs(store, openrouter_base_url=provider.base_url)
        job = await store.create(new(replace(ORDER, approve_outline=True)))
        job = await run(store, job, writing)
        assert (job.status, job.phase, job.calls) == ("pending", "approval", 0)
        assert provider.state.calls == 0
        kept = await store.outline(job.id)
        first = kept.outline.chapters[0]
        edited = replace(
            kept.outline,
            chapters=(replace(first, title="As I Like It"), *kept.outline.chapters[1:]),
        )
        version = await store.replace_outline(job.id, edited, kept.version)
        await store.approve_outline(job.id, version)
        job = await run(store, job, writing)
    assert job.status == "completed"
    book, _ = await kept_book(store, job.id)
    assert book.outline.chapters[0].title == "As I Like It"


async def test_without_sources_the_job_fails_with_the_reasons(store):
    async def nothing(order):
        raise NoSourcesError([SourceError("https://example.org/x", "it is not there.")])

    job = await run(store, await store.create(new()), jobs(store, nothing))
    assert (job.status, job.error.kind) == ("failed", "NoSourcesError")
    assert "https://example.org/x: it is not there." in job.error.message


async def test_a_budget_ends_the_job_before_it_is_exceeded_and_counts_earlier_runs(store):
    with running(INSTANT) as provider:
        base = {"openrouter_base_url": provider.base_url, "openrouter_model": "simulator/large"}
        whole = await run(store, await store.create(new()), jobs(store, **base))
        budget = whole.usage.cost / 2
        writing = jobs(store, **base, bookgen_job_budget=budget)
        job = await run(store, await store.create(new()), writing)
        assert (job.status, job.error.kind) == ("failed", "BudgetError")
        assert job.usage.cost is None or job.usage.cost <= budget
        calls = provider.state.calls
        await store.resume(job.id)
        job = await run(store, job, writing)
        assert job.error.kind == "BudgetError"
        assert provider.state.calls <= calls + 1


async def test_the_providers_limit_holds_for_all_jobs_together(store):
    config = SimulatorConfig(time_to_first_token=0, tokens_per_second=math.inf)
    with running(config) as provider:
        writing = jobs(
            store, openrouter_base_url=provider.base_url, bookgen_requests_per_minute=6_000
        )
        made = [await store.create(new()) for _ in range(2)]
        await asyncio.gather(*(run(store, job, writing) for job in made))
        calls = provider.state.calls
    # One slot of 10 ms for each call of both, handed out by the store.
    assert await store.reserve_slot(provider.base_url, 0.0) <= 60 / 6_000 * 1.01 * calls
    assert [(await store.get(job.id)).status for job in made] == ["completed"] * 2


async def test_what_is_finished_of_an_unfinished_book_can_be_read(store):
    job = await store.create(new())
    lease = await store.acquire(job.id, "worker", 60)
    corpus = lives.anning()
    whole = await write_biography(ORDER.brief, corpus, ExtractiveWriter())
    await store.keep_corpus(lease, corpus)
    await store.keep_outline(lease, whole.outline)
    assert await kept_book(store, job.id) is None
    await store.keep_section(lease, whole.outline.sections[0], whole.sections[0])
    book, report = await kept_book(store, job.id)
    assert [one.text for one in book.sections] == [whole.sections[0].text]
    assert report.shortfall
