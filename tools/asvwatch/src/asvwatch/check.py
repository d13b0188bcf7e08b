"""One check: load, nominate, confirm, attribute, decide."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from asvwatch import accepted, budgets, nominate
from asvwatch.config import Config
from asvwatch.decide import accept, decide
from asvwatch.errors import EnvironmentUnavailable
from asvwatch.failures import find_failures
from asvwatch.model import (
    Attribution,
    Budget,
    Candidate,
    History,
    PairedResult,
    direction_of,
)
from asvwatch.results import Stored
from asvwatch.verdict import Evidence, Finding, Verdict
from asvwatch.words import change, percent, plain

__all__ = [
    "Measurer",
    "Open",
    "Window",
    "attributed",
    "check",
    "examine",
    "suspicions",
    "unconfirmed",
]

Log = Callable[[str], None]
UNBOUNDED = Budget()
# A rise that was gone after so many further results is taken for one disturbance of the machine.
MAX_SPIKE = 2


class Measurer(Protocol):
    """Measures what the stored results only suggest."""

    def confirm(self, candidate: Candidate) -> PairedResult: ...

    def attribute(self, candidate: Candidate, confirmed: PairedResult | None) -> Attribution: ...


@dataclass(frozen=True)
class Window:
    """The commits that a check is about: those behind position `after` of `history`."""

    history: History
    after: int = -1

    @property
    def commits(self) -> frozenset[str]:
        return frozenset(commit.hash for commit in self.history.commits[self.after + 1 :])

    def holds(self, commit: str) -> bool:
        return self.history.position(commit) > self.after


def check(
    config: Config,
    stored: Stored,
    window: Window,
    measurer: Measurer | None,
    *,
    confirmed: bool,
    budget: Budget = UNBOUNDED,
    log: Log,
    notes: Sequence[str] = (),
) -> Verdict:
    """The verdict over the stored results.

    Noisy suspicions are measured until the `budget` is spent, the most suspicious first,
    regressions before improvements. Without a `measurer` they are only listed, as undecided;
    `confirmed` says whether measuring was asked for.
    """
    history = window.history
    findings: list[Finding] = []
    undecided: list[Finding] = []
    changed: list[Candidate] = []
    dismissed: list[Candidate] = []
    suspects = suspicions(stored, window)
    for number, candidate in enumerate(suspects, 1):
        log(f"[{number}/{len(suspects)}] {_progress(candidate)}")
        known_to_change = any(one.series is candidate.series for one in changed)
        if not known_to_change and any(_undoes(candidate, other) for other in dismissed):
            log("  the step that it would take back was not confirmed: dropped")
            continue
        outcome = examine(candidate, history, measurer, budget)
        if outcome is None:
            dismissed.append(candidate)
            log("  unchanged")
        elif isinstance(outcome, Open):
            undecided.append(outcome.finding)
            if measurer is not None:
                dismissed.append(candidate)
            log(f"  undecided: {outcome.finding.reason}")
        else:
            findings.append(outcome)
            changed.append(candidate)
            where = outcome.commit[:8] if outcome.commit else "a range of commits"
            log(f"  {outcome.direction} in {where}: {change(outcome)}")
    taken = accepted.load(config.benchmark_dir / accepted.ACCEPTED_FILE)
    inside = window.commits
    measured = [
        {series.commits[place] for place in series.measured} & inside for series in stored.series
    ]
    limits = budgets.load(config.benchmark_dir / budgets.BUDGETS_FILE)
    return decide(
        accept(_unique(findings), taken, history),
        undecided,
        find_failures(stored, window.history, inside),
        budgets=budgets.judge(stored.series, limits, inside),
        history=history,
        commits=len(frozenset().union(*measured)),
        series=sum(1 for commits in measured if commits),
        confirmed=confirmed,
        notes=(*notes, *stored.warnings, *_not_known(budgets.unmatched(stored.series, limits))),
    )


def _not_known(benchmarks: Sequence[str]) -> list[str]:
    return [f"budgets without a value: {', '.join(benchmarks)}"] if benchmarks else []


def suspicions(stored: Stored, window: Window) -> list[Candidate]:
    """All candidates whose step lies in the window, in the order in which to measure them."""
    found = [
        candidate
        for series in stored.series
        for candidate in nominate.nominate(series)
        if window.holds(candidate.bad)
    ]
    return sorted(found, key=lambda one: (one.direction != "regression", -one.score))


@dataclass(frozen=True)
class Open:
    """A suspicion that stays one."""

    finding: Finding


def examine(
    candidate: Candidate, history: History, measurer: Measurer | None, budget: Budget
) -> Finding | Open | None:
    """What becomes of a candidate: a finding, an open question, or None where nothing changed."""
    adjacent = history.adjacent(candidate.good, candidate.bad)
    out_of_time = budget.spent()
    if candidate.exact and (adjacent or measurer is None or out_of_time):
        reason = "" if adjacent else "commits between were not measured"
        return _finding(
            candidate, "exact", commit=candidate.bad if adjacent else None, reason=reason
        )
    if measurer is None:
        return Open(_finding(candidate, "history", reason="not measured: asked for history only"))
    if out_of_time:
        return Open(_finding(candidate, "history", reason="the time budget was spent before it"))
    try:
        confirmed = None if candidate.exact else measurer.confirm(candidate)
        if confirmed is not None and confirmed.outcome != "changed":
            return unconfirmed(candidate, confirmed)
        found = measurer.attribute(candidate, confirmed)
    except EnvironmentUnavailable as error:
        if candidate.exact:
            return _finding(candidate, "exact", reason=f"not bisected: {error}")
        return Open(_finding(candidate, "history", reason=str(error), failed=True))
    return attributed(candidate, found, found.result or confirmed)


def unconfirmed(candidate: Candidate, result: PairedResult) -> Open | None:
    """What is left of a candidate that no measurement confirmed, None if nothing changed."""
    if result.outcome == "unchanged":
        return None
    if result.failed or result.pairs == 0:
        return Open(_finding(candidate, "history", reason=result.reason, failed=result.failed))
    reason = result.reason or f"undecided after {result.pairs} pairs"
    return Open(_finding(candidate, "paired", result=result, reason=reason))


def attributed(
    candidate: Candidate, found: Attribution, result: PairedResult | None
) -> Finding | None:
    """The finding that an attribution of a candidate comes to, None if nothing changed."""
    reason = found.reason
    if found.unbuilt:
        listed = ", ".join(commit[:8] for commit, _ in found.unbuilt)
        reason = "; ".join(part for part in (reason, f"does not build: {listed}") if part)
    narrowed = replace(
        candidate, good=found.good, bad=found.bad, before=found.before, after=found.after
    )
    if result is None and found.before == found.after:
        return None
    return _finding(
        narrowed,
        "exact" if candidate.exact else "paired",
        commit=found.commit,
        result=result,
        reason=reason,
    )


def _finding(
    candidate: Candidate,
    evidence: Evidence,
    *,
    commit: str | None = None,
    result: PairedResult | None = None,
    reason: str = "",
    failed: bool = False,
) -> Finding:
    series = candidate.series
    before, after = candidate.before, candidate.after
    ratio = after / before if before and math.isfinite(after / before) else None
    interval = None
    pairs: tuple[tuple[float, float], ...] = ()
    if result is not None and math.isfinite(result.ratio):
        before, after, ratio = result.before, result.after, result.ratio
        interval = result.interval if all(map(math.isfinite, result.interval)) else None
        pairs = result.samples
    better = series.rule.better
    direction = (
        direction_of(1.0, ratio, better)
        if ratio is not None and before > 0
        else direction_of(before, after, better)
    )
    return Finding(
        benchmark=series.key.benchmark,
        params=series.key.params,
        kind=series.rule.kind,
        unit=series.unit,
        direction=direction,
        commit=commit,
        range=(candidate.good, candidate.bad),
        before=before,
        after=after,
        ratio=ratio,
        interval=interval,
        evidence=evidence,
        machine=series.key.machine,
        environment=series.key.env,
        version=series.key.version,
        floor=series.rule.tolerance if candidate.exact else series.rule.floor,
        reason=reason,
        failed=failed,
        pairs=pairs,
    )


def _undoes(candidate: Candidate, dismissed: Candidate) -> bool:
    """Whether `candidate` is the way back from a rise shortly before, which was not confirmed."""
    if candidate.series is not dismissed.series or candidate.direction == dismissed.direction:
        return False
    commits = candidate.series.commits
    waited = commits.index(candidate.good) - commits.index(dismissed.bad)
    step = abs(dismissed.after - dismissed.before)
    return (
        0 <= waited <= MAX_SPIKE
        and abs(candidate.after - dismissed.before) <= step / 2
        and abs(candidate.before - dismissed.after) <= step / 2
    )


def _unique(findings: Sequence[Finding]) -> list[Finding]:
    """Each change of a series once, though two candidates led to it."""
    seen: dict[tuple[str, ...], Finding] = {}
    for one in findings:
        key = (one.fingerprint, one.machine, one.environment, one.version)
        seen.setdefault(key, one)
    return list(seen.values())


def _progress(candidate: Candidate) -> str:
    told = "from 0" if candidate.before == 0 else percent(candidate.after / candidate.before)
    where = f"behind {candidate.good[:8]}, up to {candidate.bad[:8]}"
    return f"{plain(candidate.series.key.label)}: {told} suspected {where}"
