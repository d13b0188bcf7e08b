"""Gathers what a command looks at: the history, the part asked for, the stored results."""

from __future__ import annotations

import dataclasses
import json
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from asvwatch import gitlog, results
from asvwatch.check import Window
from asvwatch.config import Config
from asvwatch.errors import ConfigError
from asvwatch.model import History, Series
from asvwatch.results import Stored
from asvwatch.words import plain

__all__ = ["Loaded", "known_tip", "load", "matching"]

# How many unknown commits are named in a note.
_NAMED = 3


@dataclass(frozen=True)
class Loaded:
    """The results on one history, the window asked for, and what a reader should know of both."""

    window: Window
    stored: Stored
    notes: tuple[str, ...]

    @property
    def history(self) -> History:
        return self.window.history


def load(
    config: Config,
    *,
    last: int | None = None,
    commits: str | None = None,
    machine: str | None = None,
    bench: str | None = None,
    tip: str | None = None,
) -> Loaded:
    """Read everything. `last` counts commits, `commits` is A..B, `bench` a regular expression.

    Without either the whole first-parent history of `tip` is looked at, or of HEAD where the
    repository does not have such a commit. Raises ConfigError.
    """
    repo = config.git_dir
    notes: list[str] = []
    base, tip = None, known_tip(config, tip)
    if commits is not None:
        base, dots, end = commits.partition("..")
        if not dots or not base or end.startswith("."):
            raise ConfigError(f"--range must be A..B, not {commits!r}")
        tip = end or tip
    history = gitlog.read(repo, tip)
    after = -1
    if last is not None:
        after = len(history.commits) - last - 1
    if base is not None:
        after = _position(repo, base, tip, history)
    if history.cut:
        oldest = history.commits[0].hash[:8] if history.commits else "nothing"
        notes.append(f"the clone is shallow: nothing before {oldest} is known")
    only = _machines(config, machine, notes)
    stored = results.read(config, history, only)
    chosen = matching(stored.series, bench)
    if stored.series and not chosen:
        notes.append(f"no benchmark with results matches {bench!r}")
    stored = dataclasses.replace(stored, series=chosen)
    unknown = () if history.cut else gitlog.unknown(repo, stored.elsewhere)
    if unknown:
        named = ", ".join(plain(commit[:8]) for commit in unknown[:_NAMED])
        more = f" and {len(unknown) - _NAMED} more" if len(unknown) > _NAMED else ""
        notes.append(f"results of commits that {repo} does not have are left out: {named}{more}")
    newest = stored.newest
    if newest is not None:
        behind = len(history.commits) - 1 - history.position(newest)
        if behind:
            commit = "commit is" if behind == 1 else "commits are"
            notes.append(f"the newest {behind} {commit} not measured; {newest[:8]} is the last")
    return Loaded(Window(history, max(after, -1)), stored, tuple(notes))


def known_tip(config: Config, tip: str | None) -> str:
    """`tip` if the repository has this commit, else what is looked at if nothing is asked."""
    repo = config.git_dir
    if tip is not None and not gitlog.unknown(repo, [tip]):
        return tip
    return gitlog.default_tip(repo, config.branches)


def _position(repo: Path, base: str, tip: str, history: History) -> int:
    """Where the range begins: at `base`, or where its branch left the history of the tip."""
    commit = gitlog.resolve(repo, base)
    if commit not in history:
        commit = gitlog.fork_point(repo, base, tip) or ""
    if commit not in history:
        raise ConfigError(f"--range: {base!r} shares no first-parent history with {tip!r}")
    return history.position(commit)


def _machines(config: Config, asked: str | None, notes: list[str]) -> tuple[str, ...]:
    """The machines to look at: the one asked for, else this one, else all."""
    found = results.machines(config.results_dir)
    if asked is not None:
        if asked not in found:
            known = ", ".join(found) or "none"
            raise ConfigError(f"--machine: there are no results of {asked!r} (there are: {known})")
        return (asked,)
    own = {platform.node(), *_registered_machines()}
    here = tuple(name for name in found if name in own)
    if here and len(here) < len(found):
        others = ", ".join(name for name in found if name not in here)
        notes.append(f"results of other machines are left out: {others} (--machine shows them)")
        return here
    return ()


def _registered_machines() -> set[str]:
    """The names that `asv machine` gave to this computer."""
    try:
        known = json.loads((Path.home() / ".asv-machine.json").read_bytes())
    except (OSError, ValueError, RuntimeError):
        # asv works without it, and then the host name is the name.
        return set()
    return {name for name in known if name != "version"} if isinstance(known, dict) else set()


def matching(series: Sequence[Series], bench: str | None) -> tuple[Series, ...]:
    """The series whose benchmark, with or without parameters, matches. Raises ConfigError."""
    if bench is None:
        return tuple(series)
    try:
        pattern = re.compile(bench)
    except re.error as error:
        raise ConfigError(f"--bench {bench!r} is no regular expression: {error}") from error
    return tuple(
        one for one in series if pattern.search(one.key.benchmark) or pattern.search(one.key.label)
    )
