"""The service as a process that is killed at any moment: every job is written to its end, and
nothing that was finished is paid for again."""

import json
import os
import random
import sys
import time
from pathlib import Path

import httpx
import pytest
from proofs.ledger import Provider, Store

from bookgen.jobs.embedded import MAX_ATTEMPTS
from scripts.services import GENERATE, library, served, simulated, until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
LIVES = {
    "ada-lovelace": {"character": "Ada Lovelace"},
    "marie-curie": {"character": "Marie Curie"},
    "santiago-ramon-y-cajal": {"character": "Santiago Ramón y Cajal", "language": "es"},
}
KILLS = int(os.environ.get("BOOKGEN_TEST_KILLS", "30"))
MOST_JOBS = 2 + KILLS // 3
PATIENCE = 60.0
LONGEST_LIFE = 1.2  # seconds after it is ready


def orders(pages):
    """Give orders of small books, no two of which are written by the same prompts."""
    number = 0
    while True:
        life = list(LIVES)[number % len(LIVES)]
        files = sorted((EXAMPLES / life).glob("*.md"))
        order = {**LIVES[life], "chapters": 3, "total_words": 3_000}
        if again := number // len(LIVES):
            order["character"] += f" ({again + 1})"
        yield {**order, "sources": [f"{pages}/{life}/{file.name}" for file in files]}
        number += 1


def states(client, jobs):
    return [client.get(f"/api/v1/biographies/{one}/status").json()["status"] for one in jobs]


def near_its_last_attempt(store):
    """Whether another death would give a job up, as it has killed its workers so often."""
    query = "SELECT max(attempts) AS most FROM jobs WHERE status = 'in_progress'"
    return (store.rows(query)[0]["most"] or 0) >= MAX_ATTEMPTS - 1


class Finished:
    """What has been finished so far: it stays as it is, and is asked for no more."""

    def __init__(self, store, provider):
        self._store, self._provider = store, provider
        self.sections, self.calls = {}, {}

    def check(self):
        """Compare with what was finished before, and take in what was since."""
        until(lambda: self._provider.in_flight == 0)
        found, paid = self._store.sections(), self._provider.paid()
        assert self.sections.items() <= found.items()
        assert {prompt: paid[prompt] for prompt in self.calls} == self.calls
        new = [found[place] for place in found.keys() - self.sections.keys()]
        self.calls |= {prompt: paid[prompt] for prompt in self._provider.prompts(new)}
        self.sections = found


def test_killed_at_any_moment_it_loses_and_buys_nothing_twice(tmp_path):
    chance = random.Random(20)
    options = ("--ttft", "0.15", "--tokens-per-second", "1000000")
    with library(EXAMPLES) as pages, simulated(tmp_path / "provider", *options) as simulator:
        settings = {
            "OPENROUTER_BASE_URL": simulator.url,
            "BOOKGEN_FETCH_ALLOW": pages.removeprefix("http://"),
            "BOOKGEN_PARALLEL": "3",
            "BOOKGEN_CONCURRENCY": "2",
        }
        provider = Provider(simulator.url)
        store = Store(f"sqlite:///{tmp_path}/service/jobs.db")
        books, jobs, finished = orders(pages), [], Finished(store, provider)
        for _ in range(KILLS):
            with served(tmp_path / "service", **settings) as service:
                with httpx.Client(base_url=service.url, timeout=30) as client:
                    open_jobs = sum(state != "completed" for state in states(client, jobs))
                    for _ in range(min(2 - open_jobs, MOST_JOBS - len(jobs))):
                        answer = client.post(GENERATE, json=next(books))
                        jobs.append(answer.raise_for_status().json()["job_id"])
                until(lambda: not near_its_last_attempt(store), PATIENCE)
                time.sleep(chance.uniform(0, LONGEST_LIFE))
                service.process.kill()
                service.process.wait()
            finished.check()
        with (
            served(tmp_path / "service", **settings) as service,
            httpx.Client(base_url=service.url, timeout=30) as client,
        ):
            until(lambda: set(states(client, jobs)) == {"completed"}, PATIENCE + 10 * len(jobs))
            assert finished.sections
            finished.check()
            for job in store.rows("SELECT * FROM jobs"):
                assert_in_place(job, store)
                book = client.get(f"/api/v1/biographies/{job['id']}/download")
                assert book.raise_for_status().text
        store.close()
        provider.close()


def assert_in_place(job, store):
    """The book has each section that was planned, once, where it was planned."""
    chapters = json.loads(job["outline"])["chapters"]
    planned = {(one["number"], plan["number"]) for one in chapters for plan in one["sections"]}
    kept = [(chapter, number) for one, chapter, number in store.sections() if one == job["id"]]
    assert planned <= set(kept)
    assert job["sections_done"] == job["sections_total"] == len(planned)
    told = store.rows(f"SELECT kind, data FROM events WHERE job_id = '{job['id']}'")
    sections = [json.loads(one["data"]) for one in told if one["kind"] == "section"]
    assert sorted((one["chapter"], one["number"]) for one in sections) == sorted(kept)
