"""A check measures what history suggests, names commits only where that holds, and says the rest.

The machine is simulated: it knows the true cost of every commit, and measures it without noise.
"""

from __future__ import annotations

import itertools
import time

import pytest
from asvwatch import check, config, loading
from asvwatch.creep import exact_parts
from asvwatch.errors import ConfigError, EnvironmentUnavailable
from asvwatch.model import Attribution, Budget, PairedResult, Part, Rest, relative_change
from asvwatch.words import why
from projects import FAILED, SKIPPED, benchmark

TIME = benchmark("suite.time_it")
CALLS = benchmark("suite.track_calls", unit="calls")


class Machine:
    """Measures the true values of the commits; remembers what it was asked."""

    def __init__(self, hashes, truth, floor=0.02):
        self.truth = dict(zip(hashes, truth, strict=True))
        self.floor = floor
        self.asked = []

    def confirm(self, candidate):
        self.asked.append((candidate.good, candidate.bad))
        return self._result(candidate.good, candidate.bad)

    def _result(self, good, bad):
        before, after = self.truth[good], self.truth[bad]
        moved = abs(relative_change(before, after)) > self.floor
        ratio = after / before
        return PairedResult(
            outcome="changed" if moved else "unchanged",
            before=before,
            after=after,
            ratio=ratio,
            interval=(ratio * 0.99, ratio * 1.01),
            pairs=2,
            samples=((before, after),) * 2,
        )

    def attribute(self, candidate, confirmed):
        commits = list(self.truth)
        good, bad = commits.index(candidate.good), commits.index(candidate.bad)
        while bad - good > 1:
            middle = (good + bad) // 2
            if self.truth[commits[middle]] == self.truth[commits[good]]:
                good = middle
            else:
                bad = middle
        before, after = self.truth[commits[good]], self.truth[commits[bad]]
        found = None if confirmed is None else self._result(commits[good], commits[bad])
        left = abs(confirmed.ratio / found.ratio - 1) if found else 0.0
        ends = ((candidate.good, commits[good]), (commits[bad], candidate.bad))
        rest = tuple(
            Rest(*each, before, before * confirmed.ratio / found.ratio)
            for each in ends
            if each[0] != each[1] and left > self.floor
        )
        return Attribution(
            commits[bad], commits[good], commits[bad], before, after, found, rest=rest
        )


class CreepingMachine(Machine):
    """Finds that no single commit has the step."""

    def attribute(self, candidate, confirmed):
        commits = list(self.truth)
        inside = commits[commits.index(candidate.good) : commits.index(candidate.bad) + 1]
        parts = tuple(
            Part(one, other, self.truth[other] / self.truth[one], (1.0, 1.1))
            for one, other in itertools.pairwise(inside)
        )
        before, after = self.truth[candidate.good], self.truth[candidate.bad]
        return Attribution(
            None, candidate.good, candidate.bad, before, after, confirmed, "no single", parts=parts
        )


class Broken:
    """A machine without the environment."""

    def confirm(self, candidate):
        raise EnvironmentUnavailable(candidate.series.key.env, "no such Python")

    attribute = confirm


def run(tiny, measurer, *, last=None, commits=None, **more):
    settings = config.load(tiny.config)
    loaded = loading.load(settings, last=last, commits=commits)
    known = {"confirmed": measurer is not None, "log": [].append, "notes": loaded.notes}
    return check.check(settings, loaded.stored, loaded.window, measurer, **{**known, **more})


def test_a_slowdown_that_measures_as_one_is_named(project):
    tiny = project(commits=8)
    truth = [1.0] * 5 + [1.3] * 3
    tiny.store_all(TIME, [1.01, 0.99, 1.0, 1.02, 1.0, 1.31, 1.3, 1.29])
    told = run(tiny, Machine(tiny.hashes, truth))
    (found,) = told.regressions
    assert (found.commit, found.evidence) == (tiny.hashes[5], "paired")
    assert found.ratio == pytest.approx(1.3)
    assert (told.exit_code, told.commits, told.series) == (1, 8, 1)


def test_noise_that_looks_like_a_slowdown_is_not_reported(project):
    tiny = project(commits=6)
    tiny.store_all(TIME, [1.0, 1.0, 1.4, 1.0, 1.5, 1.5])
    machine = Machine(tiny.hashes, [1.0] * 6)
    told = run(tiny, machine)
    assert (told.status, told.regressions, told.undecided) == ("clean", (), ())
    # The way back from a rise that was not there is not measured again.
    assert len(machine.asked) == 2


def test_a_slowdown_fixed_later_is_recovered(project):
    tiny = project(commits=8)
    truth = [1.0, 1.0, 1.0, 1.3, 1.3, 1.0, 1.0, 1.0]
    tiny.store_all(TIME, truth)
    told = run(tiny, Machine(tiny.hashes, truth))
    (found,) = told.recovered
    assert (found.commit, found.recovered_by) == (tiny.hashes[3], tiny.hashes[5])
    assert told.exit_code == 0


def test_unmeasured_commits_in_between_are_searched(project):
    tiny = project(commits=9)
    truth = [1.0] * 4 + [1.5] * 5
    tiny.store_all(TIME, [1.0, ..., ..., 1.0, ..., ..., 1.5, ..., 1.5])
    (found,) = run(tiny, Machine(tiny.hashes, truth)).regressions
    assert found.commit == tiny.hashes[4]


def test_neighbouring_exact_values_need_no_measurement(project):
    tiny = project(commits=4)
    tiny.store_all(CALLS, [5, 5, 5, 6])
    (found,) = run(tiny, None, confirmed=True).regressions
    assert (found.commit, found.evidence, found.interval) == (tiny.hashes[3], "exact", None)
    assert (found.before, found.after) == (5, 6)


def test_an_exact_step_that_does_not_come_again_is_nobodys(project):
    tiny = project(commits=4)
    tiny.store_all(CALLS, [5, 5, 5, 6])
    told = run(tiny, Machine(tiny.hashes, [5, 5, 5, 5]))
    assert told.regressions == ()
    assert told.exit_code == 0
    (note,) = [one for one in told.notes if one.startswith("not exact")]
    assert "suite.track_calls" in note


def test_an_exact_step_is_told_where_nothing_can_be_measured(project):
    tiny = project(commits=4)
    tiny.store_all(CALLS, [5, 5, 5, 6])
    (found,) = run(tiny, Broken()).regressions
    assert found.commit == tiny.hashes[3]
    assert "no such Python" in found.reason


def test_an_exact_step_over_unmeasured_commits_is_a_range_until_it_is_searched(project):
    tiny = project(commits=5)
    tiny.store_all(CALLS, [5, 5, ..., ..., 6])
    (found,) = run(tiny, None).regressions
    assert found.commit is None
    assert found.range == (tiny.hashes[1], tiny.hashes[4])
    (found,) = run(tiny, Machine(tiny.hashes, [5, 5, 5, 6, 6])).regressions
    assert found.commit == tiny.hashes[3]


def test_without_measuring_noisy_steps_are_only_suspicions(project):
    tiny = project(commits=8)
    tiny.store_all(TIME, [1.0] * 5 + [1.5] * 3)
    told = run(tiny, None)
    (found,) = told.undecided
    assert (found.evidence, found.commit) == ("history", None)
    assert (told.status, told.confirmed) == ("clean", False)


def test_what_the_budget_did_not_reach_is_undecided(project):
    tiny = project(commits=8)
    tiny.store_all(TIME, [1.0] * 5 + [1.5] * 3)
    machine = Machine(tiny.hashes, [1.0] * 5 + [1.5] * 3)
    told = run(tiny, machine, budget=Budget(deadline=time.monotonic() - 1))
    assert "budget" in told.undecided[0].reason
    assert machine.asked == []


def test_a_suspicion_that_cannot_be_measured_is_not_clean(project):
    tiny = project(commits=8)
    tiny.store_all(TIME, [1.0] * 5 + [1.5] * 3)
    told = run(tiny, Broken())
    assert (told.status, told.exit_code) == ("unmeasured", 3)
    assert "no such Python" in told.undecided[0].reason


def test_only_steps_in_the_asked_part_are_looked_at(project):
    tiny = project(commits=8)
    tiny.store_all(CALLS, [1, 1, 2, 2, 2, 2, 3, 3])
    assert [one.commit for one in run(tiny, None, last=3).regressions] == [tiny.hashes[6]]
    part = f"{tiny.hashes[0]}..{tiny.hashes[4]}"
    assert [one.commit for one in run(tiny, None, commits=part).regressions] == [tiny.hashes[2]]
    told = run(tiny, None, commits=f"{tiny.hashes[2]}..")
    assert [one.commit for one in told.regressions] == [tiny.hashes[6]]
    assert told.commits == 5


def test_a_part_without_results_is_unmeasured(project):
    tiny = project(commits=6)
    tiny.store_all(CALLS, [1, 1, 1])
    told = run(tiny, None, last=2)
    assert (told.status, told.exit_code) == ("unmeasured", 3)
    assert "the newest 3 commits are not measured" in told.notes[0]


def test_one_measured_commit_is_clean(project):
    tiny = project(commits=1)
    tiny.store_all(CALLS, [1])
    assert run(tiny, None).status == "clean"


@pytest.mark.parametrize(
    ("wrong", "named"),
    [("main", "main"), ("..main", "..main"), ("a...b", "a...b"), ("nowhere..main", "nowhere")],
)
def test_a_wrong_range_is_named(project, wrong, named):
    tiny = project(commits=2)
    with pytest.raises(ConfigError) as error:
        run(tiny, None, commits=wrong)
    assert repr(named) in str(error.value)


def test_a_benchmark_that_began_to_fail_is_listed_with_its_commit(project):
    tiny = project(commits=5)
    tiny.store_all(CALLS, [1, 1, 1, FAILED, FAILED])
    told = run(tiny, None)
    (failure,) = told.failures
    assert (failure.benchmark, failure.commit) == ("suite.track_calls", tiny.hashes[3])
    assert told.exit_code == 3


def test_a_failure_that_was_repaired_or_a_skip_is_none(project):
    tiny = project(commits=5)
    tiny.store_all(CALLS, [1, FAILED, 1, 1, SKIPPED])
    told = run(tiny, None)
    assert (told.failures, told.status) == ((), "clean")


def test_all_combinations_that_fail_alike_are_one_failure(project):
    tiny = project(commits=2)
    many = benchmark("suite.track_many", params=[["1", "2", "3"]])
    tiny.describe(many)
    tiny.store(0, {many["name"]: [1, 2, 3]}, benchmarks=[many])
    tiny.store(1, {many["name"]: [FAILED, FAILED, 3]}, benchmarks=[many])
    (failure,) = run(tiny, None).failures
    assert failure.benchmark == "suite.track_many"


def test_an_old_commit_that_does_not_build_is_listed_and_no_error(project):
    tiny = project(commits=4)
    tiny.describe(CALLS)
    tiny.store(0, {CALLS["name"]: FAILED}, benchmarks=[CALLS], built=False)
    for number in (1, 2, 3):
        tiny.store(number, {CALLS["name"]: 4}, benchmarks=[CALLS])
    told = run(tiny, None)
    (failure,) = told.failures
    assert (failure.benchmark, failure.commit) == (None, tiny.hashes[0])
    assert told.status == "clean"


def test_a_newest_commit_that_does_not_build_is_not_clean(project):
    tiny = project(commits=3)
    tiny.store_all(CALLS, [4, 4])
    tiny.store(2, {CALLS["name"]: FAILED}, benchmarks=[CALLS], built=False)
    assert run(tiny, None).exit_code == 3


def test_accepted_regressions_do_not_fail(project):
    tiny = project(commits=4)
    tiny.store_all(CALLS, [5, 5, 5, 6])
    (tiny.root / "benchmarks" / "accepted.toml").write_text(
        f'[[accepted]]\nbenchmark = "suite.track_calls"\ncommit = "{tiny.hashes[3][:10]}"\n'
        'reason = "needs one more"\n'
    )
    told = run(tiny, None)
    assert told.exit_code == 0
    assert told.regressions[0].accepted == "needs one more"


def test_two_steps_between_measured_commits_are_both_named(project):
    tiny = project(commits=9)
    truth = [1.0] * 3 + [1.1] * 3 + [1.43] * 3
    tiny.store_all(TIME, [1.0, 1.0, 1.0, ..., ..., ..., ..., 1.43, 1.43])
    told = run(tiny, Machine(tiny.hashes, truth))
    assert {one.commit for one in told.regressions} == {tiny.hashes[3], tiny.hashes[6]}


def creeping():
    truth = [1.0] * 12 + [1.02, 1.04, 1.06, 1.08, 1.10] + [1.10] * 8
    wobble = (1.004, 0.996, 1.001, 0.998, 1.003)
    return truth, [value * wobble[at % 5] for at, value in enumerate(truth)]


def test_a_creep_is_a_range_with_its_parts(project):
    truth, values = creeping()
    tiny = project(commits=len(truth))
    tiny.store_all(TIME, values)
    told = run(tiny, CreepingMachine(tiny.hashes, truth))
    found = max(told.regressions, key=lambda one: one.ratio)
    assert (found.commit, found.evidence) == (None, "paired")
    assert found.ratio == pytest.approx(1.10)
    commits = {part.bad for part in found.parts if part.ratio > 1.01}
    assert commits == set(tiny.hashes[12:17])
    assert tiny.hashes[14][:8] in why(found)
    assert told.exit_code == 1


def test_a_step_that_explains_the_slope_spares_its_measurement(project):
    truth, values = creeping()
    tiny = project(commits=len(truth))
    tiny.store_all(TIME, values)
    # The history looks like a creep, but one commit has all of it.
    machine = Machine(tiny.hashes, [1.0] * 13 + [1.1] * 12)
    told = run(tiny, machine)
    assert [one.commit for one in told.regressions] == [tiny.hashes[13]]
    asked = [(tiny.hashes.index(good), tiny.hashes.index(bad)) for good, bad in machine.asked]
    assert asked
    assert max(bad - good for good, bad in asked) < 4


def test_a_creep_of_an_exact_metric_needs_no_measurement(project):
    tiny = project(commits=9)
    traced = benchmark("suite.track_traced", unit="bytes")
    values = [1000, 1000, 1000, 1003, 1006, 1009, 1012, 1012, 1012]
    tiny.store_all(traced, values)
    (found,) = run(tiny, None, confirmed=True).regressions
    assert (found.commit, found.evidence, found.range) == (
        None,
        "exact",
        (tiny.hashes[2], tiny.hashes[6]),
    )
    assert [part.bad for part in found.parts] == tiny.hashes[3:7]
    assert "a creep in 4 parts" in why(found)


def test_a_creep_below_twice_the_tolerance_is_none_with_gaps_either(project):
    tiny = project(commits=7)
    traced = benchmark("suite.track_traced", unit="bytes")
    truth = [1000, 1000, 1000, 1003, 1006, 1009, 1009]
    tiny.store_all(traced, [1000, 1000, ..., ..., ..., 1009, 1009])
    commits = tiny.hashes
    told = run(tiny, FillingMachine(commits, truth))
    assert (told.regressions, told.undecided, told.notes) == ((), (), ())


class FillingMachine(Machine):
    """Finds all values between the ends of a range."""

    def attribute(self, candidate, _):
        commits = list(self.truth)
        first, last = commits.index(candidate.good), commits.index(candidate.bad)
        inside = {commit: self.truth[commit] for commit in commits[first : last + 1]}
        parts = exact_parts(list(inside), inside)
        ends = (self.truth[candidate.good], self.truth[candidate.bad])
        return Attribution(
            None, candidate.good, candidate.bad, *ends, reason="none", parts=parts, known=inside
        )


class TestWhatElseChanged:
    def store(self, tiny, described, values, at):
        tiny.describe(described)
        for number, value in enumerate(values):
            numpy = {"numpy": "2.1" if number < at else "2.2"}
            tiny.store(
                number, {described["name"]: value}, benchmarks=[described], requirements=numpy
            )

    def test_it_is_shown_and_no_commit_is_blamed(self, project):
        tiny = project(commits=6)
        self.store(tiny, CALLS, [5, 5, 5, 7, 7, 7], at=3)
        told = run(tiny, None)
        (found,) = told.undecided
        assert told.regressions == ()
        assert found.commit is None
        assert found.causes == ("numpy: 2.1 → 2.2",)
        assert "possible cause: numpy: 2.1 → 2.2" in why(found)

    def test_it_is_the_cause_where_the_builds_do_not_differ(self, project):
        tiny = project(commits=8)
        self.store(tiny, TIME, [1.0] * 4 + [1.4] * 4, at=4)
        told = run(tiny, Machine(tiny.hashes, [1.0] * 8))
        assert (told.regressions, told.undecided, told.status) == ((), (), "clean")
        (note,) = told.notes
        assert "with numpy: 2.1 → 2.2 came suite.time_it +40.0 %" in note

    def test_a_commit_that_was_measured_with_all_else_the_same_is_named(self, project):
        tiny = project(commits=8)
        truth = [1.0] * 4 + [1.4] * 4
        self.store(tiny, TIME, truth, at=4)
        (found,) = run(tiny, Machine(tiny.hashes, truth)).regressions
        assert (found.commit, found.causes, found.reason) == (tiny.hashes[4], (), "")

    def test_it_is_measured_behind_what_has_no_other_cause(self, project):
        tiny = project(commits=8)
        other = benchmark("suite.time_other")
        tiny.describe(TIME, other)
        for number in range(8):
            numpy = {"numpy": "2.1" if number < 6 else "2.2"}
            values = {TIME["name"]: 1.0 if number < 6 else 1.9, other["name"]: 1 + number // 3}
            tiny.store(number, values, benchmarks=[TIME, other], requirements=numpy)
        machine = Machine(tiny.hashes, [1.0] * 8)
        run(tiny, machine)
        assert machine.asked[-1] == (tiny.hashes[5], tiny.hashes[6])
        assert len(machine.asked) == 3
