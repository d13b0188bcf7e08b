"""One check: load, nominate, confirm, attribute, decide."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from asvwatch import accepted, budgets, filling, nominate
from asvwatch.config import Config
from asvwatch.decide import accept, decide
from asvwatch.examining import (
    Measurer,
    Open,
    attributed,
    examine,
    unconfirmed,
)
from asvwatch.failures import find_failures
from asvwatch.model import Budget, Candidate, History, Series, SeriesKey
from asvwatch.results import Stored
from asvwatch.verdict import Finding, Verdict
from asvwatch.words import change, percent, plain, why

__all__ = [
    "UNBOUNDED",
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
# How many series that one cause moved are named in a note.
_NAMED = 3


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
    run = _Run(history, measurer, budget, log)
    suspects = suspicions(stored, window)
    run.look_into(one for one in suspects if not (one.exact and one.creep))
    run.look_into(
        one
        for one in run.creeps(one for one in suspects if one.exact and one.creep)
        if window.holds(one.bad)
    )
    taken = accepted.load(config.benchmark_dir / accepted.ACCEPTED_FILE)
    inside = window.commits
    measured = [
        {series.commits[place] for place in series.measured} & inside for series in stored.series
    ]
    limits = budgets.load(config.benchmark_dir / budgets.BUDGETS_FILE)
    return decide(
        accept(_unique(run.findings), taken, history),
        run.undecided,
        find_failures(stored, window.history, inside),
        budgets=budgets.judge(stored.series, limits, inside),
        history=history,
        commits=len(frozenset().union(*measured)),
        series=sum(1 for commits in measured if commits),
        confirmed=confirmed,
        notes=(
            *notes,
            *stored.warnings,
            *_not_known(budgets.unmatched(stored.series, limits)),
            *_elsewhere(run.explained),
            *_inexact(run.dismissed),
        ),
    )


class _Run:
    """What came of the candidates that were looked into so far."""

    def __init__(
        self, history: History, measurer: Measurer | None, budget: Budget, log: Log
    ) -> None:
        self._history = history
        self._measurer = measurer
        self._budget = budget
        self._log = log
        self._number = 0
        self._changed: list[Candidate] = []
        self._known: dict[SeriesKey, tuple[Series, dict[str, float]]] = {}
        self.findings: list[Finding] = []
        self.undecided: list[Finding] = []
        self.dismissed: list[Candidate] = []
        self.explained: list[Candidate] = []

    def look_into(self, candidates: Iterable[Candidate]) -> None:
        """Look into candidates in their order, and into what each leaves open right behind it."""
        suspects = deque(candidates)
        while suspects:
            candidate = suspects.popleft()
            self._number += 1
            self._log(f"[{self._number}/{self._number + len(suspects)}] {_progress(candidate)}")
            if not self._needs_no_look(candidate):
                suspects.extendleft(reversed(self._examine(candidate)))

    def creeps(self, suspected: Iterable[Candidate]) -> list[Candidate]:
        """The creeps of exact metrics: those `suspected`, but of a series with gaps that were
        filled meanwhile those that its values show now. A creep over gaps is one again so."""
        found = [one for one in suspected if one.series.key not in self._known]
        for series, values in self._known.values():
            again = nominate.nominate(filling.filled(series, values, self._history), exact=True)
            found += [one for one in again if one.exact and one.creep]
        return found

    def _needs_no_look(self, candidate: Candidate) -> bool:
        known_to_change = any(one.series is candidate.series for one in self._changed)
        if not known_to_change and any(_undoes(candidate, other) for other in self.dismissed):
            self._log("  the step that it would take back was not confirmed: dropped")
            return True
        if candidate.creep and explains(self.findings, candidate, self._history):
            self._log("  explained by what was found in this range")
            return True
        return False

    def _examine(self, candidate: Candidate) -> tuple[Candidate, ...]:
        examined = examine(candidate, self._history, self._measurer, self._budget)
        outcome = examined.outcome
        if examined.known:
            series = candidate.series
            self._known.setdefault(series.key, (series, {}))[1].update(examined.known)
        if examined.creeps:
            self._changed.append(candidate)
            self._log("  no single commit has it")
        elif outcome is None:
            self.dismissed.append(candidate)
            if candidate.causes:
                self.explained.append(candidate)
            self._log("  unchanged")
        elif isinstance(outcome, Open):
            self.undecided.append(outcome.finding)
            if self._measurer is not None:
                self.dismissed.append(candidate)
            self._log(f"  undecided: {why(outcome.finding)}")
        else:
            self.findings.append(outcome)
            self._changed.append(candidate)
            where = outcome.commit[:8] if outcome.commit else "a range of commits"
            self._log(f"  {outcome.direction} in {where}: {change(outcome)}")
        return examined.rest


def _not_known(benchmarks: Sequence[str]) -> list[str]:
    return [f"budgets without a value: {', '.join(benchmarks)}"] if benchmarks else []


def _elsewhere(explained: Sequence[Candidate]) -> list[str]:
    """One note on the steps that came with each change of the machine or of what is installed."""
    by_cause: dict[tuple[str, ...], list[Candidate]] = {}
    for candidate in explained:
        by_cause.setdefault(candidate.causes, []).append(candidate)
    notes = []
    for causes, candidates in by_cause.items():
        named = ", ".join(_moved(one) for one in candidates[:_NAMED])
        more = len(candidates) - _NAMED
        notes.append(
            f"no commit's: with {'; '.join(causes)} came {named}"
            f"{f' and {more} more' if more > 0 else ''}; the builds do not differ when measured "
            "in turn"
        )
    return notes


def _inexact(dismissed: Sequence[Candidate]) -> list[str]:
    """A note on each metric that is taken for exact and changed though nothing did."""
    labels = dict.fromkeys(one.series.key.label for one in dismissed if one.exact)
    return [
        f"not exact: {plain(label)} changed between stored results and does not when its builds "
        "are measured again"
        for label in labels
    ]


def _moved(candidate: Candidate) -> str:
    return f"{candidate.series.key.label} {_size(candidate)}"


def suspicions(stored: Stored, window: Window) -> list[Candidate]:
    """All candidates whose step lies in the window, in the order in which to measure them:
    regressions, steps and what has no other cause first."""
    found = [
        candidate
        for candidate in nominate.nominate_all(stored.series)
        if window.holds(candidate.bad)
    ]
    return sorted(
        found,
        key=lambda one: (one.direction != "regression", one.creep, bool(one.causes), -one.score),
    )


def explains(findings: Sequence[Finding], creep: Candidate, history: History) -> bool:
    """Whether the changes that were found inside the range of a creep account for most of it."""
    if not (creep.before > 0 and creep.after > 0):
        return False
    first, last = history.position(creep.good), history.position(creep.bad)
    key = creep.series.key
    inside = sum(
        math.log(one.ratio)
        for one in findings
        if (one.benchmark, one.params, one.machine, one.environment, one.version)
        == (key.benchmark, key.params, key.machine, key.env, key.version)
        and one.ratio
        and first <= history.position(one.range[0])
        and history.position(one.range[1]) <= last
    )
    whole = math.log(creep.after / creep.before)
    open_ends = max(2 * math.log1p(creep.series.rule.floor), abs(whole) / 3)
    return inside != 0 and abs(whole - inside) <= open_ends


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


def _size(candidate: Candidate) -> str:
    return "from 0" if candidate.before == 0 else percent(candidate.after / candidate.before)


def _progress(candidate: Candidate) -> str:
    told = _size(candidate)
    where = f"behind {candidate.good[:8]}, up to {candidate.bad[:8]}"
    return f"{plain(candidate.series.key.label)}: {told} suspected {where}"
