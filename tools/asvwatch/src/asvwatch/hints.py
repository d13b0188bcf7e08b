"""Suspects a stopwatch where the instructions of the same workload moved a little.

An edit elsewhere moves an instruction count by about a percent, so that a small step of it is no
finding. But where the time of the same workload went the same way at the same commit, the pair is
worth a measurement that the time alone would not be.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from asvwatch.model import Candidate, Series, direction_of, relative_change

__all__ = ["hinted"]

# The smallest step of an instruction count that hints at anything.
LEAST_HINT = 0.003
# Each level of the time is the median of so many values.
_NEIGHBOURS = 5
# Behind everything that stands out by itself.
_SCORE = 1.0


def hinted(series: Sequence[Series], known: Sequence[Candidate]) -> list[Candidate]:
    """A candidate for each noisy time whose workload's instructions moved at the same commit, by
    less than their tolerance, unless a `known` one of that time covers the place.

    A workload is what has the same name up to the last dot, and the same parameters.
    """
    times: dict[tuple[object, ...], list[Series]] = {}
    for one in series:
        if one.rule.kind == "time" and one.rule.exact is False:
            times.setdefault(_workload(one), []).append(one)
    ranges: dict[int, list[tuple[int, int]]] = {}
    for candidate in known:
        commits = candidate.series.commits
        places = commits.index(candidate.good), commits.index(candidate.bad)
        ranges.setdefault(id(candidate.series), []).append(places)
    return [
        candidate
        for one in series
        if "instruction" in one.unit.lower()
        for time in times.get(_workload(one), ())
        for candidate in _moved_together(one, time, ranges.get(id(time), []))
    ]


def _workload(series: Series) -> tuple[object, ...]:
    key = series.key
    return (key.benchmark.rpartition(".")[0], key.params, key.machine, key.env)


def _moved_together(
    counts: Series, time: Series, covered: Sequence[tuple[int, int]]
) -> Iterator[Candidate]:
    places = {time.commits[place]: place for place in time.measured.tolist()}
    measured = counts.measured.tolist()
    for one, other in itertools.pairwise(measured):
        step = relative_change(float(counts.values[one]), float(counts.values[other]))
        if not LEAST_HINT <= abs(step) <= counts.rule.tolerance:
            continue
        left, right = places.get(counts.commits[one]), places.get(counts.commits[other])
        if left is None or right is None or any(a < right and left < b for a, b in covered):
            continue
        before, after = _level(time, left, -1), _level(time, right, 1)
        direction = direction_of(before, after, time.rule.better)
        alike = (direction == "regression") == (step > 0)
        if not alike or abs(relative_change(before, after)) < time.rule.floor:
            continue
        yield Candidate(
            series=time,
            good=time.commits[left],
            bad=time.commits[right],
            before=before,
            after=after,
            direction=direction,
            score=_SCORE,
            lone=True,
        )


def _level(series: Series, place: int, way: int) -> float:
    """The median of the values from `place` on, one `way` or the other."""
    values = series.values[: place + 1][::-1] if way < 0 else series.values[place:]
    return float(np.nanmedian(values[:_NEIGHBOURS]))
