"""Reads a verdict that was written as JSON, believing nothing: it may come from anybody's code."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from asvwatch.errors import ConfigError
from asvwatch.model import Part
from asvwatch.verdict import EXIT_CODES, SCHEMA, BudgetCheck, Failure, Finding, Verdict

__all__ = ["read"]

_HASH = re.compile(r"[0-9a-f]{7,64}")
# Keys that the first verdicts of schema 1 do not have.
_LATER = {"budgets", "parts", "causes", "tip"}
Check = Callable[[Any], Any]


def read(file: Path) -> Verdict:
    """The verdict in `file`. Raises ConfigError if it is not one of schema 1.

    Keys that schema 1 does not have are passed over; what it has is of its type and finite.
    """
    try:
        data = json.loads(file.read_bytes())
    except OSError as error:
        raise ConfigError(f"verdict {file} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"verdict {file} is not JSON, or cut off: {error}") from error
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise ConfigError(f"verdict {file} is not of schema {SCHEMA}")
    try:
        told = _fields(data, _VERDICT)
    except (ValueError, OverflowError, RecursionError) as error:
        raise ConfigError(f"verdict {file} is wrong: {error}") from error
    return Verdict(status=told.pop("verdict"), **told.pop("measured"), **told)


def _fields(entry: Any, known: Mapping[str, Check]) -> dict[str, Any]:
    """The known keys of `entry`, checked. Raises ValueError with the key."""
    if not isinstance(entry, dict):
        raise ValueError(f"{_short(entry)} is no object")
    missing = known.keys() - entry.keys() - _LATER
    if missing:
        raise ValueError(f"{min(missing)} is missing")
    checked = {}
    for name in (name for name in known if name in entry):
        try:
            checked[name] = known[name](entry[name])
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error
    return checked


def _short(value: Any) -> str:
    return repr(value)[:60]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{_short(value)} is no text")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{_short(value)} is neither true nor false")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{_short(value)} is no finite number")
    return float(value)


def _ratio(value: Any) -> float:
    number = _number(value)
    if number <= 0:
        raise ValueError(f"{_short(value)} is no ratio of a part")
    return number


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{_short(value)} counts nothing")
    return value


def _level(value: Any) -> float:
    return math.nan if value is None else _number(value)


def _commit(value: Any) -> str:
    if not _HASH.fullmatch(_text(value)):
        raise ValueError(f"{_short(value)} is no commit")
    return str(value)


def _one_of(*allowed: str) -> Check:
    def check(value: Any) -> str:
        if value not in allowed:
            raise ValueError(f"{_short(value)} is none of {', '.join(allowed)}")
        return str(value)

    return check


def _or_none(check: Check) -> Check:
    return lambda value: None if value is None else check(value)


def _all(check: Check) -> Check:
    def checked(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise ValueError(f"{_short(value)} is no list")
        return tuple(check(one) for one in value)

    return checked


def _two(check: Check) -> Check:
    def checked(value: Any) -> tuple[Any, ...]:
        both: tuple[Any, ...] = _all(check)(value)
        if len(both) != 2:
            raise ValueError(f"{_short(value)} are not two")
        return both

    return checked


def _entries(made: Callable[..., Any], known: Mapping[str, Check]) -> Check:
    return _all(lambda entry: made(**_fields(entry, known)))


_PART: Mapping[str, Check] = {
    "good": _commit,
    "bad": _commit,
    "ratio": _ratio,
    "interval": _or_none(_two(_number)),
}
_FINDING: Mapping[str, Check] = {
    "benchmark": _text,
    "params": _all(_text),
    "kind": _one_of("time", "memory", "count"),
    "unit": _text,
    "direction": _one_of("regression", "improvement"),
    "commit": _or_none(_commit),
    "range": _two(_commit),
    "before": _level,
    "after": _level,
    "ratio": _or_none(_number),
    "interval": _or_none(_two(_number)),
    "evidence": _one_of("paired", "exact", "history"),
    "accepted": _or_none(_text),
    "machine": _text,
    "environment": _text,
    "version": _text,
    "floor": _number,
    "reason": _text,
    "recovered_by": _or_none(_commit),
    "failed": _flag,
    "pairs": _all(_two(_number)),
    "parts": _entries(Part, _PART),
    "causes": _all(_text),
}
_FAILURE: Mapping[str, Check] = {
    "benchmark": _or_none(_text),
    "commit": _commit,
    "reason": _text,
    "newest": _flag,
}
_BUDGET: Mapping[str, Check] = {
    "benchmark": _text,
    "params": _all(_text),
    "unit": _text,
    "value": _number,
    "bound": _number,
    "is_least": _flag,
    "what": _text,
    "commit": _commit,
    "machine": _text,
    "environment": _text,
}
_FINDINGS = _entries(Finding, _FINDING)
_VERDICT: Mapping[str, Check] = {
    "verdict": _one_of(*EXIT_CODES),
    "regressions": _FINDINGS,
    "improvements": _FINDINGS,
    "recovered": _FINDINGS,
    "undecided": _FINDINGS,
    "failures": _entries(Failure, _FAILURE),
    "budgets": _entries(BudgetCheck, _BUDGET),
    "measured": lambda entry: _fields(entry, {"commits": _count, "series": _count}),
    "confirmed": _flag,
    "tip": _or_none(_commit),
    "notes": _all(_text),
}
