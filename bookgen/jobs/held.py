"""A lease in a worker's hands: how long it surely holds, by a clock that a sleep does not stop."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bookgen.jobs.errors import LeaseLostError
from bookgen.jobs.records import Lease
from bookgen.llm.base import Prompt
from bookgen.llm.openrouter import Attempt, Gate

__all__ = ["HeldLease", "LeaseGate", "boot_time"]


def boot_time() -> float:
    """Return seconds since the machine started; a suspended machine's count as well, where the
    system has such a clock."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


class HeldLease:
    """A job's lease, renewed by its worker's heartbeat.

    It holds until `until` by `boot_time`, counted from before the store was asked: never longer
    than the store has it.
    """

    def __init__(self, lease: Lease, until: float, clock: Callable[[], float] = boot_time) -> None:
        self.lease = lease
        self.until = until
        self._clock = clock

    @property
    def holds(self) -> bool:
        """Whether nobody else can have the job now."""
        return self._clock() < self.until

    def require(self) -> None:
        """Raise LeaseLostError where another worker may have the job by now."""
        if not self.holds:
            raise LeaseLostError(self.lease.job_id, self.lease.owner, self.lease.epoch)


class LeaseGate:
    """Lets no attempt through whose lease may have passed, also where it waited for its turn.

    A worker that was stopped and woke up again pays for nothing.
    """

    def __init__(self, held: HeldLease, gate: Gate) -> None:
        self._held = held
        self._gate = gate

    @asynccontextmanager
    async def attempt(self, prompt: Prompt) -> AsyncIterator[Attempt]:
        """Wait for the gate behind this one. Raises LeaseLostError."""
        self._held.require()
        async with self._gate.attempt(prompt) as attempt:
            self._held.require()
            yield attempt
