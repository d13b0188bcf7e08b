"""A verdict that is read may be anybody's: it is one of schema 1, or it is refused."""

from __future__ import annotations

import json

import pytest
from asvwatch import reading
from asvwatch.errors import ConfigError
from asvwatch.formats import FORMATS
from asvwatch.model import Part
from asvwatch.verdict import BudgetCheck, Failure, Verdict
from findings import finding, history, name
from hypothesis import given
from hypothesis import strategies as st

WHOLE = Verdict(
    "regressed",
    regressions=(
        finding(
            params=("1",),
            pairs=((1.0, 1.3),),
            parts=(Part(name(3), name(4), 1.1, (1.0, 1.2)), Part(name(4), name(5), 1.1)),
            causes=("os: a → b",),
        ),
    ),
    undecided=(finding(before=float("nan"), after=float("nan"), ratio=None, interval=None),),
    failures=(Failure(None, name(2), "does not build"),),
    budgets=(BudgetCheck("suite.time_it", (), "seconds", 0.3, 0.2, False, "fast", name(9)),),
    commits=4,
    series=9,
    notes=("a note",),
    tip=name(9),
)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "verdict.json"


def places(data, path=()):
    """Every place in a tree of lists and dictionaries."""
    yield path
    inside = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in inside:
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))
        else:
            yield (*path, key)


def put(data, path, value):
    copy = json.loads(json.dumps(data))
    held = copy
    for key in path[:-1]:
        held = held[key]
    held[path[-1]] = value
    return copy


PLACES = sorted((path for path in places(WHOLE.to_json()) if path), key=str)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def test_what_is_whole_is_read(file):
    file.write_text(json.dumps(WHOLE.to_json()))
    (back,) = reading.read(file).undecided
    assert (back.before != back.before, back.ratio) == (True, None)
    assert reading.read(file).to_json() == WHOLE.to_json()


@given(path=st.sampled_from(PLACES), value=ANYTHING)
def test_what_is_changed_anywhere_is_refused_or_reported(tmp_path_factory, path, value):
    file = tmp_path_factory.getbasetemp() / "changed.json"
    file.write_text(json.dumps(put(WHOLE.to_json(), path, value)))
    try:
        told = reading.read(file)
    except ConfigError as error:
        assert str(file) in str(error)  # noqa: PT017 - both ways are right
        return
    for form in FORMATS.values():
        assert form(told, history(), "asv.conf.json").strip()


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        (("verdict",), "fine", "verdict: 'fine' is none of clean, regressed, unmeasured"),
        (("regressions", 0, "commit"), "@team", "regressions: commit: '@team' is no commit"),
        (("regressions", 0, "range"), ["a" * 40], "range: "),
        (("regressions", 0, "before"), float("inf"), "before: inf is no finite number"),
        (("regressions", 0, "interval"), [1.0, "2"], "interval: '2' is no finite number"),
        (("regressions", 0, "parts", 0, "bad"), "x", "parts: bad: 'x' is no commit"),
        (("failures", 0, "commit"), "| x |", "failures: commit"),
        (("budgets", 0, "commit"), None, "budgets: commit"),
        (("budgets", 0, "value"), 10**400, "verdict.json"),
        (("measured", "commits"), -1, "commits: -1 counts nothing"),
        (("notes",), "a note", "notes: 'a note' is no list"),
    ],
)
def test_what_is_wrong_is_named(file, path, value, named):
    file.write_text(json.dumps(put(WHOLE.to_json(), path, value)))
    with pytest.raises(ConfigError) as error:
        reading.read(file)
    assert named in str(error.value)


@pytest.mark.parametrize("path", [("verdict",), ("regressions",), ("measured", "series")])
def test_what_is_missing_is_named(file, path):
    data = WHOLE.to_json()
    held = data
    for key in path[:-1]:
        held = held[key]
    del held[path[-1]]
    file.write_text(json.dumps(data))
    with pytest.raises(ConfigError, match=path[-1]):
        reading.read(file)


def test_what_is_cut_off_at_any_place_is_refused(file):
    text = json.dumps(WHOLE.to_json())
    for length in range(0, len(text), 97):
        file.write_text(text[:length])
        with pytest.raises(ConfigError, match=r"verdict\.json"):
            reading.read(file)


def test_keys_of_a_later_version_are_passed_over(file):
    data = put(WHOLE.to_json(), ("regressions", 0, "colour"), "red")
    file.write_text(json.dumps(data))
    assert reading.read(file).to_json() == WHOLE.to_json()
