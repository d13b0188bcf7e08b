"""Reads asv.conf.json and asvwatch.toml: where things are, and how each metric is judged.

`asvwatch.toml` is optional and lies beside asv.conf.json or in the benchmark directory:

    [[metric]]
    match = "track_words_per_second"   # a regular expression, searched in the benchmark's name
    better = "higher"                  # every other key is optional and overrides the built-in rule

The first matching entry wins.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import json5

from asvwatch.errors import ConfigError
from asvwatch.files import read_toml
from asvwatch.model import Rule

__all__ = ["RULES_FILE", "Config", "MetricRule", "built_in_rule", "load"]

RULES_FILE = "asvwatch.toml"

# asv's type of a benchmark by the prefix of its name, for results whose benchmark is described
# nowhere any more.
_PREFIXES = {
    "time": "time",
    "timeraw": "timeraw",
    "mem": "memory",
    "peakmem": "peakmemory",
    "track": "track",
}
_BYTES = {"b", "byte", "bytes", "kb", "kib", "mb", "mib", "gb", "gib"}
_SECONDS = {"s", "sec", "second", "seconds", "ms", "us", "µs", "ns", "millisecond", "milliseconds"}

TIME = Rule(kind="time", exact=False, floor=0.02)
RESIDENT_MEMORY = Rule(kind="memory", exact=False, floor=0.01)
OBJECT_SIZE = Rule(kind="memory", exact=None, floor=0.01)
# Traced peaks differ a little between runs where sizes of dictionaries depend on hash seeds.
TRACKED_BYTES = Rule(kind="memory", exact=None, tolerance=0.005, floor=0.01)
TRACKED_TIME = Rule(kind="time", exact=None, floor=0.02)
# An unrelated edit moves the heap, and with it the instruction count of code it never touched.
INSTRUCTIONS = Rule(kind="count", exact=None, tolerance=0.015, floor=0.015)
COUNT = Rule(kind="count", exact=None, floor=0.02)


@dataclass(frozen=True)
class MetricRule:
    """One `[[metric]]` entry: what it overrides in the rule of each benchmark it matches."""

    match: re.Pattern[str]
    overrides: Mapping[str, Any]


@dataclass(frozen=True)
class Config:
    """Where asv keeps things (absolute paths), and the metric rules."""

    path: Path
    project: str
    repo: str
    branches: tuple[str | None, ...]
    env_dir: Path
    results_dir: Path
    html_dir: Path
    benchmark_dir: Path
    show_commit_url: str
    metrics: tuple[MetricRule, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def root(self) -> Path:
        """The folder of asv.conf.json, to which its paths are relative."""
        return self.path.parent

    @property
    def shown(self) -> str:
        """The path of the file as a command at the top of its checkout takes it."""
        for folder in self.path.parents:
            if (folder / ".git").exists():
                return self.path.relative_to(folder).as_posix()
        return self.path.name

    @functools.cached_property
    def git_dir(self) -> Path:
        """A local git repository of the project: `repo` itself, asv's mirror, or this folder.

        Raises ConfigError if there is none.
        """
        local = (self.root / self.repo).resolve()
        mirror = self.root / self.project
        for folder in (local, mirror):
            if (folder / ".git").exists() or (folder / "objects").is_dir():
                return folder
        for folder in (self.root, *self.root.parents):
            if (folder / ".git").exists():
                return folder
        raise ConfigError(f"{self.path}: repo {self.repo!r} is no git repository on this machine")

    def rule(self, name: str, benchmark_type: str, unit: str) -> Rule:
        """How the metric of the benchmark `name` is judged."""
        rule = built_in_rule(name, benchmark_type, unit)
        for metric in self.metrics:
            if metric.match.search(name):
                return replace(rule, **metric.overrides)
        return rule


def built_in_rule(name: str, benchmark_type: str, unit: str) -> Rule:
    """The rule by asv's type of the benchmark and by its unit; the name helps where both lack."""
    prefix = re.split(r"[._]", name.rpartition(".")[2])[0].lower()
    kind = benchmark_type or _PREFIXES.get(prefix, "track")
    if kind in ("time", "timeraw"):
        return TIME
    if kind == "peakmemory":
        return RESIDENT_MEMORY
    if kind == "memory":
        return OBJECT_SIZE
    plain = unit.strip().lower()
    if plain.endswith("/s") or "per second" in plain:
        return replace(COUNT, better="higher")
    if plain in _BYTES:
        return TRACKED_BYTES
    if plain in _SECONDS:
        return TRACKED_TIME
    if "instruction" in plain:
        return INSTRUCTIONS
    return COUNT


def load(path: Path) -> Config:
    """Read the configuration at `path`, or in it if it is a folder.

    Raises ConfigError, which names the file, the setting and its value.
    """
    path = _find(path).resolve()
    try:
        raw = json5.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ConfigError(f"{path} is not valid JSON: {error}") from error
    if not isinstance(raw, dict):
        raise ConfigError(f"{path}: a configuration is an object, not {type(raw).__name__}")

    def text(name: str, default: str) -> str:
        value = raw.get(name, default)
        if not isinstance(value, str) or not value:
            raise ConfigError(f"{path}: {name} must be a text, not {value!r}")
        return value

    def folder(name: str, default: str) -> Path:
        return (path.parent / text(name, default)).resolve()

    if "repo" not in raw:
        raise ConfigError(f"{path}: repo is missing")
    branches = raw.get("branches", [None])
    if (
        not isinstance(branches, list)
        or not branches
        or not all(branch is None or isinstance(branch, str) for branch in branches)
    ):
        raise ConfigError(f"{path}: branches must be a list of names, not {branches!r}")
    benchmark_dir = folder("benchmark_dir", "benchmarks")
    return Config(
        path=path,
        project=text("project", "project"),
        repo=text("repo", "."),
        branches=tuple(branches),
        env_dir=folder("env_dir", "env"),
        results_dir=folder("results_dir", "results"),
        html_dir=folder("html_dir", "html"),
        benchmark_dir=benchmark_dir,
        show_commit_url=text("show_commit_url", "#"),
        metrics=_metric_rules(path.parent, benchmark_dir),
        raw=raw,
    )


def _find(path: Path) -> Path:
    if path.is_dir():
        for name in ("asv.conf.json", "asv.conf.jsonc"):
            if (path / name).is_file():
                return path / name
        raise ConfigError(f"{path} holds no asv.conf.json")
    if not path.is_file():
        raise ConfigError(f"{path} does not exist; name the asv.conf.json with --config")
    return path


def _metric_rules(*folders: Path) -> tuple[MetricRule, ...]:
    found = {}
    for file in (folder / RULES_FILE for folder in folders):
        data = read_toml(file)
        if data is not None:
            found[file] = data
    if not found:
        return ()
    if len(found) > 1:
        raise ConfigError(f"there are two {RULES_FILE}, keep one: {', '.join(map(str, found))}")
    ((file, data),) = found.items()
    unknown = sorted(data.keys() - {"metric"})
    if unknown:
        raise ConfigError(f"{file}: unknown setting {unknown[0]!r}; it holds [[metric]] entries")
    entries = data.get("metric", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ConfigError(f"{file}: metric must be a list of tables, written [[metric]]")
    return tuple(
        _metric_rule(entry, f"{file}: metric {number}") for number, entry in enumerate(entries, 1)
    )


def _metric_rule(entry: dict[str, Any], where: str) -> MetricRule:
    known = {"match", "kind", "better", "exact", "tolerance", "floor"}
    unknown = sorted(entry.keys() - known)
    if unknown:
        raise ConfigError(f"{where}: unknown setting {unknown[0]!r} (known: {sorted(known)})")
    pattern = entry.get("match")
    if not isinstance(pattern, str) or not pattern:
        raise ConfigError(f"{where}: match must be a regular expression, not {pattern!r}")
    try:
        match = re.compile(pattern)
    except re.error as error:
        raise ConfigError(f"{where}: match {pattern!r} is no expression: {error}") from error
    overrides = {name: value for name, value in entry.items() if name != "match"}
    choices = {"kind": ("time", "memory", "count"), "better": ("lower", "higher")}
    for name, allowed in choices.items():
        if name in overrides and overrides[name] not in allowed:
            raise ConfigError(f"{where}: {name} must be one of {allowed}, not {overrides[name]!r}")
    if "exact" in overrides and not isinstance(overrides["exact"], bool):
        raise ConfigError(f"{where}: exact must be true or false, not {overrides['exact']!r}")
    for name in ("tolerance", "floor"):
        value = overrides.get(name, 0.0)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or not 0 <= value < 1:
            raise ConfigError(f"{where}: {name} must be a share from 0 to below 1, not {value!r}")
        if name in overrides:
            overrides[name] = float(value)
    return MetricRule(match, overrides)
