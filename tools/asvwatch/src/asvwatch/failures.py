"""What could not be measured: benchmarks that began to fail, commits that do not build."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from asvwatch.model import History, Series
from asvwatch.results import Stored
from asvwatch.verdict import Failure

__all__ = ["find_failures"]


def find_failures(
    stored: Stored, history: History, window: AbstractSet[str]
) -> tuple[Failure, ...]:
    """The failures among the commits of `window`: first commits that do not build, oldest first,
    then benchmarks by name.

    A failure that a later commit repaired is no longer one. Parameter combinations that fail alike
    are named once, by the benchmark.
    """
    failures = [
        Failure(None, commit, f"does not build in {', '.join(envs)}", commit == stored.newest)
        for commit, envs in stored.not_built.items()
        if commit in window
    ]
    failures.sort(key=lambda failure: history.position(failure.commit))
    grouped: dict[tuple[str, str, str, bool], list[str]] = {}
    for series in stored.series:
        found = _failing_since(series, stored.newest)
        if found is not None and found[0] in window:
            grouped.setdefault((series.key.benchmark, *found), []).append(series.key.label)
    for (benchmark, commit, reason, newest), labels in sorted(grouped.items()):
        name = labels[0] if len(set(labels)) == 1 else benchmark
        failures.append(Failure(name, commit, reason, newest))
    return tuple(failures)


def _failing_since(series: Series, newest: str | None) -> tuple[str, str, bool] | None:
    """(first failing commit, reason, whether it worked before and fails at the newest commit)."""
    failed = [place for place, why in series.missing.items() if why == "failed"]
    tried = [
        place for place in range(len(series.commits)) if series.missing.get(place) != "not built"
    ]
    if not failed or tried[-1] not in failed:
        return None
    worked = series.measured
    if worked.size == 0:
        return series.commits[failed[0]], "fails at every commit it was measured at", False
    last = int(worked[-1])
    first = int(min(place for place in failed if place > last))
    at_newest = series.commits[tried[-1]] == newest
    return series.commits[first], f"fails since, worked at {series.commits[last][:8]}", at_newest
