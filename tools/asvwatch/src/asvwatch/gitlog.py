"""The first-parent history of a repository, read with plain git."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from asvwatch.errors import ConfigError
from asvwatch.model import Commit, History

__all__ = ["default_tip", "fork_point", "read", "resolve", "unknown"]

_HASH = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
# Nothing is written, and what a partial clone lacks is not fetched.
_ENVIRONMENT = {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1"}
# NUL between commits, a line for each field: none of them can hold a line break.
_FORMAT = "%H%n%P%n%an%n%ct%n%s"


def read(repo: Path, tip: str = "HEAD") -> History:
    """The commits from the oldest first parent to `tip`.

    The history is `cut` if a shallow clone ends it. Raises ConfigError if `tip` is no commit.
    """
    commit = resolve(repo, tip)
    log = _git(repo, "log", "--first-parent", "-z", f"--format={_FORMAT}", commit, "--")
    commits = [_commit(record) for record in log.split("\0") if record]
    shallow = _git(repo, "rev-parse", "--is-shallow-repository").strip() == "true"
    return History(commits=tuple(reversed(commits)), cut=shallow)


def resolve(repo: Path, name: str) -> str:
    """The full hash of the commit that `name` (branch, tag, hash, HEAD~3) means here."""
    try:
        spec = f"{name}^{{commit}}"
        return _git(repo, "rev-parse", "--verify", "--quiet", "--end-of-options", spec).strip()
    except ConfigError as error:
        raise ConfigError(f"{name!r} is no commit of {repo}") from error


def unknown(repo: Path, commits: Sequence[str]) -> tuple[str, ...]:
    """Those of `commits` that the repository does not have. They may be any text."""
    asked = [commit for commit in commits if _HASH.fullmatch(commit)]
    said = "".join(f"{commit}\n" for commit in asked)
    told = _git(repo, "cat-file", "--batch-check", said=said).splitlines()
    known = {
        commit for commit, line in zip(asked, told, strict=True) if line.split()[1] == "commit"
    }
    return tuple(commit for commit in commits if commit not in known)


def fork_point(repo: Path, base: str, tip: str) -> str | None:
    """The newest commit that `base` and `tip` share, None if they share none."""
    try:
        return _git(repo, "merge-base", resolve(repo, base), resolve(repo, tip)).strip()
    except ConfigError:
        return None


def default_tip(repo: Path, branches: tuple[str | None, ...]) -> str:
    """What to look at if nothing is asked: HEAD, or the first branch that a bare mirror has."""
    if _git(repo, "rev-parse", "--is-bare-repository").strip() != "true":
        return "HEAD"
    for branch in branches:
        for name in (f"refs/remotes/origin/{branch}", f"refs/heads/{branch}"):
            if branch is not None and _has(repo, name):
                return name
    return "HEAD"


def _has(repo: Path, name: str) -> bool:
    try:
        resolve(repo, name)
    except ConfigError:
        return False
    return True


def _commit(record: str) -> Commit:
    commit, parents, author, date, subject = record.split("\n", 4)
    return Commit(
        hash=commit,
        parents=tuple(parents.split()),
        author=author,
        date=int(date),
        subject=subject,
    )


def _git(repo: Path, *arguments: str, said: str = "") -> str:
    command = ["git", "-c", "log.showSignature=false", "-c", "i18n.logOutputEncoding=UTF-8"]
    try:
        done = subprocess.run(
            [*command, *arguments],
            cwd=repo,
            env={**os.environ, **_ENVIRONMENT},
            input=said.encode(),
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise ConfigError(f"git cannot be run in {repo}: {error.strerror}") from error
    if done.returncode != 0:
        why = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no word"]
        raise ConfigError(f"git {arguments[0]} failed in {repo}: {why[-1]}")
    return done.stdout.decode("utf-8", "replace")
