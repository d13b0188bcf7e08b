"""The page is one safe static file that asv's own site leads to."""

from __future__ import annotations

import dataclasses
import json
from html.parser import HTMLParser

import numpy as np
import pytest
from asvwatch import config, page
from asvwatch.config import TIME
from asvwatch.model import Part, Series, SeriesKey
from asvwatch.verdict import BudgetCheck, Failure, Verdict
from browser import needs_browser, rendered, served
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


CREEP = finding(
    commit=None,
    range=(name(2), name(6)),
    ratio=1.1**4,
    evidence="exact",
    parts=(
        *(Part(name(at - 1), name(at), 1.1) for at in (3, 4)),
        Part(name(4), name(6), 1.21, (1.2, 1.22)),
    ),
)
SURROUNDINGS = [
    json.dumps({"os": "Linux 6.1" if at < 8 else "Linux 6.8", "requirements": {"numpy": numpy}})
    for at, numpy in enumerate(["2.1"] * 4 + ["2.2"] * 6)
]


WIDTHS = (360, 1280)
MEASURE = """onload = () => {
    const frames = [...document.querySelectorAll("iframe")].map(frame => frame.contentWindow);
    const widths = frames.map(one => [one.innerWidth, one.document.documentElement.scrollWidth]);
    document.title = widths.map(each => each.join(": ")).join(", ");
}"""


def changed(surroundings=SURROUNDINGS, **more):
    values = [1.0] * 3 + [1.1, 1.21, 1.33] + [1.46] * 4
    return dataclasses.replace(series(values, **more), surroundings=tuple(surroundings))


def test_the_parts_of_a_creep_are_listed_and_lead_to_their_places(settings_of_a_project):
    told = Verdict("regressed", regressions=(CREEP,), commits=10, series=1)
    text = page.render(settings_of_a_project, told, [changed()], history())
    outline = Outline(text)
    shown = " ".join(outline.text)
    assert text.count('class="part"') == 3
    assert shown.count("+10.0 %, 25 % of the whole") == 2 * 2
    assert "+21.0 % [+20.0 %, +22.0 %], 50 % of the whole" in shown
    for part in ("Commit 3", "Commit 4", name(6)[:8], "a creep, parts marked: 3"):
        assert part in text
    places = [link[1:] for link in outline.links if link.startswith("#finding-")]
    assert len(set(places)) == 3 + 2
    assert all(text.count(f'id="{place}"') == 1 for place in places)


def test_where_something_else_changed_is_marked_and_listed(settings_of_a_project):
    undecided = finding(4, commit=None, evidence="history", causes=("numpy: 2.1 → 2.2",))
    told = Verdict("clean", undecided=(undecided,), commits=10, series=1)
    text = page.render(settings_of_a_project, told, [changed()], history())
    shown = " ".join(Outline(text).text)
    assert text.count('class="cause"') == 2
    assert "marked where something else than the commits changed: 2" in text
    assert "Possible cause numpy: 2.1 → 2.2" in shown
    assert "os: Linux 6.1 → Linux 6.8" in shown
    assert name(7)[:8] in shown


def test_many_parts_are_listed_on_demand(settings_of_a_project):
    parts = tuple(Part(name(at), name(at + 1), 1.01) for at in range(40))
    creep = dataclasses.replace(CREEP, range=(name(0), name(40)), parts=parts)
    told = Verdict("regressed", regressions=(creep,), commits=41, series=1)
    for values, marked in (([1.0] * 41, 40), ([], 0)):
        text = page.render(settings_of_a_project, told, [series(values)], history(41))
        assert "<summary>40 parts</summary>" in text
        assert text.count('class="part"') == text.count('href="#finding-1-part') == marked


@needs_browser
def test_nothing_is_wider_than_a_phone(settings_of_a_project, tmp_path):
    long = "suite.Generation." + "track_a_name_without_an_end" * 4
    creep = dataclasses.replace(CREEP, benchmark=long, params=("'a value'",) * 5, reason="x" * 300)
    told = Verdict("regressed", regressions=(creep,), commits=10, series=1)
    one = changed(benchmark=long, params=creep.params)
    text = page.render(settings_of_a_project, told, [one], history(subjects={4: "y" * 200}))
    (tmp_path / "page.html").write_text(text)
    # A window of Chromium cannot be as narrow as a phone, a frame can.
    frames = "".join(f'<iframe src="page.html" width="{width}"></iframe>' for width in WIDTHS)
    (tmp_path / "index.html").write_text(f"<!doctype html>{frames}<script>{MEASURE}</script>")
    with served(tmp_path) as address:
        shown = rendered(f"{address}/index.html", tmp_path / "profile")
    assert f"<title>{', '.join(f'{width}: {width}' for width in WIDTHS)}</title>" in shown


@settings(max_examples=40)
@given(text=st.text(max_size=30) | st.just(HOSTILE))
def test_no_text_becomes_markup(settings_of_a_project, text):
    told = Verdict(
        "regressed",
        regressions=(
            finding(benchmark=text, params=(text,), unit=text, reason=text, causes=(text,)),
        ),
        recovered=(finding(machine=text, recovered_by=name(7)),),
        failures=(Failure(text, name(2), text),),
        notes=(text,),
        commits=2,
        series=1,
    )
    past = history(subjects={5: text}, authors={5: text})
    around = [json.dumps({"os": f"{text}{at}", "env_vars": {text: text * at}}) for at in range(10)]
    hostile = changed(around, benchmark=text, params=(text,))
    calm = Verdict(
        "regressed",
        regressions=(dataclasses.replace(CREEP, causes=("a",)),),
        recovered=(finding(recovered_by=name(7)),),
        failures=(Failure("b", name(2), "r"),),
        notes=("n",),
        commits=2,
        series=1,
    )
    shown = Outline(page.render(settings_of_a_project, told, [hostile], past))
    plain = Outline(page.render(settings_of_a_project, calm, [changed()], past))
    assert set(shown.elements) <= set(plain.elements) | {"details", "summary"}


@pytest.mark.parametrize(
    "verdict",
    [
        Verdict("clean", commits=1, series=1),
        Verdict("unmeasured", notes=("the clone is shallow",)),
        regressed(commit=None, range=(name(2), name(6)), interval=None, evidence="history"),
        regressed(before=0.0, after=3.0, ratio=None, interval=None, evidence="exact"),
        regressed(before=float("nan"), after=float("nan"), ratio=None, interval=None),
        regressed(commit="f" * 40, range=("e" * 40, "f" * 40)),
        regressed(commit="f" * 40),
        regressed(range=(name(1), "f" * 40)),
        regressed(parts=(Part("e" * 40, "f" * 40, 1.2), Part(name(3), name(2), 1e300))),
        regressed(ratio=-2.0, parts=(Part(name(3), name(4), 1.2),)),
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
