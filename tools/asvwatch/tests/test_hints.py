"""A small step of the instructions makes a time suspicious that went the same way with it."""

from __future__ import annotations

import dataclasses

import pytest
from asvwatch import config
from asvwatch.model import Rule
from asvwatch.nominate import nominate, nominate_all
from findings import series

# A step of 3 % among values that differ by 3 %: nothing to see without a hint.
TIMES = [1.0, 1.04, 0.97, 1.01, 0.96, 1.03, 1.04, 1.01, 1.07, 0.99, 1.05, 1.02]
COUNT = Rule(kind="count", exact=True, tolerance=0.015)
PER_SECOND = Rule(kind="time", exact=False, better="higher")


def named(one, benchmark, unit="seconds"):
    return dataclasses.replace(
        one, unit=unit, key=dataclasses.replace(one.key, benchmark=benchmark)
    )


def suspected(step, times=TIMES, rule=config.TIME, time="Names.time_run"):
    counts = [1_000_000] * 6 + [round(1_000_000 * step)] * 6
    counted = named(series(counts, COUNT), "Names.track_instructions", "instructions")
    timed = named(series(times, rule), time)
    assert nominate(timed) == []
    return [one for one in nominate_all([counted, timed]) if one.series is timed]


def test_both_together_are_a_suspicion():
    (only,) = suspected(1.008)
    assert (int(only.good, 16), int(only.bad, 16)) == (5, 6)
    assert (only.direction, only.exact) == ("regression", False)


@pytest.mark.parametrize("step", [1.0, 1.001, 0.992, 1.02])
def test_no_step_too_small_a_step_another_way_and_a_step_told_by_itself_hint_at_nothing(step):
    assert suspected(step) == []


def test_a_time_that_did_not_move_is_left_alone():
    assert suspected(1.008, TIMES[:6] * 2) == []


def test_another_workload_is_left_alone():
    assert suspected(1.008, time="Dates.time_run") == []


def test_a_rate_goes_down_where_instructions_go_up():
    (only,) = suspected(1.008, [1 / time for time in TIMES], PER_SECOND)
    assert only.direction == "regression"
