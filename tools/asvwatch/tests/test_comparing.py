"""A real repository whose commits differ in modules that a benchmark loads, or does not load."""

from __future__ import annotations

import dataclasses
import json
import shutil

import findings
import pytest
from asvwatch import comparing, config, gitlog, measuring, results
from asvwatch.builds import Builds
from asvwatch.model import PairedResult, Rule, SeriesKey
from projects import benchmark, store
from repositories import Repository

SUITE = """
import os
import subprocess
import sys
import time

import planted


class Work:
    def time_run(self):
        planted.work()

    def track_items(self):
        return len(planted.items())


def time_alone():
    planted.work()


class Cached:
    def setup_cache(self):
        return planted.items()

    def time_cached(self, items):
        planted.work()


def track_new():
    return planted.NEW


def track_gone():
    return planted.OLD


class Declining:
    def setup(self):
        if not hasattr(planted, "OLD"):
            raise NotImplementedError

    def track_old(self):
        return planted.OLD


class Counted:
    def time_run(self):
        time.sleep(planted.WAIT)

    def track_instructions(self):
        counted = subprocess.run(
            ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", sys.executable]
            + ["-c", "import planted; planted.count()"],
            env={"PYTHONHASHSEED": "0", "PATH": os.defpath},
            capture_output=True,
            text=True,
            check=True,
        )
        return int(counted.stderr.partition("Collected : ")[2].split()[0])

    track_instructions.unit = "instructions"


for timed in (Counted.time_run, Work.time_run, time_alone, Cached.time_cached):
    timed.number, timed.repeat, timed.warmup_time = 1, (1, 5, 0.02), 0
"""

PACKAGE = """
import time
{name} = 1
WAIT = {wait}
from pathlib import Path


def work():
    from planted import later

    time.sleep(later.SECONDS * int(Path(__file__).with_name("times.txt").read_text()))


def items():
    return list(range({items}))


def count():
    return [number * number for number in range({loops})]
"""


def state(seconds=0.002, times=1, items=100, unused="", name="OLD", loops=50_000, wait=0.02):
    return {
        "package": PACKAGE.format(items=items, name=name, loops=loops, wait=wait),
        "planted/later.py": f"SECONDS = {seconds}\n",
        "planted/times.txt": f"{times}\n",
        "planted/unused.py": f"{unused}\n",
    }


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    made = Repository(tmp_path_factory.mktemp("comparing") / "repository", SUITE)

    def commit(message, package, **files):
        for name, text in files.items():
            made.write(name, text)
        return made.commit(message, package)

    commits = {
        "base": commit("Begin", **state()),
        "unused": commit("Keep a thought", **state(unused="# A thought.")),
        "later": commit("Take longer", **state(seconds=0.004)),
        "data": commit("Take as long by data", **state(times=2)),
        "items": commit("One more item", **state(items=101, name="NEW")),
        "more": commit(
            "Count a little more", **state(items=101, name="NEW", loops=51_250, wait=0.021)
        ),
    }
    made.describe(commits["base"])
    return made, commits


def compare(repository, head, *options):
    made, commits = repository
    done = made.run("asvwatch", "compare", commits["base"], commits[head], *options, "--json", "-")
    return done, json.loads(done.stdout)


def test_what_runs_the_same_code_and_counts_the_same_is_not_timed(repository):
    done, told = compare(repository, "unused", "--bench", "Work")
    assert (done.returncode, told["verdict"]) == (0, "clean"), done.stderr
    assert told["measured"]["series"] == 2
    (note,) = told["notes"]
    assert note.startswith("not timed: 1 of the benchmarks")


def test_the_same_counts_do_not_hide_what_got_slower(repository):
    done, told = compare(repository, "later", "--bench", "Work")
    assert done.returncode == 1, done.stderr
    (slower,) = told["regressions"]
    assert slower["benchmark"] == "suite.Work.time_run"
    assert slower["ratio"] > 1.3
    assert told["notes"] == []


def test_what_may_run_other_code_is_known(repository):
    made, commits = repository
    settings = config.load(made.config)
    past = gitlog.read(made.folder)
    with measuring.measurer(settings, past, 60, print) as measurer:

        def same(benchmark, head):
            described = results.described_series(settings, (commits["base"], commits[head]))
            (series,) = [one for one in described if one.key.benchmark == f"suite.{benchmark}"]
            return measurer.loads_no_difference(comparing.ends(series))

        assert same("time_alone", "unused")
        # What setup_cache leaves behind may come of anything.
        assert not same("Cached.time_cached", "unused")
        # Loaded late, within the function.
        assert not same("time_alone", "later")
        # Read, not loaded.
        assert not same("time_alone", "data")


@pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind is not installed")
def test_a_small_step_of_the_instructions_lets_the_time_be_measured(repository):
    made, commits = repository
    counts, times = "suite.Counted.track_instructions", "suite.Counted.time_run"
    described = [benchmark(counts, unit="instructions"), benchmark(times)]
    with Builds(made.config, log=print) as builds:
        env = builds.env
        counted = [
            builds.prepare(commits[name]).measure(counts).value for name in ("items", "more")
        ]
    # Within the tolerance: no finding of its own.
    assert 1.003 < counted[1] / counted[0] < 1.015
    # The stored times of 5 % more do not stand out of what times of two commits vary by.
    for name, count, seconds in zip(("items", "more"), counted, (0.0200, 0.0210), strict=True):
        values = {counts: count, times: seconds}
        store(
            made.folder / ".asv" / "results", commits[name], values, benchmarks=described, env=env
        )
    check = ("check", "--range", f"{commits['items']}..{commits['more']}", "--json", "-")
    done = made.run("asvwatch", *check, "--bench", "Counted.time_run")
    assert (done.returncode, json.loads(done.stdout)["undecided"]) == (0, []), done.stderr
    done = made.run("asvwatch", *check, "--bench", "Counted")
    assert done.returncode == 1, done.stderr
    (slower,) = json.loads(done.stdout)["regressions"]
    assert (slower["benchmark"], slower["commit"]) == (times, commits["more"])
    assert (slower["evidence"], len(slower["pairs"]) >= 16) == ("paired", True)


@pytest.mark.parametrize(
    ("bench", "code", "verdict", "said"),
    [
        # What the head brings has nothing to be compared with, and hides nothing else.
        ("track_(new|items)", 1, "regressed", "suite.track_new at {base}: AttributeError"),
        ("track_(old|items)", 1, "regressed", "suite.Declining.track_old at {head}: the benchmark"),
        # What the head breaks is no clean comparison.
        ("track_gone", 3, "unmeasured", ""),
        ("track_new", 3, "unmeasured", "suite.track_new at {base}: AttributeError"),
    ],
)
def test_what_does_not_run_is_told_apart(repository, bench, code, verdict, said):
    _, commits = repository
    done, told = compare(repository, "items", "--bench", bench)
    assert (done.returncode, told["verdict"]) == (code, verdict), done.stderr
    where = said.format(base=commits["base"][:8], head=commits["items"][:8])
    assert any(where in note for note in told["notes"]) == bool(said)
    failed = [one["reason"] for one in told["undecided"] if one["failed"]]
    assert bool(failed) == (bench == "track_gone")


COUNT = Rule(kind="count", exact=None)
SAME = PairedResult("unchanged", 5, 5, 1, (1, 1), 3, ((5, 5),), confidence=1.0)
WITHIN_TOLERANCE = dataclasses.replace(SAME, samples=((5, 5.01),))
OTHER = dataclasses.replace(SAME, outcome="changed")
NOISY = dataclasses.replace(SAME, confidence=0.95)


class Told:
    """Says of each count what is wanted, and remembers what it was to time."""

    def __init__(self, counts):
        self.counts, self.timed = list(counts), []

    def confirm(self, candidate):
        if candidate.series.rule is COUNT:
            return self.counts.pop(0)
        self.timed.append(candidate.series.key.label)
        return SAME

    def loads_no_difference(self, _):
        return True


def ends(benchmark, rule, params=()):
    one = findings.series([1.0, 1.0], rule=rule)
    return comparing.ends(
        dataclasses.replace(one, key=SeriesKey(benchmark, params, 0, "box", "", "1"))
    )


@pytest.mark.parametrize(
    ("counts", "spared"),
    [
        ([SAME], True),
        ([SAME, NOISY], True),
        ([NOISY], False),
        ([WITHIN_TOLERANCE], False),
        ([SAME, OTHER], False),
        ([], False),
    ],
)
def test_only_the_same_count_spares_the_stopwatch(counts, spared):
    measurer = Told(counts)
    names = [f"suite.Work.track_{at}" for at in range(len(counts))]
    timed = ("suite.Work.time_run", "suite.Other.time_run", "suite.time_alone")
    sparing = comparing.Sparing(measurer, {*names, *timed[:2]}, print)
    for name in names:
        sparing.confirm(ends(name, COUNT))
    for name in timed:
        sparing.confirm(ends(name, config.TIME))
    assert measurer.timed == list(timed[1:] if spared else timed)
    assert bool(sparing.notes()) == spared


def test_the_count_of_other_parameters_says_nothing():
    measurer = Told([SAME])
    sparing = comparing.Sparing(measurer, {"suite.Work.track_it", "suite.Work.time_it"}, print)
    sparing.confirm(ends("suite.Work.track_it", COUNT, ("1",)))
    sparing.confirm(ends("suite.Work.time_it", config.TIME, ("2",)))
    assert measurer.timed == ["suite.Work.time_it(2)"]


def test_functions_of_a_module_measure_different_work():
    measurer = Told([SAME])
    sparing = comparing.Sparing(measurer, set(), print)
    sparing.confirm(ends("suite.track_it", COUNT))
    sparing.confirm(ends("suite.time_it", config.TIME))
    assert measurer.timed == ["suite.time_it"]


def test_a_count_is_exact_once_the_pairs_prove_it(repository):
    done, told = compare(repository, "items", "--bench", "track_items")
    assert done.returncode == 1, done.stderr
    (more,) = told["regressions"]
    assert (more["before"], more["after"]) == (100, 101)
