"""A check measures what history suggests, names commits only where that holds, and says the rest.

The machine is simulated: it knows the true cost of every commit, and measures it without noise.
"""

from __future__ import annotations

import time

import pytest
from asvwatch import check, config, loading
from asvwatch.errors import ConfigError, EnvironmentUnavailable
from asvwatch.model import Attribution, Budget, PairedResult, relative_change
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
        before, after = self.truth[candidate.good], self.truth[candidate.bad]
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
        return Attribution(commits[bad], commits[good], commits[bad], before, after, confirmed)


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
