"""How close a text comes to the length asked for."""

from __future__ import annotations

__all__ = ["length_score"]


def length_score(asked: int, written: int) -> float:
    """Return the length score S_L of LongBench-Write (Bai et al. 2024, arXiv:2408.07055), 0 to 100.

    100 is the length asked for; a text reaches 0 at four times that length, and at a third of it.
    Both counts are in words. Raises ValueError where `asked` is not positive or `written` is
    negative.
    """
    if asked <= 0 or written < 0:
        raise ValueError(f"Cannot score {written} words against {asked} asked for.")
    if written == 0:
        return 0.0
    if written > asked:
        return 100.0 * max(0.0, 1.0 - (written / asked - 1.0) / 3.0)
    return 100.0 * max(0.0, 1.0 - (asked / written - 1.0) / 2.0)
