"""The service as a process under stress: every answer is right, none is lost, and it recovers.

What is asserted are answers and counts; the times are told in pytest's report (`-rP`).
"""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import psutil
import pytest

from scripts.services import COSTS_NOTHING, GENERATE, served, until

BIOGRAPHIES = "/api/v1/biographies"
ENDED = ("completed", "failed", "cancelled")
SUSTAINED_SECONDS = 10
# Of the same work a second time; the first fills caches and pools.
MOST_GROWTH_BYTES = 8_000_000


class Pressed:
    """A running service, and what it answered so far, by status."""

    def __init__(self, running):
        self.running = running
        self.http = httpx.Client(
            base_url=running.url, timeout=60, limits=httpx.Limits(max_connections=50)
        )
        self.statuses = Counter()

    def ask(self, method, path, **request):
        answer = self.http.request(method, path, **request)
        self.statuses[answer.status_code] += 1
        return answer

    def order(self, **more):
        answer = self.ask("POST", GENERATE, json={**COSTS_NOTHING, **more})
        assert answer.status_code == 202, answer.text
        return answer.json()["job_id"]

    def state(self, job_id):
        answer = self.ask("GET", f"{BIOGRAPHIES}/{job_id}/status")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ended(self, job_ids):
        """Wait until no job is open, and return how they ended."""

        def states():
            found = [self.state(job_id)["status"] for job_id in job_ids]
            return found if set(found) <= set(ENDED) else None

        return until(states)

    def at_once(self, workers, call, times):
        """Call so many times from so many threads; return the results, and tell how long it
        took."""
        began = time.perf_counter()
        with ThreadPoolExecutor(workers) as pool:
            results = list(pool.map(call, range(times)))
        took = time.perf_counter() - began
        print(f"{times} calls of {workers} users: {took:.2f} s, {times / took:.0f} a second")
        return results

    def memory(self):
        return psutil.Process(self.running.process.pid).memory_info().rss


@contextmanager
def pressed(folder, **settings):
    """Give a running service, which must not have died or broken when the block ends."""
    with served(folder, **settings) as running:
        service = Pressed(running)
        with service.http:
            yield service
        assert running.process.poll() is None, running.said
        assert "Traceback" not in running.said, running.said


@pytest.fixture
def service(tmp_path):
    with pressed(tmp_path) as running:
        yield running


class TestStressScenarios:
    def test_rapid_fire_requests(self, service):
        service.at_once(20, lambda _: service.ask("GET", "/health"), 100)
        assert service.statuses == {200: 100}

    def test_concurrent_job_creation(self, service):
        made = service.at_once(10, lambda n: service.order(character=f"Person {n}"), 10)
        assert len(set(made)) == 10
        assert {service.state(job_id)["character"] for job_id in made} == {
            f"Person {n}" for n in range(10)
        }
        # None is lost: each comes to the end that its refused source brings.
        assert service.ended(made) == ["failed"] * 10

    def test_status_check_burst(self, service):
        job_id = service.order()
        seen = service.at_once(10, lambda _: service.state(job_id), 50)
        assert {one["job_id"] for one in seen} == {job_id}
        assert service.statuses == {202: 1, 200: 50}

    def test_mixed_load(self, service):
        job_id = service.order()

        def turn(number):
            if number % 10 == 9:
                return service.order()
            return service.ask("GET", MIXED[number % len(MIXED)].format(job_id=job_id))

        service.at_once(10, turn, 200)
        assert service.statuses == {202: 1 + 20, 200: 180}

    def test_sustained_load(self, service):
        deadline = time.monotonic() + SUSTAINED_SECONDS

        def user(_):
            asked = 0
            while time.monotonic() < deadline:
                service.ask("GET", MIXED[asked % len(MIXED)].format(job_id=job_id))
                asked += 1
            return asked

        job_id = service.order()
        asked = service.at_once(5, user, 5)
        print(f"{sum(asked)} requests in {SUSTAINED_SECONDS} s")
        assert min(asked) > 0
        assert service.statuses == {202: 1, 200: sum(asked)}


MIXED = ("/health", f"{BIOGRAPHIES}/{{job_id}}/status", "/api/v1/status", "/metrics")


class TestErrorRateUnderLoad:
    def test_error_rate_normal_load(self, service):
        service.at_once(10, lambda n: service.ask("GET", ("/", "/api/v1/status")[n % 2]), 500)
        errors = sum(count for status, count in service.statuses.items() if status != 200)
        assert service.statuses.total() == 500
        assert errors < 0.01 * 500

    def test_rate_limiting_behavior(self, tmp_path):
        limit = 30
        with pressed(tmp_path, RATE_LIMIT_PER_MINUTE=str(limit)) as service:
            answers = service.at_once(10, lambda _: service.ask("GET", "/api/v1/status"), 100)
            # A minute may begin in the middle and let in more; it never lets in fewer.
            assert service.statuses.keys() == {200, 429}
            assert limit <= service.statuses[200] <= 2 * limit
            for refused in (one for one in answers if one.status_code == 429):
                assert 1 <= int(refused.headers["Retry-After"]) <= 60
                assert refused.headers["content-type"] == "application/problem+json"
                assert refused.json()["type"] == "urn:bookgen:problem:rate-limited"
            assert service.ask("GET", "/health").status_code == 200


class TestMemoryUnderStress:
    def test_memory_leak_detection(self, service):
        job_id = service.order()

        def turn(number):
            answer = service.ask("GET", MIXED[number % len(MIXED)].format(job_id=job_id))
            assert answer.status_code == 200

        sizes = [service.memory()]
        for _ in range(3):
            service.at_once(10, turn, 1_000)
            sizes.append(service.memory())
        print("resident MB:", [round(size / 1e6, 1) for size in sizes])
        assert sizes[-1] - sizes[-2] < MOST_GROWTH_BYTES
        assert service.statuses == {202: 1, 200: 3_000}


class TestRecoveryScenarios:
    def test_recovery_from_invalid_requests(self, service):
        wrong = (
            {"content": b"{", "headers": {"Content-Type": "application/json"}},
            {"json": {}},
            {"json": {**COSTS_NOTHING, "chapters": 0}},
            {"json": {**COSTS_NOTHING, "unknown": 1}},
            {"json": {**COSTS_NOTHING, "sources": ["file:///etc/passwd"]}},
            {"content": b"x" * 2_000_000, "headers": {"Content-Type": "application/json"}},
        )
        service.at_once(10, lambda n: service.ask("POST", GENERATE, **wrong[n % len(wrong)]), 60)
        assert service.statuses == {422: 50, 413: 10}
        assert service.ended([service.order()]) == ["failed"]

    def test_recovery_after_stress(self, service):
        made = service.at_once(20, lambda _: service.order(), 100)
        assert service.ended(made) == ["failed"] * 100
        assert service.ask("GET", "/readyz").status_code == 200
        status = service.ask("GET", "/api/v1/status").json()
        assert status["services"]["worker"] == "running"
