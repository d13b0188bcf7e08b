"""Findings, series and histories made by hand, for what only looks at them."""

from __future__ import annotations

import numpy as np
from asvwatch import config
from asvwatch.model import Commit, History, Series, SeriesKey
from asvwatch.verdict import Finding


def history(commits=10, subjects=None, authors=None):
    """Commits whose hashes are their numbers."""
    return History(
        tuple(
            Commit(
                hash=name(number),
                parents=(name(number - 1),) if number else (),
                author=(authors or {}).get(number, "Ann"),
                date=1_700_000_000 + number,
                subject=(subjects or {}).get(number, f"Commit {number}"),
            )
            for number in range(commits)
        )
    )


def name(number):
    return f"{number:08x}" + "0" * 32


def finding(at=5, before=1.0, after=1.3, **more):
    """A regression of a time by commit `at`, unless told otherwise."""
    known = {
        "benchmark": "suite.time_it",
        "params": (),
        "kind": "time",
        "unit": "seconds",
        "direction": "regression" if after > before else "improvement",
        "commit": name(at),
        "range": (name(at - 1), name(at)),
        "before": before,
        "after": after,
        "ratio": after / before if before else None,
        "interval": (after / before * 0.99, after / before * 1.01) if before else None,
        "evidence": "paired",
        "machine": "box",
        "environment": "env",
        "version": "1",
        "floor": 0.02,
    }
    return Finding(**{**known, **more})


def series(values, rule=config.TIME, surroundings=None, samples=None):
    """One of commits whose hashes are their places."""
    values = np.asarray(values, dtype=float)
    return Series(
        key=SeriesKey("suite.it", (), 0, "box", "env", "1"),
        unit="seconds",
        rule=rule,
        commits=tuple(f"{number:040x}" for number in range(values.size)),
        values=values,
        intervals=np.full((values.size, 2), np.nan),
        surroundings=tuple(surroundings or [""] * values.size),
        samples=samples or {},
    )
