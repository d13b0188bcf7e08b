"""Writes a book's files so that nobody ever sees half of one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

__all__ = ["write_files"]


def write_files(folder: Path, contents: Mapping[str, bytes]) -> list[Path]:
    """Write each content under its name into `folder`, which is made where it is missing.

    Every file is written beside its place first and then renamed over what stood there; when
    anything fails, the files not yet renamed are left as they were. Returns the paths. Raises
    OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    drafts = {folder / name: folder / f".{name}.{os.getpid()}.part" for name in contents}
    try:
        for (path, draft), content in zip(drafts.items(), contents.values(), strict=True):
            if path.is_dir():
                raise IsADirectoryError(f"{path} is a folder, not a file to write to")
            draft.write_bytes(content)
        for path, draft in drafts.items():
            draft.replace(path)
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
    return list(drafts)
