"""The page is one safe static file that asv's own site leads to."""

from __future__ import annotations

from html.parser import HTMLParser

import numpy as np
import pytest
from asvwatch import config, page
from asvwatch.config import TIME
from asvwatch.model import Series, SeriesKey
from asvwatch.verdict import BudgetCheck, Failure, Verdict
from findings import finding, history, name
from hypothesis import given, settings
from hypothesis import strategies as st

HOSTILE = "</title></script><script>alert('x')</script>\"'><img src=x onerror=alert(1)> &amp;"
VOID = {"meta", "br", "path", "rect", "img", "link", "input"}


class Outline(HTMLParser):
    """The elements of a page; fails where they do not nest."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.links, self.text = [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        assert not any(key.startswith("on") for key, _ in attrs)
        self.links += [value for key, value in attrs if key in ("href", "src")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_startendtag(self, tag, attrs):  # noqa: ARG002 - the parser's signature
        self.elements.append(tag)

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def settings_of_a_project(tmp_path_factory):
    root = tmp_path_factory.mktemp("page")
    (root / "asv.conf.json").write_text(
        '{"repo": ".", "project": "tiny", "show_commit_url": "https://example.org/commit/"}'
    )
    return config.load(root)


def series(values, benchmark="suite.time_it", params=()):
    size = len(values)
    return Series(
        key=SeriesKey(benchmark, params, 0, "box", "env", "1"),
        unit="seconds",
        rule=TIME,
        commits=tuple(name(number) for number in range(size)),
        values=np.array(values, dtype=float),
        intervals=np.tile([0.9, 1.4], (size, 1)),
        surroundings=("",) * size,
    )


def regressed(**more):
    return Verdict("regressed", regressions=(finding(**more),), commits=10, series=1)


def test_a_finding_shows_chart_commit_pairs_and_the_command(settings_of_a_project):
    told = regressed(pairs=tuple((1.0, 1.3 + number / 100) for number in range(8)))
    values = [1.0] * 5 + [1.3] * 5
    text = page.render(settings_of_a_project, told, [series(values)], history())
    outline = Outline(text)
    shown = " ".join(outline.text)
    assert outline.elements.count("svg") == 2
    assert text.count('class="dot') == 10 + 8
    assert text.count('class="dot named"') == 1
    for part in ("+30.0 %", "Commit 5", "Ann, 2023-11-14", "8 pairs", "1.2 s"):
        assert part in shown
    assert f"asvwatch compare {name(4)[:12]} {name(5)[:12]} --config asv.conf.json" in shown
    assert f"https://example.org/commit/{name(5)}" in outline.links


def test_a_broken_budget_is_shown_first(settings_of_a_project):
    breach = BudgetCheck(
        "suite.time_it", (), "seconds", 0.3, 0.2, False, "answers take under 200 ms", name(5)
    )
    told = Verdict("regressed", budgets=(breach,), commits=10, series=1)
    outline = Outline(page.render(settings_of_a_project, told, [], history()))
    shown = " ".join(outline.text)
    for part in ("1 budget broken", "300 ms, at most 200 ms", "answers take under", "Commit 5"):
        assert part in shown
    assert "#budgets" in outline.links
    assert "No metric changed" not in shown


def test_the_page_needs_nothing_from_elsewhere(settings_of_a_project):
    text = page.render(settings_of_a_project, regressed(), [series([1.0] * 10)], history())
    outline = Outline(text)
    assert not {"script", "link", "img", "iframe"} & set(outline.elements)
    assert "url(" not in text
    assert "@import" not in text
    local = [link for link in outline.links if not link.startswith("https://example.org/")]
    assert all(link.startswith(("../index.html", "#")) for link in local)


@settings(max_examples=40)
@given(text=st.text(max_size=30) | st.just(HOSTILE))
def test_no_text_becomes_markup(settings_of_a_project, text):
    told = Verdict(
        "regressed",
        regressions=(finding(benchmark=text, params=(text,), unit=text, reason=text),),
        recovered=(finding(machine=text, recovered_by=name(7)),),
        failures=(Failure(text, name(2), text),),
        notes=(text,),
        commits=2,
        series=1,
    )
    past = history(subjects={5: text}, authors={5: text})
    hostile = series([1.0, np.nan] * 5, benchmark=text, params=(text,))
    calm = Verdict(
        "regressed",
        regressions=(finding(),),
        recovered=(finding(recovered_by=name(7)),),
        failures=(Failure("b", name(2), "r"),),
        notes=("n",),
        commits=2,
        series=1,
    )
    shown = Outline(page.render(settings_of_a_project, told, [hostile], past))
    plain = Outline(page.render(settings_of_a_project, calm, [series([1.0, np.nan] * 5)], past))
    assert set(shown.elements) <= set(plain.elements) | {"svg"}


@pytest.mark.parametrize(
    "verdict",
    [
        Verdict("clean", commits=1, series=1),
        Verdict("unmeasured", notes=("the clone is shallow",)),
        regressed(commit=None, range=(name(2), name(6)), interval=None, evidence="history"),
        regressed(before=0.0, after=3.0, ratio=None, interval=None, evidence="exact"),
        regressed(before=float("nan"), after=float("nan"), ratio=None, interval=None),
        regressed(commit="f" * 40, range=("e" * 40, "f" * 40)),
    ],
)
def test_every_verdict_makes_a_page(settings_of_a_project, verdict):
    for values in ([1.0] * 10, [np.nan] * 10, [0.0] * 10, [1.0, *[np.nan] * 9]):
        Outline(page.render(settings_of_a_project, verdict, [series(values)], history()))


def test_long_histories_are_drawn_around_the_step(settings_of_a_project):
    past = history(1000)
    told = Verdict("regressed", regressions=(finding(700),), commits=1000, series=1)
    values = [1.0] * 700 + [1.3] * 300
    text = page.render(settings_of_a_project, told, [series(values)], past)
    assert text.count('class="dot') <= 240
    assert 'class="dot named"' in text


def test_asvs_pages_get_one_link():
    asv = '<ul>\n  <li id="nav-li-regressions"></li>\n  <li id="nav-li-graphdisplay"></li></ul>'
    once = page.add_link(asv)
    assert once.count(f'href="{page.PAGE}"') == 1
    assert once.index(page.PAGE) < once.index("nav-li-graphdisplay")
    assert page.add_link(once) == once
    assert page.PAGE in page.add_link("<body><h1>Error</h1></body>")
    assert page.PAGE in page.add_link("")
