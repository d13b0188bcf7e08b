"""What the tables of docs/regressions.md claim, held by fewer of the same seeded histories."""

import pytest
import scale
import simulate
from asvwatch import config, loading
from asvwatch.check import suspicions

TRIALS = 8


def mean(values):
    return sum(values) / len(values)


def test_nothing_is_reported_where_nothing_changed():
    one = simulate.tally("nothing", 1.0, tuple(simulate.NOISES), 3 * TRIALS)
    assert sum(one.nominated) > 0
    assert sum(one.reported) == 0


def test_ten_percent_are_named_exactly_where_asv_and_otava_miss_them():
    for position in ("middle", "fixed 10 later"):
        one = simulate.tally(position, 1.10, tuple(simulate.NOISES), TRIALS)
        assert mean(one.exact) >= 0.8
        assert mean(one.exact) >= mean(one.otava)
        assert mean(one.exact) > mean(one.asv) + 0.2
        assert sum(one.wrong) == 0


def test_thirty_percent_in_the_last_commit_are_named():
    one = simulate.tally("last commit", 1.30, tuple(simulate.NOISES), TRIALS)
    assert mean(one.exact) == 1
    assert mean(one.asv) < 0.5


def test_a_creep_of_ten_percent_is_reported_as_a_range():
    one = simulate.tally("creep", 1.10, ("gauss", "spikes"), TRIALS)
    assert mean(one.reported) >= 0.8
    assert sum(one.wrong) == 0


def test_exact_steps_and_creeps_are_told_alike_with_gaps_and_without():
    for share in simulate.GAPS:
        for position in simulate.COUNTED:
            one = simulate.with_gaps(position, share, TRIALS)
            creeps = int("creep" in position)
            assert (one.named, one.ranges, one.wrong) == (one.steps, creeps, 0)
            assert one.creep == pytest.approx(creeps, abs=1e-3)


def test_each_of_many_series_gets_its_own_steps(tmp_path):
    project = scale.store(tmp_path / "project", series=100, commits=40)
    loaded = loading.load(config.load(project.config))
    assert len(loaded.stored.series) == 100
    found = suspicions(loaded.stored, loaded.window)
    named = {(one.series.key.benchmark, one.series.key.params_index) for one in found}
    planted = {(f"suite.time_{at // 50}", at % 50) for at in range(0, 100, scale.PLANTED)}
    assert planted <= named
