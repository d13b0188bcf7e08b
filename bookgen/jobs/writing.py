"""Writes the book of a job: from its sources to its report, each step kept before the next."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

from bookgen.checks import review
from bookgen.jobs.books import result_of
from bookgen.jobs.checkpoint import StoreCheckpoint, persistently
from bookgen.jobs.held import HeldLease
from bookgen.jobs.observing import UNOBSERVED, Observer
from bookgen.jobs.order import BookOrder
from bookgen.jobs.provider import Provider
from bookgen.jobs.records import KeptOutline
from bookgen.jobs.store import JobStore
from bookgen.models import Biography, Corpus, Report
from bookgen.pipeline import write_biography
from bookgen.writers.base import Offload, Writer
from bookgen.writers.extractive import ExtractiveWriter
from bookgen.writers.prompted import PromptedWriter

__all__ = ["BookJobs", "Gather"]

Gather = Callable[[BookOrder], Awaitable[Corpus]]
"""Returns what an order is written from. Raises NoSourcesError where nothing is left."""


class BookJobs:
    """Writes jobs' books from what `gather` brings, with the provider's model where there is one.

    `write` may be begun again at any time: it goes on from what the store holds.
    """

    def __init__(
        self,
        store: JobStore,
        gather: Gather,
        provider: Provider,
        offload: Offload,
        *,
        parallel: int,
        observer: Observer = UNOBSERVED,
    ) -> None:
        self._store = store
        self._gather = gather
        self._provider = provider
        self._offload = offload
        self._parallel = parallel
        self._observer = observer

    async def write(self, held: HeldLease) -> None:
        """Write the job as far as it goes: to its end, or to where its outline waits for approval.

        Raises LeaseLostError once another worker has the job, StoreError where the database stays
        away, and the errors of gathering and writing, which fail the job.
        """
        job_id = held.lease.job_id
        order = BookOrder.from_plain(await self._store.request(job_id))
        corpus = await self._corpus(order, held)
        async with self._writer(order, held) as writer:
            kept = await self._store.outline(job_id)
            if order.approve_outline and not (kept and kept.approved):
                await self._wait_for_approval(order, corpus, kept, held)
                return
            await self._store.enter(held.lease, "sections")
            book = await write_biography(
                order.brief,
                corpus,
                writer,
                outline=kept.outline if kept and kept.approved else None,
                checkpoint=StoreCheckpoint(self._store, held, self._observer),
                parallel=self._parallel,
            )
        await self._store.enter(held.lease, "checks")
        report = await self._offload(partial(review, book, corpus))
        await self._end(book, report, held)

    async def _corpus(self, order: BookOrder, held: HeldLease) -> Corpus:
        """Return what the job is written from: gathered once, so that it does not change under a
        book that is half written."""
        kept = await self._store.corpus(held.lease.job_id)
        if kept is not None and kept.sources:
            return kept
        await self._store.enter(held.lease, "sources")
        corpus = await self._gather(order)
        await persistently(lambda: self._store.keep_corpus(held.lease, corpus), held)
        return corpus

    @asynccontextmanager
    async def _writer(self, order: BookOrder, held: HeldLease) -> AsyncIterator[Writer]:
        if not self._provider.is_configured:
            yield ExtractiveWriter(self._offload)
            return
        async with self._provider.model(order, held) as model:
            yield PromptedWriter(model, temperature=order.temperature, offload=self._offload)

    async def _wait_for_approval(
        self, order: BookOrder, corpus: Corpus, kept: KeptOutline | None, held: HeldLease
    ) -> None:
        """Let people read and edit the outline. Its titles are drawn from the sources: nothing is
        paid for before they agree."""
        if kept is None:
            await self._store.enter(held.lease, "outline")
            outline = await ExtractiveWriter(self._offload).outline(order.brief, corpus)
            await self._store.keep_outline(held.lease, outline)
        await self._store.wait_for_approval(held.lease)

    async def _end(self, book: Biography, report: Report, held: HeldLease) -> None:
        failed = [check.name for check in report.checks if not check.passed]
        told = {"passed": len(report.checks) - len(failed), "failed": failed}
        await persistently(partial(self._store.append_event, held.lease, "check", told), held)
        result = result_of(book, report)
        await persistently(partial(self._store.complete, held.lease, result), held)
