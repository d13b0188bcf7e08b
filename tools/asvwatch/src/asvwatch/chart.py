"""The history of one series as inline SVG, with the step of a finding marked.

The drawing stretches with the page, so its dots are lines of no length with round caps, whose
strokes do not scale; all text is HTML around it and keeps its size on a phone.
"""

from __future__ import annotations

import html
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from asvwatch.marks import Mark
from asvwatch.model import FloatArray, History, Series
from asvwatch.verdict import Finding
from asvwatch.words import day, plain, quantity

__all__ = ["MAX_POINTS", "drawn", "history_chart", "pairs_chart"]

WIDTH, HEIGHT = 1000.0, 200.0
TICKS = 4
# The stretch of history that is drawn around the step.
MAX_POINTS = 240


def history_chart(
    series: Series,
    finding: Finding,
    history: History,
    parts: Sequence[Mark] = (),
    causes: Sequence[Mark] = (),
) -> str:
    """HTML of the values over first-parent order: asv's intervals, the levels, the step, and the
    places of the `parts` of a creep and of the `causes`. The commits of all must be on the history.
    """
    places = drawn(series, finding, history)
    values = series.values[places]
    commits = [series.commits[int(place)] for place in places]
    positions = np.array([history.position(commit) for commit in commits], dtype=np.float64)
    low, high, ticks = _axis(np.concatenate((values, _drawn_levels(series, finding, history))))

    def across(position: float) -> float:
        span = positions[-1] - positions[0]
        x = 20 + (WIDTH - 40) * (position - positions[0]) / span if span else WIDTH / 2
        return float(min(max(x, 0.0), WIDTH))

    def up(value: float) -> float:
        share = (value - low) / (high - low)
        return HEIGHT * (1 - min(max(share, 0.0), 1.0))

    good, bad = (history.position(commit) for commit in finding.range)
    if finding.commit is not None:
        good = history.position(finding.commit) - 1
    left, right = across(good), across(bad)
    shapes = [_path("grid", f"M0 {up(tick):.1f}H{WIDTH:g}") for tick in ticks if low < tick < high]
    shapes.append(_box("step", left, 0, right, HEIGHT))
    for mark in (*parts, *causes):
        edges = [across(history.position(end)) for end in mark.ends]
        shapes.append(_marked_box(mark, *edges) if mark in parts else _marked_line(mark, *edges))
    before, after = _drawn_levels(series, finding, history)
    end = WIDTH
    if finding.recovered_by is not None and finding.recovered_by in history:
        end = across(history.position(finding.recovered_by) - 1)
    if finding.interval is not None:
        top, bottom = (up(before * side) for side in (finding.interval[1], finding.interval[0]))
        shapes.append(_box("interval", right, top, end, bottom))
    shapes.append(_path("level", f"M0 {up(before):.1f}H{left:.1f}"))
    shapes.append(_path("level", f"M{right:.1f} {up(after):.1f}H{end:.1f}"))
    if parts:
        stairs, level = f"M{left:.1f} {up(before):.1f}", before
        for part in finding.parts:
            level *= part.ratio
            stairs += f"L{across(history.position(part.bad)):.1f} {up(level):.1f}"
        shapes.append(_path("level", stairs))
    for place, position, value in zip(places, positions, values, strict=True):
        x, y = across(float(position)), up(float(value))
        spread = series.intervals[int(place)]
        if np.all(np.isfinite(spread)):
            ends = f"M{x:.1f} {up(float(spread[0])):.1f}V{up(float(spread[1])):.1f}"
            shapes.append(_path("spread", ends))
        commit = history[series.commits[int(place)]]
        told = f"{commit.hash[:8]} {day(commit.date)} {quantity(float(value), series.unit)}\n"
        marked = " named" if commit.hash == finding.commit else ""
        shapes.append(_dot(f"dot{marked}", x, y, told + plain(commit.subject)))
    first, last = history[commits[0]], history[commits[-1]]
    return _frame(
        "".join(shapes),
        [(up(tick) / HEIGHT, quantity(tick, series.unit)) for tick in ticks],
        (f"{first.hash[:8]} ·", day(first.date)),
        (f"{last.hash[:8]} ·", day(last.date)),
        f"History of {finding.label}, {len(commits)} commits{_told(parts, causes)}",
    )


def pairs_chart(finding: Finding) -> str:
    """HTML of the ratios of the pairs in the order measured, with the interval of their ratio."""
    ratios = np.array([b / a for a, b in finding.pairs if a > 0 and math.isfinite(b / a)])
    if ratios.size < 2:
        return ""
    interval = finding.interval or (1.0, 1.0)
    low, high, ticks = _axis(np.concatenate((ratios, [1.0, *interval])))

    def up(value: float) -> float:
        return HEIGHT * (1 - (value - low) / (high - low))

    top, bottom = up(interval[1]), up(interval[0])
    shapes = [_path("grid", f"M0 {up(tick):.1f}H{WIDTH:g}") for tick in ticks]
    shapes.append(_path("level", f"M0 {up(1.0):.1f}H{WIDTH:g}"))
    shapes.append(_box("interval", 0, top, WIDTH, bottom))
    for at, ratio in enumerate(ratios.tolist()):
        x = 20 + (WIDTH - 40) * at / (ratios.size - 1)
        shapes.append(_dot("dot", x, up(ratio), f"×{ratio:.4g}"))
    return _frame(
        "".join(shapes),
        [(up(tick) / HEIGHT, f"×{tick:.4g}") for tick in ticks],
        ("first pair",),
        (f"pair {ratios.size}",),
        f"Ratios of {ratios.size} pairs of {finding.label}",
    )


def drawn(series: Series, finding: Finding, history: History) -> NDArray[np.intp]:
    """The measured places to draw, at most MAX_POINTS, the step among them."""
    places = series.measured
    if places.size > MAX_POINTS:
        bad = history.position(finding.range[1])
        at = int(np.searchsorted([history.position(series.commits[int(p)]) for p in places], bad))
        start = min(max(0, at - MAX_POINTS // 2), places.size - MAX_POINTS)
        places = places[start : start + MAX_POINTS]
    return places


def _drawn_levels(series: Series, finding: Finding, history: History) -> tuple[float, float]:
    """The levels to draw. Paired values were measured at another time than asv's and may lie
    beside its dots, so of them only the ratio is drawn, on asv's level before the step.
    """
    if finding.evidence != "paired" or finding.ratio is None:
        return finding.before, finding.after
    good = history.position(finding.range[0])
    earlier = [
        place for place in series.measured if history.position(series.commits[place]) <= good
    ]
    before = float(np.median(series.values[earlier[-5:]])) if earlier else finding.before
    return before, before * finding.ratio


def _axis(values: FloatArray) -> tuple[float, float, list[float]]:
    """(lowest, highest, round ticks) around finite values."""
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    pad = 0.12 * (high - low) or abs(low) * 0.05 or 1.0
    low, high = low - pad, high + pad
    raw = (high - low) / TICKS
    size = 10.0 ** math.floor(math.log10(raw))
    step = next((size * m for m in (1, 2, 2.5, 5, 10) if size * m >= raw), size * 10)
    start = math.ceil(low / step)
    return low, high, [step * n for n in range(start, math.floor(high / step) + 1)]


def _path(css: str, line: str) -> str:
    return f'<path class="{css}" d="{line}"/>'


def _box(css: str, left: float, top: float, right: float, bottom: float) -> str:
    """A rectangle between any two corners, never thinner than can be seen."""
    width, height = max(right - left, 1.0), max(abs(bottom - top), 0.5)
    return (
        f'<rect class="{css}" x="{left:.1f}" y="{min(top, bottom):.1f}" '
        f'width="{width:.1f}" height="{height:.1f}"/>'
    )


def _told(parts: Sequence[Mark], causes: Sequence[Mark]) -> str:
    """What is marked, for those who do not see it; both are listed below the chart."""
    told = f"; a creep, parts marked: {len(parts)}" if parts else ""
    if causes:
        told += f"; marked where something else than the commits changed: {len(causes)}"
    return told


def _marked_box(mark: Mark, left: float, right: float) -> str:
    box = _box("part", left, 0, right, HEIGHT).removesuffix("/>")
    return f'{box} id="{mark.name}">{_title(mark.told)}</rect>'


def _marked_line(mark: Mark, left: float, right: float) -> str:
    line = f"M{(left + right) / 2:.1f} 0V{HEIGHT:g}"
    return f'<path class="cause" d="{line}" id="{mark.name}">{_title(mark.told)}</path>'


def _title(told: str) -> str:
    return f"<title>{html.escape(told)}</title>"


def _dot(css: str, x: float, y: float, told: str) -> str:
    return f'<path class="{css}" d="M{x:.1f} {y:.1f}h.01">{_title(told)}</path>'


def _frame(
    shapes: str,
    ticks: list[tuple[float, str]],
    left: tuple[str, ...],
    right: tuple[str, ...],
    label: str,
) -> str:
    """The chart with its axes; between the words at its `left` and `right` end lines may break."""
    marks = "".join(
        f'<span style="top:{100 * share:.1f}%">{html.escape(text)}</span>' for share, text in ticks
    )
    return (
        f'<div class="chart"><div class="axis" aria-hidden="true">{marks}</div>'
        f'<svg role="img" aria-label="{html.escape(plain(label))}" '
        f'viewBox="0 0 {WIDTH:g} {HEIGHT:g}" preserveAspectRatio="none">{shapes}</svg>'
        f'<div class="ends">{_end(left)}{_end(right)}</div></div>'
    )


def _end(words: tuple[str, ...]) -> str:
    return f"<span>{' '.join(f'<i>{html.escape(word)}</i>' for word in words)}</span>"
