"""Finds changes that came in many small parts, none of which is a step of its own."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np

from asvwatch.model import FloatArray, Part, relative_change

__all__ = ["drifts", "exact_parts", "ramp"]

# How many places a slope may take: in between, the next smaller one describes it about as well.
_WIDTHS = (1, 2, 3, 4, 5, 6, 8, 11, 15, 20, 27, 36, 48, 64, 85, 113, 150, 200)


def ramp(scale: FloatArray, slack: float) -> tuple[int, int]:
    """The last place of the level before and the first of the level behind, for the line that fits
    best: level, straight slope, level. Neighbours are a plain step. Needs at least 2 values.

    Least squares over all places and some widths of the slope. Where a slope is best, the widest
    is taken whose squared error is larger by no more than `slack`: its ends can hardly be seen.
    """
    size = scale.size
    values = scale - scale.mean()
    sums = np.concatenate(([0.0], np.cumsum(values)))
    moments = np.concatenate(([0.0], np.cumsum(values * np.arange(size))))
    fits: list[tuple[float, int, int]] = []
    for width in _WIDTHS:
        if width >= size:
            break
        first = np.arange(size - width)
        last = first + width
        behind = size - last
        # Sums of the slope x, of its squares and of its products with the values, in closed form.
        total = (width - 1) / 2 + behind
        squares = (width - 1) * (2 * width - 1) / (6 * width) + behind
        inside = moments[last] - moments[first + 1] - first * (sums[last] - sums[first + 1])
        products = inside / width + sums[size] - sums[last]
        explained = products**2 / (squares - total**2 / size)
        at = int(np.argmax(explained))
        fits.append((float(explained[at]), int(first[at]), int(last[at])))
    best = max(explained for explained, _, _ in fits)
    if fits[0][0] == best:
        return fits[0][1:]
    return next(fit for fit in reversed(fits) if fit[0] >= best - slack)[1:]


def drifts(levels: FloatArray, tolerance: float) -> list[tuple[int, int]]:
    """(first, last) place of each way in which exact values moved by more than twice the
    `tolerance` in moves that are all within it.

    A larger move is a step and ends a way; so does a turn back by the tolerance.
    """
    moves = [
        relative_change(before, after) for before, after in itertools.pairwise(levels.tolist())
    ]
    cuts = [at for at, move in enumerate(moves, 1) if abs(move) > tolerance]
    found = []
    for start, stop in zip([0, *cuts], [*cuts, levels.size], strict=True):
        part = levels[start:stop]
        if np.any(part != part[0]):
            # Moves of less than all of the value keep its sign.
            ways = _ways(np.log(part / part[0]), tolerance)
            found += [(start + first, start + last) for first, last in ways]
    return found


def exact_parts(commits: Sequence[str], known: Mapping[str, float]) -> tuple[Part, ...]:
    """The changes between those of `commits`, oldest first, whose values are `known`; a change from
    or to 0 has no ratio and is left out."""
    measured = [commit for commit in commits if commit in known]
    return tuple(
        Part(good, bad, known[bad] / known[good])
        for good, bad in itertools.pairwise(measured)
        if known[good] * known[bad] > 0 and known[bad] != known[good]
    )


def _ways(flat: FloatArray, tolerance: float) -> list[tuple[int, int]]:
    ends = _turns(flat, tolerance)
    return [
        (_latest_like(flat, first, last), last)
        for first, last in itertools.pairwise(ends)
        if abs(flat[last] - flat[first]) > 2 * tolerance
    ]


def _turns(flat: FloatArray, tolerance: float) -> list[int]:
    """The places between which the values move one way, but for less than the tolerance."""
    turns: list[int] = []
    low = high = way = 0
    for at, value in enumerate(flat.tolist()):
        low = at if value < flat[low] else low
        high = at if value > flat[high] else high
        if way >= 0 and flat[high] - value > tolerance:
            turns.append(high)
            low, way = at, -1
        elif way <= 0 and value - flat[low] > tolerance:
            turns.append(low)
            high, way = at, 1
    return [*turns, high if way > 0 else low] if turns else []


def _latest_like(flat: FloatArray, first: int, last: int) -> int:
    """The last place before `last` that is still at the level of `first`."""
    same = np.flatnonzero(np.isclose(flat[first:last], flat[first], rtol=0, atol=1e-12))
    return first + int(same[-1])
