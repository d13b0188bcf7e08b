"""A simulated machine: builds whose values are drawn from the noise that real machines show."""

import math
import random
from typing import NamedTuple

from asvwatch.config import TIME
from asvwatch.errors import BuildFailed
from asvwatch.model import Budget, Measurement
from asvwatch.paired import confirm
from asvwatch.runs import Conditions


class Noise:
    """The logarithmic noise of one fresh process after another, seeded."""

    def __init__(self, name, seed):
        self._draw = getattr(self, f"_{name}")
        self._random = random.Random(f"{name} {seed}")
        self._slow = False
        self._level = 0.0

    def __call__(self):
        return self._draw()

    def _none(self):
        return 0.0

    def _memory(self):
        """Peak memory: 0.1 %."""
        return self._random.gauss(0, 0.001)

    def _quiet(self):
        """A quiet machine: minima differ by 1 %."""
        return self._random.gauss(0, 0.01)

    def _two_cores(self):
        """40 pairs give an interval of +-1.5 %: 3.5 % a process."""
        return self._random.gauss(0, 0.035)

    def _spikes(self):
        """2 %, and one process in ten between 5 and 60 % slower."""
        spike = self._random.uniform(0.05, 0.6) if self._random.random() < 0.1 else 0.0
        return self._random.gauss(0, 0.02) + spike

    def _slow_phases(self):
        """A shared core: a fifth of the processes is slow by up to a half, in phases."""
        self._slow = self._random.random() < (0.5 if self._slow else 0.12)
        slow = self._random.uniform(0.05, 0.5) if self._slow else 0.0
        return abs(self._random.gauss(0, 0.018)) + slow

    def _drift(self):
        """2 % around a level that wanders by 1 % from process to process."""
        self._level += self._random.gauss(0, 0.01)
        return self._level + self._random.gauss(0, 0.02)


class Run(NamedTuple):
    """One process that was asked for."""

    commit: str
    benchmark: str
    params_index: int
    hash_seed: int
    number: int
    seconds: float


class Machine:
    """Stands where Builds does. `levels` are the true values by commit; a commit in `unbuilt`
    does not build, the benchmark fails in one of `broken`, those of a set in `same` install the
    same files."""

    def __init__(self, levels, *, noise="none", seed=0, unbuilt=(), broken=(), number=1, same=()):
        self.levels = levels
        self.noise = Noise(noise, seed)
        self.unbuilt = set(unbuilt)
        self.broken = set(broken)
        self.number = number
        self.same = [set(commits) for commits in same]
        self.runs = []

    def prepare(self, commit, *, beside=None):
        assert beside is None or isinstance(beside, SimulatedBuild)
        if commit in self.unbuilt:
            raise BuildFailed(commit, "SyntaxError: invalid syntax")
        return SimulatedBuild(self, commit)

    def alike(self, one, other):
        for commit in (one, other):
            self.prepare(commit)
        return any({one, other} <= commits for commits in self.same)

    @property
    def processes(self):
        return len(self.runs)


def compare(ratio, noise, seed=0, *, kind="time", floor=TIME.floor, budget=None, **machine):
    """What the rule says of a build that is `ratio` times as slow as another, and its machine."""
    simulated = Machine({"good": 0.01, "bad": 0.01 * ratio}, noise=noise, seed=seed, **machine)
    result = confirm(
        simulated,
        "suite.time_it",
        0,
        "good",
        "bad",
        kind=kind,
        floor=floor,
        budget=budget or Budget(),
        seed=seed,
    )
    return result, simulated


class SimulatedBuild:
    def __init__(self, machine, commit):
        self._machine = machine
        self.commit = commit

    def measure(self, benchmark, params_index=0, conditions=Conditions()):  # noqa: B008 - frozen
        machine = self._machine
        seed, number, seconds = conditions.hash_seed, conditions.number, conditions.seconds
        machine.runs.append(Run(self.commit, benchmark, params_index, seed, number, seconds))
        if self.commit in machine.broken:
            return Measurement(value=None, error="ValueError: broken on purpose")
        value = machine.levels[self.commit] * math.exp(machine.noise())
        return Measurement(value=value, samples=(value,), number=number or machine.number)
