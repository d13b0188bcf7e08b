"""A release on GitHub: the tag's lines of CHANGELOG.md, the packages in dist/, and a sample book.

Needs GITHUB_TOKEN and GITHUB_REPOSITORY. Exit codes: 0 done, 2 wrong usage, 3 GitHub cannot be
used.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from github import GitHub, GitHubError

ROOT = Path(__file__).resolve().parent.parent
DONE, USAGE, FAILED = 0, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    missing = [str(file) for file in options.files if not file.is_file()]
    notes = notes_of(options.tag.removeprefix("v"), (ROOT / "CHANGELOG.md").read_text("utf-8"))
    if missing or not options.files:
        print(f"release: there is no {', '.join(missing) or 'file to attach'}", file=sys.stderr)
        return USAGE
    if not notes:
        print(f"release: CHANGELOG.md has no section {options.tag!r}", file=sys.stderr)
        return USAGE
    try:
        with GitHub.of_the_environment() as github:
            print(publish(github, options.tag, notes, options.files))
    except GitHubError as error:
        print(f"release: {error}", file=sys.stderr)
        return FAILED
    return DONE


def notes_of(version: str, changelog: str) -> str:
    """Return what stands under the heading of a version, empty if there is none."""
    heading = rf"^## \[?v?{re.escape(version)}\b[^\n]*$"
    found = re.search(rf"{heading}\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    return found[1].strip() if found else ""


def publish(github: GitHub, tag: str, notes: str, files: Sequence[Path]) -> str:
    """Make a draft, attach the files, and make it public; return its address."""
    draft = {"tag_name": tag, "name": tag, "body": notes, "draft": True}
    release = github.call("POST", "/releases", json=draft)
    upload = release["upload_url"].partition("{")[0]
    for file in files:
        github.call(
            "POST",
            upload,
            params={"name": file.name},
            content=file.read_bytes(),
            headers={"Content-Type": "application/octet-stream"},
        )
    github.call("PATCH", f"/releases/{release['id']}", json={"draft": False})
    return str(release["html_url"])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("tag", metavar="TAG")
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    return parser


if __name__ == "__main__":
    sys.exit(main())
