"""The first bad commit between two that are given: of a change, or of a failure."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

from asvwatch import check, gitlog, measuring, results
from asvwatch.attribute import Breakage
from asvwatch.comparing import Tell, ends
from asvwatch.config import Config
from asvwatch.decide import decide
from asvwatch.errors import BuildFailed, ConfigError
from asvwatch.measuring import BuildsMeasurer
from asvwatch.model import Candidate, History, Series, direction_of
from asvwatch.verdict import Failure, Finding, Verdict
from asvwatch.words import plain

__all__ = ["bisect"]

Log = Callable[[str], None]


def bisect(
    config: Config, benchmark: str, good: str, bad: str, *, seconds: float, log: Log, tell: Tell
) -> Verdict:
    """The verdict that names the first bad commit behind `good` up to `bad`.

    `benchmark` is a name, with its parameters where it has any, as reports show it; it is measured
    for `seconds` at most. `tell` is as for `compare`. Raises ConfigError for one that is not known,
    and where `good` is no first-parent ancestor of `bad`.
    """
    repo = config.git_dir
    history = gitlog.read(repo, bad)
    oldest, newest = gitlog.resolve(repo, good), history.commits[-1].hash
    if oldest == newest:
        raise ConfigError(f"{good!r} and {bad!r} are the same commit, {oldest[:12]}")
    if oldest not in history:
        raise ConfigError(f"{good!r} is no first-parent ancestor of {bad!r}")
    candidate = ends(_chosen(results.described_series(config, (oldest, newest)), benchmark))
    with measuring.measurer(config, history, seconds, log) as measurer:
        told = _judged(candidate, _search(candidate, measurer), history)
        tell(told, history)
    return told


def _judged(
    candidate: Candidate, outcome: Finding | Breakage | check.Open | None, history: History
) -> Verdict:
    if isinstance(outcome, Breakage):
        return dataclasses.replace(_failing(candidate, outcome), tip=history.commits[-1].hash)
    findings = [outcome] if isinstance(outcome, Finding) else []
    undecided = [outcome.finding] if isinstance(outcome, check.Open) else []
    measured = not undecided or bool(undecided[0].pairs)
    return decide(
        findings,
        undecided,
        (),
        history=history,
        commits=2 if measured else 0,
        series=int(measured),
        confirmed=True,
    )


def _chosen(known: tuple[Series, ...], benchmark: str) -> Series:
    matching = [one for one in known if one.key.label == benchmark]
    if matching:
        return matching[0]
    alike = [one.key.label for one in known if one.key.benchmark == benchmark]
    if alike:
        raise ConfigError(f"{benchmark} has parameters; name one of: {', '.join(alike)}")
    raise ConfigError(f"no benchmark is named {benchmark!r}; asv knows {len(known)}")


def _search(
    candidate: Candidate, measurer: BuildsMeasurer
) -> Finding | Breakage | check.Open | None:
    confirmed = measurer.confirm(candidate)
    if confirmed.outcome != "changed":
        breakage = _breakage(candidate, measurer) if confirmed.failed else None
        return breakage or check.unconfirmed(candidate, confirmed)
    before, after = confirmed.before, confirmed.after
    if not math.isfinite(after):
        after = before * confirmed.ratio
    known = dataclasses.replace(
        candidate,
        before=before,
        after=after,
        direction=direction_of(before, after, candidate.series.rule.better),
    )
    found = measurer.attribute(known, confirmed)
    return check.attributed(known, found, found.result or confirmed)


def _breakage(candidate: Candidate, measurer: BuildsMeasurer) -> Breakage | None:
    try:
        return measurer.first_failing(candidate)
    except BuildFailed:
        return None  # an end does not build, as the confirmation said


def _failing(candidate: Candidate, breakage: Breakage) -> Verdict:
    """The verdict on a benchmark that began to fail: bad, though no number tells how much."""
    parts = [
        f"fails since, worked at {breakage.good[:8]}: {breakage.error}",
        breakage.reason,
        *(f"{commit[:8]} {why}" for commit, why in breakage.unbuilt),
    ]
    reason = plain("; ".join(part for part in parts if part))
    failure = Failure(candidate.series.key.label, breakage.bad, reason, newest=True)
    return Verdict("regressed", failures=(failure,), commits=2, series=1)
