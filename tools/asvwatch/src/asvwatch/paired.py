"""Compares two builds by pairs of fresh processes in balanced random order.

Two processes of a pair run one right after the other, so that a slow machine slows both; which
one goes first is drawn at random and balanced in every block of two pairs, so that a drift falls
on both alike. Both have the same hash seed, variables and number of calls; another pair has
another hash seed, because a seed can favour one build.
"""

from __future__ import annotations

import itertools
import math
import random
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, replace

from asvwatch.builds import Build, Builds
from asvwatch.errors import BuildFailed
from asvwatch.model import (
    Budget,
    Kind,
    Measurement,
    Outcome,
    PairedResult,
    Part,
    relative_change,
)
from asvwatch.runs import Conditions
from asvwatch.stats import (
    FEWEST_PAIRS,
    Decision,
    Judge,
    against_floor,
    against_middle,
    estimate,
    plan,
    run_stage,
)

__all__ = ["NotMeasured", "confirm", "identical", "part", "place", "single"]

BUDGET_SPENT = "the time budget is spent"

# So many pairs of identical values, and one more of the first look at each build, are taken as
# deterministic.
_EXACT_PAIRS = 3
_CONFIDENCE = 0.95

# How many pairs a part of a creep gets. They say how large it is, not whether it matters.
_PART_PAIRS = 20

# For how many seconds each process of a time benchmark takes samples: (pairs so far, seconds).
# A clear case is decided by short processes. Where they do not decide, the machine is busy, and a
# minimum over a longer time more often meets a moment in which it is not: on a shared machine
# with slow phases of up to a second, pairs of 8 ms calls spread by 7 % with 0.12 s of them, by
# 2 % with 0.25 s and by 1.3 % with 0.7 s. Both processes of a pair always take the same time.
_PATIENCE = ((8, 0.3), (20, 0.5), (math.inf, 0.8))
_MOST_HASH_SEED = 4_294_967_295


class NotMeasured(Exception):  # noqa: N818 - reads as a state
    """A comparison cannot go on; `commit` (40 hex digits) is where the benchmark does not run, or
    `skipped` itself, None if it is the budget or the values that end it."""

    def __init__(self, reason: str, commit: str | None = None, *, skipped: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.commit = commit
        self.skipped = skipped


@dataclass(frozen=True, slots=True)
class _Benchmark:
    name: str
    params_index: int


class _Pairs:
    """Measures pairs and keeps them. Raises NotMeasured when one cannot be had."""

    def __init__(
        self, before: Build, after: Build, benchmark: _Benchmark, budget: Budget, seed: int
    ) -> None:
        self._builds = (before, after)
        self._benchmark = benchmark
        self._budget = budget
        self._random = random.Random(  # noqa: S311 - repeatable, not secret
            f"{seed} {benchmark.name} {benchmark.params_index} {before.commit} {after.commit}"
        )
        self._number = 0
        self._warm_up: tuple[float, ...] = ()
        self.values: list[tuple[float, float]] = []

    def warm_up(self) -> None:
        """Run both once, uncounted: files get into memory, and a time benchmark of either build
        says how many calls make a sample; the smaller number is used for both."""
        runs = [self._run(build, Conditions()) for build in self._builds]
        self._number = min(run.number for run in runs)
        self._warm_up = tuple(_value(run) for run in runs)

    @property
    def timed(self) -> bool:
        """Whether a clock gave the values: not so for virtual time that a benchmark tracks."""
        return self._number > 0

    def log_ratios(self) -> Iterator[float]:
        """Endless new pairs of one stage as log(after / before)."""
        drawn = 0
        while True:
            first_is_before = self._random.random() < 0.5
            for order in (first_is_before, not first_is_before):
                before, after = self._pair(_seconds(drawn), first_is_before=order)
                drawn += 1
                self.values.append((before, after))
                if before <= 0 or after <= 0:
                    raise NotMeasured(f"a value of {min(before, after):g} has no ratio")
                yield math.log(after / before)

    def exact(self) -> tuple[float, float] | None:
        """Both values if the benchmark proves to be deterministic, else None."""
        for _ in range(_EXACT_PAIRS):
            if self._differ():
                return None
            first_is_before = self._random.random() < 0.5
            self.values.append(self._pair(_seconds(0), first_is_before=first_is_before))
        return None if self._differ() else self.values[-1]

    def _differ(self) -> bool:
        return any(pair != self._warm_up for pair in self.values)

    def _pair(self, seconds: float, *, first_is_before: bool) -> tuple[float, float]:
        conditions = Conditions(
            hash_seed=self._random.randint(1, _MOST_HASH_SEED),
            number=self._number,
            seconds=seconds,
        )
        values = [0.0, 0.0]
        for side in (0, 1) if first_is_before else (1, 0):
            values[side] = _value(self._run(self._builds[side], conditions))
        return values[0], values[1]

    def _run(self, build: Build, conditions: Conditions) -> Measurement:
        if self._budget.spent():
            raise NotMeasured(BUDGET_SPENT)
        run = build.measure(self._benchmark.name, self._benchmark.params_index, conditions)
        if run.value is None:
            reason = f"at {build.commit[:8]}: {run.error}"
            raise NotMeasured(reason, build.commit, skipped=run.skipped)
        return run


def _seconds(drawn: int) -> float:
    return next(seconds for pairs, seconds in _PATIENCE if drawn < pairs)


def single(builds: Builds, benchmark: str, params_index: int, commit: str) -> Measurement:
    """One fresh process with hash seed 0, for metrics that need no statistics.

    Raises BuildFailed.
    """
    return builds.prepare(commit).measure(benchmark, params_index)


def identical(reason: str) -> PairedResult:
    """ "unchanged" without a measurement, for the `reason`."""
    return _result("unchanged", [], reason)


def confirm(
    builds: Builds,
    benchmark: str,
    params_index: int,
    good: str,
    bad: str,
    *,
    kind: Kind,
    floor: float,
    budget: Budget,
    seed: int = 0,
) -> PairedResult:
    """Whether `bad` differs from `good` (40 hex digits each) by more than `floor`.

    "changed": two independent series of pairs each put the interval of the ratio outside
    1 -+ floor, on the same side. "unchanged": the first one put it within twice the floor, around
    an estimate within the floor. Everything else is "undecided" with a reason: `failed` if a
    commit does not build or the benchmark does not run there, `incomparable` if it does not run at
    `good` or skips itself. Values that are the same in every
    process are compared as they are. `ratio` and `interval` (95 %) are those of all pairs
    together; they are NaN without any pair, the interval also where the pairs are too few for one.
    """
    try:
        before = builds.prepare(good)
        pairs = _Pairs(
            before,
            builds.prepare(bad, beside=before),
            _Benchmark(benchmark, params_index),
            budget,
            seed,
        )
    except BuildFailed as error:
        return _undecided([], str(error), failed=True)
    try:
        pairs.warm_up()
        if kind != "time" or not pairs.timed:
            exact = pairs.exact()
            if exact is not None:
                return _exact_result(exact, floor, pairs.values)
            pairs.values.clear()
        return _two_stages(pairs, against_floor(floor), budget)
    except NotMeasured as stop:
        failed = stop.commit is not None
        incomparable = stop.skipped or (stop.commit == good and not pairs.values)
        result = _undecided(pairs.values, stop.reason, failed=failed)
        return replace(result, incomparable=incomparable)


def place(
    builds: Builds,
    benchmark: str,
    params_index: int,
    good: str,
    commit: str,
    *,
    ratio: float,
    budget: Budget,
    seed: int = 0,
) -> Decision | None:
    """On which side of a known step of `ratio` behind `good` a commit is: 0 on the side of
    `good`, 1 behind the step, None if the pairs do not tell.

    Raises NotMeasured and BuildFailed.
    """
    before = builds.prepare(good)
    after = builds.prepare(commit, beside=before)
    pairs = _Pairs(before, after, _Benchmark(benchmark, params_index), budget, seed)
    pairs.warm_up()
    judge = against_middle(math.log(ratio))
    return run_stage(pairs.log_ratios(), plan(budget.pairs), judge).decision


def part(
    builds: Builds, benchmark: str, params_index: int, good: str, bad: str, *, budget: Budget
) -> Part:
    """How much `bad` differs from `good`, by a fixed number of pairs; nothing is decided by it.

    Raises NotMeasured and BuildFailed.
    """
    if builds.alike(good, bad):
        return Part(good, bad, 1.0, (1.0, 1.0))
    before = builds.prepare(good)
    after = builds.prepare(bad, beside=before)
    pairs = _Pairs(before, after, _Benchmark(benchmark, params_index), budget, seed=2)
    pairs.warm_up()
    logs = list(itertools.islice(pairs.log_ratios(), _PART_PAIRS))
    found = estimate(logs, 1 - _CONFIDENCE)
    return Part(good, bad, math.exp(found.center), (math.exp(found.low), math.exp(found.high)))


def _two_stages(pairs: _Pairs, judge: Judge, budget: Budget) -> PairedResult:
    looks = plan(budget.pairs)
    first = run_stage(pairs.log_ratios(), looks, judge)
    if first.decision is None:
        return _undecided(pairs.values, f"{len(first.log_ratios)} pairs did not decide it")
    if first.decision == 0:
        return _result("unchanged", pairs.values)
    second = run_stage(pairs.log_ratios(), looks, judge)
    if second.decision == first.decision:
        return _result("changed", pairs.values)
    return _undecided(pairs.values, "a second, independent series of pairs did not confirm it")


def _result(
    outcome: Outcome, values: list[tuple[float, float]], reason: str = "", failed: bool = False
) -> PairedResult:
    usable = [pair for pair in values if min(pair) > 0]
    before = statistics.median(pair[0] for pair in usable) if usable else math.nan
    ratio, interval = math.nan, (math.nan, math.nan)
    if len(usable) >= 2:
        logs = [math.log(pair[1] / pair[0]) for pair in usable]
        found = estimate(logs, 1 - _CONFIDENCE)
        ratio = math.exp(found.center)
        if len(usable) >= FEWEST_PAIRS:
            interval = (math.exp(found.low), math.exp(found.high))
    return PairedResult(
        outcome=outcome,
        before=before,
        after=before * ratio,
        ratio=ratio,
        interval=interval,
        pairs=len(values),
        samples=tuple(values),
        confidence=_CONFIDENCE,
        reason=reason,
        failed=failed,
    )


def _undecided(
    values: list[tuple[float, float]], reason: str, *, failed: bool = False
) -> PairedResult:
    return _result("undecided", values, reason, failed)


def _exact_result(
    exact: tuple[float, float], floor: float, values: list[tuple[float, float]]
) -> PairedResult:
    before, after = exact
    change = relative_change(before, after)
    ratio = 1.0 + change if before > 0 else (1.0 if change == 0 else math.nan)
    return PairedResult(
        outcome="changed" if abs(change) > floor else "unchanged",
        before=before,
        after=after,
        ratio=ratio,
        interval=(ratio, ratio),
        pairs=len(values),
        samples=tuple(values),
        confidence=1.0,
        reason="the values are the same in every process",
    )


def _value(run: Measurement) -> float:
    assert run.value is not None
    return run.value
