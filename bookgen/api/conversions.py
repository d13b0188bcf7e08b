"""Whose turn it is to have a book converted: few at once, for each takes a processor and memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bookgen.api.problems import ProblemError

__all__ = ["WAITING", "Conversions"]

# Downloads that may wait for their turn; whoever comes then is asked to come again.
WAITING = 16
_RETRY_SECONDS = 10


class Conversions:
    """Lets `at_once` conversions of one process run at the same time."""

    def __init__(self, at_once: int) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._most = at_once + WAITING
        self._asked = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn, and give it back at the end. Raises ProblemError where too many wait."""
        if self._asked >= self._most:
            raise ProblemError(
                429,
                "too-many-conversions",
                f"{self._asked} books are being converted or wait for it. Ask again later, or for "
                "txt, md or html, which need no conversion.",
                headers={"Retry-After": str(_RETRY_SECONDS)},
            )
        self._asked += 1
        try:
            async with self._free:
                yield
        finally:
            self._asked -= 1
