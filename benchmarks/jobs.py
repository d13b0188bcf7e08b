"""The store of jobs, on a SQLite file: what a book in work writes, and what is read of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from . import _compat, _inputs
from ._compat import find
from ._scenario import _Scenario

CHAPTERS, SECTIONS_EACH, SECTION_WORDS = 20, 4, 640
LEASE_SECONDS = 3_600.0


class _Store(_Scenario):
    """Work on an open store with one job of 80 sections."""

    # A database answers from a thread, and how often it wakes the loop is chance.
    track_calls = track_peak_traced = track_instructions = None
    kept = 0

    def prepare(self):
        find("bookgen.jobs.store:JobStore")
        self.loop = asyncio.new_event_loop()
        return self.loop.run_until_complete(self._open())

    async def _open(self):
        self.database = find("bookgen.jobs.database:open_database")(
            f"sqlite:///{_inputs.new_folder() / 'jobs.db'}"
        )
        await find("bookgen.jobs.schema:upgrade")(self.database)
        store = find("bookgen.jobs.store:JobStore")(self.database)
        outline, sections = book()
        new_job = find("bookgen.jobs.records:NewJob")
        job = await store.create(
            new_job({}, _inputs.SUBJECT["en"], CHAPTERS, len(sections) * SECTION_WORDS, "en")
        )
        lease = await store.acquire(job.id, "benchmark", LEASE_SECONDS)
        await store.keep_outline(lease, outline)
        for plan, section in zip(outline.sections, sections, strict=True):
            if plan.chapter <= self.kept:
                await store.keep_section(lease, plan, section)
        return store, lease, outline, sections

    def close(self):
        self.loop.run_until_complete(self.database.close())
        self.loop.close()

    def run(self, inputs):
        return self.loop.run_until_complete(self.work(*inputs))

    async def work(self, store, lease, outline, sections):
        raise TypeError(f"{type(self).__name__} does nothing")


def book():
    """Return an outline and its sections, with the provenance that a model's sections have."""
    plan = find("bookgen.models:SectionPlan")
    text = _inputs.text("section", SECTION_WORDS)
    provenance = find("bookgen.models:Provenance")(
        prompt_hash="0123456789abcdef",
        model="some/model",
        usage=find("bookgen.models:Usage")(2_000, 900, 0.01),
        provider="Somebody",
        generation_ids=("gen-1",),
        passages=tuple(f"account-1:{number}" for number in range(1, 9)),
        source_hashes=("a" * 64,),
    )
    chapters = tuple(
        find("bookgen.models:ChapterPlan")(
            chapter,
            f"Chapter {chapter}",
            tuple(
                plan(
                    chapter,
                    number,
                    f"Section {number}",
                    SECTION_WORDS,
                    (f"account-{chapter}:{number}",),
                )
                for number in range(1, SECTIONS_EACH + 1)
            ),
            (find("bookgen.models:PartialDate")(_inputs.BORN + chapter),) * 2,
        )
        for chapter in range(1, CHAPTERS + 1)
    )
    outline = find("bookgen.models:Outline")(chapters)
    section = find("bookgen.models:Section")
    return outline, [
        section(one.chapter, one.number, one.title, text, provenance) for one in outline.sections
    ]


class KeepSections(_Store):
    """Commit 20 sections, one after the other, each to the disk."""

    commits = 20
    _round = 0

    async def work(self, store, lease, outline, sections):
        # Another plan for the same places, as the store keeps what is there for the same one.
        self._round += 1
        plans = [
            replace(one, words=SECTION_WORDS + self._round)
            for one in outline.sections[: self.commits]
        ]
        for plan, section in zip(plans, sections, strict=False):
            await store.keep_section(lease, plan, section)
        return len(await store.places(lease.job_id))

    def verify(self, result):
        assert result == self.commits, f"{result} sections"


class ResumeHalf(_Store):
    """Read what a book of 80 sections, half of them written, goes on from."""

    kept = CHAPTERS // 2

    async def work(self, store, lease, outline, sections):
        held = find("bookgen.jobs.held:HeldLease")(lease, float("inf"))
        checkpoint = find("bookgen.jobs.checkpoint:StoreCheckpoint")(store, held)
        kept = await checkpoint.outline()
        found = [await checkpoint.section(plan) for plan in kept.sections]
        return [section for section in found if section is not None]

    def verify(self, result):
        assert len(result) == self.kept * SECTIONS_EACH, f"{len(result)} sections"
        assert result[0].provenance.model == "some/model"


class ReplayEvents(_Store):
    """Read the events of a book of 80 sections from the first on, as a client that comes back."""

    kept = CHAPTERS
    replays = 10

    async def work(self, store, lease, outline, sections):
        for _ in range(self.replays):
            told, last = [], 0
            while found := await store.events_after(lease.job_id, last):
                told += found
                last = found[-1].id
        return told

    def verify(self, result):
        assert sum(event.kind == "section" for event in result) == CHAPTERS * SECTIONS_EACH


class KeepCorpus(_Store):
    """Keep the passages of 10 accounts of 4,000 words for a job, and read them again."""

    async def work(self, store, lease, outline, sections):
        if not hasattr(self, "corpus"):
            self.corpus = _compat.corpus(_inputs.lives("book", 10, 4_000))
        await store.keep_corpus(lease, self.corpus)
        return await store.corpus(lease.job_id)

    def verify(self, result):
        assert len(result.sources) == 10, f"{len(result.sources)} sources"
