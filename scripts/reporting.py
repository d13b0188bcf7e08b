"""A verdict of asvwatch in Markdown, by asvwatch itself, which escapes all foreign text."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["ReportError", "reported"]

ROOT = Path(__file__).resolve().parent.parent
ASVWATCH = ROOT / ".venv-asvwatch" / "bin" / "asvwatch"


class ReportError(Exception):
    """asvwatch cannot report a verdict; the message says why."""


def reported(verdict: Mapping[str, Any]) -> str:
    """Return a verdict in Markdown. Raises ReportError for one that asvwatch does not take."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "verdict.json")
        file.write_text(json.dumps(verdict), encoding="utf-8")
        done = subprocess.run(
            [ASVWATCH, "report", str(file), "--format", "markdown"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode or not done.stdout.strip():
        raise ReportError(f"asvwatch reports nothing: {done.stderr.strip()}")
    return done.stdout
