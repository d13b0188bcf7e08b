"""A hundred jobs at once in one process: all are written in little memory, those that are cancelled
cost nothing more, and whoever follows one misses nothing."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest
from proofs.ledger import Provider, Store

from scripts.services import GENERATE, library, served, simulated, until

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
BIOGRAPHIES = "/api/v1/biographies"
JOBS = 100
MOST_BYTES = 250_000_000
PATIENCE = 400.0


@contextmanager
def writing(folder, *options):
    """Give a service that writes a hundred jobs at once, its client, its provider and an order."""
    with library(EXAMPLES) as pages, simulated(folder / "provider", *options) as provider:
        settings = {
            "OPENROUTER_BASE_URL": provider.url,
            "BOOKGEN_FETCH_ALLOW": pages.removeprefix("http://"),
            "BOOKGEN_CONCURRENCY": str(JOBS),
        }
        files = sorted((EXAMPLES / "ada-lovelace").glob("*.md"))[:2]
        order = {
            "character": "Ada Lovelace",
            "chapters": 2,
            "total_words": 1_000,
            "sources": [f"{pages}/ada-lovelace/{file.name}" for file in files],
        }
        with (
            served(folder / "service", **settings) as service,
            httpx.Client(base_url=service.url, timeout=60) as client,
        ):
            asked = Provider(provider.url)
            yield service, client, asked, order
            asked.close()


def order_all(client, order, number):
    """Order books that no two jobs write by the same prompts."""
    with ThreadPoolExecutor(10) as users:
        answers = users.map(
            lambda place: client.post(
                GENERATE, json={**order, "character": f"{order['character']} ({place})"}
            ),
            range(number),
        )
        return [answer.raise_for_status().json()["job_id"] for answer in answers]


def state(client, job):
    return client.get(f"{BIOGRAPHIES}/{job}/status").raise_for_status().json()["status"]


def test_a_hundred_jobs_at_once_are_all_written_in_little_memory(tmp_path):
    with writing(tmp_path, "--ttft", "0.1", "--tokens-per-second", "1000000") as open_service:
        service, client, provider, order = open_service
        process = psutil.Process(service.process.pid)
        jobs = order_all(client, order, JOBS)
        most = 0

        def are_done():
            nonlocal most
            most = max(most, process.memory_info().rss)
            page = client.get(BIOGRAPHIES, params={"status": "completed", "limit": JOBS})
            return len(page.raise_for_status().json()["biographies"]) == JOBS

        until(are_done, PATIENCE)
        assert most < MOST_BYTES
        assert {state(client, job) for job in jobs} == {"completed"}
        store = Store(f"sqlite:///{tmp_path}/service/jobs.db")
        kept = store.rows("SELECT id, sections_done, sections_total FROM jobs")
        assert {one["id"] for one in kept} == set(jobs)
        assert all(one["sections_done"] == one["sections_total"] > 0 for one in kept)
        assert set(provider.paid().values()) == {1}
        assert "Traceback" not in service.said
        store.close()


def test_jobs_that_are_cancelled_under_load_cost_nothing_more(tmp_path):
    with writing(tmp_path, "--ttft", "60") as (service, client, provider, order):
        jobs = order_all(client, order, 20)
        # Each waits for its titles, in a call that takes a minute.
        until(lambda: provider.in_flight == len(jobs), PATIENCE)
        paid = provider.paid()
        with ThreadPoolExecutor(10) as users:
            answers = users.map(lambda job: client.post(f"{BIOGRAPHIES}/{job}/cancel"), jobs)
        assert {one.raise_for_status().json()["status"] for one in answers} == {"cancelled"}
        until(lambda: provider.in_flight == 0)
        assert provider.paid() == paid
        assert {state(client, job) for job in jobs} == {"cancelled"}
        assert "Traceback" not in service.said


@pytest.mark.parametrize("cut_after", [1, 3])
def test_who_follows_a_job_under_load_and_comes_back_misses_and_repeats_nothing(
    tmp_path, cut_after
):
    with writing(tmp_path, "--ttft", "0.1", "--tokens-per-second", "1000000") as open_service:
        _, client, _, order = open_service
        jobs = order_all(client, order, 12)
        told = {}

        def follow(job):
            told[job] = list(followed(client, job, cut_after))

        threads = [threading.Thread(target=follow, args=(job,)) for job in jobs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        for job in jobs:
            assert state(client, job) == "completed"
            assert told[job] == list(followed(client, job, cut_after=None))
            assert told[job][-1][1] == "done"


def followed(client, job, cut_after):
    """Yield the id and the kind of each event, hanging up after so many and coming back."""
    last = None
    while True:
        headers = {} if last is None else {"Last-Event-ID": last}
        path = f"{BIOGRAPHIES}/{job}/events"
        with client.stream("GET", path, headers=headers, timeout=120) as stream:
            seen = 0
            for number, kind in _events(stream.iter_lines()):
                yield number, kind
                last, seen = number, seen + 1
                if kind == "done":
                    return
                if seen == cut_after:
                    break


def _events(lines):
    found = {}
    for line in lines:
        name, _, value = line.partition(":")
        if name in ("id", "event"):
            found[name] = value.strip()
        elif not line and "id" in found:
            yield found["id"], found["event"]
            found = {}
