"""Work that takes seconds of computing, kept from those who wait for an answer."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

__all__ = ["Computing", "opened_computing"]

# All threads share one interpreter: more of them finish nothing sooner, and whoever serves requests
# waits for a turn behind each. Two, for what is done without the interpreter (numpy, zlib).
_THREADS = 2
# Seconds after which a thread that computes makes way. Python's own 5 ms come back at every step of
# a request, and each has dozens.
_TURN_SECONDS = 0.0005

_Made = TypeVar("_Made")


class Computing:
    """Runs work in threads of its own, the rest waiting in line. It is an Offload."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool

    async def __call__(self, work: Callable[[], _Made], /) -> _Made:
        """Return what the work returns. One that is cancelled in line is never begun."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)


@contextmanager
def opened_computing() -> Iterator[Computing]:
    """Open the threads. What is in work at the end is not waited for."""
    before = sys.getswitchinterval()
    pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="bookgen-computing")
    sys.setswitchinterval(_TURN_SECONDS)
    try:
        yield Computing(pool)
    finally:
        sys.setswitchinterval(before)
        pool.shutdown(wait=False, cancel_futures=True)
