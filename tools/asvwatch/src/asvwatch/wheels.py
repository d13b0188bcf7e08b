"""Tells whether two wheels install the same files, so that there is nothing to measure."""

from __future__ import annotations

import zipfile
from pathlib import Path

__all__ = ["same_contents"]


def same_contents(one: Path, other: Path) -> bool:
    """Whether both wheels hold the same files with the same contents.

    The description in the metadata, often the project's README, is no part of what runs. A file
    that is no wheel is like no other.
    """
    try:
        return _contents(one) == _contents(other)
    except (OSError, zipfile.BadZipFile):
        return False


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
