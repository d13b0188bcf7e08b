"""Counts the requests of clients in a sliding minute. What one request costs depends neither on
how many were made nor on how many clients there are."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Allowance", "RateLimiter"]

_WINDOW = 60.0


@dataclass(frozen=True, slots=True)
class Allowance:
    """Whether a request is let in, how many more are, and in how many seconds there are more."""

    admitted: bool
    remaining: int
    reset: int


class RateLimiter:
    """A sliding window counter: the count of this minute, and that of the last one by the share of
    it that lies in the last 60 seconds (Cloudflare, "How we built rate limiting capable of scaling
    to millions of domains", 2017).

    The counts of a minute are dropped whole. Over `most_clients` in a minute, new ones share one
    count: memory is bounded whoever comes.
    """

    def __init__(
        self,
        limit: int,
        *,
        most_clients: int = 100_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limit = limit
        self._most_clients = most_clients
        self._clock = clock
        self._minute = -1
        self._counts: dict[str, int] = {}
        self._before: dict[str, int] = {}

    def take(self, client: str) -> Allowance:
        """Count a request of a client, if it is admitted."""
        minute, into = divmod(self._clock(), _WINDOW)
        if minute != self._minute:
            self._before = self._counts if minute == self._minute + 1 else {}
            self._counts, self._minute = {}, int(minute)
        if client not in self._counts and len(self._counts) >= self._most_clients:
            client = ""
        count = self._counts.get(client, 0)
        before = self._before.get(client, 0)
        used = count + before * (1 - into / _WINDOW)
        if used + 1 > self.limit:
            return Allowance(False, 0, self._wait(count, before, into))
        self._counts[client] = count + 1
        return Allowance(True, int(self.limit - used - 1), max(1, round(_WINDOW - into)))

    def _wait(self, count: int, before: int, into: float) -> int:
        """Return the whole seconds until one more request fits."""
        if count + 1 <= self.limit:
            share = (self.limit - count - 1) / before
            return max(1, -int(-((1 - share) * _WINDOW - into) // 1))
        share = (self.limit - 1) / count
        return max(1, -int(-(_WINDOW - into + (1 - share) * _WINDOW) // 1))
