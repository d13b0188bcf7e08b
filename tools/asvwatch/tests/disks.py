"""Small disks of their own, which can be filled to the last byte."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

__all__ = ["Disk", "mounted", "wanted"]


class Disk:
    """A file system that begins at `folder`."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self, *, but: int = 0) -> None:
        """Leave no room but for so many bytes, a multiple of 4096."""
        room = os.statvfs(self.folder)
        with self._filler.open("wb") as filler:
            os.posix_fallocate(filler.fileno(), 0, room.f_bavail * room.f_frsize - but)

    def free(self) -> None:
        self._filler.unlink()


@contextlib.contextmanager
def mounted(folder: Path, size: str) -> Iterator[Disk | None]:
    """A disk of this size at `folder`, which is made; None where it may not be mounted."""
    folder.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if (
        not shutil.which("mount")
        or subprocess.run(command, check=False, capture_output=True).returncode
    ):
        yield None
        return
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def wanted(disk: Disk | None) -> Disk:
    """Skip the test where there is no disk."""
    if disk is None:
        pytest.skip("mounting a small disk takes the rights of root")
    return disk
