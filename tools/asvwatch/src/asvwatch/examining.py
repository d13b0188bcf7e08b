"""What becomes of one candidate: a finding, an open question, or nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from asvwatch.creep import exact_parts
from asvwatch.errors import EnvironmentUnavailable
from asvwatch.model import (
    Attribution,
    Budget,
    Candidate,
    History,
    PairedResult,
    Part,
    direction_of,
    relative_change,
)
from asvwatch.verdict import Evidence, Finding

__all__ = ["Examined", "Measurer", "Open", "attributed", "examine", "unconfirmed"]


class Measurer(Protocol):
    """Measures what the stored results only suggest."""

    def confirm(self, candidate: Candidate) -> PairedResult: ...

    def attribute(self, candidate: Candidate, confirmed: PairedResult | None) -> Attribution: ...


@dataclass(frozen=True)
class Open:
    """A suspicion that stays one."""

    finding: Finding


@dataclass(frozen=True)
class Examined:
    """What becomes of a candidate: a finding, an open question, or None where nothing changed.

    `rest` are candidates for what it leaves open of a step that was measured, `known` the values of
    an exact metric that were measured in its range. `creeps` says that there are no steps in it,
    only moves within the tolerance.
    """

    outcome: Finding | Open | None
    rest: tuple[Candidate, ...] = ()
    known: Mapping[str, float] = field(default_factory=dict)
    creeps: bool = False


def examine(
    candidate: Candidate, history: History, measurer: Measurer | None, budget: Budget
) -> Examined:
    """Look into a candidate, by measuring where that is needed and possible."""
    known = _without_measuring(candidate, history, measurer, budget)
    if known is not None or measurer is None:
        return Examined(known)
    if candidate.exact and history.adjacent(candidate.good, candidate.bad):
        return Examined(_repeated(candidate, measurer))
    try:
        confirmed = None if candidate.exact else measurer.confirm(candidate)
        if confirmed is not None and confirmed.outcome != "changed":
            return Examined(unconfirmed(candidate, confirmed))
        found = measurer.attribute(candidate, confirmed)
    except EnvironmentUnavailable as error:
        if candidate.exact:
            return Examined(_finding(candidate, "exact", reason=f"not bisected: {error}"))
        return Examined(Open(_finding(candidate, "history", reason=str(error), failed=True)))
    outcome = attributed(candidate, found, found.result or confirmed)
    creeps = candidate.exact and found.commit is None and bool(found.parts)
    return Examined(outcome, _left_over(candidate, found), found.known, creeps)


def _repeated(candidate: Candidate, measurer: Measurer) -> Finding | None:
    """The finding that an exact step between neighbours is, None if it does not come again: then
    something else than the commit moved a metric that is not as exact as it is taken for."""
    reason = ""
    try:
        result = measurer.confirm(candidate)
        if result.outcome == "unchanged":
            return None
        if result.outcome == "undecided":
            reason = f"not repeated: {result.reason or f'undecided after {result.pairs} pairs'}"
    except EnvironmentUnavailable as error:
        reason = f"not repeated: {error}"
    return _finding(candidate, "exact", commit=candidate.bad, reason=reason)


def _left_over(candidate: Candidate, found: Attribution) -> tuple[Candidate, ...]:
    """A candidate for each range in which there must be more of the step than was found."""
    return tuple(
        replace(
            candidate,
            good=one.good,
            bad=one.bad,
            before=one.before,
            after=one.after,
            direction=direction_of(one.before, one.after, candidate.series.rule.better),
            creep=False,
        )
        for one in found.rest
    )


def _without_measuring(
    candidate: Candidate, history: History, measurer: Measurer | None, budget: Budget
) -> Finding | Open | None:
    """The outcome if it needs no measurement, or none is possible; else None."""
    adjacent = history.adjacent(candidate.good, candidate.bad)
    out_of_time = budget.spent()
    if candidate.exact and candidate.creep:
        return _finding(candidate, "exact", parts=_stored_parts(candidate))
    if candidate.exact and (measurer is None or out_of_time):
        reason = "" if adjacent else "commits between were not measured"
        return _finding(
            candidate, "exact", commit=candidate.bad if adjacent else None, reason=reason
        )
    if measurer is None:
        return Open(_finding(candidate, "history", reason="not measured: asked for history only"))
    if out_of_time:
        return Open(_finding(candidate, "history", reason="the time budget was spent before it"))
    return None


def _stored_parts(candidate: Candidate) -> tuple[Part, ...]:
    """The changes between the values of an exact creep."""
    series = candidate.series
    first, last = (series.commits.index(end) for end in (candidate.good, candidate.bad))
    known = {series.commits[place]: float(series.values[place]) for place in series.measured}
    return exact_parts(series.commits[first : last + 1], known)


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
    moved = abs(relative_change(found.before, found.after))
    if result is None and moved <= candidate.series.rule.tolerance:
        return None
    return _finding(
        narrowed,
        "exact" if candidate.exact else "paired",
        commit=found.commit,
        result=result,
        reason=reason,
        parts=found.parts,
    )


def _finding(
    candidate: Candidate,
    evidence: Evidence,
    *,
    commit: str | None = None,
    result: PairedResult | None = None,
    reason: str = "",
    failed: bool = False,
    parts: tuple[Part, ...] = (),
) -> Finding:
    series = candidate.series
    causes = candidate.causes if commit is None and evidence == "history" else ()
    before, after = candidate.before, candidate.after
    ratio = after / before if before and math.isfinite(after / before) else None
    interval = None
    pairs: tuple[tuple[float, float], ...] = ()
    if result is not None and math.isfinite(result.ratio):
        before, after, ratio = result.before, result.after, result.ratio
        interval = result.interval if all(map(math.isfinite, result.interval)) else None
        pairs = result.samples
    better = series.rule.better
    if math.isnan(before) or math.isnan(after):
        direction = candidate.direction
    elif ratio is not None and before > 0:
        direction = direction_of(1.0, ratio, better)
    else:
        direction = direction_of(before, after, better)
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
        parts=parts,
        causes=causes,
    )
