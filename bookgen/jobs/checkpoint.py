"""The store as the checkpoint of one book: what is finished is committed under the job's lease."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bookgen.jobs.errors import StoreError
from bookgen.jobs.held import HeldLease
from bookgen.jobs.observing import UNOBSERVED, Observer
from bookgen.jobs.store import JobStore
from bookgen.models import Outline, Section, SectionPlan

__all__ = ["StoreCheckpoint", "persistently"]

_Found = TypeVar("_Found")

# Seconds between two tries to reach a database that is away.
_PAUSE = 0.5


async def persistently(work: Callable[[], Awaitable[_Found]], held: HeldLease) -> _Found:
    """Return what the work returns, tried again while the database is away and the lease holds: a
    section that was paid for is worth waiting for."""
    while True:
        try:
            return await work()
        except StoreError as error:
            if not error.is_passing or not held.holds:
                raise
        await asyncio.sleep(_PAUSE)


class StoreCheckpoint:
    """Keeps one job's outline and sections. Raises LeaseLostError once another worker has the
    job."""

    def __init__(self, store: JobStore, held: HeldLease, observer: Observer = UNOBSERVED) -> None:
        self._store = store
        self._held = held
        self._observer = observer

    async def outline(self) -> Outline | None:
        kept = await persistently(lambda: self._store.outline(self._held.lease.job_id), self._held)
        return None if kept is None else kept.outline

    async def keep_outline(self, outline: Outline) -> None:
        await persistently(lambda: self._store.keep_outline(self._held.lease, outline), self._held)

    async def section(self, plan: SectionPlan) -> Section | None:
        return await persistently(
            lambda: self._store.section(self._held.lease.job_id, plan), self._held
        )

    async def keep_section(self, plan: SectionPlan, section: Section) -> None:
        await persistently(
            lambda: self._store.keep_section(self._held.lease, plan, section), self._held
        )
        # What stands around the sections has no budget of words, and is not counted as one.
        if plan.words:
            self._observer.section_kept()
