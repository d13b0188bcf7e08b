"""Bounds on what runs at once and on how long it may take."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bookgen.sources.fetch.failures import FetchFailure

__all__ = ["Budget", "Slots"]


class Budget:
    """The seconds that one call may still spend on the network."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._left = seconds

    @property
    def is_mostly_left(self) -> bool:
        return self._left > self._seconds / 2

    @asynccontextmanager
    async def spending(self) -> AsyncIterator[None]:
        """Bound a block by what is left. Raises FetchFailure with "timeout"."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        try:
            async with asyncio.timeout(self._left):
                yield
        except TimeoutError as error:
            raise FetchFailure(
                "timeout",
                f"its server did not finish within {self._seconds:g} s. Try again later, or leave "
                "it out.",
            ) from error
        finally:
            self._left -= loop.time() - start


@dataclass(slots=True)
class _Host:
    slots: asyncio.Semaphore
    users: int = 0


class Slots:
    """How many requests run at once, over all and to each host."""

    def __init__(self, overall: int, per_host: int) -> None:
        self._overall = asyncio.Semaphore(overall)
        self._per_host = per_host
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def taken(self, host: str) -> AsyncIterator[None]:
        """Hold a slot of the host and one of all; the host's first, so that those who wait for a
        busy host keep none from others."""
        entry = self._hosts.setdefault(host, _Host(asyncio.Semaphore(self._per_host)))
        entry.users += 1
        try:
            async with entry.slots, self._overall:
                yield
        finally:
            entry.users -= 1
            if not entry.users:
                del self._hosts[host]
