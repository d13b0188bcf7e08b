"""One verdict, one exit code, and JSON that other programs can rely on."""

from __future__ import annotations

import dataclasses
import json

import pytest
from asvwatch import decide as decisions
from asvwatch import reading
from asvwatch.accepted import Accepted
from asvwatch.errors import ConfigError
from asvwatch.verdict import Failure
from findings import finding, history, name


def decide(findings=(), undecided=(), failures=(), commits=10, series=3, **more):
    known = {"history": history(), "confirmed": True}
    return decisions.decide(
        findings, undecided, failures, commits=commits, series=series, **{**known, **more}
    )


def test_nothing_found_is_clean():
    told = decide()
    assert (told.status, told.exit_code) == ("clean", 0)


def test_a_standing_regression_fails_the_check():
    told = decide([finding()])
    assert (told.status, told.exit_code) == ("regressed", 1)


@pytest.mark.parametrize("nothing", [{"commits": 0}, {"series": 0}])
def test_nothing_measured_is_never_clean(nothing):
    told = decide(**nothing)
    assert (told.status, told.exit_code) == ("unmeasured", 3)


def test_an_accepted_regression_is_shown_and_does_not_fail():
    entry = Accepted("suite.time_it", name(5)[:8], "the answer is right now")
    (marked,) = decisions.accept([finding()], [entry], history())
    told = decide([marked])
    assert told.exit_code == 0
    assert told.regressions[0].accepted == "the answer is right now"


def test_an_accepted_commit_within_a_range_is_accepted_too():
    ranged = finding(commit=None, range=(name(2), name(6)))
    (marked,) = decisions.accept([ranged], [Accepted("suite.*", name(4)[:8], "why")], history())
    assert marked.accepted == "why"


def test_improvements_are_never_accepted_as_regressions():
    entry = Accepted("suite.time_it", name(5)[:8], "why")
    (marked,) = decisions.accept([finding(before=1.3, after=1.0)], [entry], history())
    assert marked.accepted is None


def test_a_regression_that_was_taken_back_is_recovered():
    told = decide([finding(3, 1.0, 1.3), finding(6, 1.3, 1.0)])
    assert told.exit_code == 0
    assert (told.regressions, told.improvements) == ((), ())
    (recovered,) = told.recovered
    assert (recovered.commit, recovered.recovered_by) == (name(3), name(6))


def test_a_fix_of_half_leaves_the_regression():
    told = decide([finding(3, 1.0, 1.3), finding(6, 1.3, 1.15)])
    assert [one.commit for one in told.regressions] == [name(3)]
    assert [one.commit for one in told.improvements] == [name(6)]


def test_what_a_fix_gains_beyond_is_an_improvement():
    told = decide([finding(3, 1.0, 1.3), finding(6, 1.3, 0.8)])
    assert [one.commit for one in told.recovered] == [name(3)]
    assert [one.commit for one in told.improvements] == [name(6)]


def test_a_fix_within_the_intervals_of_both_steps_is_whole():
    slower = finding(3, 1.0, 1.3, interval=(1.27, 1.33))
    fixed = finding(6, 1.3, 0.98, interval=(0.73, 0.775))
    told = decide([slower, fixed])
    assert (len(told.recovered), told.improvements, told.regressions) == (1, (), ())


def test_one_fix_can_take_back_two_regressions():
    told = decide([finding(2, 1.0, 1.1), finding(4, 1.1, 1.43), finding(7, 1.43, 1.0)])
    assert {one.commit for one in told.recovered} == {name(2), name(4)}
    assert told.improvements == ()


def test_an_improvement_before_does_not_excuse_a_regression():
    told = decide([finding(2, 1.3, 1.0), finding(6, 1.0, 1.3)])
    assert [one.commit for one in told.regressions] == [name(6)]


def test_counts_recover_from_zero_and_where_higher_is_better():
    zero = [finding(3, 0, 4, evidence="exact"), finding(5, 4, 0, evidence="exact")]
    assert [one.commit for one in decide(zero).recovered] == [name(3)]
    fall = finding(3, 10, 5, direction="regression")
    rise = finding(5, 5, 10, direction="improvement")
    assert [one.commit for one in decide([fall, rise]).recovered] == [name(3)]


def test_series_do_not_recover_for_each_other():
    fix = finding(6, 1.3, 1.0, machine="another")
    told = decide([finding(3, 1.0, 1.3), fix])
    assert told.exit_code == 1


def test_a_newest_commit_that_fails_is_not_clean():
    told = decide(failures=[Failure("suite.time_it", name(9), "fails since", newest=True)])
    assert told.exit_code == 3
    old = decide(failures=[Failure(None, name(2), "does not build")])
    assert old.exit_code == 0


def test_a_suspicion_that_could_not_be_measured_is_not_clean():
    unable = finding(evidence="history", failed=True, reason="no such Python")
    assert decide(undecided=[unable]).exit_code == 3
    assert decide(undecided=[dataclasses.replace(unable, failed=False)]).exit_code == 0


def test_the_json_has_the_documented_shape():
    told = decide(
        [finding(3), finding(6, 2.0, 1.0, benchmark="suite.time_other")],
        failures=[Failure("suite.x", name(1), "fails")],
        notes=["note"],
    )
    data = json.loads(json.dumps(told.to_json(), allow_nan=False))
    assert data["schema"] == 1
    assert data["verdict"] == "regressed"
    assert data["measured"] == {"commits": 10, "series": 3}
    (entry,) = data["regressions"]
    documented = {"benchmark", "params", "kind", "unit", "commit", "range", "before", "after"}
    documented |= {"ratio", "interval", "evidence", "accepted"}
    assert documented <= entry.keys()
    assert (entry["commit"], entry["range"]) == (name(3), [name(2), name(3)])
    assert {"improvements", "recovered", "undecided"} <= data.keys()
    assert {"benchmark", "commit", "reason"} <= data["failures"][0].keys()


def test_a_verdict_survives_being_written_and_read(tmp_path):
    told = decide(
        [finding(3, params=("1", "'a'"), pairs=((1.0, 1.3), (1.1, 1.4)))],
        [finding(8, 0, 4, benchmark="suite.track_it", evidence="history")],
        [Failure(None, name(1), "does not build")],
    )
    file = tmp_path / "verdict.json"
    file.write_text(json.dumps(told.to_json()))
    assert reading.read(file) == told


def test_a_value_that_was_never_measured_is_null(tmp_path):
    unknown = finding(before=float("nan"), after=float("nan"), ratio=None, interval=None)
    entry = unknown.to_json()
    assert (entry["before"], entry["after"]) == (None, None)


@pytest.mark.parametrize("text", ["", "[]", '{"schema": 2}', '{"schema": 1}', '{"schema": 1, "x"'])
def test_what_is_no_verdict_is_named(tmp_path, text):
    file = tmp_path / "verdict.json"
    file.write_text(text)
    with pytest.raises(ConfigError, match=r"verdict\.json"):
        reading.read(file)


def test_a_fingerprint_tells_changes_apart_and_not_machines():
    one = finding()
    assert one.fingerprint == dataclasses.replace(one, machine="other", after=9.0).fingerprint
    others = [
        finding(6),
        finding(params=("1",)),
        finding(benchmark="suite.time_b"),
        finding(direction="improvement"),
    ]
    assert len({one.fingerprint, *(other.fingerprint for other in others)}) == 5
