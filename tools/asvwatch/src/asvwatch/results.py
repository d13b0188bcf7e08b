"""Reads asv's stored results (its files, not its HTML) into series in first-parent order.

A file that is cut off, foreign or of another format version is named and skipped.
"""

from __future__ import annotations

import itertools
import json
import math
import platform
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from asvwatch import surroundings
from asvwatch.config import Config
from asvwatch.errors import ConfigError
from asvwatch.model import FloatArray, History, Missing, Rule, Series, SeriesKey

__all__ = ["Stored", "described_series", "machines", "read"]

# asv's, of its results and of its descriptions of benchmarks.
FORMAT_VERSION = 2
_DESCRIBE = "`asv run --bench just-discover` writes it"


@dataclass(frozen=True)
class Stored:
    """All that the results directory holds about one history.

    `not_built` maps a commit to the environments in which asv could not build it, `newest` is the
    newest commit that asv tried (None if it tried none), `elsewhere` are the commits with results
    that are not on the history, `warnings` name each file skipped.
    """

    series: tuple[Series, ...]
    not_built: Mapping[str, tuple[str, ...]]
    newest: str | None
    warnings: tuple[str, ...]
    elsewhere: tuple[str, ...] = ()


@dataclass
class _Columns:
    """One series while its files are read, one entry for each commit.

    Arrays, as there may be millions of values; the texts are shared by all series of a file.
    """

    positions: array[int] = field(default_factory=lambda: array("l"))
    values: array[float] = field(default_factory=lambda: array("d"))
    lows: array[float] = field(default_factory=lambda: array("d"))
    highs: array[float] = field(default_factory=lambda: array("d"))
    surroundings: list[str] = field(default_factory=list)
    missing: dict[int, Missing] = field(default_factory=dict)
    samples: dict[int, FloatArray] = field(default_factory=dict)


class _Foreign(Exception):  # noqa: N818 - not an error of the run, but of one file
    """The file is not a result file that we understand."""


def read(config: Config, history: History, only_machines: Sequence[str] = ()) -> Stored:
    """The series of all results on `history`; of `only_machines`, if any are named.

    Benchmarks that the suite no longer has are left out, as asv's own pages do. Values of other
    branches, machines, environments and benchmark versions never share a series.
    """
    warnings: list[str] = []
    described: dict[str, dict[str, Any]] = {}  # leaves nothing out
    file = config.results_dir / "benchmarks.json"
    try:
        described = _benchmarks(file)
    except _Foreign as problem:
        warnings.append(f"{file}: {problem}; units and kinds are taken from names")
    collected: dict[SeriesKey, _Columns] = {}
    not_built: dict[str, set[str]] = {}
    elsewhere: set[str] = set()
    newest = -1
    for machine, path in _files(config.results_dir, warnings):
        if only_machines and machine not in only_machines:
            continue
        try:
            data = _load(path)
            commit = _text(data, "commit_hash")
            if commit not in history:
                elsewhere.add(commit)
                continue
            position = history.position(commit)
            newest = max(newest, position)
            if not _collect(data, machine, position, described, collected):
                not_built.setdefault(commit, set()).add(_text(data, "env_name"))
        except _Foreign as problem:
            warnings.append(f"{path}: skipped, {problem}")
    series = (
        _series(key, columns, config, history, described) for key, columns in collected.items()
    )
    return Stored(
        series=tuple(sorted(series, key=lambda one: one.key)),
        not_built={commit: tuple(sorted(envs)) for commit, envs in not_built.items()},
        newest=history.commits[newest].hash if newest >= 0 else None,
        warnings=tuple(warnings),
        elsewhere=tuple(sorted(elsewhere)),
    )


def described_series(config: Config, commits: tuple[str, ...]) -> tuple[Series, ...]:
    """A series without values for each benchmark and combination of parameters of the suite, as
    asv last described it, in the first environment of the configuration (its name is left empty).
    Raises ConfigError where asv described none, or not so that it can be read.
    """
    series = []
    file = config.results_dir / "benchmarks.json"
    try:
        described = _benchmarks(file)
    except _Foreign as problem:
        raise ConfigError(f"{file}: {problem}; {_DESCRIBE}") from problem
    if not described:
        raise ConfigError(f"{file} describes no benchmark; {_DESCRIBE}")
    for name in sorted(described):
        for index, params in enumerate(_combinations(described[name].get("params"))):
            key = SeriesKey(
                benchmark=name,
                params=params,
                params_index=index,
                machine=platform.node(),
                env="",
                version=str(described[name].get("version") or ""),
            )
            unit, rule = _judged(name, described, config)
            series.append(
                Series(
                    key=key,
                    unit=unit,
                    rule=rule,
                    commits=commits,
                    values=np.full(len(commits), np.nan),
                    intervals=np.full((len(commits), 2), np.nan),
                    surroundings=("",) * len(commits),
                )
            )
    return tuple(series)


def _judged(
    name: str, described: Mapping[str, Mapping[str, Any]], config: Config
) -> tuple[str, Rule]:
    """(unit, rule) of a benchmark, from asv's description of it if there is one."""
    unit, benchmark_type = (described.get(name, {}).get(field) for field in ("unit", "type"))
    unit = unit if isinstance(unit, str) else ""
    return unit, config.rule(name, benchmark_type if isinstance(benchmark_type, str) else "", unit)


def _files(results_dir: Path, warnings: list[str]) -> Iterator[tuple[str, Path]]:
    """(machine, file) of every result file, in a fixed order."""
    if not results_dir.is_dir():
        return
    for folder in sorted(entry for entry in results_dir.iterdir() if entry.is_dir()):
        files = sorted(file for file in folder.glob("*.json") if file.name != "machine.json")
        if not files:
            continue
        try:
            machine = _text(_parse(folder / "machine.json"), "machine")
        except _Foreign as problem:
            warnings.append(f"{folder / 'machine.json'}: {problem}; its results are skipped")
            continue
        for file in files:
            yield machine, file


def _parse(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_bytes())
    except OSError as error:
        raise _Foreign(f"cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise _Foreign("not JSON, or cut off") from error
    if not isinstance(data, dict):
        raise _Foreign("not an object")
    return data


def _load(path: Path) -> dict[str, Any]:
    data = _parse(path)
    version = data.get("version")
    if version != FORMAT_VERSION:
        older = isinstance(version, int) and version < FORMAT_VERSION
        hint = "; `asv update` renews it" if older else ""
        raise _Foreign(f"format version {version!r}, not {FORMAT_VERSION}{hint}")
    return data


def _benchmarks(path: Path) -> dict[str, dict[str, Any]]:
    """asv's descriptions by name; empty if there is no such file."""
    if not path.exists():
        return {}
    data = _load(path)
    return {
        name: entry for name, entry in data.items() if name != "version" and isinstance(entry, dict)
    }


def _collect(
    data: dict[str, Any],
    machine: str,
    position: int,
    described: Mapping[str, Mapping[str, Any]],
    collected: dict[SeriesKey, _Columns],
) -> bool:
    """Add the values of one file; returns whether asv could build the commit at all."""
    columns = data.get("result_columns")
    results = data.get("results")
    env = _text(data, "env_name")
    if not isinstance(columns, list) or not isinstance(results, dict):
        raise _Foreign("no results in it")
    place = {name: at for at, name in enumerate(columns) if isinstance(name, str)}
    rows: dict[str, dict[str, Any]] = {}
    for name, row in results.items():
        if not isinstance(row, list):
            raise _Foreign(f"the row of {name!r} is no list")
        rows[name] = {column: row[at] for column, at in place.items() if at < len(row)}
    # asv writes a row for each benchmark of a commit that did not build, but no duration.
    built = not rows or any(
        row.get("duration") is not None or row.get("result") is not None for row in rows.values()
    )
    around = surroundings.describe(data)
    entries = []
    for name, row in rows.items():
        if described and name not in described:
            continue
        for index, params in enumerate(_combinations(row.get("params"))):
            key = SeriesKey(
                benchmark=name,
                params=params,
                params_index=index,
                machine=machine,
                env=env,
                version=str(row.get("version") or ""),
            )
            if key in collected and position in collected[key].positions[-1:]:
                raise _Foreign(f"{key.label} already has a result for this commit")
            entries.append((key, row, index))
    # Only now, so that a file is taken as a whole or not at all.
    for key, row, index in entries:
        into = collected.setdefault(key, _Columns())
        _append(into, row, index, position, around, built=built)
    return built


def _append(
    into: _Columns,
    row: Mapping[str, Any],
    index: int,
    position: int,
    around: str,
    *,
    built: bool,
) -> None:
    at = len(into.positions)
    raw = _item(row.get("result"), index)
    value = _number(raw)
    into.positions.append(position)
    into.values.append(value)
    into.lows.append(_number(_item(row.get("stats_ci_99_a"), index)))
    into.highs.append(_number(_item(row.get("stats_ci_99_b"), index)))
    into.surroundings.append(around)
    if math.isnan(value):
        # asv stores null for a failure and NaN for what was skipped.
        into.missing[at] = "not built" if not built else "failed" if raw is None else "skipped"
    samples = _item(row.get("samples"), index)
    if isinstance(samples, list):
        numbers = np.array([_number(sample) for sample in samples], dtype=np.float64)
        numbers = numbers[np.isfinite(numbers)]
        if numbers.size:
            into.samples[at] = numbers


def _series(
    key: SeriesKey,
    columns: _Columns,
    config: Config,
    history: History,
    described: Mapping[str, Mapping[str, Any]],
) -> Series:
    unit, rule = _judged(key.benchmark, described, config)
    positions = np.array(columns.positions, dtype=np.intp)
    order = np.argsort(positions, kind="stable")
    moved = {int(old): new for new, old in enumerate(order)}
    return Series(
        key=key,
        unit=unit,
        rule=rule,
        commits=tuple(history.commits[at].hash for at in positions[order]),
        values=np.array(columns.values)[order],
        intervals=np.column_stack((columns.lows, columns.highs))[order],
        surroundings=tuple(columns.surroundings[at] for at in order),
        missing={moved[at]: why for at, why in columns.missing.items()},
        samples={moved[at]: samples for at, samples in columns.samples.items()},
    )


def _combinations(params: object) -> list[tuple[str, ...]]:
    """Every combination of parameter values, in asv's row-major order."""
    if not params:
        return [()]
    if not isinstance(params, list) or not all(isinstance(values, list) for values in params):
        raise _Foreign("parameters that are no lists")
    return [
        tuple(str(value) for value in combination) for combination in itertools.product(*params)
    ]


def _item(column: object, index: int) -> object:
    if isinstance(column, list) and index < len(column):
        return column[index]
    return None


def _number(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:
            return math.nan
        return number if math.isfinite(number) else math.nan
    return math.nan


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not value:
        raise _Foreign(f"{name} is {value!r}")
    return value


def machines(results_dir: Path) -> tuple[str, ...]:
    """The names of the machines that have results."""
    return tuple(dict.fromkeys(machine for machine, _ in _files(results_dir, [])))
