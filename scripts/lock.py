"""Renew the lock files: one environment for bookgen, one for asv and asvwatch, one to measure in.

Each is resolved once for all supported Pythons and platforms. Run it as `make lock`.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ASVWATCH = ROOT / "tools" / "asvwatch"
OLDEST_PYTHON = "3.11"
UV = "uv==0.13.9"


def compile_lock(uv: Path, output: Path, project: Path, *arguments: str | Path) -> None:
    """Write the lock file `output` of a project's dependencies and of what `arguments` add.

    Raises CalledProcessError where nothing fits together.
    """
    options = ["--universal", "--python-version", OLDEST_PYTHON, "--fork-strategy", "fewest"]
    options += ["--no-annotate", "--no-header", "--upgrade", "--quiet"]
    command = [uv, "pip", "compile", *options, "pyproject.toml"]
    subprocess.run([*command, *arguments, "-o", output], cwd=project, check=True)
    print(f"{output.relative_to(ROOT)}: {len(output.read_text().splitlines())} packages")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([f"{folder}/bin/python", "-m", "pip", "install", "--quiet", UV], check=True)
        uv = Path(folder, "bin", "uv")
        tested = ROOT / "requirements.lock"
        compile_lock(uv, tested, ROOT, "--group", "dev", "--all-extras")
        # Measured with what is tested.
        measured = ROOT / "benchmarks" / "requirements.lock"
        compile_lock(uv, measured, ROOT, "--group", "benchmarks", "--constraints", tested)
        compile_lock(uv, ASVWATCH / "requirements.lock", ASVWATCH, "--group", "dev")


if __name__ == "__main__":
    main()
