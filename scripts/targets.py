"""The limits of `benchmarks/budgets.toml`, and what was measured against them, as a table."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from services import ROOT

BUDGETS = ROOT / "benchmarks" / "budgets.toml"
# The table of the requirement, in its order.
REQUIRED = (
    *("biography-time", "api-response", "asynchronous", "biographies-an-hour", "worker-memory"),
    *("users", "error-rate"),
)


@dataclass(frozen=True)
class Target:
    """A limit, and the value that was measured, None where this run does not measure it."""

    id: str
    what: str
    limit: float
    is_most: bool
    value: float | None

    @property
    def is_met(self) -> bool | None:
        if self.value is None:
            return None
        return self.value < self.limit if self.is_most else self.value >= self.limit


def targets(measured: Mapping[str, float], expected: Iterable[str]) -> list[Target]:
    """Return the required limits with what was measured, in their order.

    Raises RuntimeError where something that this run should measure is missing: no figure is no
    pass.
    """
    if missing := set(expected) - measured.keys():
        raise RuntimeError(f"not measured: {', '.join(sorted(missing))}")
    budgets = {one["id"]: one for one in tomllib.loads(BUDGETS.read_text("utf-8"))["budget"]}
    if unknown := measured.keys() - budgets.keys():
        raise RuntimeError(f"{BUDGETS.name} has no limit for {', '.join(sorted(unknown))}")
    return [
        Target(
            name,
            budgets[name]["what"],
            budgets[name].get("most", budgets[name].get("least")),
            "most" in budgets[name],
            measured.get(name),
        )
        for name in REQUIRED
    ]


def are_met(found: Iterable[Target]) -> bool:
    """Whether nothing that was measured breaks its limit."""
    return all(target.is_met is not False for target in found)


def as_text(found: Iterable[Target]) -> str:
    """Return the table for a terminal."""
    verdicts = {True: "PASS", False: "FAIL", None: "-"}
    rows = [
        (
            target.what,
            "not measured here" if target.value is None else f"{target.value:,.4g}",
            f"{'<' if target.is_most else '>='} {target.limit:,.10g}",
            verdicts[target.is_met],
        )
        for target in found
    ]
    return "\n".join(
        f"{what:<48} {value:>18} {limit:>18}  {is_met}" for what, value, limit, is_met in rows
    )


def as_json(found: Iterable[Target], details: Mapping[str, Any]) -> str:
    """Return the same for programs, with what else was measured."""
    rows = [{**asdict(target), "is_met": target.is_met} for target in found]
    return json.dumps({"targets": rows, **details}, indent=2)
