"""Finds the files to read: walks folders, skips what is hidden or not a document."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bookgen.errors import SourceError

__all__ = ["SUFFIXES", "Found", "find", "read_bytes"]

SUFFIXES = (".txt", ".md", ".markdown", ".html", ".htm", ".xhtml", ".pdf")
_NAMES = ".txt, .md, .html and .pdf"
_MAX_BYTES = 64 * 1024 * 1024
# Files about a folder, not documents in it.
_ABOUT = re.compile(
    r"(?:README|LICEN[CS]E|COPYING|NOTICE|CHANGELOG|CONTRIBUTING|AUTHORS)(?:[._-].*)?\Z",
    re.IGNORECASE,
)


@dataclass
class Found:
    """What is there to read: `files` sorted by path, `failures` for paths that cannot be used,
    `skipped` as the number of other files seen in folders."""

    files: list[Path] = field(default_factory=list)
    failures: list[SourceError] = field(default_factory=list)
    skipped: int = 0


def find(paths: Iterable[Path | str]) -> Found:
    """Return the supported files among `paths` and, at any depth, in the folders among them.

    A file is found once, by whichever path comes first. Hidden entries and files such as README
    are skipped in folders. Links are followed; a folder that was seen is not entered again.
    """
    found = Found()
    wanted: dict[Path, Path] = {}
    for given in paths:
        path = Path(given)
        try:
            if path.is_dir():
                failed = len(found.failures)
                inside = list(_walk(path, found, set()))
                if not inside and len(found.failures) == failed:
                    found.failures.append(
                        SourceError(
                            str(given), f"the folder holds no file that can be read: {_NAMES} can."
                        )
                    )
                for file in inside:
                    wanted.setdefault(file.resolve(), file)
            elif not path.exists():
                broken = "is a link to nothing" if path.is_symlink() else "does not exist"
                found.failures.append(SourceError(str(given), f"it {broken}. Check the path."))
            elif path.suffix.lower() not in SUFFIXES:
                found.failures.append(
                    SourceError(
                        str(given),
                        f"files of type {path.suffix or 'without a suffix'} cannot be read; "
                        f"{_NAMES} can. Convert it first.",
                    )
                )
            elif not path.is_file():
                found.failures.append(SourceError(str(given), "it is not a regular file."))
            else:
                wanted.setdefault(path.resolve(), path)
        except OSError as error:
            found.failures.append(SourceError(str(given), _reason(error)))
    found.files = sorted(wanted.values(), key=str)
    return found


def _walk(folder: Path, found: Found, seen: set[tuple[int, int]]) -> Iterator[Path]:
    try:
        status = folder.stat()
        if (status.st_dev, status.st_ino) in seen:
            return
        seen.add((status.st_dev, status.st_ino))
        entries = sorted(folder.iterdir())
    except OSError as error:
        found.failures.append(SourceError(str(folder), _reason(error)))
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _walk(entry, found, seen)
        elif entry.suffix.lower() not in SUFFIXES or _ABOUT.match(entry.name):
            found.skipped += 1
        elif entry.is_file():
            yield entry
        else:
            kind = "is a link to nothing." if entry.is_symlink() else "is not a regular file."
            found.failures.append(SourceError(str(entry), f"it {kind}"))


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file. Raises SourceError where it is empty, too big or unreadable."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > _MAX_BYTES:
                raise SourceError(
                    str(path),
                    f"it has {size / 1e6:,.0f} MB; at most {_MAX_BYTES / 1e6:,.0f} MB can be read. "
                    "Split it.",
                )
            data = file.read()
    except OSError as error:
        raise SourceError(str(path), _reason(error)) from error
    if not data.strip():
        raise SourceError(str(path), "it is empty.")
    return data


def _reason(error: OSError) -> str:
    return f"it cannot be read: {(error.strerror or type(error).__name__).lower()}."
