"""Limits that hold whatever was before: reads `budgets.toml` in the benchmark directory.

[[budget]]
benchmark = "suite.time_it"     # one name, with or without parameters, or a pattern with *
most = 0.2                      # or least, in the benchmark's own unit
what = "an answer takes under 200 ms"
"""

from __future__ import annotations

import fnmatch
import math
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asvwatch.errors import ConfigError
from asvwatch.files import read_toml
from asvwatch.model import Series
from asvwatch.verdict import BudgetCheck

__all__ = ["BUDGETS_FILE", "Limit", "judge", "load", "unmatched"]

BUDGETS_FILE = "budgets.toml"
# `id` is for whoever reads the file besides asvwatch.
_KNOWN = frozenset({"benchmark", "most", "least", "what", "id"})


@dataclass(frozen=True, slots=True)
class Limit:
    """One entry: `bound` is the most, or where `is_least` the least, that `benchmark` may have."""

    benchmark: str
    bound: float
    is_least: bool
    what: str

    def covers(self, series: Series) -> bool:
        name, label = series.key.benchmark, series.key.label
        return self.benchmark in (name, label) or fnmatch.fnmatchcase(name, self.benchmark)


def load(file: Path) -> tuple[Limit, ...]:
    """The entries of `file`, none if it does not exist. Raises ConfigError for a wrong one."""
    data = read_toml(file)
    if data is None:
        return ()
    entries = data.get("budget", [])
    if data.keys() - {"budget"} or not isinstance(entries, list):
        raise ConfigError(f"{file}: it holds [[budget]] entries and nothing else")
    return tuple(_limit(entry, f"{file}: budget {at}") for at, entry in enumerate(entries, 1))


def _limit(entry: Any, where: str) -> Limit:
    if not isinstance(entry, dict):
        raise ConfigError(f"{where}: a budget is a table, written [[budget]]")
    if unknown := sorted(entry.keys() - _KNOWN):
        raise ConfigError(f"{where}: unknown setting {unknown[0]!r} (known: {sorted(_KNOWN)})")
    benchmark, what = entry.get("benchmark"), entry.get("what", "")
    if not isinstance(benchmark, str) or not benchmark.strip():
        raise ConfigError(f"{where}: benchmark must be a text, not {benchmark!r}")
    if not isinstance(what, str):
        raise ConfigError(f"{where}: what must be a text, not {what!r}")
    sides = [name for name in ("most", "least") if name in entry]
    if len(sides) != 1:
        raise ConfigError(f"{where}: it needs either most or least")
    bound = entry[sides[0]]
    if isinstance(bound, bool) or not isinstance(bound, int | float) or not math.isfinite(bound):
        raise ConfigError(f"{where}: {sides[0]} must be a number, not {bound!r}")
    return Limit(benchmark, float(bound), sides[0] == "least", what.strip())


def judge(
    series: Iterable[Series], limits: Sequence[Limit], window: AbstractSet[str]
) -> tuple[BudgetCheck, ...]:
    """The newest value of each series that has a limit, where a commit of `window` has it."""
    found = []
    for one in series:
        newest = int(one.measured[-1]) if one.measured.size else None
        if newest is None or one.commits[newest] not in window:
            continue
        found += [
            BudgetCheck(
                benchmark=one.key.benchmark,
                params=one.key.params,
                unit=one.unit,
                value=float(one.values[newest]),
                bound=limit.bound,
                is_least=limit.is_least,
                what=limit.what,
                commit=one.commits[newest],
                machine=one.key.machine,
                environment=one.key.env,
            )
            for limit in limits
            if limit.covers(one)
        ]
    return tuple(found)


def unmatched(series: Sequence[Series], limits: Iterable[Limit]) -> tuple[str, ...]:
    """The benchmarks of limits that no series has a value for: what they promise is not known."""
    return tuple(
        limit.benchmark
        for limit in limits
        if not any(limit.covers(one) and one.measured.size for one in series)
    )
