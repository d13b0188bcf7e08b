"""Side-by-side builds of any commits in environments of asv's own making.

They live below asv's `env_dir`, apart from the environments that `asv run` uses, so that neither
disturbs the other, and they stay for the next run:

    <env_dir>/asvwatch/<environment>-a/<asv's hash>/    one slot: environment, checkout, wheels
    <env_dir>/asvwatch/<environment>-b/<asv's hash>/
    <env_dir>/asvwatch/<environment>.lock               one asvwatch at a time
    <env_dir>/asvwatch/<environment>.journal            what an unfinished run measured
"""

from __future__ import annotations

import contextlib
import copy
import hashlib
import json
import platform
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from filelock import FileLock, Timeout

import asvwatch
from asvwatch import asvcalls, runs, wheels
from asvwatch.errors import BuildFailed, EnvironmentUnavailable, MeasurementError
from asvwatch.files import NO_SPACE, is_full, told, write_whole
from asvwatch.journal import Journal, Key
from asvwatch.model import Measurement
from asvwatch.runs import Conditions

__all__ = ["Build", "Builds"]

# Equal in length: the length of a path can move a process's memory, and with it its speed.
_SLOTS = "abcdefgh"
_WHEELS_KEPT = 10
_PACKAGES_FILE = "asvwatch-packages.json"
_ANY = Conditions()
_LIST_PACKAGES = (
    "import importlib.metadata as m; "
    "print('\\n'.join(sorted({f'{d.name}=={d.version}' for d in m.distributions()})))"
)


@dataclass(eq=False)
class _Slot:
    """One environment and the build that is installed in it."""

    name: str
    env: Any
    packages: list[str] = field(default_factory=list)
    commit: str | None = None
    used: int = 0
    caches: dict[str, Path | str] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        return Path(self.env._path)

    @property
    def wheel(self) -> Path | None:
        """The only wheel that asv keeps of the installed commit, None if there is none."""
        cache = self.env._cache.get_cache_dir(self.commit)
        found = list(Path(cache).glob("*.whl")) if cache else []
        return found[0] if len(found) == 1 else None

    def drop_caches(self) -> None:
        for cache in self.caches.values():
            if isinstance(cache, Path):
                asvcalls.remove_tree(cache)
        self.caches.clear()


class Build:
    """A commit that is installed and can be measured until its slot is needed for another."""

    def __init__(self, builds: Builds, slot: _Slot, commit: str) -> None:
        self._builds = builds
        self._slot = slot
        self.commit = commit

    def measure(
        self, benchmark: str, params_index: int = 0, conditions: Conditions = _ANY
    ) -> Measurement:
        """Run one benchmark in a fresh process; a failure is a Measurement with its `error`."""
        if self._slot.commit != self.commit:
            raise RuntimeError(f"the build of {self.commit} was replaced")
        return self._builds._measure(self._slot, benchmark, params_index, conditions)

    def loaded(self, benchmark: str, params_index: int = 0) -> frozenset[str]:
        """The Python files of the project that a run of the benchmark loads, its children too, by
        their names in the wheel. Empty where that cannot be told: it fails, or has a setup_cache.
        """
        return self._builds._loaded(self._slot, benchmark, params_index)


class Builds:
    """The builds of the repository of one asv configuration in one of its environments.

    A context manager. `env` is asv's name of the environment, None for the first one that the
    configuration describes; `log` gets lines that tell what is being built. Raises ConfigError,
    EnvironmentUnavailable, and MeasurementError if another asvwatch is measuring here.
    """

    def __init__(
        self, config_path: Path, *, env: str | None = None, log: asvcalls.Log, slots: int = 2
    ) -> None:
        if not 2 <= slots <= len(_SLOTS):
            raise ValueError(f"slots must be from 2 to {len(_SLOTS)}, not {slots}")
        config_path = config_path.resolve()
        self._root = config_path.parent
        self._log = log
        conf = asvcalls.load_config(config_path, log)
        self._benchmark_dir = (self._root / conf.benchmark_dir).resolve()
        self._stored = runs.stored_descriptions(self._root / conf.results_dir)
        self._described: dict[str, runs.Description] = {}
        self._asked: set[str] = set()
        self._failed: dict[str, str] = {}
        self._turn = 0
        self._default_timeout = float(conf.default_benchmark_timeout)
        with asvcalls.quiet(self._root, log):
            model = asvcalls.environment(conf, env)
            self.env: str = model.name
            own = (self._root / conf.env_dir / "asvwatch").resolve()
            label = model.hashname[:8]
            self._slots = [
                _Slot(name, self._environment(conf, own / f"{label}-{name}"))
                for name in _SLOTS[:slots]
            ]
        self._conf = conf
        self._lock = FileLock(own / f"{label}.lock")
        self._journal_file = own / f"{label}.journal"
        self._journal: Journal | None = None
        self._repo: Any = None

    def _environment(self, conf: Any, folder: Path) -> Any:
        slot_conf = copy.copy(conf)
        slot_conf.env_dir = str(folder)
        slot_conf.build_cache_size = max(getattr(conf, "build_cache_size", 0), _WHEELS_KEPT)
        # asv takes requirements out of the matrix that it is given.
        slot_conf.matrix = copy.deepcopy(conf.matrix)
        return asvcalls.environment(slot_conf, self.env)

    def __enter__(self) -> Self:
        lock = Path(self._lock.lock_file)
        try:
            lock.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(blocking=False)
        except Timeout:
            raise MeasurementError(
                f"another asvwatch is measuring in {self.env}; wait for it ({lock})"
            ) from None
        except OSError as error:
            raise MeasurementError(f"{lock}: {error.strerror}") from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for slot in self._slots:
            slot.drop_caches()
        if self._journal is not None:
            self._journal.close(done=kind is None)
            self._journal = None
        self._lock.release()

    def prepare(self, commit: str, *, beside: Build | None = None) -> Build:
        """Build and install `commit` (40 hex digits), in another slot than `beside`.

        The least recently used other build makes way. Raises BuildFailed, and
        EnvironmentUnavailable if the environments cannot be made or are not alike.
        """
        if commit in self._failed:
            raise BuildFailed(commit, self._failed[commit])
        free = [slot for slot in self._slots if beside is None or slot is not beside._slot]
        with asvcalls.quiet(self._root, self._log), _machine_blamed():
            self._create()
            slot = next(
                (slot for slot in free if slot.env.installed_commit_hash == commit),
                min(free, key=lambda slot: slot.used),
            )
            self._turn += 1
            slot.used = self._turn
            if slot.commit != commit:
                self._install(slot, commit)
        return Build(self, slot, commit)

    def alike(self, one: str, other: str) -> bool:
        """Whether two commits install the same files, where asv builds wheels; else False.

        Raises what `prepare` raises.
        """
        return self.differing(one, other) == frozenset()

    def differing(self, one: str, other: str) -> frozenset[str] | None:
        """The files that differ between what two commits install, None where asv builds no wheels.

        Raises what `prepare` raises.
        """
        first = self.prepare(one)
        second = self.prepare(other, beside=first)
        ours, theirs = first._slot.wheel, second._slot.wheel
        return None if ours is None or theirs is None else wheels.differing(ours, theirs)

    def _install(self, slot: _Slot, commit: str) -> None:
        from asv import repo, util

        slot.drop_caches()
        slot.commit = None
        try:
            if slot.env.installed_commit_hash != commit:
                self._log(f"building {commit[:8]}")
            if self._repo is None:
                self._repo = repo.get_repo(self._conf)
            slot.env.install_project(self._conf, self._repo, commit)
            # Left behind in the variables of one side only, they would make its stack another.
            slot.env._set_build_dirs(None, None)
        except (util.ProcessError, util.UserError) as error:
            _raise_if_full(slot.path, error)
            self._failed[commit] = asvcalls.reason(error)
            raise BuildFailed(commit, self._failed[commit]) from error
        slot.commit = commit

    def _create(self) -> None:
        """Make the environments, all with the same packages: different dependencies would be
        measured as a difference of the commits."""
        if all(slot.packages for slot in self._slots):
            return
        for slot in self._slots:
            self._create_one(slot)
        if self._unlike():
            for slot in self._slots:
                asvcalls.remove_tree(slot.path)
                self._create_one(slot)
        unlike = self._unlike()
        if unlike:
            raise EnvironmentUnavailable(
                self.env, f"two environments got different packages: {', '.join(unlike)}"
            )

    def _unlike(self) -> list[str]:
        first, *others = (set(slot.packages) for slot in self._slots)
        return sorted(set[str]().union(*(first ^ other for other in others)))

    def _create_one(self, slot: _Slot) -> None:
        from asv import util

        listed = slot.path / _PACKAGES_FILE
        try:
            known = _listed_packages(listed)
            if slot.env.check_presence() and known:
                slot.env.create()
                slot.packages = known
                return
            self._log(f"making environment {slot.name} of {self.env}")
            # Without the list the making was interrupted, or nobody knows what was installed.
            asvcalls.remove_tree(slot.path)
            slot.env._is_setup = False
            slot.env.create()
            slot.packages = slot.env.run(["-c", _LIST_PACKAGES], dots=False).split()
            write_whole(listed, json.dumps(slot.packages))
        except (util.ProcessError, util.UserError, ValueError) as error:
            _raise_if_full(slot.path, error)
            raise EnvironmentUnavailable(self.env, asvcalls.reason(error)) from error

    def _measure(
        self, slot: _Slot, benchmark: str, params_index: int, conditions: Conditions
    ) -> Measurement:
        key = Key(slot.commit or "", benchmark, params_index, conditions)
        with _machine_blamed():
            journal = self._opened_journal()
            known = journal.take(key)
            if known is not None:
                return known
            measurement = self._run(slot, benchmark, params_index, conditions)
            if is_full(measurement.error):
                raise MeasurementError(f"{benchmark}: {NO_SPACE} ({measurement.error})")
            journal.add(key, measurement)
        return measurement

    def _opened_journal(self) -> Journal:
        if self._journal is None:
            suite = hashlib.sha256()
            for file in sorted(self._benchmark_dir.rglob("*.py")):
                suite.update(file.read_bytes())
            packages = [self._slots[0].packages, platform.node(), asvwatch.__version__]
            self._journal = Journal(self._journal_file, json.dumps([suite.hexdigest(), *packages]))
            if self._journal.left:
                self._log(f"going on behind {self._journal.left} runs of an interrupted asvwatch")
        return self._journal

    def _run(
        self, slot: _Slot, benchmark: str, params_index: int, conditions: Conditions
    ) -> Measurement:
        with asvcalls.quiet(self._root, self._log), _machine_blamed():
            description = self._describe(slot, benchmark)
            if description is None:
                return Measurement(value=None, error="the suite has no such benchmark")
            cache = self._cache(slot, description)
            if isinstance(cache, str):
                return Measurement(value=None, error=cache)
            folder = cache or Path(tempfile.mkdtemp())
            try:
                return runs.run_benchmark(
                    slot.env,
                    self._benchmark_dir,
                    description,
                    params_index,
                    cwd=folder,
                    conditions=conditions,
                    default_timeout=self._default_timeout,
                )
            finally:
                if cache is None:
                    shutil.rmtree(folder, ignore_errors=True)

    def _loaded(self, slot: _Slot, benchmark: str, params_index: int) -> frozenset[str]:
        with tempfile.TemporaryDirectory() as folder:
            with runs.bytecode_in(folder):
                run = self._run(slot, benchmark, params_index, _ANY)
            described = self._described.get(benchmark) or self._stored.get(benchmark)
            cached = described is None or described.setup_cache_key is not None
            if cached or run.value is None or slot.wheel is None:
                return frozenset()
            # <folder>/<path of the environment>/site-packages/planted/more.cpython-311.pyc
            compiled = (
                file.with_name(f"{file.name.partition('.')[0]}.py").as_posix()
                for file in Path(folder).rglob("*.pyc")
            )
            found = frozenset(name.rpartition("/site-packages/")[2] for name in compiled)
            return found & wheels.names(slot.wheel)

    def _describe(self, slot: _Slot, benchmark: str) -> runs.Description | None:
        """The suite as it is now is asked first: what asv stored can be older than it. Builds on
        which the suite does not import are passed over."""
        if benchmark not in self._described and slot.commit not in self._asked:
            self._asked.add(slot.commit or "")
            self._described = {
                **runs.discover(slot.env, self._benchmark_dir),
                **self._described,
            }
        return self._described.get(benchmark) or self._stored.get(benchmark)

    def _cache(self, slot: _Slot, benchmark: runs.Description) -> Path | str | None:
        """The folder with the benchmark's setup_cache, None if it has none, or why it failed."""
        key = benchmark.setup_cache_key
        if key is None:
            return None
        if key not in slot.caches:
            folder = Path(tempfile.mkdtemp())
            slot.caches[key] = folder
            failure = runs.create_cache(
                slot.env, self._benchmark_dir, benchmark, folder, self._default_timeout
            )
            if failure is not None:
                asvcalls.remove_tree(folder)
                slot.caches[key] = failure
        return slot.caches[key]


def _listed_packages(file: Path) -> list[str]:
    """The packages that were listed in `file`, none if it is not there or not whole."""
    try:
        listed = json.loads(file.read_bytes())
    except (FileNotFoundError, ValueError):
        return []
    return list(map(str, listed)) if isinstance(listed, list) else []


@contextlib.contextmanager
def _machine_blamed() -> Iterator[None]:
    """Errors of files and processes are this machine's, never a commit's."""
    try:
        yield
    except OSError as error:
        raise MeasurementError(told(error)) from error


def _raise_if_full(path: Path, error: Exception) -> None:
    """Raise MeasurementError if a command failed because `path` or the folder for temporary files
    is full."""
    if asvcalls.disk_full(error):
        raise MeasurementError(f"{path}: {NO_SPACE} ({asvcalls.reason(error)})") from error
