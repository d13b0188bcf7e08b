"""The statistics of paired measurement: a robust interval and a sequential rule fixed in advance.

A pair gives the logarithm of a ratio. On a shared machine a fifth of all processes can run in a
slow phase, half as fast as the others, so that a mean is useless and rank intervals of few pairs
are too wide; the mean of the middle half stays narrow. `tests/test_paired.py` holds the
simulation that the choice and the constants rest on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

__all__ = [
    "FEWEST_PAIRS",
    "Decision",
    "Estimate",
    "Look",
    "Stage",
    "against_floor",
    "against_middle",
    "estimate",
    "plan",
    "run_stage",
]

# The share that is cut off at each end: what is left is the middle half.
_TRIM = 0.25

# Student's t is a little too narrow for so few kept values. Dividing this by their number widens
# the interval to what it says for Gaussian values, for 8 to 60 pairs and errors of 1 to 10 %.
_WIDENING = 0.65

# The error of one stage, both directions together, at the very edge of the floor. A change is
# reported only if two independent stages agree on it and on its direction, which leaves
# (0.15 / 2) ** 2 < 0.6 % there, and practically nothing for identical code.
STAGE_ERROR = 0.15

# The error of the interval that has to lie within twice the floor for "unchanged". A change of
# twice the floor or more would have to be missed by the estimate, too, by all of the floor.
CALM_ERROR = 0.1

# After how many pairs the rule looks. It decides nothing in between.
FEWEST_PAIRS = 8
_LOOKS = (FEWEST_PAIRS, 12, 20, 36, 60, 100, 160)

Decision = int
# Judges the log ratios so far with the error that a look may spend.
Judge = Callable[[Sequence[float], float], Decision | None]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A log ratio and the ends of its interval."""

    center: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Look:
    """A look at the data: after how many `pairs`, and the error (two-sided) it may spend."""

    pairs: int
    error: float


@dataclass(frozen=True, slots=True)
class Stage:
    """What a series of pairs led to: the judge's decision, or None if its pairs were used up."""

    decision: Decision | None
    log_ratios: tuple[float, ...]


def estimate(log_ratios: Sequence[float], error: float) -> Estimate:
    """The mean of the middle half with its interval of confidence 1 - `error`.

    A 25 % trimmed mean with the Winsorised variance and Student's t: Tukey and McLaughlin (1963),
    "Less vulnerable confidence and significance procedures for location based on a single
    sample". Needs at least 2 values.
    """
    ordered = np.sort(np.asarray(log_ratios, dtype=float))
    cut = int(_TRIM * len(ordered))
    kept = len(ordered) - 2 * cut
    if kept < 2:
        raise ValueError(f"an interval needs at least 2 values, not {len(ordered)}")
    center = float(ordered[cut : len(ordered) - cut].mean())
    winsorised = np.clip(ordered, ordered[cut], ordered[-cut - 1])
    squares = float(((winsorised - winsorised.mean()) ** 2).sum())
    quantile = float(stdtrit(kept - 1, 1 - error / 2)) * (1 + _WIDENING / kept)
    half = quantile * math.sqrt(squares / (kept * (kept - 1)))
    return Estimate(center, center - half, center + half)


def plan(pairs: int, error: float = STAGE_ERROR) -> tuple[Look, ...]:
    """The looks of a stage of at most `pairs` pairs, with the error that each may spend.

    Error is spent in proportion to the pairs (the power family of Kim and DeMets 1987, rho = 1).
    Each look uses only what is new since the one before, so by the union bound the errors of all
    looks add up to no more than `error`, however often it was looked.
    """
    last = max(pairs, _LOOKS[0])
    counts = [*(count for count in _LOOKS if count < last), last]
    earlier = [0, *counts[:-1]]
    return tuple(
        Look(count, error * (count - before) / last)
        for before, count in zip(earlier, counts, strict=True)
    )


def against_floor(floor: float) -> Judge:
    """Decides +1 or -1 if the interval of the ratio is above or below 1 -+ `floor`, 0 if what can
    be left does not matter: the estimate is within the floor, its 90 % interval within twice."""
    edge, outer = math.log1p(floor), math.log1p(2 * floor)

    def judge(log_ratios: Sequence[float], error: float) -> Decision | None:
        found = estimate(log_ratios, error)
        if found.low > edge:
            return 1
        if found.high < -edge:
            return -1
        calm = estimate(log_ratios, CALM_ERROR)
        if abs(calm.center) < edge and calm.low > -outer and calm.high < outer:
            return 0
        return None

    return judge


def against_middle(log_step: float) -> Judge:
    """Decides whether a build is at the level before (0) or behind (1) a known step: on which
    side of the middle of the step its log ratio to the level before lies."""
    middle = log_step / 2

    def judge(log_ratios: Sequence[float], error: float) -> Decision | None:
        found = estimate(log_ratios, error)
        if found.low <= middle <= found.high:
            return None
        return int((found.center > middle) == (log_step > 0))

    return judge


def run_stage(log_ratios: Iterable[float], looks: Sequence[Look], judge: Judge) -> Stage:
    """Draw pairs and judge them at the planned looks, until it decides or the pairs are used up.

    An iterator that ends early leaves the stage undecided.
    """
    source = iter(log_ratios)
    drawn: list[float] = []
    for look in looks:
        while len(drawn) < look.pairs:
            following = next(source, None)
            if following is None:
                return Stage(None, tuple(drawn))
            drawn.append(following)
        decision = judge(drawn, look.error)
        if decision is not None:
            return Stage(decision, tuple(drawn))
    return Stage(None, tuple(drawn))
