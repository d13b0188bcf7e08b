"""The types that the parts of asvwatch hand to each other; all frozen, none does any work."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Attribution",
    "Better",
    "Budget",
    "Candidate",
    "Commit",
    "Direction",
    "FloatArray",
    "History",
    "Kind",
    "Measurement",
    "Missing",
    "Outcome",
    "PairedResult",
    "Part",
    "Rest",
    "Rule",
    "Series",
    "SeriesKey",
    "direction_of",
    "relative_change",
]

Kind = Literal["time", "memory", "count"]
Better = Literal["lower", "higher"]
Direction = Literal["regression", "improvement"]
Missing = Literal["failed", "skipped", "not built"]
FloatArray = NDArray[np.float64]
Outcome = Literal["changed", "unchanged", "undecided"]


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit. `date` is the committer's, in seconds since 1970 UTC."""

    hash: str
    parents: tuple[str, ...]
    author: str
    date: int
    subject: str


@dataclass(frozen=True)
class History:
    """The first-parent commits of one branch, oldest first; `cut` if a shallow clone ends it."""

    commits: tuple[Commit, ...]
    cut: bool = False
    _position: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        positions = {commit.hash: at for at, commit in enumerate(self.commits)}
        object.__setattr__(self, "_position", positions)

    def __contains__(self, commit: str) -> bool:
        return commit in self._position

    def __getitem__(self, commit: str) -> Commit:
        return self.commits[self._position[commit]]

    def position(self, commit: str) -> int:
        """The place of a commit, 0 = oldest; KeyError if it is not on this branch."""
        return self._position[commit]

    def after(self, good: str, bad: str) -> tuple[str, ...]:
        """The commits behind `good` up to and with `bad`, oldest first: where a step can be."""
        first, last = self._position[good] + 1, self._position[bad] + 1
        return tuple(commit.hash for commit in self.commits[first:last])

    def adjacent(self, good: str, bad: str) -> bool:
        """Whether `good` is the first parent of `bad`."""
        return self._position[bad] - self._position[good] == 1


@dataclass(frozen=True, slots=True)
class Rule:
    """How a metric is judged.

    `exact`: True if declared deterministic, False if declared noisy, None if identical values may
    prove it. `tolerance` is the relative change that an exact metric may show without meaning,
    `floor` the relative change below which a noisy one does not matter.
    """

    kind: Kind
    better: Better = "lower"
    exact: bool | None = None
    tolerance: float = 0.0
    floor: float = 0.02


@dataclass(frozen=True, slots=True, order=True)
class SeriesKey:
    """What makes two values comparable.

    `params` are asv's own representations of the parameter values, `params_index` the place of
    that combination in asv's row-major list (0 without parameters), `env` asv's name of the
    environment and `version` that of the benchmark.
    """

    benchmark: str
    params: tuple[str, ...]
    params_index: int
    machine: str
    env: str
    version: str

    @property
    def label(self) -> str:
        """`suite.time_it` or `suite.time_it(10, 'a')`."""
        return f"{self.benchmark}({', '.join(self.params)})" if self.params else self.benchmark


@dataclass(frozen=True, eq=False, slots=True)
class Series:
    """The stored results of one benchmark in first-parent order, oldest first.

    Columns of equal length n, one place for each commit that asv tried (others are absent):
    `values` (n,) in `unit`, NaN where there is none; `missing` says why not, by place;
    `intervals` (n, 2) asv's 99 % intervals, NaN where it stored none; `samples` by place, where
    asv recorded them; `surroundings` names what was installed and what machine it was.
    """

    key: SeriesKey
    unit: str
    rule: Rule
    commits: tuple[str, ...]
    values: FloatArray
    intervals: FloatArray
    surroundings: tuple[str, ...]
    missing: Mapping[int, Missing] = field(default_factory=dict)
    samples: Mapping[int, FloatArray] = field(default_factory=dict)

    @property
    def measured(self) -> NDArray[np.intp]:
        """The places that have a value, ascending."""
        return np.flatnonzero(np.isfinite(self.values))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A step that a series suggests, somewhere behind `good` and up to `bad`.

    `good` and `bad` were measured by asv. Between them there may be commits that were not, and,
    for a noisy series, ones that were but leave open on which side of the step they are.
    `before` and `after` are the levels on both sides in the unit of the series, `score` orders the
    most suspicious first, `exact` says that the values need no statistics. `lone` marks the
    newest point or a short history: a suspicion that only a measurement can turn into a finding.
    `creep` says that no single step explains the values, so that the change may have come in many
    small parts; `causes` are what changed beside the commits: `os: Linux 6.1 → Linux 6.8`.
    """

    series: Series
    good: str
    bad: str
    before: float
    after: float
    direction: Direction
    score: float
    exact: bool = False
    lone: bool = False
    creep: bool = False
    causes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a creep: behind `good` and up to `bad` the values changed by `ratio`, which has a
    95 % `interval` where it was measured in pairs."""

    good: str
    bad: str
    ratio: float
    interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """How much one confirmation may measure.

    `pairs` bounds the pairs of fresh processes of one stage (the first look; the independent
    second one has as many again), `deadline` is a `time.monotonic()` value or None.
    """

    pairs: int = 60
    deadline: float | None = None

    def spent(self) -> bool:
        return self.deadline is not None and time.monotonic() >= self.deadline


@dataclass(frozen=True, slots=True)
class Measurement:
    """One fresh process of one benchmark: a value in asv's unit, or None and the `error`.

    `number` is how many calls one sample of a time benchmark holds (0 for others); `skipped` says
    that the benchmark itself declined (NotImplementedError in its setup).
    """

    value: float | None
    samples: tuple[float, ...] = ()
    number: int = 0
    error: str = ""
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class PairedResult:
    """The comparison of two builds.

    `before` and `after` are typical values in asv's unit, `ratio` is after / before and
    `interval` its interval (95 % unless `confidence` says otherwise). `samples` are the
    (before, after) values of the pairs in the order in which they were measured. "undecided" has
    a `reason`; `failed` says that it is undecided because something could not be measured,
    `incomparable` that the benchmark does not run at the first build or skips itself.
    """

    outcome: Outcome
    before: float
    after: float
    ratio: float
    interval: tuple[float, float]
    pairs: int
    samples: tuple[tuple[float, float], ...] = ()
    confidence: float = 0.95
    reason: str = ""
    failed: bool = False
    incomparable: bool = False


@dataclass(frozen=True, slots=True)
class Rest:
    """There is more of a step behind `good` and up to `bad`, from `before` to `after`."""

    good: str
    bad: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Attribution:
    """Where a step was found: in `commit`, measured against its parent `good` (then `bad` is
    `commit`), or somewhere behind `good` up to `bad` with the `reason` why not closer.

    `result` compares `good` with `bad` (None for an exact metric, whose `before` and `after`
    are the values). `unbuilt` are the commits in the range that do not build, each with a reason.
    `parts` are those of a range without a single step, oldest first. `rest` are the ranges in which
    there is more of the step than the commit explains, `known` the values of an exact metric that
    were measured, by commit.
    """

    commit: str | None
    good: str
    bad: str
    before: float
    after: float
    result: PairedResult | None = None
    reason: str = ""
    unbuilt: tuple[tuple[str, str], ...] = ()
    parts: tuple[Part, ...] = ()
    rest: tuple[Rest, ...] = ()
    known: Mapping[str, float] = field(default_factory=dict)


def relative_change(before: float, after: float) -> float:
    """(after - before) / |before|; infinite, with its sign, for a change from 0."""
    if before == after:
        return 0.0
    if before == 0:
        return float("inf") if after > 0 else float("-inf")
    return (after - before) / abs(before)


def direction_of(before: float, after: float, better: Better) -> Direction:
    """Which way a change from `before` to `after` goes for a metric that is better so."""
    worse = after > before if better == "lower" else after < before
    return "regression" if worse else "improvement"
