"""Users of the service for Locust: `locust -f tests/load/locustfile.py --host URL`.

Ends with 1 when the answers are too slow, too many fail, or nothing was measured. Orders cost the
service nothing: their source is one that it refuses to fetch.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Any

from locust import HttpUser, between, events, task
from locust.env import Environment
from locust.runners import WorkerRunner

BUDGETS = {
    budget["id"]: budget
    for budget in tomllib.loads(
        (Path(__file__).resolve().parents[2] / "benchmarks" / "budgets.toml").read_text()
    )["budget"]
}
MOST_AVERAGE_MS = 1000 * BUDGETS["api-response"]["most"]
MOST_P95_MS = 1000 * BUDGETS["api-response-p95"]["most"]
MOST_FAILURES = BUDGETS["error-rate"]["most"]

GENERATE = "/api/v1/biographies/generate"
ORDER = {
    "character": "Elias Moravec",
    "chapters": 20,
    "total_words": 51_000,
    "mode": "manual",
    "sources": ["http://127.0.0.1:9/life.html"],
}
SOURCES = {
    "sources": [
        {"url": f"https://library.example/{n}.html", "title": f"A life, part {n}", "author": "Anon"}
        for n in range(10)
    ],
    "check_accessibility": False,
}


class _User(HttpUser):
    """Asks as the original's clients do, and looks at what it gets."""

    abstract = True

    def on_start(self) -> None:
        self.job_id = ""
        self.create()

    @task(10)
    def health(self) -> None:
        self._ask("GET", "/health", 200, "status")

    @task(5)
    def api_status(self) -> None:
        self._ask("GET", "/api/v1/status", 200, "services")

    @task(3)
    def create(self) -> None:
        made = self._ask("POST", GENERATE, 202, "job_id", json=ORDER)
        self.job_id = made.get("job_id", self.job_id)

    @task(8)
    def job_status(self) -> None:
        if not self.job_id:
            self.create()
            return
        path = f"/api/v1/biographies/{self.job_id}/status"
        self._ask("GET", path, 200, "progress", name="/api/v1/biographies/[job_id]/status")

    @task(2)
    def validate(self) -> None:
        self._ask("POST", "/api/v1/sources/validate", 200, "total_sources", json=SOURCES)

    @task(1)
    def metrics(self) -> None:
        with self.client.get("/metrics", catch_response=True) as answer:
            if answer.status_code != 200 or "bookgen_requests_total" not in answer.text:
                answer.failure(f"status {answer.status_code}, or no figures")

    def _ask(
        self, method: str, path: str, status: int, field: str, **request: Any
    ) -> dict[str, Any]:
        """Return the body of an answer, {} for one that is not as it must be: a failure."""
        with self.client.request(method, path, catch_response=True, **request) as answer:
            if answer.status_code != status:
                answer.failure(f"status {answer.status_code} and not {status}")
                return {}
            body: dict[str, Any] = answer.json()
            if field not in body:
                answer.failure(f"no {field} in the answer")
                return {}
            return body


class BookGenUser(_User):
    """One who orders a book now and then and mostly looks how far it is."""

    wait_time = between(1, 3)
    weight = 3


class StressTestUser(_User):
    """The same in a hurry."""

    wait_time = between(0.5, 1.5)
    weight = 1


@events.quitting.add_listener
def judge(environment: Environment, **_: object) -> None:
    """Print the verdict and set the exit code; workers leave it to their master."""
    if isinstance(environment.runner, WorkerRunner):
        return
    total = environment.stats.total
    p95 = total.get_response_time_percentile(0.95) or 0
    reasons = []
    if not total.num_requests:
        reasons.append("nothing was measured")
    if total.fail_ratio > MOST_FAILURES:
        reasons.append(f"{total.fail_ratio:.1%} failed, {MOST_FAILURES:.0%} allowed")
    if total.avg_response_time > MOST_AVERAGE_MS:
        reasons.append(f"{total.avg_response_time:.0f} ms on average, {MOST_AVERAGE_MS:g} allowed")
    if p95 > MOST_P95_MS:
        reasons.append(f"{p95:.0f} ms at the 95th percentile, {MOST_P95_MS:g} allowed")
    sys.stdout.write(
        f"\n{total.num_requests} requests, {total.num_failures} failures, "
        f"{total.total_rps:.1f} a second, average {total.avg_response_time:.1f} ms, "
        f"p95 {p95:.0f} ms\n"
        f"{'FAILED: ' + '; '.join(reasons) if reasons else 'PASSED'}\n"
    )
    environment.process_exit_code = 1 if reasons else 0
