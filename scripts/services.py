"""`bookgen serve`, `worker` and `simulate` as processes of their own, to measure and to press.

Used by the scripts here and by the tests; everything is on loopback and in a folder of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TypeVar

import httpx

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60.0  # seconds for anything that should take one
GENERATE = "/api/v1/biographies/generate"
# No limit is reached, and requests are counted as always.
NO_LIMIT = "1000000000"
# A book that costs nothing: its only source is refused without a connection, so the job ends soon.
COSTS_NOTHING = {
    "character": "Elias Moravec",
    "chapters": 20,
    "total_words": 51_000,
    "mode": "manual",
    "sources": ["http://127.0.0.1:9/life.html"],
}

_T = TypeVar("_T")


def until(holds: Callable[[], _T], seconds: float = PATIENCE) -> _T:
    """Ask until it holds, and return what it returned. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"it did not hold within {seconds:g} s")
        time.sleep(0.01)
    return found


@dataclass
class Process:
    """A program that listens at `url`, if it listens. What it says lies in `log`."""

    url: str
    process: subprocess.Popen[str]
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")


@contextmanager
def served(folder: Path, *options: str, **settings: str) -> Iterator[Process]:
    """Run `bookgen serve` until the block ends, its jobs in a file in `folder`. It is ready.

    Raises RuntimeError if it ends before.
    """
    given = {"BOOKGEN_DATABASE_URL": f"sqlite:///{folder / 'jobs.db'}", **settings}
    given = {"RATE_LIMIT_PER_MINUTE": NO_LIMIT, **given}
    with _started(["serve", "--port", "0", *options], folder, given) as running:
        running.url = until(partial(_address, running))
        until(partial(_is_ready, running, "/readyz"))
        yield running


@contextmanager
def simulated(folder: Path, *options: str) -> Iterator[Process]:
    """Run `bookgen simulate` until the block ends; `url` is what OPENROUTER_BASE_URL takes."""
    with _started(["simulate", "--port", "0", *options], folder, {}) as running:
        running.url = until(partial(_address, running))
        until(partial(_is_ready, running, "/models"))
        yield running


@contextmanager
def working(folder: Path, **settings: str) -> Iterator[Process]:
    """Run `bookgen worker` until the block ends. It takes jobs."""
    with _started(["worker"], folder, settings) as running:
        until(partial(_said, running, "books at once"))
        yield running


@contextmanager
def library(folder: Path) -> Iterator[str]:
    """Serve the files of a folder until the block ends, and give its address."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            """A measurement's output is no log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def _started(
    arguments: Sequence[str], folder: Path, settings: Mapping[str, str]
) -> Iterator[Process]:
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"{arguments[0]}.log"
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("OPENROUTER_", "BOOKGEN_"))
    }
    with ExitStack() as stack:
        file = stack.enter_context(log.open("w", encoding="utf-8"))
        process = subprocess.Popen(
            [sys.executable, "-m", "bookgen", *arguments],
            cwd=folder,
            # Nothing that is measured or tried here looks for sources on the web.
            env={
                "PYTHONPATH": str(ROOT),
                "PYTHONUNBUFFERED": "1",
                "BOOKGEN_DISCOVER": "",
                **inherited,
                **settings,
            },
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            text=True,
        )
        stack.callback(_end, process)
        yield Process("", process, log)


def _address(running: Process) -> str:
    """Return the address that a program has told, empty as long as it has not."""
    _still_runs(running)
    line, ended, _ = running.said.partition("\n")
    words = line.removeprefix("OPENROUTER_BASE_URL=").split()
    return words[0] if ended and words and words[0].startswith("http") else ""


def _said(running: Process, text: str) -> bool:
    _still_runs(running)
    return text in running.said


def _is_ready(running: Process, path: str) -> bool:
    _still_runs(running)
    try:
        return httpx.get(f"{running.url}{path}", timeout=5).is_success
    except httpx.TransportError:
        return False


def _still_runs(running: Process) -> None:
    if running.process.poll() is not None:
        code = running.process.returncode
        raise RuntimeError(f"it ended with {code} before it was ready: {running.said[-2000:]}")


def _end(process: subprocess.Popen[str]) -> None:
    """End a process as an operator does, and for good if it does not."""
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
