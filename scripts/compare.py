"""Two commits side by side, as a pull request shows it: build/verdict.json and the annotations.

Exit codes are those of `asvwatch compare`: 0 clean, 1 regressed, 2 wrong usage, 3 not measured.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence

from history import BENCHMARKS, BUILD, ROOT, VERDICT

BUDGET = "20m"
ASV, ASVWATCH = [sys.executable, "-m", "asv"], [sys.executable, "-m", "asvwatch"]


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    BUILD.mkdir(exist_ok=True)
    VERDICT.unlink(missing_ok=True)
    for command in (
        [*ASV, "machine", "--yes"],
        # What there is to compare is what the suite of the newer commit describes.
        [*ASV, "run", "--bench", "just-discover", f"{options.head}^!"],
    ):
        done = subprocess.run(command, cwd=ROOT, check=False)
        if done.returncode:
            return 3
    command = [*ASVWATCH, "compare", options.base, options.head, "--json", str(VERDICT)]
    command += ["--bench", options.bench, "--budget", options.budget]
    code = subprocess.run(command, cwd=ROOT, check=False).returncode
    if VERDICT.is_file() and options.annotate:
        subprocess.run(
            [*ASVWATCH, "report", str(VERDICT), "--format", "github"], cwd=ROOT, check=True
        )
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("base", metavar="BASE")
    parser.add_argument("head", metavar="HEAD")
    parser.add_argument("--bench", default=BENCHMARKS, metavar="REGEX", help="only these")
    parser.add_argument("--budget", default=BUDGET, metavar="TIME", help=f"({BUDGET})")
    parser.add_argument("--annotate", action="store_true", help="print annotations of GitHub")
    return parser


if __name__ == "__main__":
    sys.exit(main())
