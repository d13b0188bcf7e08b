"""Slopes and drifts are found whole, and what is a plain step is left to others."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from asvwatch.creep import drifts, ramp
from asvwatch.model import Rule
from asvwatch.nominate import nominate
from findings import series

TRIALS = 60
BYTES = Rule(kind="memory", exact=True, tolerance=0.005)


def place(commit):
    return int(commit, 16)


def levels(size, first, commits, factor):
    found = np.ones(size)
    for at in range(first, first + commits):
        found[at:] *= factor
    return found


@pytest.mark.parametrize(("first", "last"), [(3, 4), (3, 9), (0, 5), (14, 19), (0, 19)])
def test_a_slope_without_noise_is_found_where_it_is(first, last):
    values = np.interp(np.arange(20), [first, last], [0.0, 1.0])
    found = ramp(values, 1e-9)
    # Only some widths are tried: the next one is as good as can be had.
    assert abs(found[0] - first) <= 2
    assert abs(found[1] - last) <= 2
    assert (found[1] - found[0] == 1) == (last - first == 1)


def test_a_slope_is_the_best_of_all_that_are_tried():
    random = np.random.default_rng(4)
    for _ in range(20):
        values = random.normal(0, 1, 12)
        first, last = ramp(values, 0.0)
        errors = {}
        for a, b in itertools.combinations(range(12), 2):
            line = np.interp(np.arange(12), [a, b], [0.0, 1.0])
            fitted = np.polynomial.polynomial.polyfit(line, values, 1)
            errors[a, b] = float(((values - fitted[0] - fitted[1] * line) ** 2).sum())
        tried = {
            ends: error for ends, error in errors.items() if ends[1] - ends[0] not in (7, 9, 10)
        }
        assert errors[first, last] == pytest.approx(min(tried.values()))


@pytest.mark.parametrize(
    ("size", "first", "commits", "factor", "least"),
    [
        (30, 13, 5, 1.02, 0.70),
        (100, 50, 5, 1.02, 0.70),
        (100, 40, 20, 1.005, 0.70),
        (30, 13, 5, 1 / 1.02, 0.65),
    ],
)
def test_most_creeps_are_suspected_whole(size, first, commits, factor, least):
    random = np.random.default_rng(8)
    true = np.log(levels(size, first, commits, factor))
    whole = 0
    for _ in range(TRIALS):
        found = nominate(series(np.exp(true + random.normal(0, 0.03, size))))
        covered = [true[place(one.bad)] - true[place(one.good)] for one in found]
        whole += max(map(abs, covered), default=0) > 0.99 * abs(true[-1])
    assert whole >= least * TRIALS


def test_a_creep_of_an_exact_metric_adds_up_what_its_tolerance_hides():
    values = np.round(1e6 * levels(20, 8, 5, 1.003))
    (only,) = nominate(series(values, BYTES))
    assert (only.creep, only.exact, only.direction) == (True, True, "regression")
    assert (place(only.good), place(only.bad)) == (7, 12)
    assert only.after / only.before == pytest.approx(1.003**5, rel=1e-5)


def test_what_goes_to_and_fro_within_the_tolerance_is_no_creep():
    random = np.random.default_rng(6)
    values = 1e6 * np.exp(random.uniform(-0.002, 0.002, 300))
    assert drifts(values, 0.005) == []


def test_a_step_ends_a_drift_and_is_told_by_itself():
    values = [100.0, 100.4, 100.8, 101.2, 130.0, 130.5, 131.0, 131.5]
    found = nominate(series(values, BYTES))
    ranges = sorted((place(one.good), place(one.bad), one.creep) for one in found)
    assert ranges == [(0, 3, True), (3, 4, False), (4, 7, True)]


def test_drifts_up_and_down_are_two():
    values = np.concatenate((np.linspace(100, 104, 11), np.linspace(103.6, 100, 10)))
    assert drifts(values, 0.005) == [(0, 10), (10, 20)]


@pytest.mark.parametrize("values", [[5.0], [0.0, 0.0, 3.0], [-1.0, -1.002, -1.004], [1.0, 1.0]])
def test_any_values_are_read(values):
    assert drifts(np.array(values), 0.005) == []
