"""Two commits side by side: the benchmarks of the suite, measured in turn."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from asvwatch import accepted, check, gitlog, measuring, results
from asvwatch.config import Config
from asvwatch.decide import accept, decide
from asvwatch.errors import ConfigError
from asvwatch.loading import matching
from asvwatch.model import Budget, Candidate, History, Series
from asvwatch.verdict import Finding, Verdict

__all__ = ["compare", "ends"]

Log = Callable[[str], None]


def compare(
    config: Config, base: str, head: str, *, bench: str | None, budget: Budget, log: Log
) -> tuple[Verdict, History]:
    """The verdict over `head` against `base`, and the history of these two commits.

    Benchmarks are those that asv described with its results. A commit is named only if `base` is
    its first parent; everything else is a range. Raises ConfigError.
    """
    repo = config.git_dir
    commits = tuple(gitlog.read(repo, name).commits[-1] for name in (base, head))
    history = History(commits)
    good, bad = (commit.hash for commit in commits)
    if good == bad:
        raise ConfigError(f"{base!r} and {head!r} are the same commit, {good[:12]}")
    chosen = matching(results.described_series(config, (good, bad)), bench)
    if not chosen:
        raise ConfigError(
            f"no benchmark matches {bench!r}"
            if bench is not None
            else f"{config.results_dir} describes no benchmark; run `asv run --bench just-discover`"
        )
    parent = commits[1].parents[:1] == (good,)
    findings: list[Finding] = []
    undecided: list[Finding] = []
    measured = 0
    with measuring.measurer(config, history, budget, log) as measurer:
        for number, series in enumerate(chosen, 1):
            log(f"[{number}/{len(chosen)}] {series.key.label}")
            outcome = check.examine(ends(series), history, measurer, budget)
            if isinstance(outcome, check.Open):
                undecided.append(outcome.finding)
                log(f"  undecided: {outcome.finding.reason}")
                measured += bool(outcome.finding.pairs)
                continue
            measured += 1
            if outcome is None:
                log("  unchanged")
            else:
                findings.append(outcome if parent else dataclasses.replace(outcome, commit=None))
                log(f"  {outcome.direction}")
    taken = accepted.load(config.benchmark_dir / accepted.ACCEPTED_FILE)
    told = decide(
        accept(findings, taken, history),
        undecided,
        (),
        history=history,
        commits=2 if measured else 0,
        series=measured,
        confirmed=True,
    )
    return told, history


def ends(series: Series) -> Candidate:
    """The first and the second commit of a series: what is to be measured, nothing known yet."""
    return Candidate(
        series=series,
        good=series.commits[0],
        bad=series.commits[1],
        before=float("nan"),
        after=float("nan"),
        direction="regression",
        score=0.0,
    )
