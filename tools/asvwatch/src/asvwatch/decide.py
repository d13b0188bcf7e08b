"""From findings to a verdict: what was accepted, what was taken back, what it means together."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Sequence
from typing import Literal

from asvwatch.accepted import Accepted
from asvwatch.model import History, direction_of
from asvwatch.verdict import BudgetCheck, Failure, Finding, Status, Verdict

__all__ = ["accept", "decide", "split_recovered"]


def decide(
    findings: Iterable[Finding],
    undecided: Iterable[Finding],
    failures: Iterable[Failure],
    *,
    budgets: Sequence[BudgetCheck] = (),
    history: History,
    commits: int,
    series: int,
    confirmed: bool,
    notes: Sequence[str] = (),
) -> Verdict:
    """Sort the findings and say what they mean together.

    Regressed if a regression stands that nobody accepted, or a budget is broken; unmeasured if
    nothing was measured, if the newest commit could not be measured, or if a suspicion could not
    be; else clean.
    """
    standing, recovered = split_recovered(findings, history)
    regressions = [one for one in standing if one.direction == "regression"]
    open_questions = tuple(undecided)
    problems = tuple(failures)
    status: Status = "clean"
    if any(one.is_broken for one in budgets) or any(one.accepted is None for one in regressions):
        status = "regressed"
    elif (
        commits == 0
        or series == 0
        or any(failure.newest for failure in problems)
        or any(one.failed and one.direction == "regression" for one in open_questions)
    ):
        status = "unmeasured"
    return Verdict(
        status=status,
        regressions=tuple(sorted(regressions, key=_size)),
        improvements=tuple(
            sorted((one for one in standing if one.direction == "improvement"), key=_size)
        ),
        recovered=tuple(recovered),
        undecided=tuple(sorted(open_questions, key=_size)),
        failures=problems,
        budgets=tuple(budgets),
        commits=commits,
        series=series,
        confirmed=confirmed,
        notes=tuple(notes),
        tip=history.commits[-1].hash if history.commits else None,
    )


def split_recovered(
    findings: Iterable[Finding], history: History
) -> tuple[list[Finding], list[Finding]]:
    """(what stands, regressions that a later improvement of the same series took back).

    An improvement takes back the latest open regression first, if what is left over both is within
    the floor and the intervals. What it gains beyond is itself a finding; a regression that it
    takes back in part stands as it is.
    """
    standing: list[Finding] = []
    recovered: list[Finding] = []
    by_series: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        key = (finding.benchmark, finding.params, finding.machine, finding.environment)
        by_series.setdefault((*key, finding.version), []).append(finding)
    for group in by_series.values():
        opened: list[Finding] = []
        for finding in sorted(group, key=lambda one: history.position(one.range[1])):
            if finding.direction == "regression":
                opened.append(finding)
                continue
            left: Finding | None = finding
            while opened and left is not None and _takes_back(opened[-1], left):
                regression = opened.pop()
                recovered.append(
                    dataclasses.replace(regression, recovered_by=finding.commit or finding.range[1])
                )
                left = _rest(regression, left)
            if left is not None:
                standing.append(finding)
        standing.extend(opened)
    return standing, recovered


def _takes_back(regression: Finding, fix: Finding) -> bool:
    """Whether the level behind the fix is no worse than before the regression."""
    both = _together(regression, fix)
    if both is None:
        return direction_of(regression.before, fix.after, _better(regression)) == "improvement" or (
            regression.before == fix.after
        )
    return both <= 1 + _unclear(regression, fix)


def _rest(regression: Finding, fix: Finding) -> Finding | None:
    """The part of the improvement beyond the regression it took back, None if within the floor."""
    both = _together(regression, fix)
    if both is None or both >= 1 - max(_unclear(regression, fix), 1e-9):
        return None
    ratio = both if _better(fix) == "lower" else 1 / both
    return dataclasses.replace(fix, ratio=ratio)


def _together(regression: Finding, fix: Finding) -> float | None:
    """The ratio over both steps, above 1 for worse; None where a level is 0."""
    if not regression.ratio or not fix.ratio:
        return None
    both = regression.ratio * fix.ratio
    return both if _better(regression) == "lower" else 1 / both


def _unclear(regression: Finding, fix: Finding) -> float:
    """What is left over both steps that means nothing: the floor, and how sure both ratios are."""
    spreads = [
        (one.interval[1] - one.interval[0]) / 2 / one.ratio
        for one in (regression, fix)
        if one.interval is not None and one.ratio
    ]
    return regression.floor + math.hypot(*spreads)


def _better(finding: Finding) -> Literal["lower", "higher"]:
    up = finding.after > finding.before
    return "lower" if up == (finding.direction == "regression") else "higher"


def _size(finding: Finding) -> tuple[float, str]:
    ratio = finding.ratio
    return (-abs(math.log(ratio)) if ratio and ratio > 0 else -math.inf, finding.label)


def accept(
    findings: Iterable[Finding], accepted: Sequence[Accepted], history: History
) -> list[Finding]:
    """The findings, with the reason of the entry of accepted.toml that covers a regression."""
    marked = []
    for finding in findings:
        commits = (finding.commit,) if finding.commit else history.after(*finding.range)
        reason = next(
            (
                entry.reason
                for entry in accepted
                if finding.direction == "regression"
                and entry.covers(finding.benchmark, finding.label, commits)
            ),
            None,
        )
        marked.append(dataclasses.replace(finding, accepted=reason))
    return marked
