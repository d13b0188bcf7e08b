"""Simulates what is found in noisy histories: by asv, by Otava alone, and by asvwatch.

Every history has 60 commits and is seeded, so that the tables are the same wherever they are made.
Its values carry the noise of a shared machine with two cores: 3 % from commit to commit, alone,
with spikes, correlated from one commit to the next, or on a machine whose level wanders. What is
nominated is confirmed on a simulated machine, whose processes differ as they do on real ones.

    python tools/asvwatch/scripts/simulate.py --trials 100
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from asv.step_detect import detect_regressions, detect_steps
from asvwatch import paired
from asvwatch.attribute import attribute
from asvwatch.check import Window, check
from asvwatch.config import TIME, TRACKED_BYTES, Config
from asvwatch.model import (
    Attribution,
    Budget,
    Candidate,
    FloatArray,
    History,
    PairedResult,
    Rule,
)
from asvwatch.nominate import nominate
from asvwatch.results import Stored
from otava.analysis import compute_change_points

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from findings import history, series
from simulated import Machine, compare

SIZE = 60
EFFECTS = (1.02, 1.03, 1.05, 1.10, 1.30)
# asv reports jumps of 5 % and more unless it is told otherwise.
ASV_THRESHOLD = 0.05
# How far beside a step a change point may lie and still mean it.
BESIDE = 2
TRACED = replace(TRACKED_BYTES, exact=True)
# The noise of the history, and that of the processes with which it is looked into.
NOISES = {"gauss": "two_cores", "spikes": "spikes", "correlated": "slow_phases", "drift": "drift"}


def noise(kind: str, random: np.random.Generator) -> FloatArray:
    """The logarithmic noise of the values of one history, (SIZE,)."""
    alone = random.normal(0, 0.03, SIZE)
    if kind == "spikes":
        alone[random.random(SIZE) < 0.05] += random.uniform(0.2, 0.6)
    if kind == "correlated":
        for at in range(1, SIZE):
            alone[at] = 0.6 * alone[at - 1] + random.normal(0, 0.024)
    if kind == "drift":
        alone = np.cumsum(random.normal(0, 0.005, SIZE)) + random.normal(0, 0.02, SIZE)
    return alone


def planted(position: str, effect: float) -> tuple[FloatArray, tuple[int, ...]]:
    """The true values of a history, (SIZE,), and the places of the commits that made it slower."""
    levels = np.ones(SIZE)
    if position == "nothing":
        return levels, ()
    if position == "creep":
        places = tuple(range(28, 33))
        for place in places:
            levels[place:] *= effect ** (1 / len(places))
        return levels, places
    place = SIZE - 1 if position == "last commit" else 30
    levels[place:] *= effect
    if position == "fixed 10 later":
        levels[place + 10 :] = 1.0
    return levels, (place,)


POSITIONS = ("middle", "last commit", "fixed 10 later", "creep")


def by_asv(values: FloatArray) -> list[tuple[int, int]]:
    """The ranges (good, bad) that asv's pages would list as regressions."""
    _, _, jumps = detect_regressions(detect_steps(values.tolist()), ASV_THRESHOLD)
    return [(before, after) for before, after, *_ in jumps or ()]


def by_otava(values: FloatArray) -> list[tuple[int, int]]:
    """The ranges around the change points that Otava finds at its own level.

    With its own window of 50 values it fails on some series of 60 (ValueError in 0.8), so that the
    window holds them all.
    """
    points, _ = compute_change_points(values, window_len=2 * SIZE)
    return [(int(point.index) - 1, int(point.index)) for point in points or ()]


def by_nomination(values: FloatArray) -> list[tuple[int, int]]:
    found = nominate(series(values))
    return [(int(one.good, 16), int(one.bad, 16)) for one in found]


class Laboratory:
    """Measures in pairs on a simulated machine, and counts the pairs."""

    def __init__(self, machine: Machine, commits: History) -> None:
        self._machine = machine
        self._history = commits

    @property
    def pairs(self) -> int:
        return int(self._machine.processes) // 2

    def confirm(self, candidate: Candidate) -> PairedResult:
        key, rule = candidate.series.key, candidate.series.rule
        return paired.confirm(
            self._machine,  # type: ignore[arg-type]
            key.benchmark,
            0,
            candidate.good,
            candidate.bad,
            kind=rule.kind,
            floor=rule.tolerance if rule.exact else rule.floor,
            budget=Budget(),
        )

    def attribute(self, candidate: Candidate, confirmed: PairedResult | None) -> Attribution:
        return attribute(
            self._machine,  # type: ignore[arg-type]
            candidate,
            self._history,
            confirmed=confirmed,
            budget=Budget(),
        )


def by_check(
    values: FloatArray, truth: FloatArray, noise: str, seed: int = 0, rule: Rule = TIME
) -> tuple[list[tuple[int, int]], int]:
    """What `asvwatch check` reports as worse where a process gives the `truth` with `noise`: the
    ranges, of one commit where it is named; and the pairs that it took."""
    told = history(SIZE)
    commits = tuple(commit.hash for commit in told.commits)
    named = replace(series(values, rule), commits=commits)
    machine = Machine(
        dict(zip(commits, truth.tolist(), strict=True)),
        noise=noise,
        seed=seed,
        number=int(rule.kind == "time"),
    )
    laboratory = Laboratory(machine, told)
    nowhere = Path("nowhere")
    verdict = check(
        Config(
            path=nowhere,
            project="simulated",
            repo=".",
            branches=(None,),
            env_dir=nowhere,
            results_dir=nowhere,
            html_dir=nowhere,
            benchmark_dir=nowhere,
            show_commit_url="",
        ),
        Stored(series=(named,), not_built={}, newest=commits[-1], warnings=()),
        Window(told),
        laboratory,
        confirmed=True,
        log=lambda _: None,
    )
    reported = [*verdict.regressions, *verdict.recovered]
    ranges = [(told.position(one.range[0]), told.position(one.range[1])) for one in reported]
    return ranges, laboratory.pairs


def found(ranges: Sequence[tuple[int, int]], places: Sequence[int], beside: int = 0) -> bool:
    """Whether any range holds one of the places, or lies so close beside it."""
    return any(good - beside < place <= bad + beside for good, bad in ranges for place in places)


@dataclass
class Tally:
    """What one kind of history came to, over all its trials."""

    asv: list[float] = field(default_factory=list)
    otava: list[float] = field(default_factory=list)
    nominated: list[float] = field(default_factory=list)
    reported: list[float] = field(default_factory=list)
    exact: list[float] = field(default_factory=list)
    wrong: list[float] = field(default_factory=list)
    pairs: list[float] = field(default_factory=list)


def tally(position: str, effect: float, kinds: Sequence[str], trials: int) -> Tally:
    """Each history by each detector; where nothing is planted, how many ranges each reports."""
    levels, places = planted(position, effect)
    counted = Tally()
    for kind in kinds:
        for seed in range(trials):
            random = np.random.default_rng([seed, *kind.encode()])
            values = levels * np.exp(noise(kind, random))
            one, other, suspected = by_asv(values), by_otava(values), by_nomination(values)
            reported, pairs = by_check(values, 0.01 * levels, NOISES[kind], seed)
            if places:
                counted.asv.append(found(one, places, BESIDE))
                counted.otava.append(found(other, places, BESIDE))
                counted.nominated.append(found(suspected, places))
                counted.reported.append(found(reported, places))
                counted.exact.append(any((place - 1, place) in reported for place in places))
            else:
                counted.asv.append(len(one))
                counted.otava.append(len(other))
                counted.nominated.append(len(suspected))
                counted.reported.append(len(reported))
            counted.wrong.append(sum(not found([each], places) for each in reported))
            counted.pairs.append(pairs)
    return counted


def recall(trials: int) -> Iterator[str]:
    """The rows of the planted histories."""
    yield "| planted | effect | asv | Otava | nominated | reported | exact commit | wrong | pairs |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    for position in POSITIONS:
        for effect in EFFECTS:
            one = tally(position, effect, tuple(NOISES), trials)
            shares = (one.asv, one.otava, one.nominated, one.reported, one.exact)
            told = [f"{100 * statistics.mean(share):.0f} %" for share in shares]
            cells = [position, f"+{100 * (effect - 1):.0f} %", *told]
            cells += [f"{sum(one.wrong):.0f}", f"{statistics.mean(one.pairs):.0f}"]
            yield f"| {' | '.join(cells)} |"


def false_alarms(trials: int) -> Iterator[str]:
    """The rows of the histories in which nothing changed."""
    yield "| noise | histories | asv | Otava | nominated | reported | pairs |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for kind in NOISES:
        one = tally("nothing", 1.0, (kind,), trials)
        each = [f"{statistics.mean(count):.2f}" for count in (one.asv, one.otava, one.nominated)]
        cells = [kind, str(trials), *each, f"{sum(one.reported):.0f} in all"]
        yield f"| {' | '.join([*cells, f'{statistics.mean(one.pairs):.0f}'])} |"


def the_rule(trials: int) -> Iterator[str]:
    """The rows of the sequential rule alone: one build against another."""
    yield "| noise of a process | true change | changed | unchanged | undecided | pairs |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for kind in ("quiet", *NOISES.values()):
        for effect in (1.0, *EFFECTS):
            results = [compare(effect, kind, seed)[0] for seed in range(trials)]
            shares = [
                f"{100 * statistics.mean(one.outcome == outcome for one in results):.0f} %"
                for outcome in ("changed", "unchanged", "undecided")
            ]
            pairs = f"{statistics.mean(one.pairs for one in results):.0f}"
            cells = [kind.replace("_", " "), f"+{100 * (effect - 1):.0f} %", *shares, pairs]
            yield f"| {' | '.join(cells)} |"


def counted(position: str) -> tuple[FloatArray, tuple[int, ...]]:
    """The levels of a count of bytes, (SIZE,), and the places of the steps in them."""
    levels = np.full(SIZE, 1e6)
    steps: tuple[int, ...] = ()
    if "creep" in position:
        for place in CREEP:
            levels[place:] *= 1.003
    if "a step" in position:
        steps = (CREEP[-1] + 10,)
    if "two steps" in position:
        steps = (30, 31)
    for place in steps:
        levels[place:] *= 1.05
    return levels, steps


COUNTED = ("nothing", "a step", "two steps", "a creep", "a creep and a step")
CREEP = range(20, 32)
GAPS = (0.0, 0.3, 0.6, 0.85)


def gaps(trials: int) -> Iterator[str]:
    """The rows of histories of an exact metric in which asv left out some of the commits."""
    yield "| planted | steps | named | ranges | of them wrong | of the creep |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for position in COUNTED:
        each = [with_gaps(position, share, trials) for share in GAPS]
        means = [statistics.mean(numbers) for numbers in zip(*each, strict=True)]
        creep = f"{100 * means[-1]:.0f} %" if "creep" in position else "-"
        cells = [position, f"{means[0]:.0f}", *(f"{mean:.2f}" for mean in means[1:-1]), creep]
        yield f"| {' | '.join(cells)} |"


class WithGaps(NamedTuple):
    """Means over histories: of `steps` steps the `named`, the `ranges` told besides, those of them
    in which nothing was planted (`wrong`), and the share of the creep that the largest has."""

    steps: int
    named: float
    ranges: float
    wrong: float
    creep: float


def with_gaps(position: str, share: float, trials: int) -> WithGaps:
    """What is told of an exact metric where a `share` of the commits was left out."""
    levels, steps = counted(position)
    named, ranges, wrong, largest = [], [], [], []
    for seed in range(trials):
        random = np.random.default_rng([seed, *position.encode()])
        left_out = random.random(SIZE) < share
        left_out[[0, -1]] = False
        # Commits differ within the tolerance anyway; where they creep, that adds up.
        wobble = 0.0 if "creep" in position else random.uniform(-0.002, 0.002, SIZE)
        truth = np.round(levels * np.exp(wobble))
        told, _ = by_check(np.where(left_out, np.nan, truth), truth, "none", rule=TRACED)
        exact = [(place - 1, place) for place in steps]
        wide = [each for each in told if each not in exact]
        named.append(sum(each in told for each in exact))
        ranges.append(len(wide))
        wrong.append(sum(levels[good] == levels[bad] for good, bad in wide))
        grown = (np.log(levels[bad] / levels[good]) for good, bad in wide)
        largest.append(max(grown, default=0.0) / (len(CREEP) * np.log(1.003)))
    return WithGaps(len(steps), *map(statistics.mean, (named, ranges, wrong, largest)))


TABLES: dict[str, Callable[[int], Iterator[str]]] = {
    "Planted slowdowns": recall,
    "Nothing planted": false_alarms,
    "The rule alone": the_rule,
    "Exact metrics with gaps": gaps,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--trials", type=int, default=100, help="of each kind of history (100)")
    options = parser.parse_args()
    for title, rows in TABLES.items():
        print(f"## {title}\n")
        for row in rows(options.trials):
            print(row, flush=True)
        print()


if __name__ == "__main__":
    main()
