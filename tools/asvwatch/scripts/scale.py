"""Measures how long a large history takes to be read and nominated, and how much memory.

python tools/asvwatch/scripts/scale.py --series 5000 --commits 500
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from asvwatch import config, loading
from asvwatch.check import suspicions

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from projects import Project, benchmark

# Combinations of parameters of each benchmark, and every how many series a slowdown is planted in.
COMBINATIONS, PLANTED = 50, 10


def store(root: Path, series: int, commits: int) -> Project:
    """A project with results in asv's own format: 3 % noise, a slowdown of 30 % in every tenth."""
    random = np.random.default_rng(1)
    project = Project(root, commits=commits)
    choices = [[str(number) for number in range(COMBINATIONS)]]
    suite = [
        benchmark(f"suite.time_{number}", params=choices)
        for number in range(series // COMBINATIONS)
    ]
    project.describe(*suite)
    slowed = np.arange(series) % PLANTED == 0
    for number in range(commits):
        values = 0.01 * np.exp(random.normal(0, 0.03, series))
        values[slowed] *= 1.3 if number >= commits // 2 else 1.0
        rows = values.reshape(len(suite), COMBINATIONS).tolist()
        named = {one["name"]: row for one, row in zip(suite, rows, strict=True)}
        project.store(number, named, benchmarks=suite)
    return project


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--series", type=int, default=5000, help="a multiple of 50 (5000)")
    parser.add_argument("--commits", type=int, default=500)
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read is None:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder, "project")
            store(root, options.series, options.commits)
            # In a process of its own, whose peak of memory is that of reading alone.
            subprocess.run([sys.executable, __file__, "--read", root], check=True)
        return
    began = time.perf_counter()
    loaded = loading.load(config.load(options.read / "asv.conf.json"))
    read = time.perf_counter()
    found = suspicions(loaded.stored, loaded.window)
    done = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{len(loaded.stored.series):,} series of {len(loaded.history.commits):,} commits: read in "
        f"{read - began:.1f} s, {len(found):,} candidates nominated in {done - read:.1f} s, "
        f"{peak:.0f} MiB at most"
    )


if __name__ == "__main__":
    main()
