"""Builds the sdist, and the wheel from it, and tries the wheel in an environment of its own.

Leaves both in dist/. Exit codes: 0 built and tried, 1 something failed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
EXAMPLE = ROOT / "examples" / "ada-lovelace"
# What a package without its data would fail at.
TRIALS = (
    ["--version"],
    ["write", "Ada Lovelace", "--quote", "--sources", str(EXAMPLE), "--words", "2000",
     "--chapters", "2", "--format", "md,txt,html,csl,bib", "--out", "ada"],
    ["check", "ada/book.md", "--sources", str(EXAMPLE)],
)  # fmt: skip
TRIALS_WITH_EXTRA = (
    ["write", "Ada Lovelace", "--quote", "--sources", str(EXAMPLE), "--words", "2000",
     "--chapters", "2", "--format", "epub,docx,pdf,zip", "--out", "converted"],
)  # fmt: skip


def main() -> int:
    shutil.rmtree(DIST, ignore_errors=True)
    try:
        with tempfile.TemporaryDirectory() as folder:
            wheel = build(Path(folder))
            try_out(wheel, Path(folder))
    except subprocess.CalledProcessError as error:
        print(f"package: {error}", file=sys.stderr)
        return 1
    for file in sorted(DIST.iterdir()):
        print(f"{file.relative_to(ROOT)}  {file.stat().st_size:,} bytes")
    return 0


def build(work: Path) -> Path:
    """Build both; the wheel is made from what the sdist holds. Raises CalledProcessError."""
    hatchling = [sys.executable, "-m", "hatchling", "build", "-d", str(DIST)]
    subprocess.run([*hatchling, "-t", "sdist"], cwd=ROOT, check=True)
    (sdist,) = DIST.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(work, filter="data")
    (source,) = work.iterdir()
    subprocess.run([*hatchling, "-t", "wheel"], cwd=source, check=True)
    (wheel,) = DIST.glob("*.whl")
    return wheel


def try_out(wheel: Path, work: Path) -> None:
    """Install the wheel and its dependencies, nothing else, and write a book; then the extra that
    makes other formats of it, and make them. Raises CalledProcessError."""
    environment = work / "environment"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    bin_folder = environment / ("Scripts" if sys.platform == "win32" else "bin")
    pip = [bin_folder / "python", "-m", "pip", "install", "--quiet"]
    pip += ["--constraint", ROOT / "requirements.lock"]
    for package, trials in ((wheel, TRIALS), (f"{wheel}[export]", TRIALS_WITH_EXTRA)):
        subprocess.run([*pip, package], check=True)
        for trial in trials:
            subprocess.run([bin_folder / "bookgen", *trial], cwd=work, check=True)


if __name__ == "__main__":
    sys.exit(main())
