"""Throw-away projects: a git history, and results beside it in asv's own file format."""

from __future__ import annotations

import itertools
import json
import math
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from asv import machine
from asv.benchmarks import Benchmarks
from asv.results import Results
from asv.runner import BenchmarkResult
from asv.util import write_json

ENV = "virtualenv-py3.11"
FAILED = None
SKIPPED = math.nan


class Project:
    """A repository of `commits` commits on `main`, without files but those added."""

    def __init__(self, root: Path, commits: int = 8, subjects: Mapping[int, str] | None = None):
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main")
        self.hashes = self._import(commits, subjects or {})
        self.results = root / "results"
        self.configure()

    @property
    def config(self) -> Path:
        return self.root / "asv.conf.json"

    def configure(self, **settings: Any) -> None:
        """Write asv.conf.json, with a comment as people do."""
        known = {"version": 1, "project": "tiny", "repo": ".", "branches": ["main"], **settings}
        self.config.write_text(f"// of a test\n{json.dumps(known)}\n")
        (self.root / "benchmarks").mkdir(exist_ok=True)

    def git(self, *arguments: str, input: str | None = None) -> str:  # noqa: A002 - subprocess's
        done = subprocess.run(
            ["git", "-c", "user.name=Ann", "-c", "user.email=ann@example.org", *arguments],
            cwd=self.root,
            input=input,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def _import(self, commits: int, subjects: Mapping[int, str]) -> list[str]:
        stream = []
        for number in range(commits):
            told = subjects.get(number, f"Commit {number}").encode()
            date = 1_700_000_000 + 86_400 * number
            stream.append(
                f"commit refs/heads/main\ncommitter Ann <ann@example.org> {date} +0000\n"
                f"data {len(told)}\n{told.decode()}\n"
            )
        self.git("fast-import", "--quiet", input="".join(stream))
        return self.git("rev-list", "--reverse", "main").split()

    def describe(self, *benchmarks: Mapping[str, Any]) -> None:
        """Write benchmarks.json, as `asv run` does."""
        entries = {one["name"]: dict(one) for one in benchmarks}
        self.results.mkdir(exist_ok=True)
        write_json(str(self.results / "benchmarks.json"), entries, Benchmarks.api_version)

    def store(self, commit: int | str, values: Mapping[str, Any], **more: Any) -> Path:
        """Store the values of one commit as `store` does."""
        commit_hash = self.hashes[commit] if isinstance(commit, int) else commit
        return store(self.results, commit_hash, values, **more)

    def store_all(
        self, benchmark: Mapping[str, Any], values: Sequence[Any], start: int = 0, **more: Any
    ) -> None:
        """One value for each commit from `start` on; what lies at `...` is left unmeasured."""
        self.describe(benchmark)
        for number, value in zip(itertools.count(start), values, strict=False):
            if value is not ...:
                self.store(number, {benchmark["name"]: value}, benchmarks=[benchmark], **more)


def store(
    folder: Path,
    commit: str,
    values: Mapping[str, Any],
    *,
    benchmarks: Sequence[Mapping[str, Any]],
    machine_name: str = "box",
    env: str = ENV,
    requirements: Mapping[str, str] | None = None,
    built: bool = True,
    samples: Mapping[str, list[float]] | None = None,
) -> Path:
    """Store the values of one commit with asv's own `Results` in `folder`; returns the file.

    A list is one value for each combination of parameters; None is a failure, NaN a skip.
    """
    surroundings = {"machine": machine_name, "os": "Linux", "cpu": "x", "python": "3.11"}
    results = Results(
        surroundings, dict(requirements or {}), commit, 1_700_000_000_000, "3.11", env, {}
    )
    described = {one["name"]: one for one in benchmarks}
    for name, given in values.items():
        one = described[name]
        count = math.prod(len(choice) for choice in one["params"]) if one["params"] else 1
        listed = given if isinstance(given, list) else [given] * count
        recorded = (samples or {}).get(name)
        results.add_result(
            one,
            BenchmarkResult(
                result=listed,
                samples=[recorded] * count if recorded else [None] * count,
                number=[1] * count if recorded else [None] * count,
                errcode=0,
                stderr="",
                profile=None,
            ),
            duration=0.5 if built else None,
            record_samples=recorded is not None,
        )
    (folder / machine_name).mkdir(parents=True, exist_ok=True)
    write_json(
        str(folder / machine_name / "machine.json"),
        {"machine": machine_name},
        machine.Machine.api_version,
    )
    results.save(str(folder))
    return folder / results._filename


def benchmark(name: str, **more: Any) -> dict[str, Any]:
    """asv's description of a benchmark, its type by the prefix of its name."""
    kinds = {"time": "time", "peakmem": "peakmemory", "mem": "memory", "track": "track"}
    units = {"time": "seconds", "peakmemory": "bytes", "memory": "bytes", "track": "unit"}
    kind = kinds[name.rpartition(".")[2].partition("_")[0]]
    entry = {"name": name, "params": [], "version": "1", "type": kind, "unit": units[kind]}
    described = {"param_names": [], "code": "", "pretty_name": name, **entry, **more}
    described["param_names"] = [f"p{at}" for at, _ in enumerate(described["params"])]
    return described
