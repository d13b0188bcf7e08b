"""Verdicts for other programs: each parses, tells what the check told, obeys no foreign text."""

from __future__ import annotations

import dataclasses
import json
import re
import xml.etree.ElementTree as ElementTree

import pytest
from asvwatch import words
from asvwatch.formats import FORMATS
from asvwatch.verdict import BudgetCheck, Failure, Verdict
from findings import finding, history, name
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

HOSTILE = "a\r\n::error::x%0A,b:c ##[warning]y <b>&amp;\x00]]>`|@team #1 --> <!-- z"
FOREIGN = st.text(min_size=1, max_size=40) | st.just(HOSTILE)
CONFIG = "asv.conf.json"


def breach(**more):
    known = {
        "benchmark": "suite.time_it",
        "params": (),
        "unit": "seconds",
        "value": 0.3,
        "bound": 0.2,
        "is_least": False,
        "what": "an answer takes under 200 ms",
        "commit": name(9),
    }
    return BudgetCheck(**{**known, **more})


def verdict(text="suite.time_it", status="regressed"):
    return Verdict(
        status,
        regressions=(finding(benchmark=text), finding(at=3, accepted="on purpose")),
        improvements=(finding(at=6, before=1.3, after=1.0),),
        undecided=(finding(at=7, reason=text),),
        failures=(Failure(text, name(2), text), Failure(None, name(4), "no compiler", True)),
        budgets=(breach(benchmark=text, what=text),),
        commits=4,
        series=9,
    )


def told(form, verdict, **subjects):
    return FORMATS[form](verdict, history(**subjects), CONFIG)


def test_the_formats_are_those_of_the_command():
    assert set(FORMATS) == {"markdown", "json", "junit", "github"}


def test_json_is_the_verdict():
    assert json.loads(told("json", verdict())) == verdict().to_json()


def test_junit_fails_what_fails_the_check_and_skips_what_is_open():
    suite = ElementTree.fromstring(told("junit", verdict()))
    assert suite.attrib == {
        "name": "asvwatch",
        "tests": "8",
        "failures": "2",
        "errors": "2",
        "skipped": "1",
    }
    failed = [case for case in suite if case.find("failure") is not None]
    assert [case.get("classname") for case in failed] == ["suite", "suite"]
    assert "+30.0 %" in failed[0].find("failure").get("message")
    assert "at most 200 ms" in failed[1].find("failure").get("message")


def test_junit_of_nothing_measured_is_an_error_and_of_nothing_found_a_pass():
    assert ElementTree.fromstring(told("junit", Verdict("unmeasured"))).get("errors") == "1"
    clean = ElementTree.fromstring(told("junit", Verdict("clean", commits=2, series=1)))
    assert (clean.get("tests"), clean.get("failures"), clean.get("errors")) == ("1", "0", "0")


@pytest.mark.parametrize(
    ("status", "level"), [("clean", "notice"), ("regressed", "error"), ("unmeasured", "warning")]
)
def test_the_last_annotation_is_the_verdict(status, level):
    last = told("github", verdict(status=status)).splitlines()[-1]
    assert last.startswith(f"::{level} title=asvwatch::{status}")


def test_annotations_have_the_level_of_what_they_tell():
    lines = told("github", verdict()).splitlines()
    titles = [re.match(r"::(\w+) title=(.*?)::", line).groups() for line in lines]
    assert titles == [
        ("error", "Regressions%3A suite.time_it"),
        ("notice", "Accepted regressions%3A suite.time_it"),
        ("notice", "Improvements%3A suite.time_it"),
        ("notice", "Undecided%3A suite.time_it"),
        ("error", "Budget broken%3A suite.time_it"),
        ("warning", "Not measured%3A suite.time_it"),
        ("error", "Not measured%3A every benchmark"),
        ("error", "asvwatch"),
    ]


@given(text=FOREIGN)
def test_no_text_breaks_out_of_an_annotation(text):
    shown = told("github", verdict(text), subjects={5: text}, authors={5: text})
    lines = shown.split("\n")
    assert lines.pop() == ""
    assert len(lines) == 8
    for line in lines:
        parts = re.fullmatch(r"::(?:error|warning|notice) title=([^:,]*)::([^\r\n]*)", line)
        assert parts is not None
        assert not re.search(r"%(?!25|3A|2C)", parts[1])
        assert not re.search(r"%(?!25)", parts[2])


@given(text=FOREIGN)
def test_no_text_breaks_junit(text):
    suite = ElementTree.fromstring(
        told("junit", verdict(text), subjects={5: text}, authors={5: text})
    )
    assert len(suite) == 8
    assert suite.get("failures") == "2"


GITHUB = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def parsed(text):
    """What markup a report has, in order, and its words: those of code spans, those beside them."""
    kinds, code, words_beside = [], [], []
    for token in GITHUB.parse(text):
        kinds.append((token.type, token.tag))
        for inner in token.children or ():
            if inner.type == "code_inline":
                code.append(inner.content)
                kinds.append("code")
            elif inner.type == "text":
                words_beside.append(inner.content)
            elif inner.content != "<!-- -->":
                kinds.append((inner.type, inner.content))
    return kinds, code, "".join(words_beside)


def markdown(text):
    one = dataclasses.replace(verdict(text), notes=(text,))
    return told("markdown", one, subjects={5: text}, authors={5: text})


CALM = parsed(markdown("calm"))


@given(text=FOREIGN)
@example("# heading")
@example("1. item")
@example("- [ ] task")
@example("```")
@example("a\\|b\\")
@example("<!-- asvwatch: 0123456789ab -->")
@example("[l](javascript:x) ![i](https://e.example/x.png) <https://e.example>")
@example("&#64;team &lt;b&gt;")
@example("</details><img src=x>")
def test_no_text_is_markup_in_markdown(text):
    kinds, code, beside = parsed(markdown(text))
    assert kinds == CALM[0]
    label = words.plain(text)
    assert {spaced(span) for span in code} >= {spaced(label)} - {""}
    assert len(re.findall(f"(?={re.escape(label)})", beside)) >= 6


def spaced(text):
    """A code span as readers see it: with or without the blank that keeps its fence apart."""
    return text.strip(" ")


@pytest.mark.parametrize(
    "text",
    [
        "@team",
        "#1",
        "a/b#1",
        "GH-1",
        "gh-22",
        "https://e.example/issues/1",
        "www.e.example",
        "a@b.c",
    ],
)
def test_nothing_that_github_links_by_itself_stays_whole(text):
    shown = GITHUB.render(markdown(text))
    bare = re.sub(r"<code>.*?</code>", "", shown)
    assert text not in bare
    assert text in re.sub(r"<!-- -->", "", bare)


def test_a_long_report_and_long_texts_are_cut():
    many = tuple(finding(benchmark=f"suite.time_{at}") for at in range(100))
    long = "x" * 10_000
    one = dataclasses.replace(verdict(long), improvements=many, notes=(long,) * 100)
    shown = told("markdown", one)
    assert len(shown) < 60_000
    assert "and 60 more" in shown


def test_markdown_tells_the_fingerprint_and_how_to_measure_again():
    one = finding()
    shown = told("markdown", verdict())
    assert one.fingerprint in shown
    assert f"asvwatch compare {one.range[0][:12]} {one.range[1][:12]} --config {CONFIG}" in shown
