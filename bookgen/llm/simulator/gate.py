"""Lets calls in or refuses them: key, credit, requests a minute, calls at the same time."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from bookgen.llm.simulator.config import Fault, SimulatorConfig
from bookgen.llm.simulator.refusals import refusal
from bookgen.llm.simulator.request import RefusedError
from bookgen.llm.simulator.state import State

__all__ = ["Gate"]

WINDOW = 60.0


class Gate:
    """Decides on each call from what it let in before."""

    def __init__(self, config: SimulatorConfig, state: State) -> None:
        self._config = config
        self._state = state
        self._let_in: deque[float] = deque()
        self._inside = 0

    def reset(self) -> None:
        """Forget the calls of the last minute."""
        self._let_in.clear()

    def check_key(self, authorization: str | None) -> None:
        """Raise RefusedError (401) unless the header carries the key that is required."""
        required = self._config.require_key
        if required is not None and authorization != f"Bearer {required}":
            message = "No auth credentials found" if not authorization else "User not found."
            raise RefusedError(HTTPStatus.UNAUTHORIZED, message, "authentication")

    @contextmanager
    def admitted(self, now: float) -> Iterator[None]:
        """Let a call in at `now` (seconds of the loop) until the block ends.

        Raises RefusedError: 402 or 429.
        """
        self._admit(now)
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1

    def _admit(self, now: float) -> None:
        config = self._config
        if config.credit is not None and self._state.cost >= config.credit:
            raise refusal(Fault.NO_CREDIT)
        while self._let_in and self._let_in[0] <= now - WINDOW:
            self._let_in.popleft()
        limit = config.requests_per_minute
        if limit is not None and len(self._let_in) >= limit:
            free_at = self._let_in[0] + WINDOW
            headers = {
                "X-RateLimit-Limit": str(limit),
                "X-RateLimit-Remaining": "0",
                # Milliseconds of Unix time.
                "X-RateLimit-Reset": str(math.ceil((config.epoch + free_at) * 1000)),
            }
            if config.rate_limit_retry_after:
                headers["Retry-After"] = str(max(math.ceil(free_at - now), 1))
            raise RefusedError(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"Rate limit exceeded: {limit} requests per minute",
                "rate_limit_exceeded",
                headers,
            )
        most = config.max_concurrency
        if most is not None and self._inside >= most:
            raise refusal(Fault.RATE_LIMIT)
        self._let_in.append(now)
