"""Fills the gaps of an exact metric: measures commits that asv left out, once each, until every
change has its commit or is within the tolerance."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from asvwatch.errors import BuildFailed
from asvwatch.model import History, Series, relative_change
from asvwatch.paired import NotMeasured

__all__ = ["Filled", "Step", "fill", "filled"]


@dataclass(frozen=True, slots=True)
class Step:
    """A change beyond the tolerance behind `good` and up to `bad`. Where these are no neighbours,
    the commits between could not be measured, for the `reason`; `passed` has their own."""

    good: str
    bad: str
    before: float
    after: float
    reason: str = ""
    passed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Filled:
    """The `values` that were measured, and the `steps` between them, both oldest first."""

    values: Mapping[str, float]
    steps: tuple[Step, ...]


def fill(commits: Sequence[str], value: Callable[[str], float], tolerance: float) -> Filled:
    """Measure those of `commits`, oldest first, that lie in a range whose ends differ by more than
    the `tolerance`, from its middle on. `value` is asked once for each commit.

    Raises what `value` raises for the first and the last commit. Others that do not build or do
    not run are passed over; what else stops `value` ends the search.
    """
    last = len(commits) - 1
    known = {place: value(commits[place]) for place in (0, last)}
    passed: dict[int, str] = {}
    stopped = ""
    ranges = [(0, last)]
    while ranges and not stopped:
        low, high = ranges.pop()
        between = [place for place in range(low + 1, high) if place not in passed]
        if not between or _same(known[low], known[high], tolerance):
            continue
        at = min(between, key=lambda place: abs(2 * place - low - high))
        try:
            known[at] = value(commits[at])
        except BuildFailed as error:
            passed[at] = f"does not build: {error.reason}"
        except NotMeasured as error:
            if error.commit is None:
                stopped = error.reason
            passed[at] = error.reason
        # The older half is looked at first.
        ranges += [(at, high), (low, at)] if at in known else [(low, high)]
    places = sorted(known)
    steps = []
    for low, high in itertools.pairwise(places):
        if _same(known[low], known[high], tolerance):
            continue
        inside = tuple((commits[at], passed[at]) for at in sorted(passed) if low < at < high)
        why = stopped or "the commits between could not be measured"
        reason = why if high - low > 1 else ""
        ends = (commits[low], commits[high], known[low], known[high])
        steps.append(Step(*ends, reason, () if stopped else inside))
    return Filled({commits[at]: known[at] for at in places}, tuple(steps))


def filled(series: Series, values: Mapping[str, float], history: History) -> Series:
    """The values of a series, and `values` by commit between them. These are in the surroundings of
    the value before: what was measured to fill a gap tells nothing of another machine."""
    own = {series.commits[place]: place for place in series.measured.tolist()}
    commits = sorted({*own, *values}, key=history.position)
    around = [series.surroundings[0]]
    for commit in commits:
        around.append(series.surroundings[own[commit]] if commit in own else around[-1])
    known = {**values, **{commit: float(series.values[place]) for commit, place in own.items()}}
    return replace(
        series,
        commits=tuple(commits),
        values=np.array([known[commit] for commit in commits]),
        intervals=np.full((len(commits), 2), np.nan),
        surroundings=tuple(around[1:]),
        missing={},
        samples={},
    )


def _same(one: float, other: float, tolerance: float) -> bool:
    return abs(relative_change(one, other)) <= tolerance
