"""Parts a sequence into parts of even size that begin where it is cheap to begin."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

__all__ = ["partition"]

# No part is longer than so many times the even size, unless a single item is.
LONGEST = 3.0


def partition(sizes: Sequence[float], costs: Sequence[float], count: int) -> list[tuple[int, int]]:
    """Return `count` consecutive parts as (start, stop), at the least total cost.

    A part costs the square of its relative deviation from an even size, and what it costs to
    begin at its first item. All parts have at least one item. By dynamic programming, in
    O(n * count) times the number of items that a longest part can have.
    """
    n = len(sizes)
    if not 1 <= count <= n:
        raise ValueError(f"{n} items cannot be parted in {count}.")
    ends = np.concatenate(([0.0], np.cumsum(np.asarray(sizes, dtype=np.float64))))
    even = max(float(ends[-1]) / count, 1e-9)
    begin = np.asarray(costs, dtype=np.float64)
    earliest = np.searchsorted(ends, ends - LONGEST * even)
    # cost[stop] of the best way to part the first `stop` items in as many parts as tried so far.
    cost = np.full(n + 1, np.inf)
    cost[0] = 0.0
    starts = np.zeros((count, n + 1), dtype=np.intp)
    for part in range(count):
        following = np.full(n + 1, np.inf)
        for stop in range(part + 1, n + 1):
            first = min(int(earliest[stop]), stop - 1)
            if not np.isfinite(cost[first:stop]).any():
                first = 0
            relative = (ends[stop] - ends[first:stop]) / even - 1.0
            total = cost[first:stop] + begin[first:stop] + relative**2
            best = int(np.argmin(total))
            following[stop] = total[best]
            starts[part, stop] = first + best
        cost = following
    parts = []
    stop = n
    for part in range(count - 1, -1, -1):
        start = int(starts[part, stop])
        parts.append((start, stop))
        stop = start
    return parts[::-1]
