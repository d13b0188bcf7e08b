"""The performance history: measures the latest commits, publishes the site, says what got worse.

`make history` runs it with the Python of asv and asvwatch. Exit codes: 0 measured, whatever was
flagged; 2 wrong usage or configuration; 3 could not measure; 130 interrupted.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
RESULTS = ROOT / ".asv" / "results"
LOG = BUILD / "history.log"
VERDICT = BUILD / "verdict.json"
SITE = BUILD / "site"

# What takes minutes a commit is left to `asv run`: instructions under valgrind, the service, large
# books and their parts, how costs grow, and what the seconds of a book tell already.
SUITES = ("api", "jobs", "load")
LARGE = (
    *("Chapters", "Folder", "ImportService", "LargeBook", "LargeBookPrepared"),
    *("PromptedBook", "Prompts", "Server", "Told", "WholeBook"),
)
BENCHMARKS = (
    rf"^(?!({'|'.join(SUITES)})\."
    rf"|.*\.(track_(instructions|words_per_second)|({'|'.join(LARGE)})\.))"
)
BUDGET = "60s"

CLEAN, REGRESSED, USAGE, UNMEASURED, INTERRUPTED = 0, 1, 2, 3, 130
# asv ends with 2 where a commit does not build or a benchmark fails: asvwatch tells of both.
ASV_GOES_ON = (0, 2)

_COMMIT = re.compile(r"\[ *[\d.]+%\] · For \S+ commit ([0-9a-f]{8})")
_DONE = re.compile(r"\[ *([\d.]+)%\]")
_STEP = re.compile(r"·+ (Creating environments|Discovering benchmarks|Building [0-9a-f]{8})")


@dataclass(frozen=True)
class Machine:
    """Under which name results are kept, and what they say of the system they were measured on."""

    name: str
    system: str


class HistoryError(Exception):
    """The history cannot be measured; the message says why and what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        code = measure(options.commits, options.budget, console)
    except HistoryError as error:
        console.print(f"history: {error}", markup=False, style="red")
        return UNMEASURED
    except KeyboardInterrupt:
        console.print("history: interrupted; what was measured is kept, the next run goes on")
        return INTERRUPTED
    # It shows what got worse; the check of CI decides.
    return CLEAN if code == REGRESSED else code


def measure(
    number: int,
    budget: str,
    console: Console,
    *,
    benchmarks: str = BENCHMARKS,
    machine: Machine | None = None,
) -> int:
    """Measure the latest `number` commits, check and publish them; returns the check's exit code.

    `benchmarks` is a regular expression on their names; results are kept under `machine`, else
    under the name of this one.
    """
    commits = latest_commits(number)
    for line in remarks(len(commits), number):
        console.print(line, markup=False)
    BUILD.mkdir(exist_ok=True)
    run_asv(commits, console, benchmarks, machine)
    console.print("Looking for what got worse ...")
    named = ["--machine", machine.name] if machine else []
    verdict = _asvwatch(
        *("check", "--last", str(len(commits)), "--json", str(VERDICT), "--budget", budget, *named)
    )
    if verdict not in (CLEAN, REGRESSED, UNMEASURED):
        return verdict
    if _asvwatch("publish", "--verdict", str(VERDICT), stdout=subprocess.DEVNULL) != CLEAN:
        raise HistoryError("the site could not be published, see above")
    _tell_where(console)
    return verdict


def latest_commits(number: int) -> list[str]:
    """Return the latest commits of HEAD (40 hex digits), in first-parent order, newest first."""
    done = _git("rev-list", "--first-parent", f"--max-count={number}", "HEAD")
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["git said nothing"]
        raise HistoryError(
            f"there are no commits to measure ({said[-1]}). It needs a clone made by git."
        )
    return done.stdout.split()


def remarks(found: int, asked: int) -> Iterator[str]:
    """Yield what a reader should know of the history before it is measured."""
    if found < asked:
        shallow = _git("rev-parse", "--is-shallow-repository").stdout.strip() == "true"
        reason = "the history is cut: this is a shallow clone" if shallow else "there are no more"
        yield f"Commits: {found} of the {asked} asked for; {reason}."
    if found == 1:
        yield "One commit has nothing to be compared with: it is measured and shown."
    if _git("status", "--porcelain", "--untracked-files=no").stdout.strip():
        yield "Changes that are not committed are not measured."


def run_asv(
    commits: Sequence[str], console: Console, benchmarks: str, machine: Machine | None
) -> None:
    """Measure the commits that have no results yet; asv's own words go to the log."""
    # asv takes another name or description only once it knows its own.
    for told in ([], ["--machine", machine.name, "--os", machine.system] if machine else []):
        done = _run([*_asv(), "machine", "--yes", *told])
        if done.returncode:
            raise HistoryError(f"asv machine failed: {done.stderr}")
    hashes = BUILD / "history-commits.txt"
    hashes.write_text("\n".join(commits) + "\n")
    command = [*_asv(), "run", "--record-samples", "--skip-existing-successful"]
    command += ["--machine", machine.name] if machine else []
    command += ["--attribute", "rounds=1", "--bench", benchmarks, f"HASHFILE:{hashes}"]
    with LOG.open("w", encoding="utf-8") as log, _Shown(commits, console) as shown:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        try:
            assert process.stdout is not None
            for line in process.stdout:
                log.write(line)
                shown.take(line)
            code = process.wait()
        finally:
            process.terminate()
            process.wait()
    if code not in ASV_GOES_ON:
        last = LOG.read_text(encoding="utf-8").strip().splitlines()[-5:]
        raise HistoryError("\n".join([f"asv run ended with {code} (see {_short(LOG)}):", *last]))


class _Shown:
    """Shows asv's progress: a bar on a terminal, else a line for each commit."""

    def __init__(self, commits: Sequence[str], console: Console) -> None:
        self._commits = [commit[:8] for commit in commits]
        self._console = console
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("Setting up")

    def __enter__(self) -> _Shown:
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.stop()

    def take(self, line: str) -> None:
        """Read one line of asv."""
        if (commit := _COMMIT.match(line)) is not None:
            self._say(self._measuring(commit[1]))
        elif (step := _STEP.match(line)) is not None:
            self._say(step[1])
        if (done := _DONE.match(line)) is not None:
            self._bar.update(self._task, completed=float(done[1]))

    def _measuring(self, commit: str) -> str:
        subject = _git("log", "-1", "--format=%s", commit).stdout.strip()
        place = self._commits.index(commit) + 1 if commit in self._commits else 0
        return f"Measuring {place} of {len(self._commits)}: {commit} {subject[:60]}"

    def _say(self, text: str) -> None:
        self._bar.update(self._task, description=text)
        if not self._console.is_terminal:
            self._console.print(text, markup=False)


def _tell_where(console: Console) -> None:
    flagged = json.loads(VERDICT.read_text(encoding="utf-8"))
    rows = [
        ("findings", f"{_short(SITE / 'asvwatch' / 'index.html')}"),
        ("site", f"{_short(SITE / 'index.html')}, served by: make site"),
        ("verdict", f"{_short(VERDICT)}: {flagged['verdict']}"),
        ("log", _short(LOG)),
    ]
    for name, value in rows:
        console.print(f"  {name:<10} {value}", markup=False)


def _asvwatch(command: str, *arguments: str, stdout: int | None = None) -> int:
    whole = [sys.executable, "-m", "asvwatch", command, "--config", "asv.conf.json", *arguments]
    return subprocess.run(whole, cwd=ROOT, stdout=stdout, check=False).returncode


def _asv() -> list[str]:
    return [sys.executable, "-m", "asv"]


def _git(*arguments: str) -> subprocess.CompletedProcess[str]:
    return _run(["git", *arguments])


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False
    )


def _short(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--commits", type=positive, default=4, metavar="N", help="how many (4)")
    parser.add_argument(
        "--budget", default=BUDGET, metavar="TIME", help=f"for measuring suspicions ({BUDGET})"
    )
    return parser


def positive(text: str) -> int:
    """Return a number from 1 on, for argparse."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
