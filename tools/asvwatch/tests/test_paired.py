import math
import time

import numpy as np
import pytest
from asvwatch import paired
from asvwatch.model import Budget
from asvwatch.paired import confirm, place, single
from asvwatch.stats import STAGE_ERROR, against_middle, estimate, plan, run_stage
from simulated import Machine, Noise, Run, compare

NOISES = ("quiet", "two_cores", "spikes", "slow_phases", "drift")
TRIALS = 300


def outcomes(ratio, noise, trials=TRIALS, **options):
    results = [compare(ratio, noise, seed, **options)[0] for seed in range(trials)]
    return results, {
        outcome: sum(result.outcome == outcome for result in results)
        for outcome in ("changed", "unchanged", "undecided")
    }


class TestOperatingCharacteristics:
    """What the rule promises, held by seeded simulation with the noise of real machines."""

    @pytest.mark.parametrize("noise", NOISES)
    def test_identical_code_is_never_reported(self, noise):
        results, count = outcomes(1.0, noise, trials=400)

        assert count["changed"] == 0
        assert count["unchanged"] >= 0.95 * 400
        assert np.mean([result.pairs for result in results]) < 32

    @pytest.mark.parametrize("noise", NOISES)
    @pytest.mark.parametrize("ratio", [1.02, 1 / 1.02])
    def test_a_change_at_the_edge_of_the_floor_is_hardly_ever_reported(self, noise, ratio):
        _, count = outcomes(ratio, noise)

        assert count["changed"] <= 0.03 * TRIALS

    @pytest.mark.parametrize("noise", NOISES)
    def test_five_percent_are_found(self, noise):
        _, count = outcomes(1.05, noise)

        assert count["changed"] >= 0.88 * TRIALS
        assert count["unchanged"] <= 0.02 * TRIALS

    @pytest.mark.parametrize("noise", NOISES)
    @pytest.mark.parametrize("ratio", [1.1, 1 / 1.1])
    def test_ten_percent_are_found_either_way(self, noise, ratio):
        results, count = outcomes(ratio, noise)

        assert count["changed"] == TRIALS
        assert all((result.ratio > 1) == (ratio > 1) for result in results)

    def test_two_percent_of_memory_are_found_with_few_pairs(self):
        results, count = outcomes(1.02, "memory", kind="memory", floor=0.01)

        assert count["changed"] == TRIALS
        assert {result.pairs for result in results} == {16}

    @pytest.mark.parametrize("noise", NOISES)
    def test_the_interval_holds_the_true_ratio(self, noise):
        results, _ = outcomes(1.1, noise)

        held = sum(result.interval[0] <= 1.1 <= result.interval[1] for result in results)
        assert held >= 0.85 * TRIALS

    def test_a_large_change_among_slow_phases_costs_the_fewest_pairs_mostly(self):
        results, _ = outcomes(1.3, "slow_phases")

        assert np.median([result.pairs for result in results]) == 16


class TestTheRule:
    def test_the_errors_of_all_looks_add_up_to_what_a_stage_may_spend(self):
        for pairs in (8, 10, 40, 60, 200):
            looks = plan(pairs)
            assert looks[-1].pairs == pairs
            assert math.isclose(sum(look.error for look in looks), STAGE_ERROR)
            assert [look.pairs for look in looks] == sorted({look.pairs for look in looks})

    def test_nothing_is_decided_between_the_looks(self):
        drawn = []

        def clear_change():
            while True:
                drawn.append(1)
                yield 1.0 + 0.001 * (len(drawn) % 3)

        stage = run_stage(clear_change(), plan(60), lambda logs, _: 1 if min(logs) > 0.5 else None)

        assert stage.decision == 1
        assert len(drawn) == plan(60)[0].pairs

    def test_pairs_that_end_early_decide_nothing(self):
        stage = run_stage([1.0] * 5, plan(60), lambda *_: 1)

        assert stage.decision is None
        assert len(stage.log_ratios) == 5

    def test_two_wild_values_of_eight_do_not_move_the_estimate(self):
        calm = [0.10, 0.11, 0.09, 0.10, 0.105, 0.095]

        found = estimate([*calm, 5.0, -5.0], 0.05)

        assert 0.08 < found.low < found.center < found.high < 0.12

    def test_the_interval_covers_as_often_as_it_says(self):
        random = np.random.default_rng(7)
        for size, error in ((8, 0.02), (8, 0.05), (12, 0.02), (20, 0.05), (60, 0.05)):
            found = [estimate(random.normal(0.3, 1, size), error) for _ in range(4000)]
            missed = np.mean([not one.low <= 0.3 <= one.high for one in found])
            assert 0.6 * error < missed < 1.25 * error

    def test_an_interval_needs_two_values(self):
        with pytest.raises(ValueError, match="at least 2"):
            estimate([0.1], 0.05)

    @pytest.mark.parametrize("step", [math.log(1.1), math.log(0.9)])
    def test_a_build_is_placed_on_its_side_of_a_step(self, step):
        for level, side in ((0.0, 0), (step, 1)):
            noise = Noise("slow_phases", seed=3)
            logs = (level + noise() - noise() for _ in range(60))
            assert run_stage(logs, plan(60), against_middle(step)).decision == side


class TestPairs:
    def test_each_pair_has_a_hash_seed_of_its_own_shared_by_both_sides(self):
        _, machine = compare(1.1, "quiet")

        pairs = machine.runs[2:]
        for first, second in zip(pairs[::2], pairs[1::2], strict=True):
            assert {first.commit, second.commit} == {"good", "bad"}
            assert first.hash_seed == second.hash_seed
        seeds = [run.hash_seed for run in pairs[::2]]
        assert len(set(seeds)) == len(seeds)

    def test_the_order_is_balanced_in_every_two_pairs_and_drawn_at_random(self):
        _, machine = compare(1.0, "two_cores", seed=4)

        firsts = [run.commit for run in machine.runs[2::2]]
        blocks = [tuple(firsts[at : at + 2]) for at in range(0, len(firsts), 2)]
        assert set(blocks) == {("good", "bad"), ("bad", "good")}

    def test_both_sides_make_as_many_calls_in_a_sample(self):
        _, machine = compare(1.1, "quiet", number=7)

        assert [run.number for run in machine.runs[:2]] == [0, 0]
        assert {run.number for run in machine.runs[2:]} == {7}

    def test_processes_take_longer_where_short_ones_do_not_decide(self):
        _, machine = compare(1.04, "two_cores", seed=1)

        pairs = machine.runs[2:]
        seconds = [run.seconds for run in pairs[::2]]
        assert seconds == [run.seconds for run in pairs[1::2]]
        assert seconds[:8] == [0.3] * 8
        assert seconds[8:60] == [0.5] * 12 + [0.8] * 40

    def test_the_same_seed_measures_in_the_same_order(self):
        one, first = compare(1.03, "slow_phases", seed=5)
        two, second = compare(1.03, "slow_phases", seed=5)

        assert first.runs == second.runs
        assert one == two

    def test_a_change_rests_on_two_series_of_pairs(self):
        result, machine = compare(1.3, "quiet")

        assert result.outcome == "changed"
        assert result.pairs == 2 * plan(60)[0].pairs == len(result.samples)
        assert machine.processes == 2 * result.pairs + 2
        assert result.after / result.before == pytest.approx(result.ratio)


class TestValuesThatAreTheSameInEveryProcess:
    def test_a_different_count_is_a_change_after_three_pairs(self):
        result, _ = compare(1.1, "none", kind="count", floor=0.0)

        assert (result.outcome, result.pairs, result.confidence) == ("changed", 3, 1.0)
        assert result.interval == (result.ratio, result.ratio)
        assert result.ratio == pytest.approx(1.1)

    def test_an_equal_count_is_none(self):
        result, _ = compare(1.0, "none", kind="count", floor=0.0)

        assert (result.outcome, result.ratio) == ("unchanged", 1.0)

    @pytest.mark.parametrize(
        ("before", "after", "outcome"), [(0, 0, "unchanged"), (0, 1, "changed"), (5, 0, "changed")]
    )
    def test_counts_of_zero_are_compared_too(self, before, after, outcome):
        machine = Machine({"good": before, "bad": after})

        result = confirm(
            machine, "track_it", 0, "good", "bad", kind="count", floor=0.0, budget=Budget()
        )

        assert (result.outcome, result.before, result.after) == (outcome, before, after)

    def test_a_time_that_no_clock_measured_can_be_exact(self):
        result, _ = compare(1.001, "none", kind="time", floor=0.0, number=0)

        assert (result.outcome, result.pairs) == ("changed", 3)

    def test_a_time_of_a_clock_is_never_taken_for_exact(self):
        result, _ = compare(1.0, "none")

        assert result.pairs == plan(60)[0].pairs


class TestWhatCannotBeMeasured:
    def test_a_commit_that_does_not_build(self):
        result, _ = compare(1.0, "quiet", unbuilt={"bad"})

        assert (result.outcome, result.failed, result.pairs) == ("undecided", True, 0)
        assert "does not build: SyntaxError" in result.reason
        assert math.isnan(result.ratio)

    def test_a_benchmark_that_does_not_run(self):
        result, _ = compare(1.0, "quiet", broken={"good"})

        assert (result.outcome, result.failed) == ("undecided", True)
        assert result.reason == "at good: ValueError: broken on purpose"

    @pytest.mark.parametrize(("broken", "apart"), [("good", True), ("bad", False)])
    def test_without_the_first_build_there_is_nothing_to_compare_with(self, broken, apart):
        result, _ = compare(1.0, "quiet", broken={broken})

        assert result.incomparable == apart

    def test_a_spent_budget_is_undecided_and_no_failure(self):
        spent = Budget(pairs=60, deadline=time.monotonic())

        result, machine = compare(1.3, "quiet", budget=spent)

        assert (result.outcome, result.failed) == ("undecided", False)
        assert result.reason == "the time budget is spent"
        assert machine.processes == 0

    def test_pairs_that_do_not_decide(self):
        result, _ = compare(1.04, "two_cores", seed=1, budget=Budget(pairs=8))

        assert result.outcome == "undecided"
        assert result.reason == "8 pairs did not decide it"
        assert result.interval[0] < result.ratio < result.interval[1]

    def test_noisy_values_around_zero_have_no_ratio(self):
        machine = Machine({"good": 1.0, "bad": -1.0}, noise="quiet")

        result = confirm(
            machine, "track_it", 0, "good", "bad", kind="count", floor=0.02, budget=Budget()
        )

        assert result.outcome == "undecided"
        assert "has no ratio" in result.reason


def test_a_commit_is_placed_by_pairs_with_the_level_before():
    machine = Machine({"good": 1.0, "early": 1.0, "late": 1.05}, noise="slow_phases", seed=2)

    def side(commit):
        return place(machine, "b", 0, "good", commit, ratio=1.05, budget=Budget(pairs=60))

    assert (side("early"), side("late")) == (0, 1)


def test_a_single_run_uses_a_fixed_hash_seed():
    machine = Machine({"good": 12.0})

    assert single(machine, "track_it", 3, "good").value == 12.0
    assert machine.runs == [Run("good", "track_it", 3, 0, 0, 0.3)]


@pytest.mark.parametrize(("pairs", "said"), [(3, False), (7, False), (8, True), (60, True)])
def test_too_few_pairs_have_no_interval(pairs, said):
    values = [(1.0, 1.1 + 0.001 * number) for number in range(pairs)]
    result = paired._result("undecided", values)
    assert result.ratio > 1.09
    assert all(map(math.isfinite, result.interval)) == said
