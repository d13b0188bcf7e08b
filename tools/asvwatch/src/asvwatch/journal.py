"""Keeps what a run measures until the run is done, so that after an interruption the next one goes
on from there.

The pairs of a comparison are drawn alike in every run, so that the next run asks for the same
measurements in the same order. Nothing is measured anew until one suits better.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections import deque
from pathlib import Path
from typing import Any, TextIO

from asvwatch.files import named, write_whole
from asvwatch.model import Measurement
from asvwatch.runs import Conditions

__all__ = ["Journal", "Key"]


@dataclasses.dataclass(frozen=True, slots=True)
class Key:
    """What was measured: a benchmark at a commit (40 hex digits), under these conditions."""

    commit: str
    benchmark: str
    params_index: int
    conditions: Conditions

    @property
    def pair(self) -> tuple[object, ...]:
        """The same for both sides of a pair."""
        return self.benchmark, self.params_index, self.conditions


class Journal:
    """The measurements of an unfinished run in `file`, and those that are added.

    `about` is whatever they depend on besides their keys; those about something else are
    forgotten. Raises OSError where nothing can be written.
    """

    def __init__(self, file: Path, about: str) -> None:
        self._file = file
        entries = _whole_pairs(_read(file, about))
        self.left = len(entries)
        self._known: dict[Key, deque[Measurement]] = {}
        for key, measurement in entries:
            self._known.setdefault(key, deque()).append(measurement)
        lines = [_line(about), *(_line(_data(*entry)) for entry in entries)]
        write_whole(file, "".join(lines))
        self._stream: TextIO = file.open("a", encoding="utf-8")

    def take(self, key: Key) -> Measurement | None:
        """The next measurement of this kind that the unfinished run left, None if there is none."""
        known = self._known.get(key)
        return known.popleft() if known else None

    def add(self, key: Key, measurement: Measurement) -> None:
        """Keep a measurement. Failures are not kept: an interruption may be their cause."""
        if measurement.value is not None:
            with named(self._file):
                self._stream.write(_line(_data(key, measurement)))
                self._stream.flush()

    def close(self, *, done: bool) -> None:
        """Leave what was measured to the next run, unless this one is `done`."""
        with contextlib.suppress(OSError):  # what could not be written, `add` has told
            self._stream.close()
        if done:
            self._file.unlink(missing_ok=True)


def _data(key: Key, measurement: Measurement) -> list[dict[str, Any]]:
    return [dataclasses.asdict(key), dataclasses.asdict(measurement)]


def _line(data: Any) -> str:
    return f"{json.dumps(data)}\n"


def _read(file: Path, about: str) -> list[tuple[Key, Measurement]]:
    """What is whole in the journal; a killed run leaves its last line cut off."""
    try:
        about_line, *lines = file.read_text(encoding="utf-8").splitlines()
        if json.loads(about_line) != about:
            return []
    except (FileNotFoundError, ValueError):
        return []
    entries = []
    for line in lines:
        try:
            entry = _entry(json.loads(line))
        except (ValueError, TypeError, KeyError):
            break
        entries.append(entry)
    return entries


def _entry(data: Any) -> tuple[Key, Measurement]:
    key, measurement = data
    key["conditions"] = Conditions(**key["conditions"])
    measurement["samples"] = tuple(measurement["samples"])
    return Key(**key), Measurement(**measurement)


def _whole_pairs(entries: list[tuple[Key, Measurement]]) -> list[tuple[Key, Measurement]]:
    """The entries without a last one whose partner is missing: measured hours later, the partner
    would meet another machine."""
    if not entries:
        return []
    last = entries[-1][0]
    of_the_pair = sum(1 for key, _ in entries if key.pair == last.pair)
    return entries[:-1] if last.conditions.hash_seed and of_the_pair % 2 else entries
