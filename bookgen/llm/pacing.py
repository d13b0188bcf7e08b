"""Decides how many calls are in flight, when the next one starts, and whose it is."""

from __future__ import annotations

import asyncio
import math
from bisect import insort
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

from bookgen.errors import InputError
from bookgen.llm.base import Prompt
from bookgen.llm.cost import estimate_prompt
from bookgen.models import Usage

__all__ = ["Attempt", "JobPace", "Pacing"]

# Our minute is 1 % longer than a server's, so that calls may take up to 0.6 s more or less to
# reach it without one too many of them falling into one of its minutes.
_MARGIN = 1.01
_LEAST_GAP = 0.995  # half of the margin, to make up for a start that the loop was late for
_TURN = 4
_PROBE_WINDOWS = 8
# Seconds. A loop may run a timer early by its clock's resolution: set nearer, it might for ever.
_TICK = 1e-6


class Pacing:
    """The one gate of all calls to one provider, for one event loop.

    Never more than `max_in_flight` calls at once. Within it the limit adapts by additive increase
    and multiplicative decrease (Chiu & Jain 1989): halved once for a burst of refusals, one more
    after as many successes as the limit is, the last step to what was refused eight times as
    slowly. After a refusal no call starts before its Retry-After has passed. A rate of None is
    unlimited; `limit` begins at `start`, by default at `max_in_flight`.

    With `requests_per_minute` calls start evenly, without a burst, at 1 % under the limit, which
    a sliding window, a fixed window and a token bucket of any size all admit. With
    `tokens_per_minute` the tokens of the calls started in the last minute stay within it: prompt
    estimate plus `max_tokens` until the real usage is known. A call larger than that goes alone.
    Calls of other processes or of an earlier run are not counted.

    A free slot goes to the job with the fewest remaining calls, every fourth contested one to the
    job that has waited longest; within a job, first come, first served.
    """

    def __init__(
        self,
        max_in_flight: int,
        *,
        requests_per_minute: float | None = None,
        tokens_per_minute: int | None = None,
        start: int | None = None,
    ) -> None:
        """`start` is the first limit. Raises InputError for a bound that admits no call."""
        if max_in_flight < 1:
            raise InputError(f"At least 1 call must be in flight, not {max_in_flight}.")
        if start is not None and not 1 <= start <= max_in_flight:
            raise InputError(f"The start must be 1 to {max_in_flight} in flight, not {start}.")
        for rate in (requests_per_minute, tokens_per_minute):
            if rate is not None and not rate > 0:
                raise InputError(f"A rate per minute must be above 0, not {rate}.")
        self.max_in_flight = max_in_flight
        self.in_flight = self.most_in_flight = 0
        self._concurrency = _Concurrency(start or max_in_flight, max_in_flight)
        self._tokens = _TokenLog(tokens_per_minute or math.inf)
        self._gap = 60 * _MARGIN / requests_per_minute if requests_per_minute else 0.0
        self._next_start = self.paused_until = -math.inf
        self._waiting: dict[JobPace, None] = {}
        self._contested = 0
        self._numbers = count()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def limit(self) -> int:
        """How many calls may be in flight now: 1 to `max_in_flight`."""
        return self._concurrency.limit

    @property
    def waiting(self) -> int:
        """How many calls wait for their start."""
        return sum(len(job._queue) for job in self._waiting)

    def job(self, job_id: str, remaining: int) -> JobPace:
        """Return the gate of one job that has `remaining` calls to make."""
        return JobPace(self, job_id, remaining)

    async def _enter(self, job: JobPace, call: Attempt) -> None:
        """Wait for the start of `call`. From then on it is in flight."""
        loop = asyncio.get_running_loop()
        while True:
            granted = call._granted = loop.create_future()
            insort(job._queue, call, key=lambda waiting: waiting._number)
            if job not in self._waiting:
                self._waiting[job] = None
                job._since = next(self._numbers)
            self._dispatch()
            try:
                await granted
            except asyncio.CancelledError:
                job._drop_cancelled()
                if not granted.cancelled():  # cancelled between its grant and its start
                    self._withdraw(call)
                self._dispatch()
                raise
            now = loop.time()
            if now >= self.paused_until:
                break
            # Another call was refused between the grant and the start: back to its old place.
            self._withdraw(call)
        call._epoch = self._concurrency.epoch
        call._at = now
        self._next_start = max(self._next_start, now + _LEAST_GAP * self._gap)

    def _dispatch(self) -> None:
        """Grant what may start now; set the timer for the next call that must wait for a time."""
        if self._timer is not None:
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        while self.in_flight < self.limit and (job := self._next_job()) is not None:
            now = loop.time()
            fits_at = self._tokens.fits_at(job._queue[0]._tokens, now)
            start = max(self.paused_until, self._next_start, fits_at)
            if start > now:
                self._timer = loop.call_at(max(start, now + _TICK), self._dispatch)
                return
            self._grant(job, now)

    def _next_job(self) -> JobPace | None:
        for job in tuple(self._waiting):
            job._drop_cancelled()
            if not job._queue:
                del self._waiting[job]
        if self._contested % _TURN == _TURN - 1:
            return min(self._waiting, key=lambda job: job._since, default=None)
        return min(self._waiting, key=lambda job: (job.remaining, job._since), default=None)

    def _grant(self, job: JobPace, now: float) -> None:
        self._contested += len(self._waiting) > 1
        job._since = next(self._numbers)
        call = job._queue.popleft()
        call._at = now
        start = max(self._next_start + self._gap, now + _LEAST_GAP * self._gap)
        call._next_start = (self._next_start, start)
        self._next_start = start
        self._tokens.add(call)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        call._granted.set_result(None)

    def _withdraw(self, call: Attempt) -> None:
        self.in_flight -= 1
        self._tokens.remove(call)
        if self._next_start == call._next_start[1]:
            self._next_start = call._next_start[0]


class JobPace:
    """The gate of one job's calls. `remaining` may be set at any time."""

    def __init__(self, pacing: Pacing, job_id: str, remaining: int) -> None:
        self.job_id = job_id
        self.remaining = remaining
        self._pacing = pacing
        self._closed = False
        self._queue: deque[Attempt] = deque()
        self._since = 0

    @asynccontextmanager
    async def attempt(self, prompt: Prompt) -> AsyncIterator[Attempt]:
        """Wait until one call for `prompt` may start; it is in flight until the block ends.

        A block without an error or `limited` is a success. RuntimeError where the job is closed.
        """
        if self._closed:
            raise RuntimeError(f"Job {self.job_id} is closed and makes no more calls.")
        pacing = self._pacing
        call = Attempt(pacing, prompt)
        await pacing._enter(self, call)
        try:
            yield call
            pacing._concurrency.succeeded(call._epoch, pacing.in_flight)
        finally:
            pacing.in_flight -= 1
            pacing._dispatch()

    def close(self) -> None:
        """Let no more calls in. Those that wait already still get their turn."""
        self._closed = True

    def _drop_cancelled(self) -> None:
        if any(call._granted.cancelled() for call in self._queue):
            self._queue = deque(call for call in self._queue if not call._granted.cancelled())


class Attempt:
    """One call: what is learnt from it while it is under way."""

    _granted: asyncio.Future[None]
    _at: float  # when it started
    _next_start: tuple[float, float]  # before and after its grant
    _epoch: int

    def __init__(self, pacing: Pacing, prompt: Prompt) -> None:
        self._pacing = pacing
        self._number = next(pacing._numbers)
        self._estimate = (estimate_prompt(prompt), prompt.max_tokens)
        self._tokens = sum(self._estimate)

    def limited(self, retry_after: float | None) -> None:
        """Say that the server refused the call for its rate; `retry_after` is in seconds.

        None pauses for 1 s, doubled with each burst of refusals in a row up to 60 s.
        """
        pause = self._pacing._concurrency.refused(self._epoch)
        if retry_after is not None and math.isfinite(retry_after):
            pause = retry_after
        until = asyncio.get_running_loop().time() + pause
        self._pacing.paused_until = max(self._pacing.paused_until, until)

    def used(self, usage: Usage) -> None:
        """Put the real tokens in the place of the estimate; an unknown figure stays estimated."""
        pairs = zip(self._estimate, (usage.prompt_tokens, usage.completion_tokens), strict=True)
        tokens = sum(guess if known is None else known for guess, known in pairs)
        self._pacing._tokens.correct(self, tokens)
        self._pacing._dispatch()


class _Concurrency:
    """The limit. Epochs part bursts: a call counts if it started after the last decrease."""

    def __init__(self, limit: int, most: int) -> None:
        self.limit = limit
        self.epoch = 0
        self._most = most
        self._refused_at = 0
        self._successes = 0
        self._pause = 0.0

    def refused(self, epoch: int) -> float:
        """Return the seconds to pause where the server names none."""
        if epoch != self.epoch:
            return 0.0
        self._refused_at = self.limit
        self.limit = max(1, self.limit // 2)
        self.epoch += 1
        self._successes = 0
        self._pause = min(max(2 * self._pause, 1.0), 60.0)
        return self._pause

    def succeeded(self, epoch: int, in_flight: int) -> None:
        if epoch != self.epoch:
            return
        self._pause = 0.0
        # A limit that is not reached has not been tried (RFC 7661).
        if in_flight < self.limit or self.limit == self._most:
            return
        self._successes += 1
        windows = _PROBE_WINDOWS if self.limit + 1 == self._refused_at else 1
        if self._successes >= windows * self.limit:
            self.limit += 1
            self._successes = 0


class _TokenLog:
    """The tokens of the calls started in the last minute."""

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._calls: deque[Attempt] = deque()
        self._sum = 0

    def fits_at(self, tokens: int, now: float) -> float:
        """Return the earliest time at which `tokens` more fit, or nothing else is counted."""
        while self._calls and self._calls[0]._at + 60 * _MARGIN <= now:
            self._sum -= self._calls.popleft()._tokens
        at, excess = -math.inf, self._sum + tokens - self._limit
        for call in self._calls:
            if excess <= 0:
                break
            at = call._at + 60 * _MARGIN
            excess -= call._tokens
        return at

    def add(self, call: Attempt) -> None:
        self._calls.append(call)
        self._sum += call._tokens

    def remove(self, call: Attempt) -> None:
        self._calls.remove(call)
        self._sum -= call._tokens

    def correct(self, call: Attempt, tokens: int) -> None:
        if call in self._calls:
            self._sum += tokens - call._tokens
            call._tokens = tokens
