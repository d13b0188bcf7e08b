"""A verdict as text for programs: Markdown, JSON, JUnit, and the annotations of GitHub Actions."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator, Mapping

from asvwatch import report
from asvwatch.model import History
from asvwatch.verdict import Finding, Verdict
from asvwatch.words import change, interval, plain, quantity, why

__all__ = ["FORMATS"]


def _json(verdict: Verdict, *_: object) -> str:
    """The verdict of schema 1."""
    return json.dumps(verdict.to_json(), indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def _junit(verdict: Verdict, history: History, *_: object) -> str:
    """One test case for each finding: failed for what fails the check, skipped for the undecided.

    A suite without findings has one case, which says whether anything was measured.
    """
    suite = ElementTree.Element("testsuite", name="asvwatch")
    for title, findings in report.sections(verdict):
        for finding in findings:
            case = _case(suite, finding.label)
            told = _told(finding, history)
            if title == "Regressions":
                ElementTree.SubElement(case, "failure", message=told)
            elif title == "Undecided":
                ElementTree.SubElement(case, "skipped", message=told)
            else:
                ElementTree.SubElement(case, "system-out").text = f"{title.lower()}: {told}"
    for budget in verdict.broken:
        case = _case(suite, f"{budget.label} budget")
        told = plain(f"{report.broken(budget)}: {budget.what}")
        ElementTree.SubElement(case, "failure", message=told)
    for failure in verdict.failures:
        case = _case(suite, failure.benchmark or f"commit {failure.commit[:8]}")
        ElementTree.SubElement(case, "error", message=plain(failure.reason))
    last = _case(suite, "asvwatch.measured")
    if verdict.status == "unmeasured":
        ElementTree.SubElement(last, "error", message=plain(report.summary(verdict)))
    for name, kind in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"),
                       ("skipped", "skipped")):  # fmt: skip
        suite.set(name, str(len(list(suite.iter(kind)))))
    ElementTree.indent(suite)
    text = ElementTree.tostring(suite, encoding="unicode", xml_declaration=False)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _case(suite: ElementTree.Element, label: str) -> ElementTree.Element:
    module, _, name = plain(label).partition(".")
    return ElementTree.SubElement(suite, "testcase", classname=module, name=name or module)


def _github(verdict: Verdict, history: History, *_: object) -> str:
    """Workflow commands, one a line: errors for what fails the check, warnings for what could not
    be measured, notices for the rest."""
    lines = list(_annotations(verdict, history))
    level = {"clean": "notice", "regressed": "error", "unmeasured": "warning"}[verdict.status]
    lines.append(_command(level, "asvwatch", report.summary(verdict)))
    return "".join(f"{line}\n" for line in lines)


def _annotations(verdict: Verdict, history: History) -> Iterator[str]:
    for title, findings in report.sections(verdict):
        level = "error" if title == "Regressions" else "notice"
        for finding in findings:
            yield _command(level, f"{title}: {finding.label}", _told(finding, history))
    for budget in verdict.broken:
        told = f"{report.broken(budget)}: {budget.what}"
        yield _command("error", f"Budget broken: {budget.label}", told)
    for failure in verdict.failures:
        what = failure.benchmark or "every benchmark"
        told = f"{failure.commit[:8]}: {failure.reason}"
        yield _command("error" if failure.newest else "warning", f"Not measured: {what}", told)


def _command(level: str, title: str, message: str) -> str:
    """A workflow command, escaped as GitHub's toolkit does it (@actions/core, command.ts)."""
    data = plain(message).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    shown = plain(title).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    return f"::{level} title={shown}::{data}"


def _told(finding: Finding, history: History) -> str:
    """What is said of a finding in one line."""
    parts = (
        f"{change(finding)} {interval(finding)}".strip(),
        f"{quantity(finding.before, finding.unit)} to {quantity(finding.after, finding.unit)}",
        report.commit_words(finding, history),
        plain(finding.accepted or ""),
        why(finding),
        finding.fingerprint,
    )
    return "; ".join(part for part in parts if part)


# By the name that --format takes; the text is of the verdict, its history, asv's configuration.
FORMATS: Mapping[str, Callable[[Verdict, History, str], str]] = {
    "markdown": report.markdown,
    "json": _json,
    "junit": _junit,
    "github": _github,
}
