"""The page of all findings inside asv's site: one static file, readable without a server."""

from __future__ import annotations

import html
import re
import urllib.parse
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

from asvwatch import chart, marks
from asvwatch.config import Config
from asvwatch.files import write_whole
from asvwatch.marks import Mark
from asvwatch.model import History, Series
from asvwatch.report import broken, sections, summary
from asvwatch.verdict import Finding, Verdict
from asvwatch.words import change, day, interval, measure_again, plain, quantity

__all__ = ["PAGE", "add_link", "render", "write"]

PAGE = "asvwatch/index.html"
# A list of more items is closed at first.
_OPEN_ITEMS = 8
LINK_TEXT = "Confirmed changes"
_ABOUT = {
    "Regressions": "Worse, and measured or exact. These fail the check.",
    "Accepted regressions": "Taken on purpose: listed in accepted.toml with the reason.",
    "Recovered": "Became worse, and a later commit took it back.",
    "Improvements": "Better, and measured or exact.",
    "Undecided": "Suspected in the history, and neither confirmed nor dismissed by measuring.",
}


def write(config: Config, verdict: Verdict, series: Iterable[Series], history: History) -> Path:
    """Write the page into asv's html_dir and link it from asv's own; returns its path."""
    page = config.html_dir / PAGE
    write_whole(page, render(config, verdict, series, history))
    for name in ("index.html", "error.html"):
        asv_page = config.html_dir / name
        if asv_page.is_file():
            text = asv_page.read_text(encoding="utf-8")
            write_whole(asv_page, add_link(text))
    return page


def add_link(text: str) -> str:
    """asv's page with one link to ours: in its navigation, or at its end if it has none."""
    anchor = f'<a href="{PAGE}">{LINK_TEXT}</a>'
    if anchor in text:
        return text
    entry = f'<li id="nav-li-asvwatch">{anchor}</li>\n'
    navigation = re.search(r'[ \t]*<li id="nav-li-graphdisplay"', text)
    if navigation:
        return text[: navigation.start()] + entry + text[navigation.start() :]
    end = text.rfind("</body>")
    end = len(text) if end < 0 else end
    return f"{text[:end]}<p>{anchor}</p>\n{text[end:]}"


def render(config: Config, verdict: Verdict, series: Iterable[Series], history: History) -> str:
    """The whole page; every foreign text in it is escaped."""
    stored = {
        (one.key.benchmark, one.key.params, one.key.machine, one.key.env, one.key.version): one
        for one in series
    }
    style = resources.files("asvwatch").joinpath("page.css").read_text(encoding="utf-8")
    title = f"{config.project}: confirmed changes"
    body = [
        '<header><p class="crumbs"><a href="../index.html">',
        f"{_text(config.project)}, all benchmarks</a></p><h1>{LINK_TEXT}</h1>",
        f'<p class="verdict {verdict.status}">{_text(summary(verdict))}</p>',
        _contents(verdict),
        "</header><main>",
    ]
    body.append(_broken(verdict, history, config))
    number = 0
    for heading, findings in sections(verdict):
        body.append(
            f'<section id="{_anchor(heading)}"><h2>{heading} <small>{len(findings)}</small></h2>'
            f"<p class='about'>{_ABOUT[heading]}</p>"
        )
        for finding in findings:
            number += 1
            key = (finding.benchmark, finding.params, finding.machine, finding.environment)
            one = stored.get((*key, finding.version))
            body.append(_card(finding, one, history, config, f"finding-{number}"))
        body.append("</section>")
    if not sections(verdict) and not verdict.broken and verdict.commits:
        body.append('<p class="about">No metric changed, as far as can be told.</p>')
    body += [_failures(verdict, history, config), _notes(verdict), "</main>"]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{_text(title)}</title><style>{style}</style></head>"
        f"<body>{''.join(body)}</body></html>\n"
    )


def _contents(verdict: Verdict) -> str:
    links = [
        f'<a href="#{_anchor(title)}">{title} <b>{len(findings)}</b></a>'
        for title, findings in sections(verdict)
    ]
    if verdict.broken:
        links.insert(0, f'<a href="#budgets">Budgets broken <b>{len(verdict.broken)}</b></a>')
    if verdict.failures:
        links.append(f'<a href="#not-measured">Not measured <b>{len(verdict.failures)}</b></a>')
    return f"<nav>{''.join(links)}</nav>" if links else ""


def _broken(verdict: Verdict, history: History, config: Config) -> str:
    if not verdict.broken:
        return ""
    items = "".join(
        f'<li id="{budget.fingerprint}"><b>{_text(budget.label)}</b>: {_text(broken(budget))}'
        f"<br>{_text(budget.what)}<br>{_commit(budget.commit, history, config)}</li>"
        for budget in verdict.broken
    )
    return f'<section id="budgets"><h2>Budgets broken</h2><ul>{items}</ul></section>'


def _card(
    finding: Finding, series: Series | None, history: History, config: Config, name: str
) -> str:
    """One finding; `name` begins the names of places in its chart."""
    told = [_row("Commit", _commit(finding.commit, history, config))] if finding.commit else []
    if not finding.commit:
        good, bad = (_commit(commit, history, config) for commit in finding.range)
        told += [_row("Behind", good), _row("Up to", bad)]
    if finding.recovered_by:
        told.append(_row("Taken back by", _commit(finding.recovered_by, history, config)))
    if finding.accepted is not None:
        told.append(_row("Accepted", _text(finding.accepted)))
    told.append(_row("Evidence", _evidence(finding)))
    if finding.reason:
        told.append(_row("Note", _text(finding.reason)))
    parts, causes, charts = marks.parts(finding, name), [], ""
    shown = {*finding.range, finding.commit or finding.range[1]}.union(*(one.ends for one in parts))
    # The commits of anybody's verdict need not be on the history.
    if series is not None and series.measured.size and all(one in history for one in shown):
        causes = marks.causes(series, chart.drawn(series, finding, history).tolist(), name)
        charts = chart.history_chart(series, finding, history, parts, causes)
    if parts:
        listed = [_part(mark, history, config, linked=bool(charts)) for mark in parts]
        told.append(_row("Parts", _list("ol", listed, "parts")))
    if finding.causes:
        listed = [_text(cause) for cause in finding.causes]
        told.append(_row("Possible cause", _list("ul", listed, "causes")))
    if causes:
        listed = [
            f'<a href="#{mark.name}">{_between(mark)}</a>: {_text(mark.told)}' for mark in causes
        ]
        told.append(_row("Also changed", _list("ul", listed, "changes")))
    told.append(_row("Where", _text(f"{finding.machine}, {finding.environment}")))
    told.append(
        _row("Measure again", f"<code>{_text(measure_again(finding, config.shown))}</code>")
    )
    pairs = chart.pairs_chart(finding)
    if pairs:
        told_pairs = f"The {len(finding.pairs)} pairs: after / before"
        charts += f"<details><summary>{told_pairs}</summary>{pairs}</details>"
    graph = f"../index.html#{urllib.parse.quote(finding.benchmark)}"
    return (
        f'<article class="{finding.direction}" id="{finding.fingerprint}">'
        f'<h3><a href="{html.escape(graph)}">{_text(finding.label)}</a></h3>'
        f'<p class="figures"><strong>{_text(change(finding))}</strong> '
        f"<span>{_text(interval(finding))}</span> "
        f"<span>{_text(quantity(finding.before, finding.unit))} → "
        f"{_text(quantity(finding.after, finding.unit))}</span></p>"
        f"{charts}<dl>{''.join(told)}</dl></article>"
    )


def _part(mark: Mark, history: History, config: Config, *, linked: bool) -> str:
    told = _text(mark.told)
    told = f'<a href="#{mark.name}">{told}</a>' if linked else told
    if mark.good in history and mark.bad in history and history.adjacent(mark.good, mark.bad):
        return f"{told}<br>{_commit(mark.bad, history, config)}"
    return f"{told}<br>{_between(mark)}"


def _between(mark: Mark) -> str:
    good, bad = (_text(commit[:8]) for commit in mark.ends)
    return f"behind <code>{good}</code>, up to <code>{bad}</code>"


def _list(kind: str, items: list[str], what: str) -> str:
    """A list, closed where it is long."""
    listed = f"<{kind}>{''.join(f'<li>{item}</li>' for item in items)}</{kind}>"
    if len(items) <= _OPEN_ITEMS:
        return listed
    return f"<details><summary>{len(items)} {what}</summary>{listed}</details>"


def _commit(commit: str, history: History, config: Config) -> str:
    short = f"<code>{_text(commit[:8])}</code>"
    if re.match(r"https?://", config.show_commit_url):
        url = config.show_commit_url + urllib.parse.quote(commit)
        short = f'<a href="{html.escape(url)}">{short}</a>'
    if commit not in history:
        return short
    known = history[commit]
    return (
        f"{short} {_text(known.subject)} <small>· {_text(known.author)}, {day(known.date)}</small>"
    )


def _evidence(finding: Finding) -> str:
    if finding.evidence == "exact":
        return "exact values of a deterministic metric"
    if finding.evidence == "paired":
        pairs = "1 pair" if len(finding.pairs) == 1 else f"{len(finding.pairs)} pairs"
        return f"{pairs} of fresh processes, both builds in turn"
    return "stored history only"


def _failures(verdict: Verdict, history: History, config: Config) -> str:
    if not verdict.failures:
        return ""
    items = "".join(
        f"<li><b>{_text(failure.benchmark or 'Every benchmark')}</b>: {_text(failure.reason)}"
        f"<br>{_commit(failure.commit, history, config)}</li>"
        for failure in verdict.failures
    )
    return f'<section id="not-measured"><h2>Not measured</h2><ul>{items}</ul></section>'


def _notes(verdict: Verdict) -> str:
    if not verdict.notes:
        return ""
    items = "".join(f"<li>{_text(note)}</li>" for note in verdict.notes)
    return f'<section id="notes"><h2>Notes</h2><ul>{items}</ul></section>'


def _row(name: str, value: str) -> str:
    return f"<div><dt>{name}</dt><dd>{value}</dd></div>"


def _anchor(heading: str) -> str:
    return heading.lower().replace(" ", "-")


def _text(text: str) -> str:
    return html.escape(plain(text))
