"""The service under load: a process of its own, and users who send one request after another."""

from __future__ import annotations

import asyncio
import time

from ._scenario import _Versioned
from ._service import GENERATE, ORDER, served

SECONDS = 4.0
USERS = 10
# What the users ask for, in turn, in the shares of a usual minute: mostly states.
MIX = ("health", "job", "job", "status", "health", "job", "create", "status", "health", "job")


class Mixed(_Versioned):
    """10 users for 4 seconds, without pauses; one request in ten orders a book."""

    timeout = 300

    def setup_cache(self):
        """Return the seconds of each answer, how many were errors, and the seconds of the run;
        where this commit has no service, the reason."""
        try:
            with served() as (address, *_):
                return asyncio.run(_load(address))
        except NotImplementedError as reason:
            return str(reason)

    def setup(self, cached):
        if isinstance(cached, str):
            raise NotImplementedError(cached)
        self.seconds, self.errors, self.took = cached
        assert len(self.seconds) > 100, f"{len(self.seconds)} answers"

    def track_requests_a_second(self, cached):
        return len(self.seconds) / self.took

    track_requests_a_second.unit = "requests/s"

    def track_p50(self, cached):
        return self._quantile(0.50)

    track_p50.unit = "seconds"

    def track_p95(self, cached):
        return self._quantile(0.95)

    track_p95.unit = "seconds"

    def track_p99(self, cached):
        return self._quantile(0.99)

    track_p99.unit = "seconds"

    def track_error_rate(self, cached):
        return self.errors / len(self.seconds)

    track_error_rate.unit = "share"

    def _quantile(self, share):
        return sorted(self.seconds)[int(share * (len(self.seconds) - 1))]


async def _load(address):
    import httpx

    limits = httpx.Limits(max_connections=USERS)
    async with httpx.AsyncClient(base_url=address, limits=limits, timeout=30) as client:
        made = await client.post(GENERATE, json=ORDER)
        made.raise_for_status()
        paths = {
            "health": ("GET", "/health", None),
            "status": ("GET", "/api/v1/status", None),
            "job": ("GET", f"/api/v1/biographies/{made.json()['job_id']}/status", None),
            "create": ("POST", GENERATE, ORDER),
        }
        seconds, errors = [], 0
        start = time.perf_counter()

        async def user(number):
            nonlocal errors
            turn = number
            while time.perf_counter() - start < SECONDS:
                method, path, body = paths[MIX[turn % len(MIX)]]
                turn += 1
                asked = time.perf_counter()
                response = await client.request(method, path, json=body)
                seconds.append(time.perf_counter() - asked)
                errors += not response.is_success

        await asyncio.gather(*map(user, range(USERS)))
        return seconds, errors, time.perf_counter() - start
