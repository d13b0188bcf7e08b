"""Files that cannot be used: something else in their place, cut off, or not for us to read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

__all__ = ["NOT_READABLE", "make_unreadable"]


def _folder(file: Path) -> None:
    file.mkdir()


def _loop(file: Path) -> None:
    file.symlink_to(file)


def _forbidden(file: Path) -> None:
    file.write_text("{}")
    file.chmod(0)


NOT_READABLE = [
    pytest.param("folder", "Is a directory"),
    pytest.param("loop", "Too many levels of symbolic links"),
    pytest.param(
        "forbidden",
        "Permission denied",
        marks=pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file"),
    ),
]


def make_unreadable(file: Path, how: str) -> None:
    """Put what `how` names into the place of `file`."""
    file.unlink(missing_ok=True)
    {"folder": _folder, "loop": _loop, "forbidden": _forbidden}[how](file)
