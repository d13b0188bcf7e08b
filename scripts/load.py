"""Load on a service of its own: so many users at once, for so long, by Locust.

Exit codes: 0 all within budget, 1 too slow or too many failures, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from services import ROOT, served

LOCUSTFILE = ROOT / "tests" / "load" / "locustfile.py"


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    codes = [press(users, options.seconds, options.processes) for users in options.users]
    return int(any(codes))


def press(users: int, seconds: int, processes: int) -> int:
    """Have so many users press a new service, and return Locust's exit code."""
    print(f"\n{users} users for {seconds} s", flush=True)
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as service:
        command = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--host", service.url]
        command += ["--headless", "--users", str(users), "--spawn-rate", str(users)]
        command += ["--run-time", f"{seconds}s", "--only-summary", "--loglevel", "WARNING"]
        command += ["--processes", str(processes)] if processes > 1 else []
        return subprocess.run(command, check=False).returncode


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--users", type=int, nargs="+", default=[10, 50], metavar="N", help="at once, in turn"
    )
    parser.add_argument("--seconds", type=int, default=30, metavar="N", help="of each run (30)")
    parser.add_argument(
        "--processes", type=int, default=1, metavar="N", help="that Locust spreads over (1)"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
