"""The nightly check: brings back the stored results, measures what is new, says what got worse.

What was measured is kept on the results branch whatever the verdict. Leaves `build/verdict.json`,
`build/report.md` and the site in `build/site`. Exit codes are those of `asvwatch check`: 0 clean,
1 regressed, 2 wrong usage, 3 could not measure; 130 interrupted.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import subprocess
import sys
from collections.abc import Sequence

import history
import results
from rich.console import Console

ALL = ""  # every benchmark
BUDGET = "20m"
REPORT = history.BUILD / "report.md"
LOCK = history.ROOT / "benchmarks" / "requirements.lock"


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        return run(options, console)
    except (history.HistoryError, results.ResultsError) as error:
        console.print(f"nightly: {error}", markup=False, style="red")
        return history.UNMEASURED
    except KeyboardInterrupt:
        console.print("nightly: interrupted; what was measured is kept, the next run goes on")
        return history.INTERRUPTED


def run(options: argparse.Namespace, console: Console) -> int:
    """Do the night's work and return the exit code."""
    number = results.restore(history.ROOT, options.remote)
    history.VERDICT.unlink(missing_ok=True)
    console.print(f"{number} files of results brought back from {options.remote}", markup=False)
    try:
        return history.measure(
            options.commits,
            options.budget,
            console,
            benchmarks=options.bench,
            machine=described(options.machine, options.image),
        )
    finally:
        # Without a result there is nothing to keep, and why is told by what failed.
        if any(history.RESULTS.glob("*/*.json")):
            results.keep(history.ROOT, options.remote)
        _report()


def described(machine: str, image: str) -> history.Machine:
    """Return the machine, with what its results should show: the kernel, the image of a hosted
    runner, and the versions of the libraries."""
    lock = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:8] if LOCK.is_file() else "none"
    told = [f"{platform.system()} {platform.release()}", image, f"lock {lock}"]
    shown = "; ".join(filter(None, map(str.strip, told)))
    return history.Machine(machine or platform.node(), shown)


def _report() -> None:
    """Write the verdict in Markdown, where there is one."""
    if history.VERDICT.is_file():
        command = [sys.executable, "-m", "asvwatch", "report", str(history.VERDICT)]
        with REPORT.open("w", encoding="utf-8") as file:
            subprocess.run(
                [*command, "--format", "markdown"], cwd=history.ROOT, stdout=file, check=True
            )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--commits", type=history.positive, default=20, metavar="N")
    parser.add_argument("--budget", default=BUDGET, metavar="TIME", help=f"({BUDGET})")
    parser.add_argument("--bench", default=ALL, metavar="REGEX", help="only these benchmarks")
    parser.add_argument("--remote", default="origin", help="where the results branch is (origin)")
    parser.add_argument(
        "--machine", default="", help="a name that stays, where each run has another host name"
    )
    image = " ".join(os.environ.get(name, "") for name in ("ImageOS", "ImageVersion")).strip()
    parser.add_argument("--image", default=image, help="the runner's image, for the record")
    return parser


if __name__ == "__main__":
    sys.exit(main())
