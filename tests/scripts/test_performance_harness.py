"""The performance harness fails where it must: on errors, on slow answers, on missing figures."""

import json
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCUSTFILE = ROOT / "tests" / "load" / "locustfile.py"
sys.path.insert(0, str(ROOT / "scripts"))

import targets  # noqa: E402


@contextmanager
def answering(status, seconds=0.0):
    """Serve the same answer to everything, and give the address."""
    body = json.dumps(
        {
            "job_id": "1",
            "status": "healthy",
            "services": {},
            "progress": {},
            "total_sources": 1,
            "text": "bookgen_requests_total",
        }
    ).encode()

    class Handler(BaseHTTPRequestHandler):
        def answer(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            time.sleep(seconds)
            made = 202 if status == 200 and self.path.endswith("/generate") else status
            self.send_response(made)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(BrokenPipeError):  # the run is over
                self.wfile.write(body)

        do_GET = do_POST = answer  # noqa: N815 - the library's names

        def log_message(self, *arguments):
            """A test's output is no log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def locust(host, *arguments):
    command = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--host", host, "--headless"]
    command += ["--users", "4", "--spawn-rate", "4", "--run-time", "2s", "--only-summary"]
    return subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)


def test_fast_and_right_answers_pass():
    with answering(200) as host:
        done = locust(host)
    assert done.returncode == 0, done.stdout
    assert "PASSED" in done.stdout
    assert " 0 failures" in done.stdout


@pytest.mark.parametrize(
    ("status", "seconds", "reason"),
    [(503, 0.0, "failed, 1% allowed"), (200, 0.6, "ms on average, 200 allowed")],
    ids=["errors", "slow"],
)
def test_what_breaks_a_limit_fails_with_its_reason(status, seconds, reason):
    with answering(status, seconds) as host:
        done = locust(host)
    assert done.returncode == 1
    assert "FAILED" in done.stdout
    assert reason in done.stdout


def test_users_that_ask_nothing_fail():
    with answering(200) as host:
        done = locust(host, "--users", "0")
    assert done.returncode == 1
    assert "FAILED: nothing was measured" in done.stdout


def test_workers_leave_the_verdict_to_their_master():
    with answering(503) as host:
        done = locust(host, "--processes", "2")
    assert done.returncode == 1
    assert done.stdout.count("FAILED") == 1


def test_a_figure_that_is_missing_is_no_pass():
    with pytest.raises(RuntimeError, match="users"):
        targets.targets({"error-rate": 0.0}, ["error-rate", "users"])


def test_a_figure_without_a_limit_is_refused():
    with pytest.raises(RuntimeError, match="beauty"):
        targets.targets({"beauty": 1.0}, [])


@pytest.mark.parametrize(
    ("name", "value", "is_met"),
    [
        ("biography-time", 1_799.0, True),
        ("biography-time", 1_800.0, False),
        ("biographies-an-hour", 2.0, True),
        ("biographies-an-hour", 1.9, False),
    ],
)
def test_a_limit_is_a_limit(name, value, is_met):
    found = targets.targets({name: value}, [name])
    assert [target.is_met for target in found if target.id == name] == [is_met]
    assert targets.are_met(found) is is_met
    assert ("PASS" if is_met else "FAIL") in targets.as_text(found)
    told = json.loads(targets.as_json(found, {"provider": "none"}))
    assert [one["is_met"] for one in told["targets"] if one["id"] == name] == [is_met]


def test_the_requirement_has_all_its_rows():
    assert len(targets.targets({}, [])) == len(targets.REQUIRED) == 7


def test_a_part_that_fails_has_no_figure(monkeypatch, capsys):
    import profile_memory

    def broken(options):
        raise ValueError("the call raised")

    monkeypatch.setitem(profile_memory.PARTS, "validation", broken)
    assert profile_memory.main(["--test", "validation"]) == profile_memory.FAILED
    told = capsys.readouterr()
    assert "the call raised" in told.err
    assert "PASS" not in told.out
