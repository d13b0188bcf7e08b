"""Several workers on one PostgreSQL: one of them dies, and the server goes away and comes back."""

import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from jobs.conftest import postgres_server
from jobs.test_lost_database import stop
from sqlalchemy import create_engine, text

from bookgen.jobs.database import database_url
from scripts.services import GENERATE, library, served, simulated, until, working

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
LIVES = ("Ada Lovelace", "ada-lovelace"), ("Marie Curie", "marie-curie")
WORKERS = 3
BOOKS = 6
TIME_TO_FIRST_TOKEN = "0.3"
PATIENCE = 90.0
AWAY = 5.0

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")


class Store:
    """What lies in the database."""

    def __init__(self, url):
        self._engine = create_engine(database_url(url), isolation_level="AUTOCOMMIT")

    def rows(self, query):
        with self._engine.connect() as connection:
            return [row._asdict() for row in connection.execute(text(query))]

    def sections(self):
        found = self.rows("SELECT job_id, chapter, number, provenance, text FROM sections")
        return {(one["job_id"], one["chapter"], one["number"]): one for one in found}

    def close(self):
        self._engine.dispose()


def replies(section):
    kept = section["provenance"]
    provenance = kept if isinstance(kept, dict) else json.loads(kept or "{}")
    return provenance.get("generation_ids", [])


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
        asked = stack.enter_context(httpx.Client(base_url=provider.url, timeout=30))
        store = Store(url)
        stack.callback(store.close)
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


def paid(asked):
    url = str(asked.base_url).removesuffix("/").removesuffix("/api/v1")
    return asked.get(f"{url}/simulator/state").json()["calls_by_prompt"]


def prompts(asked, sections):
    """Return the hashes of the prompts that kept sections came from."""
    return {
        asked.get("/generation", params={"id": reply}).json()["data"]["prompt_hash"]
        for section in sections
        for reply in replies(section)
    }


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
    finished = prompts(asked, kept.values())
    before = paid(asked)

    until(lambda: set(states(client, jobs)) == {"completed"}, PATIENCE)
    now = store.sections()
    assert {place: one["text"] for place, one in kept.items()} == {
        place: now[place]["text"] for place in kept
    }
    after = paid(asked)
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
    assert set(paid(asked).values()) == {1}


def test_a_worker_that_is_told_to_end_gives_its_jobs_back_at_once(many):
    client, workers, _, store, pages = many
    job = order(client, pages, 0)
    until(lambda: len(store.sections()) >= 1, PATIENCE)
    (owner,) = [one["lease_owner"] for one in store.rows("SELECT lease_owner FROM jobs")]
    (working_on_it,) = [one for one in workers if f":{one.process.pid}:" in owner]
    working_on_it.process.terminate()
    assert working_on_it.process.wait(10) == 0
    until(lambda: set(states(client, [job])) == {"completed"}, PATIENCE)
