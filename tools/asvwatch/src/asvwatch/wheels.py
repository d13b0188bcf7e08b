"""Tells in which files two wheels differ: where in none, there is nothing to measure."""

from __future__ import annotations

import zipfile
from pathlib import Path

__all__ = ["differing", "names"]


def differing(one: Path, other: Path) -> frozenset[str] | None:
    """The names of the files that differ or that only one of two wheels has; None for what is no
    wheel.

    The description in the metadata, often the project's README, is no part of what runs.
    """
    try:
        ours, theirs = _contents(one), _contents(other)
    except (OSError, zipfile.BadZipFile):
        return None
    return frozenset(
        name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name)
    )


def names(wheel: Path) -> frozenset[str]:
    """The names of the files in a wheel, none in what is no wheel."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            return frozenset(archive.namelist())
    except (OSError, zipfile.BadZipFile):
        return frozenset()


def _contents(wheel: Path) -> dict[str, object]:
    held: dict[str, object] = {}
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.infolist():
            folder, _, name = entry.filename.rpartition("/")
            if folder.endswith(".dist-info") and name == "RECORD":
                # The hashes of the files, of the metadata too.
                continue
            if folder.endswith(".dist-info") and name == "METADATA":
                held[entry.filename] = archive.read(entry).replace(b"\r", b"").split(b"\n\n")[0]
            else:
                held[entry.filename] = (entry.CRC, entry.file_size)
    return held
