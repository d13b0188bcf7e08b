"""One workload, every metric: a subclass of `_Scenario` is measured in five ways.

A suite module says what is done; this module how it is measured:

    class Sentences(_Scenario):
        def prepare(self): ...          # returns what run takes; not measured
        def run(self, inputs): ...      # measured
        def verify(self, result): ...   # raises if the result is wrong: no failing call is measured

`time_run` is seconds, `peakmem_run` the peak resident memory of the process, `track_calls` the
Python functions called, `track_peak_traced` the peak of what Python allocates during the run, and
`track_instructions` the instructions executed. A scenario that one of them does not suit sets it
to None. Parameters (`params`, `param_names`) reach `prepare`.

asv imports this module on every commit, also where bookgen cannot be imported.
"""

from __future__ import annotations

import cProfile
import gc
import hashlib
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

# Raised when the way of measuring changes: values of another edition are not compared.
EDITION = 1
# What says how often is measured, or whether the result is right, but not what.
NOT_MEASURED = {
    *("number", "repeat", "rounds", "timeout", "warmup_time", "timed_runs", "counted_runs"),
    *("verify", "version", "close"),
}
VALGRIND_TIMEOUT = 600


class _Versioned:
    """Base of what is measured. Each subclass has a version: a hash of what its code does.

    asv's own takes in only the benchmark's function and `setup`, which all scenarios share; a
    changed workload would go on in the history of the old one.
    """

    version = ""

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        told = [str(EDITION)]
        for base in cls.__mro__:
            if base.__module__ != __name__ and base is not object:
                told += [
                    f"{name}={_told(value)}"
                    for name, value in sorted(vars(base).items())
                    if name not in NOT_MEASURED and not name.startswith("__")
                ]
        cls.version = hashlib.sha256("\n".join(told).encode()).hexdigest()


def _told(value):
    """Return a text that is the same in every process: a function's own would hold its address."""
    function = getattr(value, "__func__", value)
    return inspect.getsource(function) if inspect.isfunction(function) else repr(value)


class _Scenario(_Versioned):
    """Base of all scenarios. Its name begins with an underscore, or asv would collect it."""

    # With a setup asv times one call a sample whatever it takes, and with more than one it runs
    # the setup between them: a scenario does enough work for one call to be worth timing.
    number = 1
    repeat = (3, 20, 0.3)
    rounds = 2
    warmup_time = 0.0
    timeout = 300
    # Runs of which the instructions are counted, beside the first.
    counted_runs = 1

    _prepared = None

    def prepare(self, *params):
        """Return what `run` takes. A part of bookgen that this commit lacks skips the benchmark:
        `_compat.find` raises NotImplementedError."""
        raise TypeError(f"{type(self).__name__} prepares nothing")

    def run(self, inputs):
        """Do the work that is measured, and return its result. It leaves `inputs` as they are."""
        raise TypeError(f"{type(self).__name__} runs nothing")

    def verify(self, result):
        """Raise AssertionError if the result is not what it has to be."""
        raise TypeError(f"{type(self).__name__} does not verify its result")

    def close(self):
        """Give back what `prepare` opened. asv ends the process instead."""

    def setup(self, *params):
        # asv calls this before every sample.
        if self._prepared is None:
            self._prepared = (self.prepare(*params),)
            # This run also fills caches and loads what is loaded late.
            self.verify(self.run(*self._prepared))

    def time_run(self, *params):
        self.run(*self._prepared)

    def peakmem_run(self, *params):
        self.run(*self._prepared)

    def track_calls(self, *params):
        return self._with_fixed_hashes(count_calls, params)

    track_calls.unit = "calls"

    def track_peak_traced(self, *params):
        return self._with_fixed_hashes(peak_traced, params)

    track_peak_traced.unit = "bytes"

    def track_instructions(self, *params):
        runs = self.counted_runs
        once, more = count_instructions(
            self._in_new_process("run_again", params, 1),
            self._in_new_process("run_again", params, 1 + runs),
        )
        return round((more - once) / runs)

    track_instructions.unit = "instructions"

    def _with_fixed_hashes(self, measure, params):
        """Measure the run, in another process unless hashes of texts are fixed in this one.

        They decide the order in which sets are gone through, and with it what has to be looked at
        before something is found.
        """
        if os.environ.get("PYTHONHASHSEED") == "0":
            return measure(lambda: self.run(*self._prepared))
        code = self._in_new_process("measure_again", params, measure.__name__)
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": "0"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"measuring ended with {done.returncode}: {done.stderr[-2000:]}")
        return int(done.stdout.split()[-1])

    def _in_new_process(self, function, params, argument):
        """Return a program that calls a function of this module with this scenario."""
        scenario = type(self)
        arguments = (scenario.__module__, scenario.__name__, json.dumps(params), argument)
        return (
            f"import sys; sys.path.insert(0, {str(Path(__file__).resolve().parent.parent)!r}); "
            f"from {__name__} import {function}; {function}{arguments!r}"
        )


def count_calls(workload):
    """Return how many Python functions the workload calls; the same at every run."""
    profile = cProfile.Profile(builtins=False)
    # A collection may call finalizers, and when it comes depends on what ran before.
    gc.collect()
    gc.disable()
    try:
        profile.runcall(workload)
    finally:
        gc.enable()
    return sum(entry.callcount for entry in profile.getstats())


def peak_traced(workload):
    """Return the peak, in bytes, of what Python allocates during the workload."""
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        workload()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        gc.enable()


def count_instructions(*programs):
    """Return the instructions that each program (Python code) executes, as valgrind counts them.

    The programs run at the same time: what they count does not depend on it. Raises
    NotImplementedError where valgrind is missing, which skips the benchmark.
    """
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        raise NotImplementedError("valgrind is not installed (on Debian: apt-get install valgrind)")
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda code: _instructions(valgrind, code), programs))


def _instructions(valgrind, code):
    command = [valgrind, "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    done = subprocess.run(
        [*command, sys.executable, "-c", code],
        cwd="/",
        # The layout of the heap, and with it the count, depends on the size of the environment, on
        # Python's own allocator and on hash seeds.
        env={
            "PATH": os.defpath,
            "PYTHONHASHSEED": "0",
            "LC_ALL": "C",
            "PYTHONMALLOC": "malloc",
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=VALGRIND_TIMEOUT,
        check=False,
    )
    counted = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or counted is None:
        raise RuntimeError(f"valgrind ended with {done.returncode}: {done.stderr[-2000:]}")
    return int(counted[1])


def run_again(module, name, params, runs):
    """Run a scenario so many times: what a process under valgrind does."""
    scenario = _scenario(module, name)
    inputs = scenario.prepare(*json.loads(params))
    gc.collect()
    gc.disable()
    for _ in range(runs):
        scenario.run(inputs)


def measure_again(module, name, params, measure):
    """Print what `count_calls` or `peak_traced` gives for a scenario."""
    scenario = _scenario(module, name)
    scenario.setup(*json.loads(params))
    value = globals()[measure](lambda: scenario.run(*scenario._prepared))
    sys.stdout.write(f"{value}\n")


def _scenario(module, name):
    return getattr(import_module(module), name)()
