"""One benchmark in one fresh process of an asv environment, as asv's own runner does it."""

from __future__ import annotations

import contextlib
import json
import math
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asvwatch.asvcalls import reason
from asvwatch.model import Measurement

__all__ = [
    "Conditions",
    "Description",
    "bytecode_in",
    "create_cache",
    "discover",
    "run_benchmark",
    "stored_descriptions",
]

# The inner repetitions of one process of a time benchmark: at least, and at most. Their minimum is
# the value: what the code needs when nothing else disturbs it.
_FEWEST, _MOST = 2, 100
_LONGEST = 2.0  # seconds, also for a benchmark that asks for more

# Linux counts the peak memory of the process that forked as the child's own, through exec: a
# benchmark started from here would never show less than asvwatch itself holds. So a bare
# interpreter stands between, which starts the same interpreter again.
_LAUNCHER = """\
import os, sys
child = os.fork()
if child == 0:
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
status = os.waitpid(child, 0)[1]
os._exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
"""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What two processes must have in common to be compared.

    `number` is how many calls make one sample of a time benchmark (0: the benchmark's own rule),
    `seconds` for how long it takes samples, where it has no rule of its own.
    """

    hash_seed: int = 0
    number: int = 0
    seconds: float = 0.3


@dataclass(frozen=True, slots=True)
class Description:
    """What has to be known of a benchmark to run it; times in seconds."""

    name: str
    kind: str
    timeout: float | None = None
    setup_cache_key: str | None = None
    setup_cache_timeout: float | None = None
    parameterised: bool = False
    repeat: Any = 0

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Description:
        """From asv's own description, as in benchmarks.json."""
        return cls(
            name=entry["name"],
            kind=entry.get("type", "track"),
            timeout=entry.get("timeout"),
            setup_cache_key=entry.get("setup_cache_key"),
            setup_cache_timeout=entry.get("setup_cache_timeout"),
            parameterised=bool(entry.get("params")),
            repeat=entry.get("repeat", 0),
        )

    def identifier(self, params_index: int) -> str:
        """asv's id of one combination of parameters."""
        return f"{self.name}-{params_index}" if self.parameterised else self.name

    @property
    def timed(self) -> bool:
        return self.kind == "time"


def stored_descriptions(results_dir: Path) -> dict[str, Description]:
    """The benchmarks that asv stored with its results; empty if there are none to read."""
    try:
        stored = json.loads((results_dir / "benchmarks.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return _described(stored.values() if isinstance(stored, dict) else ())


def discover(env: Any, benchmark_dir: Path) -> dict[str, Description]:
    """The benchmarks of the suite as `env`'s build sees them; empty if it does not import."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        _, status = _spawn(env, ["discover", str(benchmark_dir), str(result)], Path(folder), None)
        if status != 0:
            return {}
        return _described(json.loads(result.read_text(encoding="utf-8")))


def _described(entries: Iterable[Any]) -> dict[str, Description]:
    found = (
        Description.of(entry) for entry in entries if isinstance(entry, dict) and "name" in entry
    )
    return {description.name: description for description in found}


def create_cache(
    env: Any, benchmark_dir: Path, benchmark: Description, folder: Path, default_timeout: float
) -> str | None:
    """Run `setup_cache` with its result in `folder`; None, or why it failed."""
    timeout = benchmark.setup_cache_timeout or benchmark.timeout or default_timeout
    arguments = ["setup_cache", str(benchmark_dir), benchmark.name, "{}"]
    output, status = _spawn(env, arguments, folder, timeout)
    return None if status == 0 else f"setup_cache: {_why(output, status, timeout)}"


def run_benchmark(
    env: Any,
    benchmark_dir: Path,
    benchmark: Description,
    params_index: int,
    *,
    cwd: Path,
    conditions: Conditions,
    default_timeout: float,
) -> Measurement:
    """Run one combination of parameters once.

    The value is the minimum of the samples of a time benchmark and what it returned for any other.
    """
    timeout = benchmark.timeout or default_timeout
    options: dict[str, Any] = {}
    if benchmark.timed:
        options["repeat"] = _repeat(benchmark.repeat, conditions.seconds)
        if conditions.number:
            options["number"] = conditions.number
    handle, name = tempfile.mkstemp(suffix=".json")
    os.close(handle)
    result = Path(name)
    identifier = benchmark.identifier(params_index)
    arguments = ["run", str(benchmark_dir), identifier, json.dumps(options), "None", name]
    try:
        output, status = _spawn(env, arguments, cwd, timeout, hash_seed=conditions.hash_seed)
        if status != 0:
            return Measurement(value=None, error=_why(output, status, timeout))
        return _measurement(json.loads(result.read_text(encoding="utf-8")))
    except ValueError as error:
        return Measurement(value=None, error=f"its result cannot be read: {error}")
    finally:
        result.unlink(missing_ok=True)


def _repeat(own: Any, seconds: float) -> list[float]:
    """The inner repetitions: a benchmark's own wish, but never more than a process should cost."""
    least, most = _FEWEST, _MOST
    if isinstance(own, list | tuple) and len(own) == 3:
        least, most, seconds = int(own[0]), int(own[1]), float(own[2])
    elif isinstance(own, int | float) and own > 0:
        least, most, seconds = int(own), int(own), _LONGEST
    most = max(1, min(most, _MOST))
    return [min(least, most, _FEWEST), most, min(seconds, _LONGEST)]


def _measurement(data: Any) -> Measurement:
    if isinstance(data, dict) and "samples" in data and "number" in data:
        samples = tuple(float(sample) for sample in data["samples"])
        return Measurement(value=min(samples), samples=samples, number=int(data["number"]))
    if isinstance(data, bool) or not isinstance(data, int | float):
        return Measurement(value=None, error=f"it returned {str(data)[:80]} instead of a number")
    if math.isnan(data):
        return Measurement(value=None, error="the benchmark skipped itself", skipped=True)
    if math.isinf(data):
        return Measurement(value=None, error="it returned an infinite number")
    return Measurement(value=float(data))


@contextlib.contextmanager
def bytecode_in(folder: str) -> Iterator[None]:
    """Let processes that are started here, and theirs, write the bytecode of each module that they
    load below `folder`, and nowhere else look for it."""
    before = dict(os.environ)
    os.environ["PYTHONPYCACHEPREFIX"] = folder
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _spawn(
    env: Any,
    arguments: list[str],
    cwd: Path,
    timeout: float | None,
    *,
    hash_seed: int = 0,
) -> tuple[str, int]:
    """asv's runner script in `env`: its output and exit status.

    Both builds of a pair get the same variables; the matrix of the configuration has precedence.
    """
    from asv.runner import BENCHMARK_RUN_SCRIPT

    variables = {**os.environ, "PYTHONHASHSEED": str(hash_seed), **env.env_vars}
    launcher = ["-I", "-S", "-c", _LAUNCHER] if hasattr(os, "fork") else []
    output, _, status = env.run(
        [*launcher, BENCHMARK_RUN_SCRIPT, *arguments],
        dots=False,
        timeout=timeout,
        display_error=False,
        return_stderr=True,
        redirect_stderr=True,
        valid_return_codes=None,
        cwd=str(cwd),
        env=variables,
    )
    return output, status


def _why(output: str, status: int, timeout: float | None) -> str:
    from asv import util

    if status == util.TIMEOUT_RETCODE:
        return f"timed out after {timeout:g} s"
    told = reason(output) if output.strip() else "it said nothing"
    return f"killed by signal {status - 128}: {told}" if 128 < status < 160 else told
