"""One GitHub issue for each regression: opened, kept up to date, closed when it is over.

Reads what `asvwatch check --json` wrote. An issue is known by the fingerprint in its text, and only
one that this account opened itself counts. It is closed when the regression was taken back or
accepted; one that a verdict does not speak of stays as it is. Needs GITHUB_TOKEN and
GITHUB_REPOSITORY. Exit codes: 0 done, 2 wrong usage, 3 GitHub cannot be used.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from github import GitHub, GitHubError
from reporting import ReportError, reported

ROOT = Path(__file__).resolve().parent.parent
LABEL = "performance"
# The ticket that says that nothing could be said.
UNMEASURED = "unmeasured"
MOST_CHARACTERS = 60_000  # GitHub takes 65,536

# What is said of a run that ended before there was a verdict.
NOTHING: Mapping[str, Any] = {
    "schema": 1,
    "verdict": UNMEASURED,
    **{name: [] for name in ("regressions", "improvements", "recovered", "undecided")},
    **{name: [] for name in ("failures", "budgets")},
    "measured": {"commits": 0, "series": 0},
    "confirmed": False,
    "notes": ["The run ended before there was a verdict; its log says why."],
}

DONE, USAGE, FAILED = 0, 2, 3

_MARKER = re.compile(r"<!-- asvwatch: ([0-9a-z]+) -->")


@dataclass(frozen=True)
class Wanted:
    """What a verdict says of one fingerprint: `over` says why its ticket is closed, and then there
    is no `body`."""

    fingerprint: str
    title: str
    body: str
    over: str = ""


@dataclass(frozen=True)
class Ticket:
    """An issue on GitHub."""

    number: int
    state: Literal["open", "closed"]
    title: str
    body: str


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        found = options.verdict.is_file()
        verdict = json.loads(options.verdict.read_bytes()) if found else NOTHING
        with GitHub.of_the_environment() as github:
            for line in bring_up_to_date(github, list(wanted(verdict, options.site))):
                print(line)
    except (OSError, ValueError) as error:
        print(f"tickets: {options.verdict} cannot be read: {error}", file=sys.stderr)
        return USAGE
    except (GitHubError, ReportError) as error:
        print(f"tickets: {error}", file=sys.stderr)
        return FAILED
    return DONE


def wanted(verdict: Mapping[str, Any], site: str) -> Iterator[Wanted]:
    """Yield what the verdict says of each regression, and whether all could be measured."""
    for finding in verdict["regressions"]:
        accepted = finding["accepted"]
        over = "" if accepted is None else f"Accepted: {accepted}"
        yield _wanted(verdict, "regressions", finding, site, over)
    for finding in verdict["recovered"]:
        over = f"Taken back by {finding['recovered_by']}."
        yield _wanted(verdict, "recovered", finding, site, over)
    for budget in verdict["budgets"]:
        over = "" if budget["is_broken"] else "The budget is held again."
        yield _wanted(verdict, "budgets", budget, site, over)
    over = "" if verdict["verdict"] == UNMEASURED else "It was measured again."
    body = "" if over else _body(UNMEASURED, verdict, site)
    yield Wanted(UNMEASURED, "The performance could not be measured", body, over)


def _wanted(
    verdict: Mapping[str, Any], group: str, finding: Mapping[str, Any], site: str, over: str
) -> Wanted:
    if over:
        return Wanted(finding["fingerprint"], _title(finding), "", over)
    alone = {**verdict, "failures": [], "notes": []}
    for name in ("regressions", "improvements", "recovered", "undecided", "budgets"):
        alone[name] = [finding] if name == group else []
    fingerprint = finding["fingerprint"]
    return Wanted(fingerprint, _title(finding), _body(fingerprint, alone, site))


def _title(finding: Mapping[str, Any]) -> str:
    name = finding["benchmark"]
    if finding["params"]:
        name += f"({', '.join(finding['params'])})"
    if "bound" in finding:
        title = f"{name}: over its budget"
    else:
        where = (finding["commit"] or finding["range"][1])[:10]
        ratio = finding["ratio"]
        change = "worse" if ratio is None else f"{100 * (ratio - 1):+.1f} %"
        title = f"{name}: {change} at {where}"
    # A name is anybody's text: no mention and no reference comes of it.
    return re.sub(r"[^\w.,:()' /+%=-]", "?", title)[:250]


def _body(fingerprint: str, verdict: Mapping[str, Any], site: str) -> str:
    where = f"\n\n[The site]({site}) shows its history." if site else ""
    report = reported(verdict)[:MOST_CHARACTERS].rstrip()
    return f"{report}{where}\n\n<!-- asvwatch: {fingerprint} -->\n"


def known_tickets(github: GitHub) -> dict[str, Ticket]:
    """Return the newest ticket of each fingerprint, of those that this account opened."""
    found: dict[str, Ticket] = {}
    creator = os.environ.get("TICKETS_BY", "github-actions[bot]")
    for issue in github.pages("/issues", labels=LABEL, state="all", creator=creator):
        body = issue["body"] or ""
        marker = _MARKER.search(body)
        if marker is not None and "pull_request" not in issue:
            ticket = Ticket(issue["number"], issue["state"], issue["title"], body)
            found.setdefault(marker[1], ticket)
    return found


def bring_up_to_date(github: GitHub, said: Sequence[Wanted]) -> Iterator[str]:
    """Open, change and close tickets; yield a line for each that is touched."""
    known = known_tickets(github)
    for one in said:
        ticket = known.get(one.fingerprint)
        if ticket is None:
            if not one.over:
                new = {"title": one.title, "body": one.body, "labels": [LABEL]}
                yield f"opened #{github.call('POST', '/issues', json=new)['number']}: {one.title}"
        elif one.over:
            if ticket.state == "open":
                _comment(github, ticket, one.over)
                _change(github, ticket, state="closed", state_reason="completed")
                yield f"closed #{ticket.number}: {one.over}"
        elif ticket.state == "closed":
            _change(github, ticket, state="open", title=one.title, body=one.body)
            _comment(github, ticket, "It is there again.")
            yield f"opened #{ticket.number} again: {one.title}"
        elif (ticket.title, ticket.body) != (one.title, one.body):
            _change(github, ticket, title=one.title, body=one.body)
            yield f"updated #{ticket.number}: {one.title}"


def _change(github: GitHub, ticket: Ticket, **fields: str) -> None:
    github.call("PATCH", f"/issues/{ticket.number}", json=fields)


def _comment(github: GitHub, ticket: Ticket, text: str) -> None:
    github.call("POST", f"/issues/{ticket.number}/comments", json={"body": text})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("verdict", type=Path, help="what asvwatch check --json wrote")
    parser.add_argument("--site", default="", metavar="URL", help="where the site is published")
    return parser


if __name__ == "__main__":
    sys.exit(main())
