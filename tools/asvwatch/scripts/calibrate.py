"""Measures what the paired measurement finds on this machine, and how often it is wrong.

A throw-away project is built in five versions: as it is, as it is with another comment, 5 % and
10 % slower, and with 2 % more memory. Pairs of them are compared as `asvwatch check` does. What was
measured is kept, so that a run that was interrupted goes on.

    python tools/asvwatch/scripts/calibrate.py --folder build/calibration
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from asvwatch.builds import Builds
from asvwatch.config import RESIDENT_MEMORY, TIME
from asvwatch.model import Budget
from asvwatch.paired import confirm

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from repositories import Repository

API, PIPELINE, MEMORY = "suite.time_api_call", "suite.time_pipeline", "suite.peakmem_library"
RULES = {API: TIME, PIPELINE: TIME, MEMORY: RESIDENT_MEMORY}
NULL_IN_A_ROUND = 5
# How many comparisons each row asks for, and how many of them may go wrong.
WANTED = {
    "same": (100, "at most 1 reported"),
    "+5 %": (20, "at least 19 found"),
    "+10 %": (20, "20 found"),
    "+2 % memory": (20, "20 found"),
}

SUITE = """\
import planted


def time_api_call():
    planted.answer()


def time_pipeline():
    planted.pipeline()


def peakmem_library():
    planted.library()
"""

PACKAGE = """\
{comment}
import json
import re

PASSAGE = {{"title": "A life", "year": 1815, "words": ["she", "wrote", "to", "him"]}}
SENTENCE = "In the spring of 1833 she met Charles Babbage, and saw his engine in Dorset Street."


def answer():
    for _ in range({answers}):
        json.loads(json.dumps(PASSAGE))


def pipeline():
    counts = {{}}
    for _ in range({sentences}):
        for word in re.findall(r"\\w+", SENTENCE.lower()):
            counts[word] = counts.get(word, 0) + 1
    return counts


def library():
    return [bytes(1000) for _ in range({books})]
"""
# About 0.5 ms, 10 ms and 60 MB; Python itself is a quarter of the memory.
BASE: dict[str, Any] = {"comment": "", "answers": 100, "sentences": 2000, "books": 44_000}
VERSIONS: dict[str, dict[str, Any]] = {
    "base": {},
    "same": {"comment": "# Says the same."},
    "+5 %": {"answers": 105, "sentences": 2100},
    "+10 %": {"answers": 110, "sentences": 2200},
    "+2 % memory": {"books": 45_250},
}


@dataclasses.dataclass(frozen=True)
class Comparison:
    """One to make: which version against the base, of which benchmark, the number of it."""

    row: str
    benchmark: str
    number: int

    @property
    def key(self) -> str:
        return f"{self.row} {self.benchmark} {self.number}"


def plan(rounds: int) -> Iterator[Comparison]:
    """All comparisons, the rows in turn, so that a part of it is a fair sample of the whole."""
    for number in range(rounds):
        for each in range(NULL_IN_A_ROUND):
            at = NULL_IN_A_ROUND * number + each
            yield Comparison("same", (API, PIPELINE, MEMORY)[at % 3], at)
        for row in ("+5 %", "+10 %"):
            yield Comparison(row, (API, PIPELINE)[number % 2], number)
        yield Comparison("+2 % memory", MEMORY, number)


def project(folder: Path) -> dict[str, str]:
    """Make the repository, if it is not there; returns the commits by version."""
    if not (folder / ".git").is_dir():
        made = Repository(folder, SUITE)
        for name, changed in VERSIONS.items():
            made.commit(name, PACKAGE.format(**{**BASE, **changed}))
    command = ["git", "rev-list", "--reverse", "main"]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return dict(zip(VERSIONS, done.stdout.split(), strict=True))


def measure(folder: Path, rounds: int, kept: Path) -> None:
    """Make what is missing of the comparisons; each is added to `kept` when it is made."""
    commits = project(folder)
    done = {entry["key"] for entry in read(kept)}
    missing = [one for one in plan(rounds) if one.key not in done]
    if not missing:
        return
    with Builds(folder / "asv.conf.json", log=told, slots=len(VERSIONS)) as builds:
        for left, one in enumerate(missing):
            rule = RULES[one.benchmark]
            began = time.monotonic()
            result = confirm(
                builds,
                one.benchmark,
                0,
                commits["base"],
                commits[one.row],
                kind=rule.kind,
                floor=rule.floor,
                budget=Budget(),
                seed=one.number,
            )
            entry = {
                "key": one.key,
                "row": one.row,
                "benchmark": one.benchmark,
                "outcome": result.outcome,
                "ratio": result.ratio,
                "interval": result.interval,
                "before": result.before,
                "pairs": result.pairs,
                "seconds": time.monotonic() - began,
            }
            with kept.open("a", encoding="utf-8") as file:
                file.write(f"{json.dumps(entry)}\n")
            told(f"{len(missing) - left - 1} left; {one.key}: {result.outcome} {result.ratio:.4f}")


def told(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def read(kept: Path) -> list[dict[str, Any]]:
    if not kept.exists():
        return []
    return [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]


def table(entries: list[dict[str, Any]]) -> str:
    """What was found, as Markdown; medians of pairs, ratios and seconds."""
    lines = [
        "| planted | benchmark | comparisons | changed | unchanged | undecided | ratio | pairs "
        "| seconds |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in WANTED:
        for benchmark in RULES:
            held = [one for one in entries if (one["row"], one["benchmark"]) == (row, benchmark)]
            if not held:
                continue
            counts = [
                str(sum(one["outcome"] == outcome for one in held))
                for outcome in ("changed", "unchanged", "undecided")
            ]
            medians = [
                f"{statistics.median(one[name] for one in held):{shape}}"
                for name, shape in (("ratio", ".4f"), ("pairs", ".0f"), ("seconds", ".0f"))
            ]
            cells = [row, benchmark, str(len(held)), *counts, *medians]
            lines.append(f"| {' | '.join(cells)} |")
    lines.append("")
    for row, (wanted, claim) in WANTED.items():
        held = [one for one in entries if one["row"] == row]
        changed = [one for one in held if one["outcome"] == "changed"]
        right = sum(one["ratio"] > 1 for one in changed)
        said = f"{len(changed)} reported" if row == "same" else f"{right} found"
        lines.append(f"- {row}: {said} of {len(held)} (of {wanted}: {claim})")
    cores = os.cpu_count()
    lines.append(f"- Python {platform.python_version()}, {platform.system()}, {cores} cores")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--folder", type=Path, default=Path("build/calibration"))
    parser.add_argument("--rounds", type=int, default=20, help="of 8 comparisons each (20)")
    options = parser.parse_args()
    kept = options.folder / "comparisons.jsonl"
    try:
        measure((options.folder / "project").resolve(), options.rounds, kept)
    finally:
        print(table(read(kept)))


if __name__ == "__main__":
    main()
