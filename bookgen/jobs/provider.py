"""The provider as jobs use it: one pace for all of them, under their leases, and every reply
counted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from bookgen.jobs.checkpoint import persistently
from bookgen.jobs.held import HeldLease, LeaseGate
from bookgen.jobs.observing import UNOBSERVED, ObservedGate, Observer
from bookgen.jobs.order import BookOrder
from bookgen.jobs.store import JobStore
from bookgen.llm.base import Completion, LanguageModel, Prompt
from bookgen.llm.cost import Budget
from bookgen.llm.openrouter import Attempt, Gate
from bookgen.llm.pacing import Pacing
from bookgen.llm.session import is_configured, open_model
from bookgen.settings import Settings

__all__ = ["Provider"]

# Calls start at 1 % under the limit, so that one that is late does not meet the next.
_MARGIN = 1.01


class Provider:
    """Opens models for jobs. `pacing` decides how many calls of this process are in flight; where
    the provider's limit of requests is known, the store hands out the times of all processes'
    calls."""

    def __init__(
        self, settings: Settings, store: JobStore, observer: Observer = UNOBSERVED
    ) -> None:
        self.pacing = Pacing(settings.bookgen_parallel)
        self._settings = settings
        self._store = store
        self._observer = observer

    @property
    def is_configured(self) -> bool:
        """Whether there is a provider; without one, books are quoted."""
        return is_configured(self._settings)

    @asynccontextmanager
    async def model(self, order: BookOrder, held: HeldLease) -> AsyncIterator[LanguageModel]:
        """Open the model of a job. What its earlier runs have spent counts towards its budget.

        Raises InputError and ProviderError as `open_model` does.
        """
        job_id = held.lease.job_id
        job = await self._store.get(job_id)
        pace = self.pacing.job(job_id, max(1, job.sections_total - job.sections_done))
        try:
            async with open_model(
                self._settings,
                model=order.model,
                budget=Budget(self._left(job.usage.cost, job.calls)),
                gate=ObservedGate(LeaseGate(held, self._paced(pace)), self._observer),
            ) as opened:
                yield _Counted(opened.model, self._store, held, self._observer)
        finally:
            pace.close()

    def _left(self, spent: float | None, calls: int) -> float | None:
        """Return what is left of a job's budget, None for no budget. What is unknown of calls that
        were made may have been anything: then nothing is left."""
        budget = self._settings.bookgen_job_budget
        if budget is None or calls == 0:
            return budget
        return 0.0 if spent is None else max(0.0, budget - spent)

    def _paced(self, pace: Gate) -> Gate:
        limit = self._settings.bookgen_requests_per_minute
        if limit is None:
            return pace
        provider, interval = self._settings.openrouter_base_url, 60 * _MARGIN / limit
        return _SlotGate(pace, lambda: self._store.reserve_slot(provider, interval))


class _SlotGate:
    """Lets an attempt start at the time that the store hands out."""

    def __init__(self, gate: Gate, reserve: Callable[[], Awaitable[float]]) -> None:
        self._gate = gate
        self._reserve = reserve

    @asynccontextmanager
    async def attempt(self, prompt: Prompt) -> AsyncIterator[Attempt]:
        async with self._gate.attempt(prompt) as attempt:
            await asyncio.sleep(await self._reserve())
            yield attempt


class _Counted:
    """A model whose replies are added to what their job has cost."""

    def __init__(
        self, model: LanguageModel, store: JobStore, held: HeldLease, observer: Observer
    ) -> None:
        self._model = model
        self._store = store
        self._held = held
        self._observer = observer

    async def complete(
        self, prompt: Prompt, *, on_text: Callable[[str], None] | None = None
    ) -> Completion:
        """Return the reply, as `LanguageModel.complete` says."""
        reply = await self._model.complete(prompt, on_text=on_text)
        self._observer.replied(reply.usage)
        job_id = self._held.lease.job_id
        await persistently(lambda: self._store.add_usage(job_id, reply.usage), self._held)
        return reply
