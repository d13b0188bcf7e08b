"""What a check says: findings, the verdict over them, its JSON (schema 1) and the exit code."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from asvwatch.accepted import Accepted
from asvwatch.errors import ConfigError
from asvwatch.model import Direction, History, Kind, direction_of

__all__ = [
    "EXIT_CODES",
    "SCHEMA",
    "Evidence",
    "Failure",
    "Finding",
    "Status",
    "Verdict",
    "accept",
    "decide",
    "read",
    "split_recovered",
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
    that could not be measured at all.
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

    @property
    def label(self) -> str:
        """`suite.time_it` or `suite.time_it(10, 'a')`."""
        return f"{self.benchmark}({', '.join(self.params)})" if self.params else self.benchmark

    @property
    def fingerprint(self) -> str:
        """12 hex digits that stay the same from check to check, on any machine."""
        where = self.commit or "..".join(self.range)
        parts = json.dumps([self.benchmark, list(self.params), self.direction, where])
        return hashlib.sha256(parts.encode()).hexdigest()[:12]

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
class Verdict:
    """The whole answer of a check.

    `commits` and `series` count what was measured, `confirmed` says whether noisy candidates were
    measured or only reported, `notes` are what a reader should know (a cut history, files skipped).
    """

    status: Status
    regressions: tuple[Finding, ...] = ()
    improvements: tuple[Finding, ...] = ()
    recovered: tuple[Finding, ...] = ()
    undecided: tuple[Finding, ...] = ()
    failures: tuple[Failure, ...] = ()
    commits: int = 0
    series: int = 0
    confirmed: bool = True
    notes: tuple[str, ...] = ()

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
            "measured": {"commits": self.commits, "series": self.series},
            "confirmed": self.confirmed,
            "notes": list(self.notes),
        }


def decide(
    findings: Iterable[Finding],
    undecided: Iterable[Finding],
    failures: Iterable[Failure],
    *,
    history: History,
    commits: int,
    series: int,
    confirmed: bool,
    notes: Sequence[str] = (),
) -> Verdict:
    """Sort the findings and say what they mean together.

    Regressed if a regression stands that nobody accepted; unmeasured if nothing was measured, if
    the newest commit could not be measured, or if a suspicion could not be; else clean.
    """
    standing, recovered = split_recovered(findings, history)
    regressions = [one for one in standing if one.direction == "regression"]
    open_questions = tuple(undecided)
    problems = tuple(failures)
    status: Status = "clean"
    if any(one.accepted is None for one in regressions):
        status = "regressed"
    elif (
        commits == 0
        or series == 0
        or any(failure.newest for failure in problems)
        or any(one.failed and one.direction == "regression" for one in open_questions)
    ):
        status = "unmeasured"
    return Verdict(
        status=status,
        regressions=tuple(sorted(regressions, key=_size)),
        improvements=tuple(
            sorted((one for one in standing if one.direction == "improvement"), key=_size)
        ),
        recovered=tuple(recovered),
        undecided=tuple(sorted(open_questions, key=_size)),
        failures=problems,
        commits=commits,
        series=series,
        confirmed=confirmed,
        notes=tuple(notes),
    )


def split_recovered(
    findings: Iterable[Finding], history: History
) -> tuple[list[Finding], list[Finding]]:
    """(what stands, regressions that a later improvement of the same series took back).

    An improvement takes back the latest open regression first, if what is left over both is within
    the floor and the intervals. What it gains beyond is itself a finding; a regression that it
    takes back in part stands as it is.
    """
    standing: list[Finding] = []
    recovered: list[Finding] = []
    by_series: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        key = (finding.benchmark, finding.params, finding.machine, finding.environment)
        by_series.setdefault((*key, finding.version), []).append(finding)
    for group in by_series.values():
        opened: list[Finding] = []
        for finding in sorted(group, key=lambda one: history.position(one.range[1])):
            if finding.direction == "regression":
                opened.append(finding)
                continue
            left: Finding | None = finding
            while opened and left is not None and _takes_back(opened[-1], left):
                regression = opened.pop()
                recovered.append(
                    dataclasses.replace(regression, recovered_by=finding.commit or finding.range[1])
                )
                left = _rest(regression, left)
            if left is not None:
                standing.append(finding)
        standing.extend(opened)
    return standing, recovered


def _takes_back(regression: Finding, fix: Finding) -> bool:
    """Whether the level behind the fix is no worse than before the regression."""
    both = _together(regression, fix)
    if both is None:
        return direction_of(regression.before, fix.after, _better(regression)) == "improvement" or (
            regression.before == fix.after
        )
    return both <= 1 + _unclear(regression, fix)


def _rest(regression: Finding, fix: Finding) -> Finding | None:
    """The part of the improvement beyond the regression it took back, None if within the floor."""
    both = _together(regression, fix)
    if both is None or both >= 1 - max(_unclear(regression, fix), 1e-9):
        return None
    ratio = both if _better(fix) == "lower" else 1 / both
    return dataclasses.replace(fix, ratio=ratio)


def _together(regression: Finding, fix: Finding) -> float | None:
    """The ratio over both steps, above 1 for worse; None where a level is 0."""
    if not regression.ratio or not fix.ratio:
        return None
    both = regression.ratio * fix.ratio
    return both if _better(regression) == "lower" else 1 / both


def _unclear(regression: Finding, fix: Finding) -> float:
    """What is left over both steps that means nothing: the floor, and how sure both ratios are."""
    spreads = [
        (one.interval[1] - one.interval[0]) / 2 / one.ratio
        for one in (regression, fix)
        if one.interval is not None and one.ratio
    ]
    return regression.floor + math.hypot(*spreads)


def _better(finding: Finding) -> Literal["lower", "higher"]:
    up = finding.after > finding.before
    return "lower" if up == (finding.direction == "regression") else "higher"


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _size(finding: Finding) -> tuple[float, str]:
    ratio = finding.ratio
    return (-abs(math.log(ratio)) if ratio and ratio > 0 else -math.inf, finding.label)


def accept(
    findings: Iterable[Finding], accepted: Sequence[Accepted], history: History
) -> list[Finding]:
    """The findings, with the reason of the entry of accepted.toml that covers a regression."""
    marked = []
    for finding in findings:
        commits = (finding.commit,) if finding.commit else history.after(*finding.range)
        reason = next(
            (
                entry.reason
                for entry in accepted
                if finding.direction == "regression"
                and entry.covers(finding.benchmark, finding.label, commits)
            ),
            None,
        )
        marked.append(dataclasses.replace(finding, accepted=reason))
    return marked


def read(file: Path) -> Verdict:
    """A verdict that was written as JSON. Raises ConfigError if it is not one of schema 1."""
    try:
        data = json.loads(file.read_bytes())
    except OSError as error:
        raise ConfigError(f"verdict {file} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ConfigError(f"verdict {file} is not JSON: {error}") from error
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise ConfigError(f"verdict {file} is not of schema {SCHEMA}")
    try:
        return Verdict(
            status=data["verdict"],
            regressions=_findings(data["regressions"]),
            improvements=_findings(data["improvements"]),
            recovered=_findings(data["recovered"]),
            undecided=_findings(data["undecided"]),
            failures=tuple(Failure(**failure) for failure in data["failures"]),
            commits=int(data["measured"]["commits"]),
            series=int(data["measured"]["series"]),
            confirmed=bool(data["confirmed"]),
            notes=tuple(data["notes"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigError(f"verdict {file} is incomplete: {error!r}") from error


def _findings(entries: Sequence[Mapping[str, Any]]) -> tuple[Finding, ...]:
    findings = []
    for entry in entries:
        fields: dict[str, Any] = {
            name: value for name, value in entry.items() if name != "fingerprint"
        }
        fields["params"] = tuple(fields["params"])
        fields["range"] = tuple(fields["range"])
        for side in ("before", "after"):
            fields[side] = math.nan if fields[side] is None else float(fields[side])
        fields["interval"] = tuple(fields["interval"]) if fields["interval"] else None
        fields["pairs"] = tuple((float(a), float(b)) for a, b in fields["pairs"])
        findings.append(Finding(**fields))
    return tuple(findings)
