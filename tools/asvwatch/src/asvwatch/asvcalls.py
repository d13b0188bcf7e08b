"""Calls into asv without its side effects: its console, the working directory, its long errors."""

from __future__ import annotations

import contextlib
import io
import logging
import re
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from asvwatch.errors import ConfigError, EnvironmentUnavailable
from asvwatch.files import is_full

__all__ = ["Log", "disk_full", "environment", "load_config", "quiet", "reason", "remove_tree"]

Log = Callable[[str], None]

_LONGEST_REASON = 300
_EXCEPTION = re.compile(r"^[\w.]*(?:Error|Exception|Exit|Interrupt|NotImplemented)\b\S*(?::|$)")
_COMPLAINT = re.compile(r"^(?:error|fatal|asv)\b.*?:", re.IGNORECASE)
# pip's last words say only that something failed, not what.
_HOLLOW = re.compile(
    r"^(?:error: (?:failed (?:to build|building)|subprocess-exited|command .* failed with)"
    r"|subprocess\.calledprocesserror)",
    re.IGNORECASE,
)


@contextlib.contextmanager
def quiet(root: Path, log: Log) -> Iterator[None]:
    """Run asv's code as asv does, in the folder of its configuration, but with its console in
    `log`. asv logs through the root logger and prints dots; neither may reach standard output,
    where a report can be. The working directory is the process's: not for threads.
    """

    def take(record: logging.LogRecord) -> bool:
        if Path(record.pathname).parent.name != "asv_runner":
            return True
        said = record.getMessage()
        # A full disk is told once, by the error that ends the run.
        if record.levelno >= logging.WARNING and not is_full(said):
            for line in said.rstrip().splitlines()[-20:]:
                log(f"asv: {line}")
        return False

    root_logger = logging.getLogger()
    root_logger.addFilter(take)
    try:
        with (
            _interrupt_kept(),
            contextlib.chdir(root),
            contextlib.redirect_stdout(io.StringIO()),
        ):
            yield
    finally:
        root_logger.removeFilter(take)


@contextlib.contextmanager
def _interrupt_kept() -> Iterator[None]:
    """Raise KeyboardInterrupt at the end at the latest. asv starts every process by a plain fork,
    and an interrupt that falls into Python's own hooks around a fork is dropped there."""
    previous = signal.getsignal(signal.SIGINT)
    main = threading.current_thread() is threading.main_thread()
    if not main or previous is not signal.default_int_handler:
        yield
        return
    interrupted = False

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal interrupted
        interrupted = True
        signal.default_int_handler(number, frame)

    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
    if interrupted:
        raise KeyboardInterrupt


def load_config(path: Path, log: Log) -> Any:
    """asv's own `Config` of the file `path`, its plugins loaded.

    Raises ConfigError for what asv does not accept.
    """
    from asv import config, util
    from asv.plugin_manager import plugin_manager

    try:
        with quiet(path.parent, log):
            loaded = config.Config.load(str(path))
            for plugin in loaded.plugins:
                plugin_manager.import_plugin(plugin)
    except (util.UserError, ImportError) as error:
        raise ConfigError(f"{path}: {error}") from error
    return loaded


def environment(conf: Any, name: str | None) -> Any:
    """asv's `Environment` called `name`, or the first one that `conf` describes.

    A name that the matrix of `conf` does not have is looked for as asv's `-E tool:python` makes
    it. Raises EnvironmentUnavailable, also for environments that asvwatch cannot build in.
    """
    from asv import environment as environments
    from asv import util

    wanted = name or "of the configuration"
    specifications: list[str] = []
    tool, separator, rest = (name or "").partition("-py")
    if separator:
        specifications.append(f"{tool}:{rest.split('-')[0]}")
    try:
        found = list(environments.get_environments(conf, None))
        for specification in specifications:
            if all(env.name != name for env in found):
                found += environments.get_environments(conf, [specification])
    except (util.UserError, OSError, RuntimeError, ValueError) as error:
        # RuntimeError: no type of environment. ValueError: the pyproject.toml that asv reads.
        raise EnvironmentUnavailable(wanted, str(error)) from error
    if name is not None:
        found = [env for env in found if env.name == name]
    if not found:
        raise EnvironmentUnavailable(
            wanted,
            "asv cannot make it here: the configuration does not have it, or its Python or "
            "the tool that makes it is missing",
        )
    if not found[0].can_install_project():
        raise EnvironmentUnavailable(
            found[0].name,
            "it is an existing environment, in which asv cannot install other commits; set "
            "environment_type to virtualenv, conda or uv and measure again",
        )
    return found[0]


def reason(error: BaseException | str) -> str:
    """One line that says best what went wrong, from the output of a command that failed."""
    from asv import util

    if isinstance(error, util.ProcessError):
        if error.retcode == util.TIMEOUT_RETCODE:
            return f"timed out: {_command(error)}"
        output = f"{error.stdout}\n{error.stderr}"
        fallback = f"exit status {error.retcode} of: {_command(error)}"
    else:
        output, fallback = str(error), type(error).__name__
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    told = [line for line in lines if not _HOLLOW.match(line)]
    for kind in (_EXCEPTION, _COMPLAINT):
        matching = [line for line in told if kind.match(line)]
        if matching:
            return matching[-1][:_LONGEST_REASON]
    return (lines[-1] if lines else fallback)[:_LONGEST_REASON]


def disk_full(error: BaseException) -> bool:
    """Whether a command failed because nothing more can be written, which no commit is to blame
    for."""
    return is_full(f"{error} {getattr(error, 'stdout', '')} {getattr(error, 'stderr', '')}")


def _command(error: Any) -> str:
    return " ".join(Path(part).name if i == 0 else part for i, part in enumerate(error.args))


def remove_tree(path: Path) -> None:
    """Remove a folder and what is in it, if it is there."""
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(path)
