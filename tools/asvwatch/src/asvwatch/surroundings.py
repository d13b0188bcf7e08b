"""What a value was measured with besides the commit: the machine, and what was installed there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

__all__ = ["changes", "describe"]

_MACHINE = ("os", "arch", "cpu", "num_cpu", "python")
_TABLES = ("requirements", "env_vars")


def describe(data: Mapping[str, Any]) -> str:
    """The surroundings that a result file of asv records, as one text: equal texts, equal
    surroundings. The size of the memory is left out, which a system reports by a few bytes less or
    more from start to start."""
    params = data.get("params")
    params = params if isinstance(params, dict) else {}
    parts = {name: params.get(name) for name in _MACHINE}
    parts.update((name, data.get(name)) for name in _TABLES)
    return json.dumps(parts, sort_keys=True, default=str)


def changes(before: str, after: str) -> tuple[str, ...]:
    """What differs between two texts of `describe`, by name: `os: Linux 6.1 → Linux 6.8`."""
    if before == after:
        return ()
    one, other = _flat(before), _flat(after)
    return tuple(
        f"{name}: {one.get(name, 'none')} → {other.get(name, 'none')}"
        for name in sorted(one.keys() | other.keys())
        if one.get(name) != other.get(name)
    )


def _flat(text: str) -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in json.loads(text).items():
        if isinstance(value, dict):
            flat.update((str(key), str(inner) or "any version") for key, inner in value.items())
        elif value is not None:
            flat[name] = str(value)
    return flat
