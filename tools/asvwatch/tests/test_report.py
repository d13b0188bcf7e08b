"""The verdict reads well, and no foreign text in it can do more than be read."""

from __future__ import annotations

import io
import re

import pytest
from asvwatch import report, words
from asvwatch.verdict import Failure, Verdict
from findings import finding, history, name
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

CONFIG = "asv.conf.json"
HOSTILE = "x|y`z`\n# <b>@team #12 \x1b[31m\u202e*a* [l](http://e)"


def terminal(verdict, **more):
    console = Console(file=io.StringIO(), width=160, **more)
    report.to_terminal(verdict, history(subjects={5: HOSTILE}), console)
    return console.file.getvalue()


def test_a_regression_shows_its_size_its_commit_and_its_evidence():
    told = Verdict(
        "regressed", regressions=(finding(pairs=((1.0, 1.3),) * 20),), commits=4, series=9
    )
    text = terminal(told)
    for part in ("suite.time_it", "+30.0 %", "[+28.7 %, +31.3 %]", "1 s", "1.3 s", "20 pairs"):
        assert part in text
    assert name(5)[:8] in text
    assert "regressed: 1 regression (9 series at 4 commits)" in text


def test_control_characters_are_shown_and_not_obeyed():
    text = terminal(Verdict("regressed", regressions=(finding(),), commits=4, series=9))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\\u001b" in text


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (Verdict("clean", commits=4, series=2), "clean: no confirmed regression"),
        (Verdict("clean", commits=1, series=2), "nothing to be compared with"),
        (Verdict("unmeasured"), "there are no results"),
        (Verdict("unmeasured", commits=3, series=2), "could not be measured"),
        (
            Verdict("clean", commits=3, series=2, undecided=(finding(),), confirmed=False),
            "suspicions were not measured",
        ),
    ],
)
def test_the_last_line_says_what_the_exit_code_means(verdict, said):
    assert said in terminal(verdict).splitlines()[-1]


SUSPICIONS = tuple(
    finding(at, benchmark=f"suite.time_{at}", evidence="history", commit=None, reason="no time")
    for at in range(2, 7)
)


@pytest.mark.parametrize("shown", [terminal, lambda told: report.markdown(told, history(), CONFIG)])
def test_suspicions_without_time_to_measure_take_one_line(shown):
    measured = finding(7, benchmark="suite.time_measured", reason="undecided after 60 pairs")
    told = Verdict("clean", undecided=(measured, *SUSPICIONS), commits=4, series=9)
    text = shown(told).replace("\\", "")
    assert "no time was left to measure 5 suspicions" in text
    assert "suite.time_2 +30.0 %" in text
    assert "and 2 more" in text
    assert "suite.time_6" not in text
    assert "undecided after 60 pairs" in text


def test_suspicions_that_nobody_wanted_measured_are_listed():
    told = Verdict("clean", undecided=SUSPICIONS, commits=4, series=9, confirmed=False)
    assert "suite.time_6" in terminal(told)
    assert "no time was left" not in terminal(told)


def cells(row):
    """The cells of a table row as GitHub splits them: at bars without a backslash."""
    return re.split(r"(?<!\\)\|", row.strip().strip("|"))


@given(text=st.text(min_size=1, max_size=40) | st.just(HOSTILE))
def test_no_text_leaves_its_cell_in_markdown(text):
    told = Verdict(
        "regressed",
        regressions=(finding(benchmark=text, params=(text,), accepted=None, reason=text),),
        failures=(Failure(text, name(2), text),),
        notes=(text,),
        commits=2,
        series=1,
    )
    shown = report.markdown(told, history(subjects={5: text}, authors={5: text}), CONFIG)
    rows = [line for line in shown.splitlines() if line.startswith("|")]
    assert len(rows) == 3 + 3
    assert {len(cells(row)) for row in rows[:3]} == {6}
    assert {len(cells(row)) for row in rows[3:]} == {3}
    assert sum(line.startswith("-") for line in shown.splitlines()) == 1 + 1  # measure again


def test_markup_mentions_and_references_are_text_in_markdown():
    told = Verdict("regressed", regressions=(finding(),), commits=2, series=1)
    shown = report.markdown(told, history(subjects={5: HOSTILE}), CONFIG)
    row = next(line for line in shown.splitlines() if line.startswith("| `suite"))
    assert "\\<b\\>" in row
    assert "@team" not in row
    assert "#12" not in row
    assert "\\[l\\](http" in row


@given(st.text())
def test_plain_text_is_one_visible_line(text):
    shown = words.plain(text)
    assert shown.isprintable()
    assert "\n" not in shown


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (0.0123, "seconds", "12.3 ms"),
        (2.5e-7, "seconds", "250 ns"),
        (75.0, "seconds", "75 s"),
        (63_300_000, "bytes", "63.3 MB"),
        (0, "bytes", "0 bytes"),
        (1234, "calls", "1,234 calls"),
        (0.25, "unit", "0.25"),
        (float("nan"), "seconds", "-"),
    ],
)
def test_quantities_have_the_size_people_read(value, unit, shown):
    assert words.quantity(value, unit) == shown


@pytest.mark.parametrize(
    ("ratio", "shown"), [(1.301, "+30.1 %"), (0.995, "-0.50 %"), (2.5, "+150 %"), (25, "×25")]
)
def test_changes_have_the_digits_that_matter(ratio, shown):
    assert words.percent(ratio) == shown
