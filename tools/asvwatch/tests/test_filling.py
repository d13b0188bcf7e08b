"""The gaps of an exact metric are filled as far as its changes need, and no further."""

from __future__ import annotations

import dataclasses

import findings
import numpy as np
import pytest
from asvwatch.errors import BuildFailed
from asvwatch.filling import fill, filled
from asvwatch.model import Rule
from asvwatch.paired import NotMeasured

COMMITS = tuple(f"{number:040x}" for number in range(16))
RULE = Rule(kind="count", exact=True)


class Asked:
    """Gives the true values by place, or raises; remembers what it was asked."""

    def __init__(self, values, raises=None, most=None):
        self.values, self.raises, self.most = values, raises or {}, most
        self.places = []

    def __call__(self, commit):
        place = int(commit, 16)
        if len(self.places) == self.most:
            raise NotMeasured("the time is over")
        self.places.append(place)
        if place in self.raises:
            raise self.raises[place]
        return self.values[place]


def ends(step):
    return int(step.good, 16), int(step.bad, 16)


def test_what_did_not_change_is_not_measured():
    asked = Asked([5.0] * 16)
    found = fill(COMMITS, asked, 0.0)
    assert (found.steps, asked.places) == ((), [0, 15])


def test_each_step_is_found_and_no_commit_asked_twice():
    asked = Asked([5.0] * 3 + [6.0] * 6 + [5.0] + [8.0] * 6)
    found = fill(COMMITS, asked, 0.0)
    assert [ends(step) for step in found.steps] == [(2, 3), (8, 9), (9, 10)]
    assert [(step.before, step.after) for step in found.steps] == [(5, 6), (6, 5), (5, 8)]
    assert len(asked.places) == len(set(asked.places)) < 16


def test_a_creep_has_no_step_and_no_part_beyond_the_tolerance():
    found = fill(COMMITS, Asked([1000 * 1.004**at for at in range(16)]), 0.005)
    assert found.steps == ()
    values = list(found.values.values())
    assert np.max(np.diff(np.log(values))) < np.log(1.005)
    assert list(found.values) == sorted(found.values)


def test_commits_that_do_not_build_or_run_are_passed_over_with_their_reasons():
    raises = {
        7: BuildFailed(COMMITS[7], "SyntaxError"),
        6: NotMeasured("it broke", COMMITS[6]),
        12: BuildFailed(COMMITS[12], "not here"),
    }
    (step,) = fill(COMMITS, Asked([5.0] * 7 + [6.0] * 9, raises), 0.0).steps
    assert ends(step) == (5, 8)
    assert step.passed == ((COMMITS[6], "it broke"), (COMMITS[7], "does not build: SyntaxError"))
    assert step.reason == "the commits between could not be measured"


def test_a_spent_budget_leaves_the_range_that_it_got_to():
    asked = Asked([5.0] * 7 + [6.0] * 9, most=4)
    (step,) = fill(COMMITS, asked, 0.0).steps
    assert (step.reason, step.passed) == ("the time is over", ())
    good, bad = ends(step)
    assert good < 7 <= bad
    assert bad - good < 15


@pytest.mark.parametrize("end", [0, 15])
def test_an_end_that_cannot_be_measured_is_raised(end):
    asked = Asked([5.0] * 16, {end: BuildFailed(COMMITS[end], "SyntaxError")})
    with pytest.raises(BuildFailed):
        fill(COMMITS, asked, 0.0)


def test_a_series_is_filled_in_the_order_of_the_history():
    history = findings.history(6)
    stored = dataclasses.replace(
        findings.series([1.0, np.nan, 4.0], RULE, surroundings=["a", "b", "c"]),
        commits=tuple(findings.name(at) for at in (0, 1, 4)),
    )
    known = {findings.name(at): float(at) for at in (3, 1, 4)}
    whole = filled(stored, known, history)
    assert whole.commits == tuple(findings.name(at) for at in (0, 1, 3, 4))
    assert whole.values.tolist() == [1.0, 1.0, 3.0, 4.0]
    assert whole.surroundings == ("a", "a", "a", "c")
    assert whole.intervals.shape == (4, 2)
