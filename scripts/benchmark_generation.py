"""How fast the service is, seen from outside: each endpoint, ten users at once, and a book.

Without OPENROUTER_API_KEY a simulated provider writes the book, and it is said so. Exit codes: 0
all limits are met, 1 one is not, 2 wrong usage, 3 something failed or could not be measured.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
from services import COSTS_NOTHING, GENERATE, ROOT, Process, library, served, simulated, until
from targets import Target, are_met, as_json, as_text, targets

sys.path.insert(0, str(ROOT))
from benchmarks._inputs import SUBJECT, lives, markdown_file

SAVED = ROOT / "build" / "generation"
INVENTED = SUBJECT["en"]
ACCOUNTS, WORDS_EACH = 14, 6_000
WORDS_A_CHAPTER = 2_550
QUICK_CHAPTERS, CHAPTERS = 3, 20
USERS, REQUESTS_EACH = 10, 50
BOOK_SECONDS = 3_600.0
MET, BROKEN, FAILED = 0, 1, 3


@dataclass
class Findings:
    """What was measured: milliseconds of each endpoint, the book, the figures that have limits."""

    provider: str
    endpoints: dict[str, dict[str, float]] = field(default_factory=dict)
    book: dict[str, float] = field(default_factory=dict)
    limited: dict[str, float] = field(default_factory=dict)


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        findings, found = measure(options)
    except (RuntimeError, TimeoutError, httpx.HTTPError) as error:
        print(f"could not measure: {error}", file=sys.stderr)
        return FAILED
    told = as_json(found, vars(findings))
    print(told if options.json else _text(findings, found))
    if options.save:
        SAVED.mkdir(parents=True, exist_ok=True)
        file = SAVED / time.strftime("%Y-%m-%dT%H-%M-%S.json")
        file.write_text(told + "\n", encoding="utf-8")
        print(f"saved as {file.relative_to(ROOT)}", file=sys.stderr)
    return MET if are_met(found) else BROKEN


def measure(options: argparse.Namespace) -> tuple[Findings, list[Target]]:
    """Measure what is asked for. Raises RuntimeError, TimeoutError, HTTPError."""
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        names = write_life(work / "sources", options.character)
        pages = stack.enter_context(library(work / "sources"))
        provider, settings = stack.enter_context(_provider(work))
        host = pages.removeprefix("http://")
        service = stack.enter_context(served(work, BOOKGEN_FETCH_ALLOW=host, **settings))
        client = stack.enter_context(httpx.Client(base_url=service.url, timeout=60))
        findings = Findings(provider)
        _endpoints(client, findings, rounds=20 if options.quick else 200)
        _users(client, findings)
        expected = ["api-response", "asynchronous", "users", "error-rate"]
        if not options.api_only:
            chapters = options.chapters or (QUICK_CHAPTERS if options.quick else CHAPTERS)
            order = {
                "character": options.character,
                "chapters": chapters,
                "total_words": WORDS_A_CHAPTER * chapters,
                "sources": [f"{pages}/{name}" for name in names],
            }
            _book(client, service, order, findings)
            expected += ["biography-time", "biographies-an-hour", "worker-memory"]
        return findings, targets(findings.limited, expected)


def write_life(folder: Path, character: str) -> list[str]:
    """Write the accounts of a made-up life, told of this name; return the names of the files."""
    folder.mkdir()
    names = []
    for number, account in enumerate(lives("book", ACCOUNTS, WORDS_EACH)):
        text = markdown_file(account, number).decode()
        for old, new in ((INVENTED, character), (INVENTED.split()[-1], character.split()[-1])):
            text = text.replace(old, new)
        names.append(f"account-{number + 1:02d}.md")
        (folder / names[-1]).write_text(text, encoding="utf-8")
    return names


@contextmanager
def _provider(work: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Give what the provider is called, and the settings that lead to it."""
    own = {name: value for name, value in os.environ.items() if name.startswith("OPENROUTER_")}
    if own.get("OPENROUTER_API_KEY"):
        yield own.get("OPENROUTER_BASE_URL", "OpenRouter"), own
        return
    with simulated(work) as simulator:
        yield (
            "simulated (no OPENROUTER_API_KEY): 1.2 s to the first token, 60 tokens a second",
            {"OPENROUTER_BASE_URL": simulator.url},
        )


def _endpoints(client: httpx.Client, findings: Findings, rounds: int) -> None:
    """Time every endpoint; an answer that is not as it must be is an error."""
    job_id, until_begun = _begun(client)
    findings.limited["asynchronous"] = until_begun
    sources = {"sources": [{"url": "https://library.example/a.html", "title": "A life"}]}
    asked: tuple[tuple[str, str, str, dict[str, Any] | None, int], ...] = (
        ("health", "GET", "/health", None, 200),
        ("root", "GET", "/", None, 200),
        ("status", "GET", "/api/v1/status", None, 200),
        ("metrics", "GET", "/metrics", None, 200),
        ("creation", "POST", GENERATE, COSTS_NOTHING, 202),
        ("job status", "GET", f"/api/v1/biographies/{job_id}/status", None, 200),
        ("job list", "GET", "/api/v1/biographies", None, 200),
        ("job report", "GET", f"/api/v1/biographies/{job_id}/report", None, 200),
        (
            *("source validation", "POST", "/api/v1/sources/validate"),
            *({**sources, "check_accessibility": False}, 200),
        ),
    )
    means = []
    for name, method, path, body, status in asked:
        seconds = []
        for _ in range(rounds):
            began = time.perf_counter()
            answer = client.request(method, path, json=body)
            seconds.append(time.perf_counter() - began)
            _must_be(answer, status)
        means.append(statistics.fmean(seconds))
        findings.endpoints[name] = {
            "mean_ms": 1000 * means[-1],
            "p95_ms": 1000 * statistics.quantiles(seconds, n=20)[-1],
            "most_ms": 1000 * max(seconds),
        }
    findings.limited["api-response"] = max(means)


def _begun(client: httpx.Client) -> tuple[str, float]:
    """Order a book that costs nothing; return its id, and the seconds until a worker had it."""
    began = time.perf_counter()
    made = client.post(GENERATE, json=COSTS_NOTHING)
    _must_be(made, 202)
    job_id = str(made.json()["job_id"])
    path = f"/api/v1/biographies/{job_id}/status"
    until(lambda: client.get(path).raise_for_status().json()["started_at"])
    return job_id, time.perf_counter() - began


def _users(client: httpx.Client, findings: Findings) -> None:
    """Let ten users ask at once; count those who got all their answers, and the errors."""
    paths = ("/health", "/api/v1/status", "/", "/api/v1/biographies")

    def user(number: int) -> int:
        refused = 0
        for turn in range(number, number + REQUESTS_EACH):
            try:
                refused += not client.get(paths[turn % len(paths)]).is_success
            except httpx.TransportError:
                refused += 1
        return refused

    with ThreadPoolExecutor(USERS) as pool:
        refused = list(pool.map(user, range(USERS)))
    findings.limited["users"] = refused.count(0)
    findings.limited["error-rate"] = sum(refused) / (USERS * REQUESTS_EACH)


def _book(
    client: httpx.Client, service: Process, order: dict[str, Any], findings: Findings
) -> None:
    """Order a book and wait for it."""
    began = time.perf_counter()
    made = client.post(GENERATE, json=order)
    _must_be(made, 202)
    path = f"/api/v1/biographies/{made.json()['job_id']}"
    with _peak_memory(service) as memory:
        until(lambda: _has_ended(client, path), BOOK_SECONDS)
    seconds = time.perf_counter() - began
    state = client.get(f"{path}/status").raise_for_status().json()
    if state["status"] != "completed":
        raise RuntimeError(f"the book is {state['status']}: {state['error']}")
    report = client.get(f"{path}/report").raise_for_status().json()
    words = report["report"]["words"]
    findings.book = {
        "chapters": order["chapters"],
        "words": words,
        "seconds": seconds,
        "seconds_a_chapter": seconds / order["chapters"],
        "words_a_second": words / seconds,
        "calls": report["usage"]["calls"],
    }
    findings.limited["biography-time"] = seconds
    findings.limited["biographies-an-hour"] = 3600 / seconds
    findings.limited["worker-memory"] = max(memory)


def _has_ended(client: httpx.Client, path: str) -> bool:
    state = client.get(f"{path}/status").raise_for_status().json()
    return state["status"] in ("completed", "failed", "cancelled")


@contextmanager
def _peak_memory(service: Process) -> Iterator[list[int]]:
    """Give the resident bytes of a process, taken every tenth of a second until the block ends."""
    process = psutil.Process(service.process.pid)
    seen = [process.memory_info().rss]
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.1):
            seen.append(process.memory_info().rss)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()


def _must_be(answer: httpx.Response, status: int) -> None:
    if answer.status_code != status:
        raise RuntimeError(
            f"{answer.request.method} {answer.request.url.path} answered {answer.status_code} "
            f"and not {status}: {answer.text[:300]}"
        )


def _text(findings: Findings, found: Sequence[Target]) -> str:
    lines = [f"provider: {findings.provider}", ""]
    lines += [
        f"{name:<20} {one['mean_ms']:8.2f} ms   "
        f"p95 {one['p95_ms']:8.2f}   most {one['most_ms']:8.2f}"
        for name, one in findings.endpoints.items()
    ]
    if book := findings.book:
        lines += [
            "",
            f"a book of {book['words']:,} words in {book['chapters']} chapters: "
            f"{book['seconds']:.1f} s, {book['seconds_a_chapter']:.1f} s a chapter, "
            f"{book['words_a_second']:,.0f} words a second, {book['calls']} calls",
        ]
    return "\n".join([*lines, "", as_text(found)])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--quick", action="store_true", help=f"{QUICK_CHAPTERS} chapters and fewer requests"
    )
    parser.add_argument("--api-only", action="store_true", help="no book")
    parser.add_argument("--save", action="store_true", help="keep the figures in build/generation/")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--character", default=INVENTED, metavar="NAME", help="whom the made-up sources tell of"
    )
    parser.add_argument(
        "--chapters", type=int, metavar="N", help=f"{WORDS_A_CHAPTER:,} words each ({CHAPTERS})"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
