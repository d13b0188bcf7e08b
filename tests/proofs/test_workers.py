"""Several workers on one PostgreSQL: one of them dies, and the server goes away and comes back."""

import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from jobs.conftest import postgres_server
from jobs.test_lost_database import stop
from proofs.ledger import Provider, Store

from scripts.services import GENERATE, library, served, simulated, until, working

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
LIVES = ("Ada Lovelace", "ada-lovelace"), ("Marie Curie", "marie-curie")
WORKERS = 3
BOOKS = 6
TIME_TO_FIRST_TOKEN = "0.3"
PATIENCE = 90.0
AWAY = 5.0

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")


@pytest.fixture
def postgres():
    with postgres_server() as server:
        yield server


@pytest.fixture
def many(postgres, tmp_path):
    """Give an API, three workers, the provider's client and the store, all on one database."""
    url = postgres.get_uri()
    with ExitStack() as stack:
        pages = stack.enter_context(library(EXAMPLES))
        options = ("--ttft", TIME_TO_FIRST_TOKEN, "--tokens-per-second", "1000000")
        provider = stack.enter_context(simulated(tmp_path / "provider", *options))
        settings = {
            "BOOKGEN_DATABASE_URL": url,
            "OPENROUTER_BASE_URL": provider.url,
            "BOOKGEN_FETCH_ALLOW": pages.removeprefix("http://"),
            "BOOKGEN_PARALLEL": "3",
            "BOOKGEN_CONCURRENCY": "2",
        }
        upgrade = [sys.executable, "-m", "bookgen", "db", "upgrade"]
        environment = {**os.environ, "BOOKGEN_DATABASE_URL": url}
        for told in ("its tables were made", "its tables are there"):
            done = subprocess.run(
                upgrade, env=environment, capture_output=True, text=True, check=False
            )
            assert told in done.stdout, done.stderr
        api = stack.enter_context(served(tmp_path / "api", **settings))
        workers = [
            stack.enter_context(working(tmp_path / f"worker-{number}", **settings))
            for number in range(WORKERS)
        ]
        client = stack.enter_context(httpx.Client(base_url=api.url, timeout=30))
        asked, store = Provider(provider.url), Store(url)
        stack.callback(store.close)
        stack.callback(asked.close)
        yield client, workers, asked, store, pages


def order(client, pages, number):
    name, folder = LIVES[number % len(LIVES)]
    files = sorted((EXAMPLES / folder).glob("*.md"))
    body = {
        "character": name if number < len(LIVES) else f"{name} ({number})",
        "chapters": 3,
        "total_words": 3_000,
        "sources": [f"{pages}/{folder}/{file.name}" for file in files],
    }
    answer = client.post(GENERATE, json=body)
    assert answer.status_code == 202, answer.text
    return answer.json()["job_id"]


def states(client, jobs):
    return [client.get(f"/api/v1/biographies/{one}/status").json()["status"] for one in jobs]


def test_one_of_three_workers_dies_and_nothing_is_lost_or_bought_twice(many):
    client, workers, asked, store, pages = many
    assert client.get("/api/v1/status").json()["services"]["worker"] == "running"
    jobs = [order(client, pages, number) for number in range(BOOKS)]

    def owned():
        name = f"%:{workers[0].process.pid}:%"
        query = f"SELECT count(*) AS owned FROM jobs WHERE lease_owner LIKE '{name}'"
        return store.rows(query)[0]["owned"] and len(store.sections()) >= 3

    until(owned, PATIENCE)
    workers[0].process.kill()
    kept = store.sections()
    finished = asked.prompts(kept.values())
    before = asked.paid()

    until(lambda: set(states(client, jobs)) == {"completed"}, PATIENCE)
    now = store.sections()
    assert {place: one["text"] for place, one in kept.items()} == {
        place: now[place]["text"] for place in kept
    }
    after = asked.paid()
    assert finished
    assert {one: after[one] for one in finished} == {one: before[one] for one in finished}
    for job in store.rows("SELECT * FROM jobs"):
        assert job["sections_done"] == job["sections_total"] > 0
        assert job["error"] is None


def test_workers_come_back_after_their_database_was_away(many, postgres):
    client, workers, asked, store, pages = many
    jobs = [order(client, pages, number) for number in range(2)]
    until(lambda: len(store.sections()) >= 1, PATIENCE)
    store.close()
    stop(postgres)
    time.sleep(AWAY)
    assert client.get("/health").status_code == 200
    assert client.get("/readyz").status_code == 503
    assert client.post(GENERATE, json={"character": "X"}).status_code == 503
    postgres.ensure_postgres_running()
    until(lambda: client.get("/readyz").status_code == 200, PATIENCE)
    jobs.append(order(client, pages, 2))
    until(lambda: set(states(client, jobs)) == {"completed"}, PATIENCE)
    assert all(worker.process.poll() is None for worker in workers)
    # What was paid for while the database was away was kept once it was back.
    assert set(asked.paid().values()) == {1}


def test_a_worker_that_is_told_to_end_gives_its_jobs_back_at_once(many):
    client, workers, _, store, pages = many
    job = order(client, pages, 0)
    until(lambda: len(store.sections()) >= 1, PATIENCE)
    told = owner_of(job, store, workers)
    told.process.terminate()
    assert told.process.wait(10) == 0
    until(lambda: set(states(client, [job])) == {"completed"}, PATIENCE)


def test_a_worker_that_slept_past_its_lease_writes_and_buys_nothing(many):
    client, workers, asked, store, pages = many
    job = order(client, pages, 0)
    until(lambda: len(store.sections()) >= 1, PATIENCE)
    asleep = owner_of(job, store, workers)
    os.kill(asleep.process.pid, signal.SIGSTOP)
    until(lambda: states(client, [job]) == ["completed"], PATIENCE)
    sections, paid = store.sections(), asked.paid()
    events = store.rows("SELECT count(*) AS number FROM events")
    os.kill(asleep.process.pid, signal.SIGCONT)
    until(lambda: "lease lost" in asleep.said or "job stopped" in asleep.said, PATIENCE)
    time.sleep(1)
    assert (store.sections(), asked.paid()) == (sections, paid)
    assert store.rows("SELECT count(*) AS number FROM events") == events
    assert asleep.process.poll() is None


def owner_of(job, store, workers):
    """Return the worker that has the lease of a job."""
    (found,) = store.rows(f"SELECT lease_owner FROM jobs WHERE id = '{job}'")
    (owner,) = [one for one in workers if f":{one.process.pid}:" in found["lease_owner"]]
    return owner
