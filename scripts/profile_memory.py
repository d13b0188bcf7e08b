"""Where memory goes: calls to a provider, the validation of sources and lengths, books at once.

Every part checks its work: one that failed is an error and no figure. The provider is simulated,
within this process. `python -m memory_profiler scripts/profile_memory.py` tells the memory of each
line of the parts; --memray draws a flame graph of all that was allocated. Exit codes: 0 all limits
are met, 1 one is not, 2 wrong usage, 3 something failed.
"""

from __future__ import annotations

import argparse
import asyncio
import builtins
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, TypeVar

import psutil
from services import ROOT
from targets import are_met, as_json, as_text, targets

sys.path.insert(0, str(ROOT))
from benchmarks import _compat
from benchmarks._fake_llm import FakeModel
from benchmarks._inputs import SUBJECT, chapters, lives, text

GRAPHS = ROOT / "build" / "profile"
QUICK_CHAPTERS, CHAPTERS = 3, 20
WORDS_A_CHAPTER = 2_550
QUICK_CALLS, CALLS = 20, 200
SOURCES = 100
USERS = 10
SAMPLE_SECONDS = 0.02
MET, BROKEN, FAILED = 0, 1, 3

_F = TypeVar("_F", bound=Callable[..., Any])


def _plain(function: _F) -> _F:
    return function


# memory_profiler puts its decorator among the builtins.
profile: Callable[[_F], _F] = getattr(builtins, "profile", _plain)


@dataclass(frozen=True)
class Part:
    """What one part did, and the resident bytes before it, at its peak, and after it."""

    name: str
    did: str
    before: int
    peak: int
    after: int


@profile
def openrouter(options: argparse.Namespace) -> str:
    """Ask a model for many texts at once; return what was done. Raises RuntimeError."""
    from bookgen.llm.base import Message, Prompt
    from bookgen.llm.openrouter import OpenRouter
    from bookgen.llm.simulator.serve import INSTANT, running
    from bookgen.settings import Settings

    calls = QUICK_CALLS if options.quick else CALLS
    prompt = Prompt((Message("user", text("prompt", 1_000)),), max_tokens=1_000)

    async def ask(settings: Settings) -> list[str]:
        async with OpenRouter.from_settings(settings, model="simulator/large") as model:
            replies = await asyncio.gather(*(model.complete(prompt) for _ in range(calls)))
        return [reply.text for reply in replies]

    with running(INSTANT) as simulator:
        settings = Settings(_env_file=None, openrouter_base_url=simulator.base_url)
        replies = asyncio.run(ask(settings))
    _hold(all(replies) and len(replies) == calls, f"{len(replies)} of {calls} calls were answered")
    return f"{calls} completions"


@profile
def validation(options: argparse.Namespace) -> str:
    """Validate the length of a book and the form of sources; return what was done."""
    from bookgen.checks.length_validation import LengthValidationService
    from bookgen.sources.assess import Candidate, assess

    count = _chapters(options)
    account = lives("lengths", 1, count * WORDS_A_CHAPTER)[0]
    parts = {
        f"{number} {heading}": "\n\n".join(paragraphs)
        for number, (heading, paragraphs) in enumerate(chapters(account, count, "en"))
    }
    report = LengthValidationService().validate_chapters(parts, count * WORDS_A_CHAPTER)
    counted = report.whole.words
    _hold(counted > 0.9 * count * WORDS_A_CHAPTER, f"{counted} words were counted")
    candidates = [
        Candidate(f"https://library.example/{n}.html", f"A life, part {n}", "Anon")
        for n in range(SOURCES)
    ]
    assessed = asyncio.run(assess(candidates, today=date(2000, 1, 1)))
    _hold(len(assessed) == SOURCES, f"{len(assessed)} of {SOURCES} sources were assessed")
    return f"{counted:,} words in {len(parts)} chapters, {SOURCES} sources"


@profile
def concurrent(options: argparse.Namespace) -> str:
    """Write a book for each user, all at once; return what was done. Raises RuntimeError."""
    from bookgen.models import Brief
    from bookgen.pipeline import write_biography
    from bookgen.writers.prompted import PromptedWriter

    count = _chapters(options)
    brief = Brief(SUBJECT["en"], count * WORDS_A_CHAPTER, count)

    async def write() -> list[int]:
        corpus = _compat.corpus(lives("book", 14, count * WORDS_A_CHAPTER // 8))
        books = await asyncio.gather(
            *(
                write_biography(brief, corpus, PromptedWriter(FakeModel()))
                for _ in range(options.concurrent_users)
            )
        )
        return [len(book.outline.chapters) for book in books]

    written = asyncio.run(write())
    _hold(min(written) >= count, f"books of {written} chapters, {count} asked for")
    return f"{len(written)} books of {count * WORDS_A_CHAPTER:,} words at once"


PARTS = {"openrouter": openrouter, "validation": validation, "concurrent": concurrent}


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    if options.memray:
        return draw(options)
    names = list(PARTS) if options.test == "all" else [options.test]
    try:
        parts = [measure(name, options) for name in names]
        found = targets({"worker-memory": max(part.peak for part in parts)}, ["worker-memory"])
    except Exception as error:  # whatever a part raises, it has no figure
        print(f"could not measure: {type(error).__name__}: {error}", file=sys.stderr)
        return FAILED
    if options.json:
        print(as_json(found, {"parts": [asdict(part) for part in parts]}))
    else:
        for part in parts:
            print(
                f"{part.name:<12} {part.did:<44} before {_mb(part.before)}   "
                f"peak {_mb(part.peak)}   after {_mb(part.after)}"
            )
        print(f"\n{as_text(found)}")
    return MET if are_met(found) else BROKEN


def measure(name: str, options: argparse.Namespace) -> Part:
    """Run a part and return what it took. Raises what the part raises."""
    process = psutil.Process()
    before = process.memory_info().rss
    with _sampled(process) as seen:
        did = PARTS[name](options)
    after = process.memory_info().rss
    return Part(name, did, before, max(*seen, after), after)


@contextmanager
def _sampled(process: psutil.Process) -> Iterator[list[int]]:
    """Give the resident bytes of a process, taken again and again until the block ends."""
    seen = [process.memory_info().rss]
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(SAMPLE_SECONDS):
            seen.append(process.memory_info().rss)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()


def draw(options: argparse.Namespace) -> int:
    """Run the same under memray and draw its flame graph; returns the exit code."""
    GRAPHS.mkdir(parents=True, exist_ok=True)
    records = GRAPHS / f"memory-{options.test}.bin"
    graph = records.with_suffix(".html")
    records.unlink(missing_ok=True)
    command = [
        __file__,
        "--test",
        options.test,
        "--concurrent-users",
        str(options.concurrent_users),
    ]
    command += ["--quick"] if options.quick else []
    memray = [sys.executable, "-m", "memray"]
    code = subprocess.run([*memray, "run", "-q", "-o", records, *command], check=False).returncode
    if code not in (MET, BROKEN):
        return FAILED
    drawn = subprocess.run([*memray, "flamegraph", "-f", "-o", graph, records], check=False)
    print(f"flame graph: {graph.relative_to(ROOT)}")
    return code if drawn.returncode == 0 else FAILED


def _chapters(options: argparse.Namespace) -> int:
    return QUICK_CHAPTERS if options.quick else CHAPTERS


def _hold(holds: bool, otherwise: str) -> None:
    if not holds:
        raise RuntimeError(otherwise)


def _mb(size: int) -> str:
    return f"{size / 1e6:6.1f} MB"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--test", choices=[*PARTS, "all"], default="all", help="which part (all)")
    parser.add_argument(
        "--concurrent-users", type=int, default=USERS, metavar="N", help=f"books at once ({USERS})"
    )
    parser.add_argument(
        "--quick", action="store_true", help=f"books of {QUICK_CHAPTERS} chapters, fewer calls"
    )
    parser.add_argument("--memray", action="store_true", help="draw a flame graph")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main())
