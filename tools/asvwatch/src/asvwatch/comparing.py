"""Two commits side by side: the benchmarks of the suite, measured in turn.

What is counted is compared first. A benchmark runs the same code at both commits if they differ in
Python modules alone and it loads none of those at either; if, besides, the counts of its class are
the same, it needs no stopwatch. Changed data, metadata and compiled modules may be read by
anything, so that everything is measured then.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Literal

from asvwatch import accepted, check, gitlog, measuring, paired, results
from asvwatch.config import Config
from asvwatch.decide import accept, decide
from asvwatch.errors import ConfigError
from asvwatch.loading import matching
from asvwatch.measuring import BuildsMeasurer
from asvwatch.model import Attribution, Candidate, History, PairedResult, Series, SeriesKey
from asvwatch.verdict import Finding, Verdict
from asvwatch.words import plain, why

__all__ = ["Sparing", "Tell", "compare", "ends"]

# How many of the benchmarks without a comparison are named in a note.
_NAMED = 3
Log = Callable[[str], None]
Tell = Callable[[Verdict, History], None]


def compare(
    config: Config,
    base: str,
    head: str,
    *,
    bench: str | None,
    thorough: bool,
    seconds: float,
    log: Log,
    tell: Tell,
) -> Verdict:
    """The verdict over `head` against `base`.

    `thorough` times also what runs the same code at both; it is measured for `seconds` at most.
    `tell` gets the verdict and the history of these two commits, before what was measured is
    forgotten: where it fails, the next run goes on from there.

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
        raise ConfigError(f"no benchmark matches {bench!r}")
    parent = commits[1].parents[:1] == (good,)
    findings: list[Finding] = []
    undecided: list[Finding] = []
    measured = 0
    counts_first = sorted(chosen, key=lambda series: series.rule.exact is False)
    with measuring.measurer(config, history, seconds, log) as measurer:
        sparing = Sparing(measurer, set() if thorough else _methods(config), log)
        for number, series in enumerate(counts_first, 1):
            log(f"[{number}/{len(chosen)}] {plain(series.key.label)}")
            outcome = check.examine(ends(series), history, sparing, measurer.budget).outcome
            if series.key in sparing.apart:
                log(f"  {sparing.apart[series.key]}")
            elif isinstance(outcome, check.Open):
                undecided.append(outcome.finding)
                log(f"  undecided: {why(outcome.finding)}")
                measured += bool(outcome.finding.pairs)
            elif outcome is None:
                measured += 1
                log("  unchanged")
            else:
                measured += 1
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
            notes=sparing.notes(),
        )
        tell(told, history)
    return told


class Sparing:
    """Measures what may differ. `methods` are the benchmarks that are methods of a class: all those
    of a class measure the same work.

    `apart` has what is no comparison, with the reason: it does not run at the base, as a benchmark
    of what `head` brings does not, or skips itself.
    """

    def __init__(self, measurer: BuildsMeasurer, methods: set[str], log: Log) -> None:
        self._measurer = measurer
        self._methods = methods
        self._log = log
        self._counts: dict[tuple[str, ...], set[_Count]] = {}
        self._spared = 0
        self.apart: dict[SeriesKey, str] = {}

    def confirm(self, candidate: Candidate) -> PairedResult:
        series = candidate.series
        counts = self._counts.setdefault(self._work(series.key), set())
        if series.rule.exact is not False:
            result = self._measurer.confirm(candidate)
            counts.add(_counted(result))
            return self._noted(series.key, result)
        same = "same" in counts and "other" not in counts
        if same and self._measurer.loads_no_difference(candidate):
            self._spared += 1
            self._log("  not timed: it runs the same code")
            return paired.identical("it runs the same code at both commits")
        return self._noted(series.key, self._measurer.confirm(candidate))

    def _noted(self, key: SeriesKey, result: PairedResult) -> PairedResult:
        if result.incomparable:
            self.apart[key] = result.reason
        return result

    def attribute(self, candidate: Candidate, confirmed: PairedResult | None) -> Attribution:
        return self._measurer.attribute(candidate, confirmed)

    def notes(self) -> tuple[str, ...]:
        """What a reader should know of what was not measured."""
        found = []
        if self.apart:
            told = [f"{key.label} {reason}" for key, reason in self.apart.items()]
            more = f"; and {len(told) - _NAMED} more" if len(told) > _NAMED else ""
            found.append(f"nothing to compare with: {'; '.join(told[:_NAMED])}{more}")
        if self._spared:
            found.append(
                f"not timed: {self._spared} of the benchmarks, whose counts are the same and which "
                "load no module that differs; --thorough times them"
            )
        return tuple(found)

    def _work(self, key: SeriesKey) -> tuple[str, ...]:
        name = key.benchmark
        return (name.rpartition(".")[0] if name in self._methods else name, *key.params)


_Count = Literal["same", "other", "no count"]


def _counted(result: PairedResult) -> _Count:
    """Whether a metric that may be deterministic is, and then whether it is the same."""
    if result.outcome != "unchanged":
        return "other"
    exact = result.confidence == 1.0 and all(before == after for before, after in result.samples)
    return "same" if exact else "no count"


def _methods(config: Config) -> set[str]:
    """The benchmarks that asv describes as methods of a class."""
    described = json.loads((config.results_dir / "benchmarks.json").read_bytes())
    return {
        name
        for name, entry in described.items()
        if isinstance(entry, dict) and str(entry.get("code", "")).startswith("class ")
    }


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
