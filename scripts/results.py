"""The stored results of the benchmarks, kept on a branch of their own, `asv-results`.

`restore` brings them back into `.asv/results`, `keep` adds what lies there to the branch and pushes
it. Results are only ever added: files of other runs that were pushed meanwhile stay. Exit codes:
0 done, 3 the remote cannot be used.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BRANCH = "asv-results"
# Another run may push between what this one fetched and what it pushes.
TRIES = 3
WHO = {"NAME": "bookgen benchmarks", "EMAIL": "benchmarks@users.noreply.github.com"}

DONE, FAILED = 0, 3


class ResultsError(Exception):
    """The results cannot be brought back or kept; the message says why."""


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        number = options.work(ROOT, options.remote)
    except ResultsError as error:
        print(f"results: {error}", file=sys.stderr)
        return FAILED
    print(f"{options.done}: {number} files of results")
    return DONE


def restore(root: Path, remote: str) -> int:
    """Lay the branch's files into `.asv/results` and return their number. What is there stays, as
    it may be newer."""
    head = _fetch(root, remote)
    return 0 if head is None else _lay(root, head)


def keep(root: Path, remote: str) -> int:
    """Add `.asv/results` to the branch, push it, and return the number of its files.

    Raises ResultsError where the remote takes no push.
    """
    for attempt in range(1, TRIES + 1):
        head = _fetch(root, remote)
        if head is not None:
            _lay(root, head)
        tree = _tree(root)
        if head is not None and tree == _git(root, "rev-parse", f"{head}^{{tree}}"):
            break
        parents = [] if head is None else ["-p", head]
        commit = _git(root, "commit-tree", tree, *parents, "-m", "Add results", env=_author())
        done = _run(root, "push", "--quiet", remote, f"{commit}:refs/heads/{BRANCH}")
        if done.returncode == 0:
            break
        if attempt == TRIES:
            raise ResultsError(f"{remote} takes no push to {BRANCH}: {_last(done.stderr)}")
    return sum(1 for file in _folder(root).rglob("*") if file.is_file())


def _fetch(root: Path, remote: str) -> str | None:
    """Return the newest commit of the branch, None where the remote has no such branch."""
    listed = _run(root, "ls-remote", "--heads", remote, BRANCH)
    if listed.returncode:
        raise ResultsError(f"{remote} cannot be read: {_last(listed.stderr)}")
    if not listed.stdout.strip():
        return None
    _git(root, "fetch", "--quiet", "--depth=1", "--no-tags", remote, f"refs/heads/{BRANCH}")
    return _git(root, "rev-parse", "FETCH_HEAD")


def _lay(root: Path, commit: str) -> int:
    folder = _folder(root)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        archive = Path(made, "results.tar")
        _git(root, "archive", "--format=tar", f"--output={archive}", commit)
        with tarfile.open(archive) as files:
            members = [member for member in files.getmembers() if member.isfile()]
            missing = [member for member in members if not (folder / member.name).exists()]
            files.extractall(folder, missing, filter="data")
    return len(members)


def _tree(root: Path) -> str:
    """Return the tree object of the results folder, made without the project's own index."""
    folder = _folder(root)
    if not folder.is_dir():
        raise ResultsError(f"there are no results in {folder.relative_to(root)} to keep")
    with tempfile.TemporaryDirectory() as made:
        env = {
            "GIT_DIR": _git(root, "rev-parse", "--absolute-git-dir"),
            "GIT_INDEX_FILE": str(Path(made, "index")),
            "GIT_WORK_TREE": str(folder),
        }
        _git(folder, "add", "--all", "--force", ".", env=env)
        return _git(folder, "write-tree", env=env)


def _folder(root: Path) -> Path:
    return root / ".asv" / "results"


def _author() -> dict[str, str]:
    return {
        f"GIT_{role}_{name}": text for role in ("AUTHOR", "COMMITTER") for name, text in WHO.items()
    }


def _git(folder: Path, *arguments: str, env: dict[str, str] | None = None) -> str:
    done = _run(folder, *arguments, env=env)
    if done.returncode:
        raise ResultsError(f"git {arguments[0]} failed: {_last(done.stderr)}")
    return done.stdout.strip()


def _run(
    folder: Path, *arguments: str, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    command = ["git", *arguments]
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "GIT_TERMINAL_PROMPT": "0", **(env or {})},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


def _last(text: str) -> str:
    return (text.strip().splitlines() or ["git said nothing"])[-1]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--remote", default="origin", help="where the branch lives (origin)")
    commands = parser.add_subparsers(required=True)
    commands.add_parser("restore").set_defaults(work=restore, done="brought back")
    commands.add_parser("keep").set_defaults(work=keep, done="kept")
    return parser


if __name__ == "__main__":
    sys.exit(main())
