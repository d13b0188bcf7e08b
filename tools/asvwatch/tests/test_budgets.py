"""Budgets are held by the newest value, whatever was before."""

from __future__ import annotations

import dataclasses

import pytest
from asvwatch import budgets
from asvwatch import decide as decisions
from asvwatch.errors import ConfigError
from asvwatch.verdict import Verdict
from findings import history, name, series


def limit(text, tmp_path):
    file = tmp_path / "budgets.toml"
    file.write_text(f"[[budget]]\n{text}\n")
    (found,) = budgets.load(file)
    return found


def measured(*values):
    return series(values)


def test_no_file_is_no_budget(tmp_path):
    assert budgets.load(tmp_path / "budgets.toml") == ()


@pytest.mark.parametrize(
    ("side", "values", "breaks"),
    [
        ("most = 2.0", (1, 3, 2), False),
        ("most = 2.0", (1, 1, 2.1), True),
        ("least = 2.0", (3, 3, 2), False),
        ("least = 2.0", (3, 3, 1.9), True),
        ("most = 2.0", (1, 3, float("nan")), True),
    ],
)
def test_the_newest_value_decides(tmp_path, side, values, breaks):
    one = measured(*values)
    found = budgets.judge(
        [one], [limit(f'benchmark = "{one.key.benchmark}"\n{side}', tmp_path)], set(one.commits)
    )
    newest = [at for at, value in enumerate(values) if value == value][-1]
    assert [(one.is_broken, one.value) for one in found] == [(breaks, values[newest])]
    assert found[0].commit == one.commits[newest]


def test_a_value_outside_the_window_is_not_spoken_of(tmp_path):
    one = measured(1, 9)
    wanted = limit(f'benchmark = "{one.key.benchmark}"\nmost = 2', tmp_path)
    assert budgets.judge([one], [wanted], {one.commits[0]}) == ()


def test_a_budget_of_nothing_is_told(tmp_path):
    wanted = limit('benchmark = "suite.gone"\nmost = 2', tmp_path)
    assert budgets.unmatched([measured(1)], [wanted]) == ("suite.gone",)
    assert budgets.unmatched([measured(float("nan"))], [wanted]) == ("suite.gone",)


def test_a_broken_budget_fails_the_check(tmp_path):
    one = measured(1, 9)
    wanted = limit(f'benchmark = "{one.key.benchmark}"\nmost = 2', tmp_path)
    found = budgets.judge([one], [wanted], set(one.commits))
    told = decisions.decide(
        (), (), (), budgets=found, history=history(), commits=2, series=1, confirmed=True
    )
    assert isinstance(told, Verdict)
    assert told.status == "regressed"
    (budget,) = told.to_json()["budgets"]
    assert (budget["value"], budget["bound"], budget["is_broken"]) == (9.0, 2.0, True)
    held = dataclasses.replace(found[0], value=1.0)
    told = decisions.decide(
        (), (), (), budgets=[held], history=history(), commits=2, series=1, confirmed=True
    )
    assert (told.status, told.broken) == ("clean", ())


def test_its_fingerprint_stays(tmp_path):
    one = measured(1, 9)
    wanted = limit(f'benchmark = "{one.key.benchmark}"\nmost = 2', tmp_path)
    (found,) = budgets.judge([one], [wanted], set(one.commits))
    later = dataclasses.replace(found, value=12.0, commit=name(9), machine="other")
    assert later.fingerprint == found.fingerprint


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("most = 1", "benchmark"),
        ('benchmark = "a"', "most or least"),
        ('benchmark = "a"\nmost = 1\nleast = 1', "most or least"),
        ('benchmark = "a"\nmost = "1"', "'1'"),
        ('benchmark = "a"\nmost = inf', "inf"),
        ('benchmark = "a"\nmost = 1\nwhat = 3', "what"),
        ('benchmark = "a"\nmost = 1\ncolour = "red"', "'colour'"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path, text, named):
    with pytest.raises(ConfigError, match="budget 1") as error:
        limit(text, tmp_path)
    assert named in str(error.value)
