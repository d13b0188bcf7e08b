"""Regressions taken on purpose: `accepted.toml` in the benchmark directory, read and added to.

[[accepted]]
benchmark = "suite.time_it"     # one name, with or without parameters, or a pattern with *
commit = "1a2b3c4d"             # 7 to 40 hex digits
reason = "the answer is right now"
"""

from __future__ import annotations

import fnmatch
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asvwatch.errors import ConfigError
from asvwatch.files import read_toml, write_whole

__all__ = ["ACCEPTED_FILE", "Accepted", "add", "load"]

ACCEPTED_FILE = "accepted.toml"
_HASH = re.compile(r"[0-9a-f]{7,40}")


@dataclass(frozen=True, slots=True)
class Accepted:
    """One entry; `commit` is a prefix of a hash."""

    benchmark: str
    commit: str
    reason: str

    def covers(self, benchmark: str, label: str, commits: tuple[str, ...]) -> bool:
        """Whether it speaks of this benchmark and of one of the `commits`."""
        named = self.benchmark in (benchmark, label) or fnmatch.fnmatchcase(
            benchmark, self.benchmark
        )
        return named and any(commit.startswith(self.commit) for commit in commits)


def load(file: Path) -> tuple[Accepted, ...]:
    """The entries of `file`, none if it does not exist. Raises ConfigError for a wrong one."""
    data = read_toml(file)
    if data is None:
        return ()
    unknown = sorted(data.keys() - {"accepted"})
    if unknown:
        raise ConfigError(f"{file}: unknown setting {unknown[0]!r}; it holds [[accepted]] entries")
    entries = data.get("accepted", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ConfigError(f"{file}: accepted must be a list of tables, written [[accepted]]")
    return tuple(
        _entry(entry, f"{file}: accepted {number}") for number, entry in enumerate(entries, 1)
    )


def add(file: Path, entry: Accepted) -> None:
    """Add an entry at the end of `file`; what stands there stays as it is, comments too.

    Raises ConfigError for a file that cannot be read, and for an entry that it has already.
    """
    if entry in load(file):
        raise ConfigError(f"{file} has this entry already: {entry.benchmark} at {entry.commit}")
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    gap = "" if not before else "\n" if before.endswith("\n") else "\n\n"
    written = "".join(
        f"{name} = {_quoted(value)}\n"
        for name, value in (
            ("benchmark", entry.benchmark),
            ("commit", entry.commit),
            ("reason", entry.reason),
        )
    )
    write_whole(file, f"{before}{gap}[[accepted]]\n{written}")


def _quoted(text: str) -> str:
    """A basic string of TOML, which differs from JSON's in U+007F alone."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _entry(entry: dict[str, Any], where: str) -> Accepted:
    known = ("benchmark", "commit", "reason")
    unknown = sorted(entry.keys() - set(known))
    if unknown:
        raise ConfigError(f"{where}: unknown setting {unknown[0]!r} (known: {', '.join(known)})")
    for name in known:
        value = entry.get(name)
        if not isinstance(value, str) or not value.strip():
            raise ConfigError(f"{where}: {name} must be a text, not {value!r}")
    commit = entry["commit"].lower()
    if not _HASH.fullmatch(commit):
        raise ConfigError(
            f"{where}: commit must be 7 to 40 hexadecimal digits, not {entry['commit']!r}"
        )
    return Accepted(entry["benchmark"], commit, entry["reason"].strip())
