"""Numbers and foreign text in a form that is safe and pleasant to read."""

from __future__ import annotations

import math
import re
import shlex
import unicodedata
from datetime import UTC, datetime

from asvwatch.verdict import Finding

__all__ = ["change", "day", "interval", "measure_again", "percent", "plain", "quantity", "why"]

# How many parts of a creep are named in a text.
_NAMED_PARTS = 5
_STEPS = {
    "seconds": ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")),
    "bytes": ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "bytes")),
}


def plain(text: str) -> str:
    """`text` in one line, its control and direction characters shown as `\\u202e`, not obeyed."""
    shown = []
    for char in text:
        if char.isspace():
            shown.append(" ")
        elif unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn"):
            shown.append(f"\\u{ord(char):04x}")
        else:
            shown.append(char)
    return "".join(shown).strip()


def quantity(value: float, unit: str) -> str:
    """`12.3 ms`, `45.6 MB`, `1,234 calls`."""
    if not math.isfinite(value):
        return "-"
    for size, name in _STEPS.get(unit, ()):
        if abs(value) >= size:
            return f"{value / size:.3g} {name}" if abs(value) < 1e15 else f"{value:.3g} {unit}"
    whole = value == round(value) and abs(value) < 1e15
    number = f"{int(value):,}" if whole else f"{value:.4g}"
    shown = plain(unit)
    return number if shown in ("", "unit") else f"{number} {shown}"


def change(finding: Finding) -> str:
    """`+30.1 %`, `0 → 3` where no ratio exists, `x12.5` for a multiple."""
    ratio = finding.ratio
    if ratio is None:
        return f"{quantity(finding.before, finding.unit)} → {quantity(finding.after, finding.unit)}"
    return percent(ratio)


def interval(finding: Finding) -> str:
    """`[+28.1 %, +32.0 %]`, or nothing."""
    if finding.interval is None:
        return ""
    low, high = finding.interval
    return f"[{percent(low)}, {percent(high)}]"


def why(finding: Finding) -> str:
    """Why it is undecided or a range, the largest parts of a creep in the order of the commits, and
    what else changed."""
    told = [plain(finding.reason)] if finding.reason else []
    if finding.parts:
        largest = sorted(finding.parts, key=lambda one: -abs(math.log(one.ratio)))[:_NAMED_PARTS]
        shown = [one for one in finding.parts if one in largest]
        named = ", ".join(f"{one.bad[:8]} {percent(one.ratio)}" for one in shown)
        which = "" if shown == list(finding.parts) else f", the largest {_NAMED_PARTS}"
        told.append(f"a creep in {len(finding.parts)} parts{which}: {named}")
    if finding.causes:
        told.append(f"possible cause: {plain(', '.join(finding.causes))}")
    return "; ".join(told)


def measure_again(finding: Finding, config_file: str) -> str:
    """The command, for a shell, that measures both ends of the finding in pairs."""
    good, bad = finding.range
    command = ["asvwatch", "compare", good[:12], bad[:12], "--config", config_file]
    return shlex.join([*command, "--bench", f"^{re.escape(finding.benchmark)}$"])


def percent(ratio: float) -> str:
    """`+30.1 %` for 1.301, `×12.5` for a multiple."""
    if ratio >= 10:
        return f"×{ratio:.3g}"
    share = 100 * (ratio - 1)
    digits = 0 if abs(share) >= 100 else 1 if abs(share) >= 1 else 2
    return f"{share:+.{digits}f} %"


def day(seconds: int) -> str:
    """`2026-03-01`, in UTC; git also takes times that no calendar has."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")
    except (ValueError, OverflowError, OSError):
        return "no date"
