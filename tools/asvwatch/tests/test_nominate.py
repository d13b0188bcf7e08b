"""Steps are suspected where they are, and quiet series are mostly left alone.

The noise is that of the measurements in docs: 3 % for a time, 0.1 % for a peak of memory; every
series is seeded, so that these bounds are facts and not luck.
"""

from __future__ import annotations

import numpy as np
import pytest
from asvwatch import config
from asvwatch.model import Rule
from asvwatch.nominate import is_exact, nominate
from findings import series

TRIALS = 60


def place(commit):
    return int(commit, 16)


def noise(kind, size, random):
    if kind == "gauss":
        return random.normal(0, 0.03, size)
    if kind == "spikes":
        values = random.normal(0, 0.03, size)
        values[random.choice(size, 2, replace=False)] += random.uniform(0.2, 0.6, 2)
        return values
    drift = np.zeros(size)
    for at in range(1, size):
        drift[at] = 0.6 * drift[at - 1] + random.normal(0, 0.024)
    return drift


def rates(size, steps, kind="gauss"):
    """(share of the steps that a candidate covers, candidates beside them for each series)."""
    random = np.random.default_rng(20)
    covered = beside = 0
    for _ in range(TRIALS):
        levels = np.ones(size)
        for at, factor in steps:
            levels[at:] *= factor
        found = nominate(series(levels * np.exp(noise(kind, size, random))))
        ranges = [(place(one.good), place(one.bad)) for one in found]
        covered += sum(any(good < at <= bad for good, bad in ranges) for at, _ in steps)
        beside += sum(all(not good < at <= bad for at, _ in steps) for good, bad in ranges)
    return covered / max(1, len(steps) * TRIALS), beside / TRIALS


@pytest.mark.parametrize(
    ("size", "steps", "kind", "least"),
    [
        (4, [(3, 1.3)], "gauss", 0.99),
        (8, [(4, 1.2)], "gauss", 0.95),
        (14, [(13, 1.3)], "gauss", 0.98),
        (14, [(7, 1.1)], "gauss", 0.80),
        (30, [(15, 1.05)], "gauss", 0.75),
        (30, [(15, 1.1)], "gauss", 0.95),
        (30, [(15, 1.1)], "spikes", 0.75),
        (30, [(15, 1.1)], "drift", 0.90),
        (30, [(27, 1.1)], "gauss", 0.90),
        (30, [(29, 1.3)], "gauss", 0.99),
        (30, [(11, 1.3), (19, 1 / 1.3)], "gauss", 0.98),
        (30, [(15, 1.3), (16, 1 / 1.3)], "gauss", 0.90),
        (100, [(50, 1.05)], "gauss", 0.85),
    ],
)
def test_planted_steps_are_suspected(size, steps, kind, least):
    assert rates(size, steps, kind)[0] >= least


@pytest.mark.parametrize(
    ("size", "kind", "most"),
    [
        (4, "gauss", 0.5),
        (8, "gauss", 1.2),
        (14, "gauss", 0.2),
        (30, "gauss", 0.3),
        (100, "gauss", 0.4),
        # A machine that wanders looks like code that creeps.
        (30, "drift", 2.0),
        # Two spikes look like two slowdowns that were fixed at once; measuring tells.
        (30, "spikes", 5.0),
    ],
)
def test_quiet_series_cost_few_measurements(size, kind, most):
    assert rates(size, [], kind)[1] <= most


def test_memory_steps_of_two_percent_stand_out_of_its_small_noise():
    random = np.random.default_rng(3)
    values = np.where(np.arange(8) < 4, 50e6, 51e6) * np.exp(random.normal(0, 0.001, 8))
    (only,) = nominate(series(values, config.RESIDENT_MEMORY))
    assert (place(only.good), place(only.bad)) == (3, 4)
    assert only.direction == "regression"


def test_counts_are_compared_exactly():
    (only,) = nominate(series([100, 100, 100, 101, 101], config.COUNT))
    assert only.exact
    assert (place(only.good), place(only.bad), only.before, only.after) == (2, 3, 100, 101)


def test_a_metric_that_is_better_higher_regresses_downwards():
    rule = Rule(kind="count", better="higher", exact=True)
    fall, rise = sorted(nominate(series([9, 9, 5, 9], rule)), key=lambda one: one.bad)
    assert (fall.direction, rise.direction) == ("regression", "improvement")


def test_a_tolerance_hides_what_has_no_meaning():
    rule = Rule(kind="memory", exact=True, tolerance=0.005)
    assert nominate(series([1000, 1004, 1000], rule)) == []
    assert len(nominate(series([1000, 1006], rule))) == 1


def test_a_step_from_nothing_is_a_step():
    (only,) = nominate(series([0, 0, 0, 3], config.COUNT))
    assert (only.before, only.after, only.direction) == (0, 3, "regression")


@pytest.mark.parametrize(
    ("values", "exact"),
    [([5, 5, 5], True), ([5, 5, 6, 6], True), ([5.1, 5.2, 5.3], False), ([5, 6], False)],
)
def test_repeated_identical_values_prove_a_metric_exact(values, exact):
    assert is_exact(series(values, config.COUNT)) is exact


def test_what_is_declared_noisy_is_never_taken_for_exact():
    assert not is_exact(series([4096.0] * 5, config.RESIDENT_MEMORY))


def test_a_count_that_stepped_with_its_surroundings_has_to_be_measured():
    (only,) = nominate(
        series([5, 5, 5, 7], config.COUNT, surroundings=['{"os": "a"}'] * 3 + ['{"os": "b"}'])
    )
    assert not only.exact


def test_unmeasured_commits_lie_in_the_range_of_a_step():
    values = [1.0] * 12
    values[5:7] = [np.nan, np.nan]
    values[7:] = [1.5] * 5
    best = nominate(series(values))[0]
    assert place(best.good) <= 4
    assert place(best.bad) == 7


def test_the_fastest_sample_speaks_where_samples_were_recorded():
    medians = [1.0, 1.6, 1.0, 1.5]
    samples = {at: np.array([0.9, median]) for at, median in enumerate(medians)}
    assert nominate(series(medians, samples=samples)) == []
    assert nominate(series(medians)) != []


@pytest.mark.parametrize("values", [[], [1.0], [np.nan, 2.0, np.nan], [0.0, 0.0], [1.0] * 40])
def test_nothing_to_compare_is_no_suspicion(values):
    assert nominate(series(values)) == []


@pytest.mark.parametrize("size", [2, 3, 9, 60, 119, 120, 121, 250])
def test_any_length_and_any_sign_is_read(size):
    random = np.random.default_rng(size)
    for values in (random.normal(0, 1, size), random.normal(5, 1, size), np.arange(size) * 1.0):
        for one in nominate(series(values)):
            assert place(one.good) < place(one.bad) < size
