"""What `bookgen serve` logs: JSON lines, or lines for people on a terminal; every line of a request
has its id, and none has a key."""

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from scripts.services import COSTS_NOTHING, GENERATE, ROOT, served, until

PROVIDER_KEY = "sk-or-v1-0123456789abcdef0123456789abcdef"
CLIENT_KEY = "client-key-0123456789"


def lines(service):
    """Return what was logged: all that was said but the address, which comes first."""
    return [json.loads(line) for line in service.said.splitlines()[1:]]


def of_request(service, request_id):
    return [line for line in lines(service) if line.get("request_id") == request_id]


def ended(client, job_id):
    path = f"/api/v1/biographies/{job_id}/status"

    def state():
        found = client.get(path).json()
        return found if found["status"] in ("completed", "failed") else None

    return until(state)


def test_each_line_is_json_and_a_request_is_logged_where_it_is_asked_for(tmp_path):
    with (
        served(tmp_path, "--access-log") as service,
        httpx.Client(base_url=service.url) as client,
    ):
        made = client.post(GENERATE, json=COSTS_NOTHING, headers={"X-Request-ID": "order.17"})
        assert made.headers["x-request-id"] == "order.17"
        job_id = made.json()["job_id"]
        ended(client, job_id)
        (line,) = of_request(service, "order.17")
        assert (line["event"], line["method"], line["path"]) == ("request", "POST", GENERATE)
        assert (line["status"], line["level"], line["client"]) == (202, "info", "127.0.0.1")
        assert line["milliseconds"] > 0
        assert line["timestamp"].endswith("Z")
        of_job = [one["event"] for one in lines(service) if one.get("job_id") == job_id]
        assert of_job == ["job started", "job failed"]


def test_without_access_log_a_request_says_nothing(tmp_path):
    with served(tmp_path) as service:
        httpx.get(f"{service.url}/health")
        httpx.get(f"{service.url}/nowhere")
    assert lines(service) == []


def test_a_store_that_fails_is_told_with_the_request_that_met_it(tmp_path):
    with served(tmp_path) as service:
        with closing(sqlite3.connect(tmp_path / "jobs.db")) as database:
            database.execute("ALTER TABLE jobs RENAME TO lost")
        asked = {"X-Request-ID": "unlucky"}
        answer = httpx.get(f"{service.url}/api/v1/biographies", headers=asked)
        assert answer.status_code == 503
        (line,) = of_request(service, "unlucky")
    assert (line["event"], line["level"]) == ("store failed", "error")
    assert line["reason"] == answer.json()["detail"]


class Tactless(BaseHTTPRequestHandler):
    """A page to write from, and a provider that refuses each call and repeats the key it got."""

    def do_GET(self):
        status, text = 200, "Ada Lovelace was born in London in 1815. " * 20
        if self.path != "/ada.txt":
            status, text = 401, f"no: {self.headers['Authorization']}"
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *arguments):
        """A test's output is no log."""


@contextmanager
def tactless():
    """Give the host and port of such a server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Tactless)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_no_key_is_told_to_anybody(tmp_path):
    with tactless() as host:
        settings = {
            "OPENROUTER_API_KEY": PROVIDER_KEY,
            "OPENROUTER_BASE_URL": f"http://{host}/api",
            "BOOKGEN_FETCH_ALLOW": host,
            "BOOKGEN_API_KEYS": hashlib.sha256(CLIENT_KEY.encode()).hexdigest(),
        }
        with served(tmp_path, "--access-log", **settings) as service:
            url = f"{service.url}{GENERATE}"
            order = {"character": "Ada Lovelace", "sources": [f"http://{host}/ada.txt"]}
            told = []
            for name, value in (
                ("Authorization", f"Bearer {CLIENT_KEY}"),
                ("X-API-Key", CLIENT_KEY),
            ):
                made = httpx.post(url, json=order, headers={name: value})
                assert made.status_code == 202
                key = {name: value}
                with httpx.Client(base_url=service.url, headers=key) as client:
                    state = ended(client, made.json()["job_id"])
                assert state["status"] == "failed"
                assert "401" in state["error"]
                told.append(state["error"])
            wrong = {"Authorization": "Bearer wrong-key-0123456789"}
            refused = httpx.post(url, json=order, headers=wrong)
            assert refused.status_code == 401
            # In the path it is nobody's key, and only its query is not logged.
            httpx.get(f"{service.url}/health?key={CLIENT_KEY}")
            told += [service.said, refused.text]
        assert "job failed" in service.said
    for text in told:
        for secret in (PROVIDER_KEY, CLIENT_KEY, "wrong-key"):
            assert secret not in text


BROKEN = """
import sys
import uvicorn
from fastapi import Request
from bookgen.api.app import create_app
from bookgen.cli.logs import configure_logs
from bookgen.listening import address_of, listen
from bookgen.settings import Settings

settings = Settings(_env_file=None, bookgen_database_url=sys.argv[1])
configure_logs(settings)
app = create_app(settings)

@app.get("/broken")
async def broken(request: Request) -> None:
    key = request.headers["authorization"]
    raise RuntimeError(f"it broke over {key} for postgresql://me:password@host/name")

listener = listen("127.0.0.1", 0)
print(address_of(listener), flush=True)
uvicorn.Server(uvicorn.Config(app, log_config=None)).run(sockets=[listener])
"""


@contextmanager
def broken(folder, stderr):
    """Run a service with a route that is broken, and give its address."""
    url = f"sqlite:///{folder}/jobs.db"
    with subprocess.Popen(
        [sys.executable, "-c", BROKEN, url],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
    ) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def asked(address):
    headers = {"Authorization": f"Bearer {CLIENT_KEY}", "X-Request-ID": "unlucky"}
    answer = until(lambda: _got(f"{address}/broken", headers))
    assert answer.status_code == 500
    assert answer.headers["x-request-id"] == "unlucky"
    assert answer.json()["type"] == "urn:bookgen:problem:internal"
    assert "broke" not in answer.text


def _got(url, headers):
    try:
        return httpx.get(url, headers=headers)
    except httpx.TransportError:
        return None


def test_an_error_that_nobody_expected_is_told_in_full_but_without_keys(tmp_path):
    log = tmp_path / "log"
    with log.open("w") as stderr, broken(tmp_path, stderr) as address:
        asked(address)
    (line,) = [json.loads(line) for line in log.read_text().splitlines()]
    assert (line["event"], line["request_id"]) == ("unexpected error", "unlucky")
    assert "RuntimeError: it broke over Bearer ***" in line["exception"]
    assert "in broken" in line["exception"]
    assert CLIENT_KEY not in log.read_text()
    assert "password" not in log.read_text()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such terminals")
def test_on_a_terminal_the_lines_are_for_people(tmp_path):
    import pty

    terminal, end = pty.openpty()
    seen = bytearray()
    with broken(tmp_path, end) as address:
        asked(address)

        def has_told():
            seen.extend(os.read(terminal, 65_536))
            return b"it broke over" in seen.split(b"RuntimeError")[-1]

        until(has_told)
    os.close(end)
    os.close(terminal)
    text = seen.decode()
    assert "unexpected error" in text
    assert "unlucky" in text
    assert CLIENT_KEY not in text
    with pytest.raises(ValueError, match="Expecting value"):
        json.loads(text.splitlines()[0])
