import itertools
import math
import time

import numpy as np
import pytest
from asvwatch.attribute import MOST_PARTS, attribute
from asvwatch.model import Budget, Candidate, Commit, History, PairedResult, Rule, Series, SeriesKey
from asvwatch.paired import confirm
from simulated import Machine

COMMITS = tuple(f"{number:040x}" for number in range(1, 14))
TIME = Rule(kind="time", exact=False, floor=0.02)
CALLS = Rule(kind="count", exact=True)


def history(commits=COMMITS):
    return History(
        tuple(
            Commit(one, (parent,) if parent else (), "A. Uthor", 0, "a change")
            for one, parent in zip(commits, (None, *commits), strict=False)
        )
    )


def levels(steps, start=0.01):
    """The true value of every commit: `steps` maps a place to a factor that it brings."""
    value, found = start, {}
    for place, commit in enumerate(COMMITS):
        value *= steps.get(place, 1.0)
        found[commit] = value
    return found


def candidate(machine, rule=TIME, *, first=0, last=-1):
    good, bad = COMMITS[first], COMMITS[last]
    before, after = machine.levels[good], machine.levels[bad]
    series = Series(
        key=SeriesKey("suite.it", (), 0, "machine", "env", "1"),
        unit="seconds",
        rule=rule,
        commits=(good, bad),
        values=np.array([before, after]),
        intervals=np.full((2, 2), np.nan),
        surroundings=("", ""),
    )
    return Candidate(
        series=series,
        good=good,
        bad=bad,
        before=before,
        after=after,
        direction="regression" if after > before else "improvement",
        score=1.0,
        exact=rule.exact is True,
    )


def search(machine, rule=TIME, *, first=0, last=-1, budget=None):
    found = candidate(machine, rule, first=first, last=last)
    budget = budget or Budget(pairs=60)
    confirmed = None
    if not found.exact:
        confirmed = PairedResult(
            outcome="changed",
            before=found.before,
            after=found.after,
            ratio=found.after / found.before,
            interval=(found.after / found.before,) * 2,
            pairs=16,
        )
    return attribute(machine, found, history(), confirmed=confirmed, budget=budget)


class TestByPairs:
    @pytest.mark.parametrize("noise", ["quiet", "slow_phases", "drift"])
    @pytest.mark.parametrize("place", [1, 4, 12])
    def test_the_commit_of_a_step_is_named(self, noise, place):
        machine = Machine(levels({place: 1.2}), noise=noise, seed=place)

        found = search(machine)

        assert (found.commit, found.good, found.bad) == (
            COMMITS[place],
            COMMITS[place - 1],
            COMMITS[place],
        )
        assert found.reason == ""
        assert found.result.outcome == "changed"
        assert found.result.interval[0] < 1.2 < found.result.interval[1]

    def test_an_improvement_too(self):
        found = search(Machine(levels({7: 0.85}), noise="quiet"))

        assert found.commit == COMMITS[7]
        assert found.after < found.before

    def test_a_commit_behind_its_parent_needs_no_measurement(self):
        machine = Machine(levels({4: 1.2}))

        found = search(machine, first=3, last=4)

        assert found.commit == COMMITS[4]
        assert machine.processes == 0

    def test_commits_that_do_not_build_elsewhere_are_passed_over(self):
        machine = Machine(levels({4: 1.2}), noise="quiet", unbuilt={COMMITS[6], COMMITS[8]})

        found = search(machine)

        assert found.commit == COMMITS[4]
        assert found.unbuilt == ()

    def test_a_parent_that_does_not_build_leaves_a_measured_range(self):
        machine = Machine(levels({5: 1.2}), noise="quiet", unbuilt={COMMITS[4]})

        found = search(machine)

        assert (found.commit, found.good, found.bad) == (None, COMMITS[3], COMMITS[5])
        assert found.unbuilt == ((COMMITS[4], "does not build: SyntaxError: invalid syntax"),)
        assert found.reason == "the commits between could not be measured"
        assert found.result.outcome == "changed"

    def test_a_commit_where_the_benchmark_fails_is_passed_over_with_the_reason(self):
        machine = Machine(levels({5: 1.2}), noise="quiet", broken={COMMITS[5]})

        found = search(machine)

        assert (found.commit, found.good, found.bad) == (None, COMMITS[4], COMMITS[6])
        assert found.unbuilt[0][0] == COMMITS[5]
        assert "broken on purpose" in found.unbuilt[0][1]

    def test_where_nothing_between_builds_the_whole_range_is_kept(self):
        machine = Machine(levels({5: 1.2}), noise="quiet", unbuilt=set(COMMITS[1:-1]))

        found = search(machine)

        assert (found.commit, found.good, found.bad) == (None, COMMITS[0], COMMITS[-1])
        assert len(found.unbuilt) == len(COMMITS) - 2
        assert machine.processes == 0

    def test_a_slow_creep_names_no_commit_but_its_parts(self):
        machine = Machine(levels(dict.fromkeys(range(4, 9), 1.02)), noise="quiet", seed=1)

        found = search(machine, first=3, last=8)

        assert (found.commit, found.good, found.bad) == (None, COMMITS[3], COMMITS[8])
        assert "no single commit has the step" in found.reason
        assert found.result.ratio == pytest.approx(1.02**5)
        assert [(part.good, part.bad) for part in found.parts] == list(
            itertools.pairwise(COMMITS[3:9])
        )
        for part in found.parts:
            assert part.ratio == pytest.approx(1.02, abs=0.012)
            assert part.interval[0] < part.ratio < part.interval[1]
        assert found.rest == ()

    def test_a_longer_creep_is_told_in_eight_pieces_without_gaps(self):
        machine = Machine(levels(dict.fromkeys(range(1, 13), 1.018)), noise="quiet")

        found = search(machine)

        assert found.result.ratio == pytest.approx(1.018**12)
        assert len(found.parts) == MOST_PARTS
        assert (found.parts[0].good, found.parts[-1].bad) == (COMMITS[0], COMMITS[-1])
        assert all(one.bad == two.good for one, two in itertools.pairwise(found.parts))
        whole = math.prod(part.ratio for part in found.parts)
        assert whole == pytest.approx(1.018**12, rel=0.03)

    def test_parts_pass_over_what_does_not_build_and_know_what_installs_the_same(self):
        machine = Machine(
            levels(dict.fromkeys((4, 5, 7, 8, 9, 10, 11), 1.02)),
            noise="quiet",
            seed=1,
            unbuilt={COMMITS[4]},
            same=[{COMMITS[5], COMMITS[6]}],
        )

        found = search(machine, first=3, last=11)

        assert [part.bad for part in found.parts] == list(COMMITS[5:12])
        assert found.parts[0].ratio == pytest.approx(1.02**2, abs=0.012)
        assert (found.parts[1].ratio, found.parts[1].interval) == (1.0, (1.0, 1.0))

    def test_a_second_step_in_the_range_is_left_to_be_searched(self):
        found = search(Machine(levels({3: 1.1, 9: 1.25}), noise="quiet"))

        assert found.commit == COMMITS[9]
        ranges = [(one.good, one.bad) for one in found.rest]
        assert ranges == [(COMMITS[0], COMMITS[8]), (COMMITS[9], COMMITS[12])]

    def test_commits_that_install_the_same_files_are_not_measured(self):
        machine = Machine(levels({12: 1.2}), noise="quiet", same=[set(COMMITS[:12])])

        found = search(machine)

        assert found.commit == COMMITS[12]
        measured = {run.commit for run in machine.runs}
        assert measured == {COMMITS[11], COMMITS[12]}

    def test_a_spent_budget_keeps_the_range(self):
        machine = Machine(levels({5: 1.2}), noise="quiet")

        found = search(machine, budget=Budget(deadline=time.monotonic()))

        assert (found.commit, found.good, found.bad) == (None, COMMITS[0], COMMITS[-1])
        assert found.reason == "the time budget is spent"

    def test_a_good_end_that_stopped_building_keeps_the_range(self):
        machine = Machine(levels({5: 1.2}), noise="quiet", unbuilt={COMMITS[0]})

        found = search(machine)

        assert found.commit is None
        assert "00000000 does not build" in found.reason


class TestExactMetrics:
    def test_the_commit_is_named_with_its_values_after_few_runs(self):
        machine = Machine(levels({8: 1.1}, start=10))

        found = search(machine, CALLS)

        assert (found.commit, found.good) == (COMMITS[8], COMMITS[7])
        assert (found.before, found.after) == (10, pytest.approx(11))
        assert found.result is None
        assert machine.processes <= 2 + math.ceil(math.log2(len(COMMITS)))

    def test_the_first_of_several_steps_is_named_and_the_others_are_the_rest(self):
        found = search(Machine(levels({3: 1.1, 9: 1.2}, start=10)), CALLS)

        assert found.commit == COMMITS[3]
        assert found.after == pytest.approx(11)
        (rest,) = found.rest
        assert (rest.good, rest.bad) == (COMMITS[8], COMMITS[9])
        assert (rest.before, rest.after) == (pytest.approx(11), pytest.approx(13.2))

    def test_a_step_inside_a_creep_is_named(self):
        creep = dict.fromkeys(range(1, 13), 1.004)
        rule = Rule(kind="memory", exact=True, tolerance=0.005)

        found = search(Machine(levels({**creep, 10: 1.03}, start=1000)), rule)

        assert (found.commit, found.rest) == (COMMITS[10], ())

    def test_a_parent_that_does_not_build_leaves_a_range(self):
        found = search(Machine(levels({8: 1.1}, start=10), unbuilt={COMMITS[7]}), CALLS)

        assert (found.commit, found.good, found.bad) == (None, COMMITS[6], COMMITS[8])
        assert found.after == pytest.approx(11)

    def test_a_creep_within_the_tolerance_is_told_by_the_values_that_were_measured(self):
        machine = Machine(levels(dict.fromkeys(range(1, 13), 1.004), start=1000))
        rule = Rule(kind="memory", exact=True, tolerance=0.005)

        found = search(machine, rule)

        assert (found.commit, found.reason) == (None, "no single commit has the step")
        assert found.parts
        assert math.prod(part.ratio for part in found.parts) == pytest.approx(1.004**12)
        assert max(part.ratio for part in found.parts) < 1.005
        assert found.known[COMMITS[0]] == 1000

    def test_values_that_do_not_differ_here_say_so(self):
        machine = Machine(levels({}, start=10))

        found = search(machine, CALLS)

        assert found.commit is None
        assert found.reason == "it does not show here: 10 and 10"

    def test_an_end_that_does_not_build_keeps_the_range(self):
        found = search(Machine(levels({8: 1.1}), unbuilt={COMMITS[-1]}), CALLS)

        assert (found.good, found.bad) == (COMMITS[0], COMMITS[-1])
        assert "does not build" in found.reason

    def test_what_pairs_proved_to_be_deterministic_is_bisected_by_single_runs(self):
        machine = Machine(levels({8: 1.1}, start=10))
        rule = Rule(kind="count", exact=None, floor=0.02)
        ends = COMMITS[0], COMMITS[-1]
        confirmed = confirm(
            machine, "suite.it", 0, *ends, kind="count", floor=0.02, budget=Budget()
        )
        before = machine.processes

        found = attribute(
            machine,
            candidate(machine, rule),
            history(),
            confirmed=confirmed,
            budget=Budget(),
        )

        assert found.commit == COMMITS[8]
        assert found.result.ratio == pytest.approx(1.1)
        assert machine.processes - before <= 6
