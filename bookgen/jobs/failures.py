"""Turns what the drivers of the databases raise into StoreError: the one place that knows them."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator

from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from bookgen.errors import BookgenError
from bookgen.jobs.errors import StoreError

__all__ = ["translated"]

_SPACE = "Make room, or lift the limit; what was committed is safe."

# By the primary code of SQLite's result codes (sqlite.org/rescode.html): what is wrong, and
# whether it may pass.
_SQLITE = {
    "SQLITE_FULL": (f"its disk is full. {_SPACE}", False),
    # What a limit on the size of files comes out as.
    "SQLITE_IOERR": (
        f"its disk is full or broken, or a limit on files is reached. {_SPACE}",
        False,
    ),
    "SQLITE_BUSY": ("another process is writing to it. End that one, or try again.", True),
    "SQLITE_LOCKED": ("another process is writing to it. End that one, or try again.", True),
    "SQLITE_READONLY": ("it may not be written. Give this user the right to.", False),
    "SQLITE_CANTOPEN": ("it cannot be opened. Name a file in a folder that can be written.", False),
    "SQLITE_CORRUPT": ("it is damaged. Put its last backup in its place.", False),
    "SQLITE_NOTADB": ("it is no SQLite database. Name another file.", False),
}

# By the start of PostgreSQL's SQLSTATE (its manual, appendix A); the longest that fits counts.
_POSTGRESQL = {
    "08": ("the connection was lost. It is made again by itself.", True),
    "28": ("it refuses this user. See to the user and the password in its URL.", False),
    "3D000": ("there is no database of this name on that server. Create it.", False),
    "40": ("it undid the transaction for another one. Try again.", True),
    "42501": ("this user may not do that in it. Grant the right.", False),
    "53": ("the server has no resources left. Give it more, or try again.", True),
    "53100": (f"the server's disk is full. {_SPACE}", False),
    "53300": ("the server has no connection left. Raise its max_connections.", True),
    "57P": ("the server is going down or coming up. Try again.", True),
}


@contextlib.contextmanager
def translated(name: str) -> Iterator[None]:
    """Raise what a driver raises within the block as a StoreError of the database `name`."""
    try:
        yield
    except PoolTimeoutError as error:
        reason = "all its connections are in use. Try again, or do less at once."
        raise StoreError(name, reason, is_passing=True) from error
    except StatementError as error:
        if isinstance(error.orig, BookgenError):
            raise error.orig from None
        if not isinstance(error, DBAPIError):
            raise
        reason, is_passing = _explained(error)
        raise StoreError(name, reason, is_passing=is_passing) from error


def _explained(error: DBAPIError) -> tuple[str, bool]:
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        # SQLITE_IOERR_WRITE is a kind of SQLITE_IOERR.
        code = "_".join(getattr(cause, "sqlite_errorname", "").split("_")[:2])
        known = _SQLITE.get(code)
    else:
        state = getattr(cause, "sqlstate", None) or ""
        start = max((key for key in _POSTGRESQL if state.startswith(key)), key=len, default="")
        known = _POSTGRESQL.get(start)
        if known is None and not state and error.connection_invalidated:
            known = _POSTGRESQL["08"]
    told = str(cause).strip().split("\n")[0]
    if known is not None:
        return f"{known[0]} ({told})", known[1]
    if getattr(cause, "sqlstate", "") is None:
        return f"its server does not answer ({told}). Start it, or see to its URL.", True
    return f"{told}.", False
