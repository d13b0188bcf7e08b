"""`bookgen jobs` and `bookgen db`, beside a service that has the same file."""

import json
import sqlite3

import httpx
import pytest

from bookgen.cli import main
from scripts.services import COSTS_NOTHING, GENERATE, library, served, until


@pytest.fixture
def bookgen(tmp_path, monkeypatch, capsys):
    """Run a command on the file of `tmp_path`; return its code and what it said."""
    monkeypatch.setenv("BOOKGEN_DATABASE_URL", f"sqlite:///{tmp_path}/jobs.db")

    def run(*arguments):
        with pytest.raises(SystemExit) as end:
            main(arguments)
        out, err = capsys.readouterr()
        return end.value.code or 0, out, err

    return run


@pytest.fixture
def ordered(tmp_path):
    """A running service with a finished book and a failed one, and their ids."""
    with (
        library("examples/ada-lovelace") as pages,
        served(tmp_path, BOOKGEN_FETCH_ALLOW=pages.removeprefix("http://")) as service,
        httpx.Client(base_url=service.url, timeout=30) as client,
    ):
        book = {"character": "Ada Lovelace", "chapters": 2, "total_words": 2_000}
        book["sources"] = [f"{pages}/a-life-in-outline.md", f"{pages}/childhood-and-education.md"]
        ids = [client.post(GENERATE, json=one).json()["job_id"] for one in (book, COSTS_NOTHING)]

        def ended(job_id):
            state = client.get(f"/api/v1/biographies/{job_id}/status").json()["status"]
            return state in ("completed", "failed")

        for job_id in ids:
            until(lambda job_id=job_id: ended(job_id))
        yield ids


def test_jobs_are_seen_and_changed_beside_a_service(ordered, bookgen, tmp_path):
    finished, failed = ordered

    code, out, _ = bookgen("jobs", "list", "--json")
    assert code == 0
    assert {one["id"]: one["status"] for one in json.loads(out)} == {
        finished: "completed",
        failed: "failed",
    }
    code, out, _ = bookgen("jobs", "list", "--status", "failed")
    assert failed in out
    assert finished not in out

    code, out, _ = bookgen("jobs", "show", failed)
    assert code == 0
    for part in ("Elias Moravec", "NoSourcesError", "127.0.0.1:9", "event"):
        assert part in out
    shown = json.loads(bookgen("jobs", "show", finished, "--json")[1])
    assert shown["sections_done"] == shown["sections_total"] > 0
    assert shown["events"][-1]["kind"] == "done"

    code, out, _ = bookgen(
        "jobs", "export", finished, "--format", "md,txt,epub", "--out", str(tmp_path / "ada")
    )
    assert code == 0
    assert (tmp_path / "ada" / "book.md").read_text(encoding="utf-8").count("[^") > 20
    assert (tmp_path / "ada" / "book.txt").is_file()
    assert (tmp_path / "ada" / "book.epub").read_bytes().startswith(b"PK")
    assert json.loads((tmp_path / "ada" / "report.json").read_text())["passed"]

    assert bookgen("jobs", "resume", failed)[0] == 0
    until(lambda: "failed" in bookgen("jobs", "show", failed)[1])

    code, out, _ = bookgen("jobs", "prune", "--older-than", "1d", "--yes")
    assert (code, out.startswith("removed 0 jobs")) == (0, True)
    code, out, _ = bookgen("jobs", "prune", "--older-than", "0s", "--yes")
    assert out.startswith("removed 2 jobs")
    assert json.loads(bookgen("jobs", "list", "--json")[1]) == []


def test_what_cannot_be_done_is_told_with_the_way_out(ordered, bookgen, tmp_path):
    finished, failed = ordered
    unknown = "00000000-0000-0000-0000-000000000000"
    for arguments, said in (
        (("jobs", "show", unknown), unknown),
        (("jobs", "cancel", finished), "completed"),
        (("jobs", "resume", finished), "completed"),
        (("jobs", "export", failed, "--out", str(tmp_path / "x")), "No section"),
        (("jobs", "export", finished, "--format", "doc", "--out", "x"), "'doc'"),
        (("jobs", "list", "--status", "done"), "'done'"),
        (("jobs", "prune", "--older-than", "soon"), "'soon'"),
        (("db", "upgrade"), "has it"),
    ):
        code, out, err = bookgen(*arguments)
        assert code == 2, arguments
        assert said in err
        assert out == ""


def test_pruning_asks_first(ordered, bookgen, monkeypatch):
    monkeypatch.setattr("typer.confirm", lambda question: "Remove 2 jobs" not in question)
    assert bookgen("jobs", "prune", "--older-than", "0s")[0] == 1
    assert len(json.loads(bookgen("jobs", "list", "--json")[1])) == 2


def test_without_a_database_nothing_is_made(bookgen, tmp_path):
    code, _, err = bookgen("jobs", "list")
    assert code == 2
    assert "bookgen serve" in err
    assert list(tmp_path.iterdir()) == []


def test_a_database_is_upgraded_once(bookgen, tmp_path):
    sqlite3.connect(tmp_path / "jobs.db").close()
    assert "bookgen db upgrade" in bookgen("jobs", "list")[2]
    code, out, _ = bookgen("db", "upgrade")
    assert (code, "empty -> " in out) == (0, True)
    assert "is at " in bookgen("db", "upgrade")[1]
    assert bookgen("jobs", "list")[0] == 0


def test_a_worker_needs_postgresql(bookgen):
    code, _, err = bookgen("worker")
    assert code == 2
    assert "postgresql://" in err
