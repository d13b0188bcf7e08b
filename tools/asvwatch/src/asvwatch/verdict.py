"""What a check says: findings, the verdict over them, its JSON (schema 1) and the exit code."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from asvwatch.model import Direction, Kind, Part

__all__ = [
    "EXIT_CODES",
    "SCHEMA",
    "BudgetCheck",
    "Evidence",
    "Failure",
    "Finding",
    "Status",
    "Verdict",
]

SCHEMA = 1
Status = Literal["clean", "regressed", "unmeasured"]
Evidence = Literal["paired", "exact", "history"]
EXIT_CODES: Mapping[Status, int] = {"clean": 0, "regressed": 1, "unmeasured": 3}


@dataclass(frozen=True, slots=True)
class Finding:
    """One change of one series.

    `commit` is None where only the `range` (good, bad] is known. `before` and `after` are in
    `unit`, NaN if never measured (null in JSON); `ratio` is after / before, None from 0;
    `interval` is that of the ratio. `reason` says why a finding is undecided or names a range
    only; `recovered_by` is the commit that took a regression back; `failed` marks an undecided one
    that could not be measured at all. `parts` are those of a creep, oldest first; `causes` are what
    else changed with an undecided one: a kernel, a processor, a requirement.
    """

    benchmark: str
    params: tuple[str, ...]
    kind: Kind
    unit: str
    direction: Direction
    commit: str | None
    range: tuple[str, str]
    before: float
    after: float
    ratio: float | None
    interval: tuple[float, float] | None
    evidence: Evidence
    accepted: str | None = None
    machine: str = ""
    environment: str = ""
    version: str = ""
    floor: float = 0.0
    reason: str = ""
    recovered_by: str | None = None
    failed: bool = False
    pairs: tuple[tuple[float, float], ...] = ()
    parts: tuple[Part, ...] = ()
    causes: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """`suite.time_it` or `suite.time_it(10, 'a')`."""
        return _label(self.benchmark, self.params)

    @property
    def fingerprint(self) -> str:
        """12 hex digits that stay the same from check to check, on any machine."""
        where = self.commit or "..".join(self.range)
        return _fingerprint(self.benchmark, list(self.params), self.direction, where)

    def to_json(self) -> dict[str, Any]:
        return {
            "benchmark": self.benchmark,
            "params": list(self.params),
            "kind": self.kind,
            "unit": self.unit,
            "commit": self.commit,
            "range": list(self.range),
            "before": _finite(self.before),
            "after": _finite(self.after),
            "ratio": self.ratio,
            "interval": list(self.interval) if self.interval else None,
            "evidence": self.evidence,
            "accepted": self.accepted,
            "fingerprint": self.fingerprint,
            "direction": self.direction,
            "machine": self.machine,
            "environment": self.environment,
            "version": self.version,
            "floor": self.floor,
            "reason": self.reason,
            "recovered_by": self.recovered_by,
            "failed": self.failed,
            "pairs": [list(pair) for pair in self.pairs],
            "parts": [dataclasses.asdict(part) for part in self.parts],
            "causes": list(self.causes),
        }


@dataclass(frozen=True, slots=True)
class Failure:
    """A benchmark that fails since `commit`, or (`benchmark` None) a commit that does not build.

    `newest` says that the newest measured commit is concerned: what it did cannot be said.
    """

    benchmark: str | None
    commit: str
    reason: str
    newest: bool = False

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


@dataclass(frozen=True, slots=True)
class BudgetCheck:
    """The newest value of a series, that of `commit`, against its budget: `bound` is the most or
    (`is_least`) the least that it may be; both are in `unit`."""

    benchmark: str
    params: tuple[str, ...]
    unit: str
    value: float
    bound: float
    is_least: bool
    what: str
    commit: str
    machine: str = ""
    environment: str = ""

    @property
    def label(self) -> str:
        """`suite.time_it` or `suite.time_it(10, 'a')`."""
        return _label(self.benchmark, self.params)

    @property
    def is_broken(self) -> bool:
        return self.value < self.bound if self.is_least else self.value > self.bound

    @property
    def fingerprint(self) -> str:
        """12 hex digits that stay the same whatever the value is, on any machine."""
        return _fingerprint(self.benchmark, list(self.params), "budget", self.is_least)

    def to_json(self) -> dict[str, Any]:
        return {
            **dataclasses.asdict(self),
            "params": list(self.params),
            "is_broken": self.is_broken,
            "fingerprint": self.fingerprint,
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """The whole answer of a check.

    `commits` and `series` count what was measured, `confirmed` says whether noisy candidates were
    measured or only reported, `notes` are what a reader should know (a cut history, files skipped).
    `tip` is the last commit of the history that was looked at, None if it had none.
    """

    status: Status
    regressions: tuple[Finding, ...] = ()
    improvements: tuple[Finding, ...] = ()
    recovered: tuple[Finding, ...] = ()
    undecided: tuple[Finding, ...] = ()
    failures: tuple[Failure, ...] = ()
    budgets: tuple[BudgetCheck, ...] = ()
    commits: int = 0
    series: int = 0
    confirmed: bool = True
    notes: tuple[str, ...] = ()
    tip: str | None = None

    @property
    def broken(self) -> tuple[BudgetCheck, ...]:
        """The budgets that do not hold."""
        return tuple(one for one in self.budgets if one.is_broken)

    @property
    def exit_code(self) -> int:
        return EXIT_CODES[self.status]

    def to_json(self) -> dict[str, Any]:
        """The verdict as documented; infinities and NaN do not occur in it."""
        return {
            "schema": SCHEMA,
            "verdict": self.status,
            "regressions": [finding.to_json() for finding in self.regressions],
            "improvements": [finding.to_json() for finding in self.improvements],
            "recovered": [finding.to_json() for finding in self.recovered],
            "undecided": [finding.to_json() for finding in self.undecided],
            "failures": [failure.to_json() for failure in self.failures],
            "budgets": [one.to_json() for one in self.budgets],
            "measured": {"commits": self.commits, "series": self.series},
            "confirmed": self.confirmed,
            "tip": self.tip,
            "notes": list(self.notes),
        }


def _label(benchmark: str, params: Sequence[str]) -> str:
    return f"{benchmark}({', '.join(params)})" if params else benchmark


def _fingerprint(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
