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
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import httpx

ROOT = Path(__file__).resolve().parent.parent
ASVWATCH = ROOT / ".venv-asvwatch" / "bin" / "asvwatch"
LABEL = "performance"
# The ticket that says that nothing could be said.
UNMEASURED = "unmeasured"
MOST_CHARACTERS = 60_000  # GitHub takes 65,536
PAGE = 100

# What is said of a run that ended before there was a verdict.
NOTHING: Mapping[str, Any] = {
    "schema": 1,
    "verdict": UNMEASURED,
    **{name: [] for name in ("regressions", "improvements", "recovered", "undecided", "failures")},
    "measured": {"commits": 0, "series": 0},
    "confirmed": False,
    "notes": ["The run ended before there was a verdict; its log says why."],
}

DONE, USAGE, FAILED = 0, 2, 3

_MARKER = re.compile(r"<!-- asvwatch: ([0-9a-z]+) -->")


class TicketError(Exception):
    """The tickets cannot be written; the message says why."""


@dataclass(frozen=True)
class Wanted:
    """What a verdict says of one fingerprint: `over` says why its ticket is closed."""

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
        with Tickets.of_the_environment() as tickets:
            for line in bring_up_to_date(tickets, list(wanted(verdict, options.site))):
                print(line)
    except (OSError, ValueError) as error:
        print(f"tickets: {options.verdict} cannot be read: {error}", file=sys.stderr)
        return USAGE
    except TicketError as error:
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
    measured = verdict["verdict"] != "unmeasured"
    yield Wanted(
        UNMEASURED,
        "The performance could not be measured",
        _body(UNMEASURED, _reported(verdict), site),
        "It was measured again." if measured else "",
    )


def _wanted(
    verdict: Mapping[str, Any], group: str, finding: Mapping[str, Any], site: str, over: str
) -> Wanted:
    alone = {**verdict, "failures": [], "notes": []}
    for name in ("regressions", "improvements", "recovered", "undecided"):
        alone[name] = [finding] if name == group else []
    fingerprint = finding["fingerprint"]
    return Wanted(fingerprint, _title(finding), _body(fingerprint, _reported(alone), site), over)


def _title(finding: Mapping[str, Any]) -> str:
    name = finding["benchmark"]
    if finding["params"]:
        name += f"({', '.join(finding['params'])})"
    where = (finding["commit"] or finding["range"][1])[:10]
    ratio = finding["ratio"]
    change = "worse" if ratio is None else f"{100 * (ratio - 1):+.1f} %"
    # A name is anybody's text: no mention and no reference comes of it.
    return re.sub(r"[^\w.,()' /+%=-]", "?", f"{name}: {change} at {where}")[:250]


def _body(fingerprint: str, report: str, site: str) -> str:
    where = f"\n\n[The site]({site}) shows its history." if site else ""
    return f"{report[:MOST_CHARACTERS].rstrip()}{where}\n\n<!-- asvwatch: {fingerprint} -->\n"


def _reported(verdict: Mapping[str, Any]) -> str:
    """Return the verdict in Markdown."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "verdict.json")
        file.write_text(json.dumps(verdict), encoding="utf-8")
        done = subprocess.run(
            [ASVWATCH, "report", str(file), "--format", "markdown"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    if not done.stdout.strip():
        raise TicketError(f"asvwatch reports nothing: {done.stderr.strip()}")
    return done.stdout


class Tickets:
    """The issues of one repository that this account opened. A context manager."""

    def __init__(self, api: str, repository: str, token: str) -> None:
        self._client = httpx.Client(
            base_url=api,
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {token}",
                "X-GitHub-Api-Version": "2022-11-28",
            },
            timeout=30,
        )
        self._path = f"/repos/{repository}/issues"

    @classmethod
    def of_the_environment(cls) -> Tickets:
        """Raises TicketError where a variable is missing."""
        names = ("GITHUB_REPOSITORY", "GITHUB_TOKEN")
        missing = [name for name in names if not os.environ.get(name)]
        if missing:
            raise TicketError(f"{' and '.join(missing)} must be set")
        api = os.environ.get("GITHUB_API_URL", "https://api.github.com")
        return cls(api, *(os.environ[name] for name in names))

    def __enter__(self) -> Tickets:
        return self

    def __exit__(self, *error: object) -> None:
        self._client.close()

    def by_fingerprint(self) -> dict[str, Ticket]:
        """Return the newest ticket of each fingerprint."""
        found: dict[str, Ticket] = {}
        page = 1
        while True:
            query: dict[str, str | int] = {
                "labels": LABEL,
                "state": "all",
                "creator": os.environ.get("TICKETS_BY", "github-actions[bot]"),
                "per_page": PAGE,
                "page": page,
            }
            issues = self._call("GET", self._path, params=query)
            for issue in issues:
                marker = _MARKER.search(issue["body"] or "")
                if marker is not None and "pull_request" not in issue:
                    ticket = Ticket(
                        issue["number"], issue["state"], issue["title"], issue["body"] or ""
                    )
                    found.setdefault(marker[1], ticket)
            if len(issues) < PAGE:
                return found
            page += 1

    def open(self, new: Wanted) -> int:
        """Return the number of a new issue."""
        told = {"title": new.title, "body": new.body, "labels": [LABEL]}
        return int(self._call("POST", self._path, json=told)["number"])

    def change(self, ticket: Ticket, **fields: str) -> None:
        self._call("PATCH", f"{self._path}/{ticket.number}", json=fields)

    def comment(self, ticket: Ticket, text: str) -> None:
        self._call("POST", f"{self._path}/{ticket.number}/comments", json={"body": text})

    def _call(self, method: str, path: str, **options: Any) -> Any:
        try:
            answer = self._client.request(method, path, **options)
        except httpx.HTTPError as error:
            raise TicketError(f"GitHub does not answer {method} {path}: {error}") from error
        if not answer.is_success:
            raise TicketError(
                f"GitHub answers {method} {path} with {answer.status_code}: {answer.text[:300]}"
            )
        return answer.json()


def bring_up_to_date(tickets: Tickets, said: Sequence[Wanted]) -> Iterator[str]:
    """Open, change and close tickets; yield a line for each that is touched."""
    known = tickets.by_fingerprint()
    for one in said:
        ticket = known.get(one.fingerprint)
        if ticket is None:
            if not one.over:
                yield f"opened #{tickets.open(one)}: {one.title}"
        elif one.over:
            if ticket.state == "open":
                tickets.comment(ticket, one.over)
                tickets.change(ticket, state="closed", state_reason="completed")
                yield f"closed #{ticket.number}: {one.over}"
        elif ticket.state == "closed":
            tickets.change(ticket, state="open", title=one.title, body=one.body)
            tickets.comment(ticket, "It is there again.")
            yield f"opened #{ticket.number} again: {one.title}"
        elif (ticket.title, ticket.body) != (one.title, one.body):
            tickets.change(ticket, title=one.title, body=one.body)
            yield f"updated #{ticket.number}: {one.title}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("verdict", type=Path, help="what asvwatch check --json wrote")
    parser.add_argument("--site", default="", metavar="URL", help="where the site is published")
    return parser


if __name__ == "__main__":
    sys.exit(main())
