"""The service to measure: within this process, without a socket, or as a process of its own."""

from __future__ import annotations

import asyncio
import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from contextlib import closing, contextmanager

from . import _inputs
from ._compat import find

GENERATE = "/api/v1/biographies/generate"
# What a client orders. It is never written here: the measured service has no worker, or the order
# names a source that is refused.
ORDER = {
    "character": "Elias Moravec",
    "chapters": 20,
    "total_words": 51_000,
    "mode": "manual",
    "sources": ["http://127.0.0.1:9/life.html"],
}
# No limit is reached, and requests are counted as always.
NO_LIMIT = 1_000_000_000
START_SECONDS = 60
SETTLE_SECONDS = 0.3


class StillLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock can be stopped: no timer of the service then falls due, and the
    same requests take the same work."""

    _stopped_at = None

    def time(self):
        return super().time() if self._stopped_at is None else self._stopped_at

    @contextmanager
    def standing_still(self):
        self._stopped_at = super().time()
        try:
            yield
        finally:
            self._stopped_at = None


class Application:
    """The service in this process, on a SQLite file of its own, with so many jobs `stored`.

    Its runner is ended: what is ordered is kept, and not written.
    """

    def __init__(self, stored=0):
        create_app = find("bookgen.api.app:create_app")
        settings = find("bookgen.settings:Settings")
        import httpx

        file = _inputs.new_folder() / "jobs.db"
        self.app = create_app(
            settings(
                _env_file=None,
                openrouter_api_key=None,
                bookgen_database_url=f"sqlite:///{file}",
                rate_limit_per_minute=NO_LIMIT,
                bookgen_trusted_proxies="127.0.0.1",
            )
        )
        self.loop = StillLoop()
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app), base_url="http://bookgen.test"
        )
        self._open = self.app.router.lifespan_context(self.app)
        self.loop.run_until_complete(self._start())
        self.job_id = self.ask([("POST", GENERATE, ORDER)], 202)[0].json()["job_id"]
        if stored:
            multiply(file, self.job_id, stored)

    async def _start(self):
        await self._open.__aenter__()
        await self.app.state.service.runner.__aexit__(None, None, None)
        # What the start began in other threads ends before anything is counted.
        await asyncio.sleep(SETTLE_SECONDS)

    def close(self):
        self.loop.run_until_complete(self.client.aclose())
        self.loop.run_until_complete(self._open.__aexit__(None, None, None))
        self.loop.close()

    def ask(self, requests, status=200, users=1):
        """Return the responses to (method, path, body, client) requests, shared out to so many
        users, each of whom sends one after the other. Raises AssertionError for another status."""

        async def send(share):
            return [await self._send(*request, status=status) for request in share]

        async def all_at_once():
            return await asyncio.gather(*(send(requests[user::users]) for user in range(users)))

        with self.loop.standing_still():
            shares = self.loop.run_until_complete(all_at_once())
        return [response for share in shares for response in share]

    async def _send(self, method, path, body=None, client=None, *, status):
        headers = {"X-Forwarded-For": client} if client else None
        response = await self.client.request(method, path, json=body, headers=headers)
        assert response.status_code == status, f"{method} {path}: {response.text[:500]}"
        return response

    def statements(self, request, status=200):
        """Return how many SQL statements one request takes."""
        from sqlalchemy import event
        from sqlalchemy.engine import Engine

        seen = []

        def count(*execution):
            seen.append(execution)

        event.listen(Engine, "before_cursor_execute", count)
        try:
            self.ask([request], status)
        finally:
            event.remove(Engine, "before_cursor_execute", count)
        return len(seen)


def multiply(file, job_id, number):
    """Store so many more jobs like the one given, all of them ended."""
    with closing(sqlite3.connect(file, timeout=30)) as connection, connection:
        found = connection.execute("SELECT * FROM jobs WHERE id = ?", [job_id])
        names = [column[0] for column in found.description]
        row = {**dict(zip(names, found.fetchone(), strict=True)), "status": "failed"}
        rows = [
            [str(uuid.UUID(int=place)) if name == "id" else value for name, value in row.items()]
            for place in range(1, number + 1)
        ]
        marks = ", ".join("?" * len(names))
        columns = ", ".join(names)
        connection.executemany(f"INSERT INTO jobs ({columns}) VALUES ({marks})", rows)  # noqa: S608


@contextmanager
def served():
    """Run `bookgen serve` as a process; give its address, its process and the seconds until it was
    ready. Raises RuntimeError where it is not within a minute."""
    find("bookgen.cli.serve:serve")
    folder = _inputs.new_folder()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("OPENROUTER")},
        "BOOKGEN_DATABASE_URL": f"sqlite:///{folder / 'jobs.db'}",
        "RATE_LIMIT_PER_MINUTE": str(NO_LIMIT),
        "BOOKGEN_TRUSTED_PROXIES": "127.0.0.1",
        # An order without sources fails at once: no measurement waits for the web.
        "BOOKGEN_DISCOVER": "",
    }
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "bookgen", "serve", "--port", str(port)],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    # Nobody else reads what it says, and a full pipe would stop it.
    said = []
    reader = threading.Thread(target=lambda: said.extend(process.stdout), daemon=True)
    reader.start()
    try:
        while not _is_ready(address):
            if process.poll() is not None or time.perf_counter() - start > START_SECONDS:
                raise RuntimeError(f"the service is not ready: {''.join(said)[-2000:]}")
            time.sleep(0.005)
        yield address, process, time.perf_counter() - start
    finally:
        process.kill()
        process.wait()
        reader.join()
        process.stdout.close()


def _is_ready(address):
    import httpx

    try:
        return httpx.get(f"{address}/readyz", timeout=5).is_success
    except httpx.TransportError:
        return False


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
