"""Connects a check to the builds: one set of builds for each environment, made when needed."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout

from asvwatch import attribute, paired
from asvwatch.attribute import Breakage, first_failing
from asvwatch.builds import Builds
from asvwatch.config import Config
from asvwatch.errors import BuildFailed
from asvwatch.model import (
    Attribution,
    Budget,
    Candidate,
    History,
    PairedResult,
    Rule,
    relative_change,
)
from asvwatch.nominate import is_exact

__all__ = ["BuildsMeasurer", "alone", "measurer"]

Log = Callable[[str], None]


class BuildsMeasurer:
    """Measures candidates in the environments in which their series were measured."""

    def __init__(
        self,
        config: Config,
        history: History,
        budget: Budget,
        log: Log,
        resources: contextlib.ExitStack,
    ) -> None:
        self._config = config
        self._history = history
        self.budget = budget
        self._log = log
        self._resources = resources
        self._builds: dict[str, Builds] = {}

    def confirm(self, candidate: Candidate) -> PairedResult:
        """Measure the ends of the candidate's range in pairs.

        Builds that are the same, file by file, are unchanged without a measurement: most commits
        of a project change its tests or its words.
        """
        series = candidate.series
        exact = is_exact(series)
        builds = self._for(candidate)
        with contextlib.suppress(BuildFailed):  # that is told below, with the commit
            if builds.alike(candidate.good, candidate.bad):
                return paired.identical("both commits install the same files")
        result = paired.confirm(
            builds,
            series.key.benchmark,
            series.key.params_index,
            candidate.good,
            candidate.bad,
            kind=series.rule.kind,
            floor=series.rule.tolerance if exact else series.rule.floor,
            budget=self.budget,
        )
        return _as_exact(result, series.rule) if series.rule.exact is None else result

    def attribute(self, candidate: Candidate, confirmed: PairedResult | None) -> Attribution:
        """Find the commit of a step that exists."""
        return attribute.attribute(
            self._for(candidate),
            candidate,
            self._history,
            confirmed=confirmed,
            budget=self.budget,
        )

    def loads_no_difference(self, candidate: Candidate) -> bool:
        """Whether the ends of the range differ in Python modules alone, and in none of those that
        the benchmark loads at either end: then it runs the same code on both sides."""
        builds, key = self._for(candidate), candidate.series.key
        try:
            changed = builds.differing(candidate.good, candidate.bad)
            if changed is None or not all(map(_is_module, changed)):
                return False
            before = builds.prepare(candidate.good)
            after = builds.prepare(candidate.bad, beside=before)
        except BuildFailed:
            return False
        for build in (before, after):
            loaded = build.loaded(key.benchmark, key.params_index)
            if not loaded or loaded & changed:
                return False
        return True

    def first_failing(self, candidate: Candidate) -> Breakage | None:
        """Find where the benchmark began to fail, if it runs at the good end and fails at the bad
        one. Raises BuildFailed for the ends."""
        key = candidate.series.key
        commits = (candidate.good, *self._history.after(candidate.good, candidate.bad))
        return first_failing(self._for(candidate), key.benchmark, key.params_index, commits)

    def _for(self, candidate: Candidate) -> Builds:
        env = candidate.series.key.env
        if env not in self._builds:
            made = Builds(self._config.path, env=env or None, log=self._log)
            self._builds[env] = self._resources.enter_context(made)
        return self._builds[env]


def _as_exact(result: PairedResult, rule: Rule) -> PairedResult:
    """The result, judged by the tolerance where the pairs have proved that the metric is exact."""
    if result.confidence < 1 or not result.samples:
        return result
    change = abs(relative_change(*result.samples[-1]))
    return replace(result, outcome="changed" if change > rule.tolerance else "unchanged")


def _is_module(name: str) -> bool:
    """Whether a file of a wheel is loaded as a module or not at all: no data, no metadata."""
    return name.endswith(".py") and ".data/" not in name


@contextlib.contextmanager
def measurer(
    config: Config, history: History, seconds: float, log: Log
) -> Iterator[BuildsMeasurer]:
    """A measurer that has the builds for itself while the block lasts.

    Its `budget` ends `seconds` after that began: what was waited for another asvwatch is no part
    of it.
    """
    with contextlib.ExitStack() as resources:
        resources.enter_context(alone(config.env_dir / "asvwatch" / "check.lock", log))
        budget = Budget(deadline=time.monotonic() + seconds)
        yield BuildsMeasurer(config, history, budget, log, resources)


@contextlib.contextmanager
def alone(lock_file: Path, log: Log) -> Iterator[None]:
    """Wait until no other asvwatch holds `lock_file`; the system frees it when a process dies."""
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(lock_file)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        log(f"another asvwatch is at work, waiting for it ({lock_file})")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
