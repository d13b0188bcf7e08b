"""Writes files as a whole or not at all, and tells in plain words what is wrong with one."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from asvwatch.errors import ConfigError

__all__ = ["NO_SPACE", "is_full", "named", "read_toml", "told", "write_whole"]

NO_SPACE = "no space left; make room, and run the same command again"
_FULL = (errno.ENOSPC, errno.EDQUOT)
# As the system says it, and as git does.
_WORDS = (*map(os.strerror, _FULL), "Out of diskspace")


def write_whole(file: Path, text: str) -> None:
    """Put `text` in the place of what `file` holds. Raises OSError, which names the file, and then
    leaves it alone. What is there and no file, as /dev/null, is written to and not replaced, nor
    is a link to it."""
    with named(file):
        place = Path(os.path.realpath(file))
        if place.exists() and not place.is_file():
            place.write_text(text, encoding="utf-8")
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
            temporary.chmod(0o644)
            temporary.replace(place)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def read_toml(file: Path) -> dict[str, Any] | None:
    """What `file` holds, None if there is none. Raises ConfigError for one that cannot be read."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ConfigError(f"{file} cannot be read: {error}") from error


@contextlib.contextmanager
def named(file: Path | str) -> Iterator[None]:
    """Let an OSError name `file`: one of writing to an open file names none, and one of a temporary
    file a name that says nothing."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(file)) from error


def told(error: OSError) -> str:
    """What went wrong with which file, and for a full disk what to do."""
    why = NO_SPACE if error.errno in _FULL else error.strerror or str(error)
    return f"{error.filename}: {why}" if error.filename else why


def is_full(said: str) -> bool:
    """Whether a command that failed says that nothing more can be written: no commit is to blame
    for that."""
    return any(words in said for words in _WORDS)
