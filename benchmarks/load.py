"""The service under load: a process of its own, and users who send one request after another."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from ._scenario import _Versioned
from ._service import GENERATE, ORDER, served

SECONDS = 4.0
USERS = 10
BEGUN_WITHIN = 60.0
# What the users ask for, in turn, in the shares of a usual minute: mostly states.
MIX = ("health", "job", "job", "status", "health", "job", "create", "status", "health", "job")


@dataclass
class Run:
    """What was measured: the seconds of each answer, how many were errors, how many users had
    none, the seconds of all, and those until the first book was begun."""

    seconds: list[float]
    errors: int
    users: int
    took: float
    seconds_until_begun: float


class Mixed(_Versioned):
    """10 users for 4 seconds, without pauses; one request in ten orders a book."""

    timeout = 300

    def setup_cache(self):
        """Return a `Run`; where this commit has no service, the reason."""
        try:
            with served() as (address, *_):
                return asyncio.run(_load(address))
        except NotImplementedError as reason:
            return str(reason)

    def setup(self, cached):
        if isinstance(cached, str):
            raise NotImplementedError(cached)
        assert len(cached.seconds) > 100, f"{len(cached.seconds)} answers"

    def track_requests_a_second(self, cached):
        return len(cached.seconds) / cached.took

    track_requests_a_second.unit = "requests/s"

    def track_average(self, cached):
        return sum(cached.seconds) / len(cached.seconds)

    track_average.unit = "seconds"

    def track_p50(self, cached):
        return _quantile(cached.seconds, 0.50)

    track_p50.unit = "seconds"

    def track_p95(self, cached):
        return _quantile(cached.seconds, 0.95)

    track_p95.unit = "seconds"

    def track_p99(self, cached):
        return _quantile(cached.seconds, 0.99)

    track_p99.unit = "seconds"

    def track_error_rate(self, cached):
        return cached.errors / len(cached.seconds)

    track_error_rate.unit = "share"

    def track_users(self, cached):
        """Return how many users got every answer that they waited for."""
        return cached.users

    track_users.unit = "users"

    def track_seconds_until_begun(self, cached):
        """Return the seconds from the order of a book until a worker has it."""
        return cached.seconds_until_begun

    track_seconds_until_begun.unit = "seconds"


def _quantile(seconds, share):
    return sorted(seconds)[int(share * (len(seconds) - 1))]


async def _load(address):
    import httpx

    limits = httpx.Limits(max_connections=USERS)
    async with httpx.AsyncClient(base_url=address, limits=limits, timeout=30) as client:
        job, until_begun = await _begin(client)
        paths = {
            "health": ("GET", "/health", None),
            "status": ("GET", "/api/v1/status", None),
            "job": ("GET", job, None),
            "create": ("POST", GENERATE, ORDER),
        }
        seconds, errors, content = [], 0, 0
        start = time.perf_counter()

        async def user(number):
            nonlocal errors, content
            turn, refused = number, 0
            while time.perf_counter() - start < SECONDS:
                method, path, body = paths[MIX[turn % len(MIX)]]
                turn += 1
                asked = time.perf_counter()
                response = await client.request(method, path, json=body)
                seconds.append(time.perf_counter() - asked)
                refused += not response.is_success
            errors += refused
            content += turn > number and not refused

        await asyncio.gather(*map(user, range(USERS)))
        took = time.perf_counter() - start
        return Run(seconds, errors, content, took, until_begun)


async def _begin(client):
    """Order a book; return the path of its state, and the seconds until a worker had it."""
    start = time.perf_counter()
    made = await client.post(GENERATE, json=ORDER)
    made.raise_for_status()
    path = f"/api/v1/biographies/{made.json()['job_id']}/status"
    while not (await client.get(path)).raise_for_status().json()["started_at"]:
        assert time.perf_counter() - start < BEGUN_WITHIN, "no worker took the book"
        await asyncio.sleep(0.005)
    return path, time.perf_counter() - start
