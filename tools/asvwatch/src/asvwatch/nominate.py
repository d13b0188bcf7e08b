"""Finds the steps that stored series suggest; sensitive on purpose, as only measuring decides.

Deterministic series are compared exactly. In noisy ones a candidate comes from Otava's change
points, from the newest commits against those before, from single bumps, and in short histories,
where no statistic can say much, from every step that stands out. Where a slope fits the values
better than a step, or several steps follow each other one way, the whole of it is a candidate, too.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from otava.analysis import compute_change_points

from asvwatch import creep, hints
from asvwatch.model import (
    Candidate,
    FloatArray,
    Kind,
    Series,
    direction_of,
    relative_change,
)
from asvwatch.surroundings import changes

__all__ = ["is_exact", "nominate", "nominate_all"]

# Otava at this level finds 99 % of the bumps that were fixed later, and flags 21 % of the quiet
# series: right for nominating, wrong for deciding.
MAX_PVALUE = 0.01
# Otava fails on a change point that two of its own sliding windows found ("compare": ValueError),
# so the windows are ours, and it sees each of them whole.
WINDOW = 120
SHORT_HISTORY = 8
# A step has to exceed this many standard errors (or, alone, this many standard deviations).
MIN_SIGMAS = 3.0
BUMP_SIGMAS = 5.0
SHORT_SIGMAS = 1.5
NEWEST = 3
BASELINE = 20
# Twice the log-likelihood ratio within which another place of the step is as good (95 %).
PLACE_DEVIANCE = 6.0
# The same for how far a slope reaches.
SLOPE_DEVIANCE = 4.0
# What asv's values of identical code vary by, as a standard deviation, where a series is too short
# to show it: a median of a few milliseconds, a peak of resident memory.
PRIOR_NOISE: dict[Kind, float] = {"time": 0.03, "memory": 0.002, "count": 0.01}


@dataclass(frozen=True, slots=True)
class _Step:
    """A level `before` turning into a level `after`, between places `left` and `right`."""

    left: int
    right: int
    before: float
    after: float
    score: float
    lone: bool = False
    creep: bool = False


def nominate_all(series: Sequence[Series]) -> list[Candidate]:
    """The steps of all series, those of one together, and then what instructions hint at."""
    found = [candidate for one in series for candidate in nominate(one)]
    return [*found, *hints.hinted(series, found)]


def nominate(series: Series, *, exact: bool | None = None) -> list[Candidate]:
    """The steps of one series, the most suspicious first; [] if there is nothing to compare.

    `exact` is what is known of the metric; None lets its values prove it.
    """
    places = series.measured
    if places.size < 2:
        return []
    levels = _levels(series, places)
    exact = is_exact(series) if exact is None else exact
    if exact:
        steps = _exact_steps(levels, series.rule.tolerance)
    else:
        steps = _noisy_steps(levels, series.rule.kind, series.rule.floor)
    candidates = []
    for step in steps:
        left, right = int(places[step.left]), int(places[step.right])
        # A step that came with another kernel, Python or requirement is not the commit's until it
        # is measured again with everything else the same.
        causes = changes(series.surroundings[left], series.surroundings[right])
        candidates.append(
            Candidate(
                series=series,
                good=series.commits[left],
                bad=series.commits[right],
                before=step.before,
                after=step.after,
                direction=direction_of(step.before, step.after, series.rule.better),
                score=step.score / 2 if _overlap(series, left, right) else step.score,
                exact=exact and not causes,
                lone=step.lone,
                creep=step.creep,
                causes=causes,
            )
        )
    return sorted(candidates, key=lambda candidate: -candidate.score)


def is_exact(series: Series) -> bool:
    """Whether the metric is deterministic: declared so, or repeated identical values prove it.

    A stopwatch hardly gives the same number twice, a count that steps now and then mostly does.
    Of whole numbers that count something one repetition is enough, else every second one.
    """
    if series.rule.exact is not None:
        return series.rule.exact
    values = series.values[series.measured]
    same = int(np.count_nonzero(values[1:] == values[:-1]))
    if series.rule.kind == "count" and np.all(values == np.round(values)):
        return same >= 1
    return same >= 1 and 2 * same >= values.size - 1


def _overlap(series: Series, left: int, right: int) -> bool:
    """Whether asv's own intervals of two places overlap: measured later, not left out."""
    low, high = series.intervals[[left, right]].T
    return bool(low.max() <= high.min())


def _levels(series: Series, places: NDArray[np.intp]) -> FloatArray:
    """The values to look at: the fastest sample where asv recorded samples of a time.

    The minimum of identical code varies by 2-3 % where its median varies by 10 % and more.
    """
    if series.rule.kind == "time" and all(int(place) in series.samples for place in places):
        return np.array([series.samples[int(place)].min() for place in places])
    return series.values[places]


def _exact_steps(levels: FloatArray, tolerance: float) -> list[_Step]:
    steps = []
    for at in range(levels.size - 1):
        before, after = float(levels[at]), float(levels[at + 1])
        change = relative_change(before, after)
        if abs(change) > tolerance:
            steps.append(_Step(at, at + 1, before, after, score=1e6 + min(abs(change), 1e3)))
    for first, last in creep.drifts(levels, tolerance) if tolerance else ():
        before, after = float(levels[first]), float(levels[last])
        change = min(abs(relative_change(before, after)), 1e3)
        steps.append(_Step(first, last, before, after, score=1e6 + change, creep=True))
    return steps


def _noisy_steps(levels: FloatArray, kind: Kind, floor: float) -> list[_Step]:
    if np.all(levels > 0):
        scale = np.log(levels)
    else:
        middle = float(np.median(np.abs(levels))) or 1.0
        scale = levels / middle
    noise = _noise(scale, PRIOR_NOISE[kind])
    if levels.size <= SHORT_HISTORY:
        return _short(levels, scale, PRIOR_NOISE[kind], floor)
    calm = _without_spikes(scale, noise)
    cuts = _cuts(calm)
    points = list(_change_points(levels, calm, cuts, noise, floor))
    since = max((step.right for step in points), default=0)
    newest = list(_newest(levels, scale, noise, floor, since))
    steps = _distinct([*points, *_bumps(levels, scale, noise, floor), *newest])
    # The newest values are a level of their own, though too short for a change point.
    ends = {*cuts, *(step.right for step in newest)}
    return [*steps, *_creeps(levels, calm, sorted(ends), noise, floor)]


def _noise(scale: FloatArray, prior: float) -> float:
    """The standard deviation of single values, by medians, which ignore steps and spikes.

    Differences of neighbours overstate it where values alternate, deviations from the middle where
    the level changed: the smaller one counts. Short series lean on the prior.
    """
    differences = np.abs(np.diff(scale))
    deviations = np.abs(scale - np.median(scale))
    own = 1.4826 * min(float(np.median(differences)) / np.sqrt(2), float(np.median(deviations)))
    weight = min(1.0, differences.size / 10)
    mixed = np.sqrt(weight * own**2 + (1 - weight) * prior**2)
    return max(float(mixed), prior / 10)


def _short(levels: FloatArray, scale: FloatArray, prior: float, floor: float) -> list[_Step]:
    """Every step between neighbours that is more than the usual noise of such a metric."""
    steps = []
    for at in range(levels.size - 1):
        sigmas = abs(float(scale[at + 1] - scale[at])) / (prior * np.sqrt(2))
        before, after = float(levels[at]), float(levels[at + 1])
        if sigmas >= SHORT_SIGMAS and abs(relative_change(before, after)) >= floor:
            steps.append(_Step(at, at + 1, before, after, score=sigmas, lone=True))
    return steps


def _cuts(scale: FloatArray) -> list[int]:
    """Where levels begin and end, the first 0 and the last the number of values."""
    cuts = sorted({0, *_otava(scale), scale.size})
    # Each cut is moved to the best place between its neighbours: windows cut steps short.
    for index in range(1, len(cuts) - 1):
        cuts[index] = _best_cut(scale, cuts[index - 1], cuts[index + 1])
    return sorted(set(cuts))


def _change_points(
    levels: FloatArray, scale: FloatArray, cuts: Sequence[int], noise: float, floor: float
) -> Iterator[_Step]:
    for start, cut, stop in zip(cuts, cuts[1:], cuts[2:], strict=False):
        step = _step(levels, scale, start, cut, stop, noise)
        if step.score >= MIN_SIGMAS and abs(relative_change(step.before, step.after)) >= floor:
            yield step


def _creeps(
    levels: FloatArray, scale: FloatArray, cuts: Sequence[int], noise: float, floor: float
) -> Iterator[_Step]:
    """The slope over each run of levels that follow each other one way, if it is no plain step."""
    if len(cuts) < 3:
        return
    middles = [float(np.median(scale[start:stop])) for start, stop in itertools.pairwise(cuts)]
    ways = np.sign(np.diff(middles)).tolist()
    first = 0
    for last in range(1, len(ways) + 1):
        if last < len(ways) and ways[last] == ways[first]:
            continue
        start, stop = cuts[first], cuts[last + 1]
        slope = creep.ramp(scale[start:stop], SLOPE_DEVIANCE * noise**2)
        left, right = (start + place for place in slope)
        before, after = levels[start : left + 1], levels[right:stop]
        old, new = float(np.median(before)), float(np.median(after))
        error = noise * np.sqrt(1 / before.size + 1 / after.size)
        sigmas = abs(float(np.median(scale[right:stop]) - np.median(scale[start : left + 1])))
        enough = sigmas >= MIN_SIGMAS * error and abs(relative_change(old, new)) >= floor
        if right - left > 1 and enough:
            yield _Step(left, right, old, new, score=sigmas / error, creep=True)
        first = last


def _without_spikes(scale: FloatArray, noise: float) -> FloatArray:
    """`scale` with each single value that stands out from both sides set to its surroundings."""
    calm = scale.copy()
    jumped = np.abs(np.diff(scale))[:-1] > BUMP_SIGMAS * noise
    for at in (1 + np.flatnonzero(jumped)).tolist():
        around = np.concatenate((calm[max(0, at - 2) : at], scale[at + 1 : at + 3]))
        low, high = float(around.min()), float(around.max())
        if not low - BUMP_SIGMAS * noise <= scale[at] <= high + BUMP_SIGMAS * noise:
            calm[at] = float(np.median(around))
    return calm


def _otava(scale: FloatArray) -> set[int]:
    found: set[int] = set()
    for start in range(0, max(1, scale.size - WINDOW // 2), WINDOW // 2):
        window = scale[start : start + WINDOW]
        points, _ = compute_change_points(
            window, window_len=2 * window.size, max_pvalue=MAX_PVALUE, min_magnitude=0.0
        )
        found.update(start + int(point.index) for point in points or ())
    return found


def _costs(scale: FloatArray, start: int, stop: int) -> FloatArray:
    """The squared error of two levels for each cut in start+1 ... stop-1, (stop - start - 1,)."""
    part = scale[start:stop] - scale[start:stop].mean()
    counts = np.arange(1, part.size)
    sums = np.cumsum(part)[:-1]
    gained = sums**2 / counts + sums**2 / (part.size - counts)
    return np.asarray(float(part @ part) - gained, dtype=np.float64)


def _best_cut(scale: FloatArray, start: int, stop: int) -> int:
    return start + 1 + int(np.argmin(_costs(scale, start, stop)))


def _step(
    levels: FloatArray, scale: FloatArray, start: int, cut: int, stop: int, noise: float
) -> _Step:
    """The step at `cut`, with every place that explains the values about as well."""
    left, right = scale[start:cut], scale[cut:stop]
    error = noise * np.sqrt(1 / left.size + 1 / right.size)
    score = abs(float(np.median(right) - np.median(left))) / error
    costs = _costs(scale, start, stop)
    likely = start + 1 + np.flatnonzero((costs - costs.min()) / noise**2 <= PLACE_DEVIANCE)
    return _Step(
        left=int(likely.min()) - 1,
        right=int(likely.max()),
        before=float(np.median(levels[start:cut])),
        after=float(np.median(levels[cut:stop])),
        score=score,
    )


def _bumps(levels: FloatArray, scale: FloatArray, noise: float, floor: float) -> Iterator[_Step]:
    """One or two commits that stand out from both sides: a slowdown fixed soon, or a spike."""
    jumps = np.diff(scale)
    for length in (1, 2):
        # In, and out again the other way: all else need not be looked at one by one.
        rises, falls = jumps[:-length], jumps[length:]
        jumped = np.minimum(np.abs(rises), np.abs(falls)) >= MIN_SIGMAS * noise
        for at in (1 + np.flatnonzero(jumped & (rises * falls < 0))).tolist():
            inside = scale[at : at + length]
            around = np.concatenate(
                (scale[max(0, at - 3) : at], scale[at + length : at + length + 3])
            )
            rise = float(np.median(inside) - np.median(around))
            if np.abs(scale[at - 1] - scale[at + length]) > MIN_SIGMAS * noise:
                continue
            if np.any(np.sign(inside - np.median(around)) != np.sign(rise)):
                continue
            if abs(rise) < BUMP_SIGMAS * noise or abs(np.expm1(rise)) < 2 * floor:
                continue
            calm, high = (
                float(np.exp(np.median(around))),
                float(np.median(levels[at : at + length])),
            )
            if not np.all(levels > 0):
                calm = float(np.median(levels[max(0, at - 3) : at]))
            sigmas = abs(rise) / noise
            yield _Step(at - 1, at, calm, high, score=sigmas, lone=True)
            yield _Step(at + length - 1, at + length, high, calm, score=sigmas, lone=True)


def _newest(
    levels: FloatArray, scale: FloatArray, noise: float, floor: float, since: int
) -> Iterator[_Step]:
    """The last one to three values against the level `since` the last change point."""
    best: _Step | None = None
    for count in range(1, NEWEST + 1):
        cut = levels.size - count
        # Right behind a change point its own values are too few to be the level.
        before = slice(max(min(since, cut - NEWEST), cut - BASELINE), cut)
        shifts = scale[cut:] - float(np.median(scale[before]))
        shift = float(np.median(shifts))
        together = np.all(np.sign(shifts) == np.sign(shift)) and np.abs(shifts).min() >= noise
        jumped = np.sign(scale[cut] - scale[cut - 1]) == np.sign(shift)
        sigmas = abs(shift) / (noise * np.sqrt(1 / count + 1 / (cut - before.start)))
        old, new = float(np.median(levels[before])), float(np.median(levels[cut:]))
        if not (together and jumped and abs(relative_change(old, new)) >= floor):
            continue
        if sigmas >= MIN_SIGMAS and (best is None or sigmas > best.score):
            best = _Step(cut - 1, cut, old, new, score=sigmas, lone=True)
    if best is not None:
        yield best


def _distinct(steps: Iterable[_Step]) -> list[_Step]:
    """The strongest of the steps that overlap and go the same way."""
    kept: list[_Step] = []
    for step in sorted(steps, key=lambda step: -step.score):
        up = step.after > step.before
        if not any(
            (other.after > other.before) == up
            and step.left < other.right
            and other.left < step.right
            for other in kept
        ):
            kept.append(step)
    return kept
