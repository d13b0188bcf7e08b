"""Publishes asv's site and, in it, the page of findings."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from asvwatch import check, loading, measuring, offline, page, reading
from asvwatch.config import Config
from asvwatch.errors import MeasurementError
from asvwatch.files import NO_SPACE, is_full
from asvwatch.words import plain

__all__ = ["publish"]

_PROGRESS = re.compile(r"^\[ *[\d.]+%\] ·+ *")


def publish(config: Config, verdict_file: Path | None, *, log: Callable[[str], None]) -> Path:
    """Run `asv publish`, which makes html_dir anew, then add the page; returns the page's path.

    Raises MeasurementError if asv fails, ConfigError for a verdict that cannot be read.
    """
    known = reading.read(verdict_file) if verdict_file is not None else None
    loaded = loading.load(config, tip=known.tip if known else None)
    if known is not None:
        told = known
    else:
        told = check.check(
            config,
            loaded.stored,
            loaded.window,
            None,
            confirmed=False,
            log=_quiet,
            notes=loaded.notes,
        )
    with measuring.alone(config.env_dir / "asvwatch" / "publish.lock", log):
        _asv_publish(config, log)
        offline.bring_libraries(config.html_dir)
        return page.write(config, told, loaded.stored.series, loaded.history)


def _quiet(_: str) -> None:
    """Progress of looking at the history alone, which takes no time."""


def _asv_publish(config: Config, log: Callable[[str], None]) -> None:
    command = [sys.executable, "-m", "asv", "publish", "--config", str(config.path)]
    done = subprocess.run(
        command,
        cwd=config.root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    said = done.stdout.decode("utf-8", "replace").rstrip()
    if done.returncode != 0:
        if is_full(said):
            raise MeasurementError(f"{config.html_dir}: {NO_SPACE}")
        for line in said.splitlines():
            log(f"asv: {plain(line)}")
        last = _PROGRESS.sub("", said.splitlines()[-1].strip()) if said else "no word"
        raise MeasurementError(f"asv publish failed ({done.returncode}): {last}")
