"""Finds the commit behind a confirmed step, by fresh measurements from the middle of its range on.

A commit is only named when it was measured against its parent. Commits that do not build, or on
which the benchmark does not run, are passed over; where they hide the step, the range is the
answer. Where no commit has the step, because it came in many small ones, its parts are measured.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from asvwatch.builds import Builds
from asvwatch.creep import exact_parts
from asvwatch.errors import BuildFailed
from asvwatch.filling import fill
from asvwatch.model import (
    Attribution,
    Budget,
    Candidate,
    History,
    PairedResult,
    Part,
    Rest,
    direction_of,
    relative_change,
)
from asvwatch.paired import BUDGET_SPENT, NotMeasured, confirm, part, place, single

__all__ = ["Breakage", "attribute", "first_failing"]

# A creep of more commits is told in so many pieces.
MOST_PARTS = 8


def attribute(
    builds: Builds,
    candidate: Candidate,
    history: History,
    *,
    confirmed: PairedResult | None,
    budget: Budget,
) -> Attribution:
    """The commit of a step, or the range in which it is and the reason why not closer.

    `confirmed` is what `confirm` said of the ends of the range, None for an exact metric, whose
    commits are measured once each; the first of several steps is told, the others are the rest.
    Never raises BuildFailed.
    """
    if history.adjacent(candidate.good, candidate.bad):
        return _whole(candidate, confirmed, commit=candidate.bad)
    commits = (candidate.good, *history.after(candidate.good, candidate.bad))
    if confirmed is None or _same_in_every_process(confirmed):
        return _exact(builds, candidate, commits, confirmed, budget)
    return _paired(builds, candidate, _Search(commits), confirmed, budget)


@dataclass(frozen=True, slots=True)
class Breakage:
    """Where a benchmark began to fail: in `bad`, if `good` is its parent, else behind `good`.

    `error` is what it said at `bad`, `reason` why not closer, `unbuilt` as in Attribution.
    """

    good: str
    bad: str
    error: str
    reason: str = ""
    unbuilt: tuple[tuple[str, str], ...] = ()


def first_failing(
    builds: Builds, benchmark: str, params_index: int, commits: tuple[str, ...]
) -> Breakage | None:
    """Where a benchmark that runs at the first of `commits` (oldest first) began to fail; None if
    it does not run at the first, or runs at the last. Raises BuildFailed for these two."""
    errors: dict[str, str] = {}

    def side(commit: str) -> int:
        run = single(builds, benchmark, params_index, commit)
        if run.skipped:
            raise NotMeasured(run.error, commit)
        errors[commit] = run.error
        return 0 if run.value is not None else 1

    try:
        if side(commits[0]) != 0 or side(commits[-1]) != 1:
            return None
    except NotMeasured:
        return None
    search = _Search(commits)
    search.run(side)
    reason = "" if search.adjacent else search.why_not_closer()
    return Breakage(search.good, search.bad, errors[search.bad], reason, search.passed)


def _same_in_every_process(confirmed: PairedResult) -> bool:
    return confirmed.confidence == 1.0


class _Search:
    """Bisects commits, oldest first, between one at the level before and one behind the step."""

    def __init__(self, commits: tuple[str, ...]) -> None:
        self.commits = commits
        self._low, self._high = 0, len(commits) - 1
        self._passed: dict[int, str] = {}
        self.stopped = ""

    @property
    def good(self) -> str:
        """The newest commit that is known to be at the level before."""
        return self.commits[self._low]

    @property
    def bad(self) -> str:
        """The oldest commit that is known to be behind the step."""
        return self.commits[self._high]

    @property
    def adjacent(self) -> bool:
        return self._high - self._low == 1

    @property
    def narrowed(self) -> bool:
        return (self._low, self._high) != (0, len(self.commits) - 1)

    @property
    def passed(self) -> tuple[tuple[str, str], ...]:
        """The commits that could not be placed inside what is left, with the reasons."""
        return tuple(
            (self.commits[at], why)
            for at, why in sorted(self._passed.items())
            if self._low < at < self._high
        )

    def run(self, side: Callable[[str], int | None]) -> None:
        """Narrow the range; `side` says 0 (before), 1 (behind) or None (cannot tell)."""
        while not self.stopped:
            open_places = [at for at in range(self._low + 1, self._high) if at not in self._passed]
            if not open_places:
                return
            middle = (self._low + self._high) / 2
            self._step(min(open_places, key=lambda at: abs(at - middle)), side)

    def _step(self, at: int, side: Callable[[str], int | None]) -> None:
        commit = self.commits[at]
        try:
            found = side(commit)
        except BuildFailed as error:
            if error.commit != commit:
                self.stopped = str(error)
                return
            self._passed[at] = f"does not build: {error.reason}"
        except NotMeasured as error:
            if error.commit != commit:
                self.stopped = error.reason
                return
            self._passed[at] = error.reason
        else:
            if found == 0:
                self._low = at
            elif found == 1:
                self._high = at
            else:
                self._passed[at] = "the pairs did not tell on which side of the step it is"

    def why_not_closer(self) -> str:
        if self.stopped and self.narrowed:
            return f"{self.stopped}; so far behind {self.good[:8]}, up to {self.bad[:8]}"
        return self.stopped or "the commits between could not be measured"


def _paired(
    builds: Builds,
    candidate: Candidate,
    search: _Search,
    confirmed: PairedResult,
    budget: Budget,
) -> Attribution:
    key, rule = candidate.series.key, candidate.series.rule

    def side(commit: str) -> int | None:
        if builds.alike(candidate.good, commit):
            return 0
        return place(
            builds,
            key.benchmark,
            key.params_index,
            candidate.good,
            commit,
            ratio=confirmed.ratio,
            budget=budget,
        )

    search.run(side)
    if search.stopped or not (search.adjacent or search.narrowed):
        return _whole(candidate, confirmed, search.why_not_closer(), search.passed)
    result = confirm(
        builds,
        key.benchmark,
        key.params_index,
        search.good,
        search.bad,
        kind=rule.kind,
        floor=rule.floor,
        budget=budget,
        seed=1,
    )
    if result.outcome != "changed" or (result.ratio > 1) != (confirmed.ratio > 1):
        parts = _parts(builds, candidate, search.commits, budget)
        reason = _not_one_step(search, result)
        return _whole(candidate, confirmed, reason, search.passed, parts=parts)
    return Attribution(
        commit=search.bad if search.adjacent else None,
        good=search.good,
        bad=search.bad,
        before=result.before,
        after=result.after,
        result=result,
        reason="" if search.adjacent else search.why_not_closer(),
        unbuilt=search.passed,
        rest=_rest(candidate, search, rule.floor, confirmed, result),
    )


def _rest(
    candidate: Candidate, search: _Search, floor: float, whole: PairedResult, found: PairedResult
) -> tuple[Rest, ...]:
    """The ranges on both sides of what was found, if more of the step must be in them."""
    left = abs(math.log(whole.ratio / found.ratio))
    spreads = [(one.interval[1] - one.interval[0]) / 2 / one.ratio for one in (whole, found)]
    if left <= math.log1p(floor) + math.hypot(*spreads):
        return ()
    sides = ((candidate.good, search.good), (search.bad, candidate.bad))
    after = whole.before * whole.ratio / found.ratio
    return tuple(Rest(good, bad, whole.before, after) for good, bad in sides if good != bad)


def _parts(
    builds: Builds, candidate: Candidate, commits: Sequence[str], budget: Budget
) -> tuple[Part, ...]:
    """The range in pieces of about as many commits, each measured against the one before.

    Commits that cannot be measured are passed over; () if nothing more can be measured.
    """
    key = candidate.series.key
    pieces = min(MOST_PARTS, len(commits) - 1)
    ends = [commits[(len(commits) - 1) * number // pieces] for number in range(pieces + 1)]
    parts: list[Part] = []
    good = ends[0]
    for bad in ends[1:]:
        try:
            parts.append(part(builds, key.benchmark, key.params_index, good, bad, budget=budget))
        except (BuildFailed, NotMeasured) as error:
            if error.commit == bad and bad != ends[-1]:
                continue
            return ()
        good = bad
    return tuple(parts)


def _not_one_step(search: _Search, result: PairedResult) -> str:
    where = f"{search.bad[:8]} against {search.good[:8]}"
    if result.outcome == "undecided":
        return f"{where} is undecided: {result.reason}"
    change = relative_change(1.0, result.ratio)
    return f"no single commit has the step; {where}: {change:+.1%}"


def _exact(
    builds: Builds,
    candidate: Candidate,
    commits: Sequence[str],
    confirmed: PairedResult | None,
    budget: Budget,
) -> Attribution:
    key, rule = candidate.series.key, candidate.series.rule
    tolerance = rule.tolerance if confirmed is None else rule.floor

    def value(commit: str) -> float:
        if budget.spent():
            raise NotMeasured(BUDGET_SPENT)
        run = single(builds, key.benchmark, key.params_index, commit)
        if run.value is None:
            raise NotMeasured(f"at {commit[:8]}: {run.error}", commit)
        return run.value

    try:
        found = fill(commits, value, tolerance)
    except (BuildFailed, NotMeasured) as error:
        return _whole(candidate, confirmed, str(error))
    start, end = found.values[candidate.good], found.values[candidate.bad]
    if abs(relative_change(start, end)) <= tolerance:
        reason = f"it does not show here: {start:g} and {end:g}"
        return replace(_whole(candidate, confirmed, reason), before=start, after=end)
    if not found.steps:
        reason, parts = "no single commit has the step", exact_parts(commits, found.values)
        return replace(_whole(candidate, confirmed, reason, parts=parts), known=found.values)
    expected = [
        step
        for step in found.steps
        if direction_of(step.before, step.after, rule.better) == candidate.direction
    ]
    first = (expected or found.steps)[0]
    return Attribution(
        commit=None if first.reason else first.bad,
        good=first.good,
        bad=first.bad,
        before=first.before,
        after=first.after,
        result=None if confirmed is None else _between(first.before, first.after, confirmed),
        reason=first.reason,
        unbuilt=first.passed,
        rest=tuple(
            Rest(step.good, step.bad, step.before, step.after)
            for step in found.steps
            if step is not first
        ),
        known=found.values,
    )


def _between(before: float, after: float, confirmed: PairedResult) -> PairedResult:
    ratio = after / before if before > 0 else math.nan
    return PairedResult(
        outcome="changed",
        before=before,
        after=after,
        ratio=ratio,
        interval=(ratio, ratio),
        pairs=1,
        samples=((before, after),),
        confidence=confirmed.confidence,
        reason=confirmed.reason,
    )


def _whole(
    candidate: Candidate,
    confirmed: PairedResult | None,
    reason: str = "",
    unbuilt: tuple[tuple[str, str], ...] = (),
    *,
    commit: str | None = None,
    parts: tuple[Part, ...] = (),
) -> Attribution:
    """The range as it was nominated, or its only commit."""
    return Attribution(
        commit=commit,
        good=candidate.good,
        bad=candidate.bad,
        before=candidate.before if confirmed is None else confirmed.before,
        after=candidate.after if confirmed is None else confirmed.after,
        result=confirmed,
        reason=reason,
        unbuilt=unbuilt,
        parts=parts,
    )
