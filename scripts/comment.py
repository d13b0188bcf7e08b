"""The comment of asvwatch on a pull request: written once, then kept up to date.

Runs without the pull request's code: it reads the verdict that was measured there and renders it
here. The pull request is looked up by the commit that was measured, HEAD_SHA. Needs GITHUB_TOKEN
and GITHUB_REPOSITORY. Exit codes: 0 done, or no open pull request has this commit; 2 wrong usage;
3 GitHub cannot be used.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from github import GitHub, GitHubError
from reporting import ReportError, reported

MARKER = "<!-- asvwatch -->"
MOST_CHARACTERS = 60_000  # GitHub takes 65,536
# A verdict comes from anybody's code.
MOST_BYTES = 5_000_000
DONE, USAGE, FAILED = 0, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    head = os.environ.get("HEAD_SHA", "")
    if not re.fullmatch(r"[0-9a-f]{40}", head):
        print(f"comment: HEAD_SHA must be a commit of 40 digits, not {head!r}", file=sys.stderr)
        return USAGE
    try:
        if options.verdict.stat().st_size > MOST_BYTES:
            raise ValueError(f"it has more than {MOST_BYTES:,} bytes")
        body = reported(json.loads(options.verdict.read_bytes()))[:MOST_CHARACTERS]
        with GitHub.of_the_environment() as github:
            print(post(github, head, body))
    except (OSError, ValueError) as error:
        print(f"comment: {options.verdict} cannot be read: {error}", file=sys.stderr)
        return USAGE
    except (GitHubError, ReportError) as error:
        print(f"comment: {error}", file=sys.stderr)
        return FAILED
    return DONE


def post(github: GitHub, head: str, body: str) -> str:
    """Write the comment on the open pull request whose newest commit is `head`; return a line that
    says what was done."""
    numbers = [
        pull["number"]
        for pull in github.pages(f"/commits/{head}/pulls")
        if pull["state"] == "open" and pull["head"]["sha"] == head
    ]
    if not numbers:
        return f"no open pull request ends with {head[:10]}"
    (number, *_) = numbers
    author = os.environ.get("TICKETS_BY", "github-actions[bot]")
    for comment in github.pages(f"/issues/{number}/comments"):
        if comment["user"]["login"] == author and (comment["body"] or "").startswith(MARKER):
            github.call("PATCH", f"/issues/comments/{comment['id']}", json={"body": body})
            return f"updated the comment on #{number}"
    github.call("POST", f"/issues/{number}/comments", json={"body": body})
    return f"commented on #{number}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("verdict", type=Path, help="what asvwatch compare --json wrote")
    return parser


if __name__ == "__main__":
    sys.exit(main())
