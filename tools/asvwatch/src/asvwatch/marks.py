"""What is marked in the chart of a finding and listed below it: the parts of a creep, and the
places where something else than the commits changed."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from asvwatch.model import Series
from asvwatch.surroundings import changes
from asvwatch.verdict import Finding
from asvwatch.words import percent, plain

__all__ = ["Mark", "causes", "parts"]


@dataclass(frozen=True, slots=True)
class Mark:
    """Something behind `good` and up to `bad`; `name` is that of its place in the page."""

    name: str
    good: str
    bad: str
    told: str

    @property
    def ends(self) -> tuple[str, str]:
        return self.good, self.bad


def parts(finding: Finding, card: str) -> list[Mark]:
    """The parts of a creep, oldest first, with what share each has of the whole."""
    whole = math.log(finding.ratio) if finding.ratio and finding.ratio > 0 else 0.0
    marks = []
    for number, part in enumerate(finding.parts, 1):
        told = percent(part.ratio)
        if part.interval is not None:
            told += f" [{percent(part.interval[0])}, {percent(part.interval[1])}]"
        if whole:
            told += f", {100 * math.log(part.ratio) / whole:.0f} % of the whole"
        marks.append(Mark(f"{card}-part-{number}", part.good, part.bad, told))
    return marks


def causes(series: Series, places: Sequence[int], card: str) -> list[Mark]:
    """Where, between two of the `places` of a series that follow each other, the machine or what
    was installed changed."""
    marks: list[Mark] = []
    for one, other in itertools.pairwise(places):
        found = changes(series.surroundings[one], series.surroundings[other])
        if found:
            name = f"{card}-cause-{len(marks) + 1}"
            told = plain("; ".join(found))
            marks.append(Mark(name, series.commits[one], series.commits[other], told))
    return marks
