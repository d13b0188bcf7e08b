"""The verdict for people: a terminal table and Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from asvwatch.model import History
from asvwatch.verdict import BudgetCheck, Finding, Status, Verdict
from asvwatch.words import change, day, interval, measure_again, plain, quantity, why

__all__ = ["MARKER", "broken", "commit_words", "markdown", "sections", "summary", "to_terminal"]

# By it the comment that an earlier run wrote is found again.
MARKER = "<!-- asvwatch -->"
# How many of the suspicions that there was no time for are named.
_LARGEST = 3
# The rows of a table in Markdown, and the characters of a foreign text: GitHub takes 65,536 in all.
_MOST_ROWS = 40
_LONGEST = 300
_FINDING_HEADINGS = ("benchmark", "change", "before", "after", "commit", "evidence")
_BUDGET_HEADINGS = ("benchmark", "value", "what must hold", "commit")
# What GitHub makes a link of by itself: @team, #1, a/b#1, GH-1, https://, www.
_LINKED = re.compile(r"([@#](?=\w)|\bgh-(?=\d)|\b(?:https?|ftp):(?=//)|\bwww(?=\.))", re.IGNORECASE)
_STYLES: dict[Status, str] = {"clean": "green", "regressed": "bold red", "unmeasured": "yellow"}


def summary(verdict: Verdict) -> str:
    """One line: what the exit code means."""
    measured = (
        f"{_count(verdict.series, 'series', 'series')} at "
        f"{_count(verdict.commits, 'commit', 'commits')}"
    )
    if verdict.commits == 0 or verdict.series == 0:
        if verdict.undecided or verdict.failures:
            return "unmeasured: nothing could be measured, see below"
        return "unmeasured: there are no results for these commits; `asv run` makes them"
    if verdict.status == "unmeasured":
        return f"unmeasured: something could not be measured ({measured}), see below"
    if verdict.status == "regressed":
        standing = sum(1 for one in verdict.regressions if one.accepted is None)
        parts = [_count(standing, "regression", "regressions")] if standing else []
        if verdict.broken:
            parts.append(f"{_count(len(verdict.broken), 'budget', 'budgets')} broken")
        parts = parts or [_count(len(verdict.failures), "failure", "failures")]
        return f"regressed: {', '.join(parts)} ({measured})"
    said = f"clean: no confirmed regression ({measured})"
    if verdict.commits == 1:
        said += "; one commit has nothing to be compared with"
    if not verdict.confirmed and verdict.undecided:
        said += "; suspicions were not measured"
    return said


def sections(verdict: Verdict) -> list[tuple[str, tuple[Finding, ...]]]:
    """The findings under their headings, empty ones left out."""
    standing = tuple(one for one in verdict.regressions if one.accepted is None)
    accepted = tuple(one for one in verdict.regressions if one.accepted is not None)
    headed = [
        ("Regressions", standing),
        ("Accepted regressions", accepted),
        ("Recovered", verdict.recovered),
        ("Improvements", verdict.improvements),
        ("Undecided", verdict.undecided),
    ]
    return [(title, findings) for title, findings in headed if findings]


def broken(budget: BudgetCheck) -> str:
    """`230 ms, at most 200 ms`."""
    side = "at least" if budget.is_least else "at most"
    return f"{quantity(budget.value, budget.unit)}, {side} {quantity(budget.bound, budget.unit)}"


def _in_tables(verdict: Verdict) -> Iterator[tuple[str, tuple[Finding, ...]]]:
    """The sections without the suspicions that there was no time for: they are mostly noise."""
    for title, findings in sections(verdict):
        looked_into = tuple(one for one in findings if not _out_of_time(one, verdict))
        if looked_into:
            yield title, looked_into


def _out_of_time(finding: Finding, verdict: Verdict) -> bool:
    return verdict.confirmed and finding.evidence == "history" and not finding.failed


def _not_looked_into(verdict: Verdict) -> str:
    """One line on the suspicions that there was no time for, empty if there are none."""
    left = [one for one in verdict.undecided if _out_of_time(one, verdict)]
    if not left:
        return ""
    largest = ", ".join(f"{plain(one.label)} {change(one)}" for one in left[:_LARGEST])
    more = f" and {len(left) - _LARGEST} more" if len(left) > _LARGEST else ""
    return (
        f"no time was left to measure {_count(len(left), 'suspicion', 'suspicions')}, "
        f"often noise: {largest}{more}; a larger --budget measures them"
    )


def to_terminal(verdict: Verdict, history: History, console: Console) -> None:
    """Print the verdict as tables."""
    for title, findings in _in_tables(verdict):
        table = Table(title=title, title_justify="left", title_style="bold", expand=False)
        for heading in _FINDING_HEADINGS:
            table.add_column(heading, overflow="fold")
        for finding in findings:
            row = (
                plain(finding.label),
                f"{change(finding)} {interval(finding)}".strip(),
                quantity(finding.before, finding.unit),
                quantity(finding.after, finding.unit),
                commit_words(finding, history),
                _evidence(finding),
            )
            table.add_row(*(Text(cell) for cell in row))
        console.print(table)
    if verdict.broken:
        table = Table(title="Budgets broken", title_justify="left", title_style="bold")
        for heading in _BUDGET_HEADINGS:
            table.add_column(heading, overflow="fold")
        for budget in verdict.broken:
            cells = (budget.label, broken(budget), budget.what, budget.commit[:8])
            table.add_row(*(Text(plain(cell)) for cell in cells))
        console.print(table)
    if verdict.failures:
        table = Table(title="Not measured", title_justify="left", title_style="bold")
        for heading in ("what", "commit", "reason"):
            table.add_column(heading, overflow="fold")
        for failure in verdict.failures:
            what = plain(failure.benchmark or "every benchmark")
            table.add_row(Text(what), Text(failure.commit[:8]), Text(plain(failure.reason)))
        console.print(table)
    if left := _not_looked_into(verdict):
        console.print(Text(f"undecided: {left}"))
    for note in verdict.notes:
        console.print(Text(f"note: {plain(note)}", style="dim"))
    console.print(Text(summary(verdict), style=_STYLES[verdict.status]))


def markdown(verdict: Verdict, history: History, config_file: str) -> str:
    """The verdict for a pull request or an issue; foreign text cannot leave its cell.

    It begins with MARKER, and tells of each finding its fingerprint and the command that measures
    it again, with asv's configuration `config_file`.
    """
    lines = [MARKER, f"**{_escaped(summary(verdict))}**", ""]
    rows: list[tuple[str, ...]]
    for title, findings in _in_tables(verdict):
        rows = [
            (
                _code(_cut(finding.label)),
                _escaped(f"{change(finding)} {interval(finding)}"),
                _escaped(quantity(finding.before, finding.unit)),
                _escaped(quantity(finding.after, finding.unit)),
                _escaped(commit_words(finding, history)),
                _escaped(_evidence(finding)),
            )
            for finding in findings
        ]
        lines += [f"### {title}", "", *_table(_FINDING_HEADINGS, rows)]
        lines += ["<details><summary>Measure again</summary>", ""]
        lines += [
            f"- `{finding.fingerprint}` {_code(measure_again(finding, config_file), '|')}"
            for finding in findings[:_MOST_ROWS]
        ]
        lines += ["", "</details>", ""]
    if verdict.broken:
        rows = [
            (
                _code(_cut(budget.label)),
                _escaped(broken(budget)),
                _escaped(budget.what),
                _escaped(budget.commit[:8]),
                f"`{budget.fingerprint}`",
            )
            for budget in verdict.broken
        ]
        lines += ["### Budgets broken", "", *_table((*_BUDGET_HEADINGS, "fingerprint"), rows)]
    if verdict.failures:
        rows = [
            (
                _code(_cut(failure.benchmark)) if failure.benchmark else "every benchmark",
                _escaped(failure.commit[:8]),
                _escaped(failure.reason),
            )
            for failure in verdict.failures
        ]
        lines += ["### Not measured", "", *_table(("what", "commit", "reason"), rows)]
    if left := _not_looked_into(verdict):
        lines.append(f"- undecided: {_escaped(left)}")
    lines += [f"- note: {_escaped(note)}" for note in verdict.notes[:_MOST_ROWS]]
    return "\n".join(lines).rstrip() + "\n"


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table with an empty one behind it; of many rows the first are enough."""
    shown = [headings, ["---"] * len(headings), *rows[:_MOST_ROWS]]
    more = len(rows) - _MOST_ROWS
    left_out = [f"and {more:,} more, which the verdict's JSON has", ""] if more > 0 else []
    return [*(f"| {' | '.join(cells)} |" for cells in shown), "", *left_out]


def commit_words(finding: Finding, history: History) -> str:
    """`1a2b3c4d 2026-03-01 Ann: Subject`, or the range where no commit is named."""
    if finding.commit is None:
        good, bad = finding.range
        return f"behind {good[:8]}, up to {bad[:8]}"
    if finding.commit not in history:
        return finding.commit[:8]
    commit = history[finding.commit]
    return f"{commit.hash[:8]} {day(commit.date)} {plain(commit.author)}: {plain(commit.subject)}"


def _evidence(finding: Finding) -> str:
    words = {
        "exact": "exact",
        "paired": _count(len(finding.pairs), "pair", "pairs") if finding.pairs else "pairs",
        "history": "history only",
    }[finding.evidence]
    if finding.recovered_by:
        words += f"; taken back by {finding.recovered_by[:8]}"
    if finding.accepted is not None:
        words += f"; accepted: {finding.accepted}"
    if told := why(finding):
        words += f"; {told}"
    return words


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _escaped(text: str) -> str:
    """Text that Markdown shows as it is: no markup, no table cell, no @mention, no #reference."""
    escaped = re.sub(r"([\\`*_{}\[\]<>|~&!$])", r"\\\1", _cut(plain(text)))
    # A backslash does not keep a mention or an address from being one; an empty comment does.
    return _LINKED.sub(r"\1<!-- -->", escaped)


def _code(text: str, bar: str = "\\|") -> str:
    """A code span, whatever backquotes and bars the text has; in a table a bar is escaped."""
    shown = plain(text).replace("|", bar)
    longest = max((len(run) for run in re.findall(r"`+", shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") or not shown else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
