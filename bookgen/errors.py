"""The one tree of exceptions.

BookgenError
├── InputError          a value given by the caller is out of range or of the wrong form
├── SourceError         one source cannot be read: which, and why
├── NoSourcesError      nothing was left to write from: every source that failed, and why
├── WriterError         a writer broke its promise: where, and what it wrote
└── BookFormatError     a file is not a book that this version can read back

Every message names the value and the way out. None of them knows HTTP or exit codes.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = [
    "BookFormatError",
    "BookgenError",
    "InputError",
    "NoSourcesError",
    "SourceError",
    "WriterError",
]


class BookgenError(Exception):
    """Base of all errors that bookgen raises on purpose."""


class InputError(BookgenError):
    """A value given by the caller is out of range or of the wrong form."""


class SourceError(BookgenError):
    """One source cannot be read.

    `location` is the path or URL as it was given, `reason` one sentence without it.
    """

    def __init__(self, location: str, reason: str) -> None:
        super().__init__(location, reason)
        self.location = location
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.location}: {self.reason}"


class NoSourcesError(BookgenError):
    """Nothing was left to write from. `failures` says why each source was refused."""

    def __init__(self, failures: Sequence[SourceError] = ()) -> None:
        super().__init__(tuple(failures))
        self.failures = tuple(failures)

    def __str__(self) -> str:
        if not self.failures:
            return "No sources were given. Name at least one file or folder with --sources."
        lines = "\n".join(f"  {failure}" for failure in self.failures)
        return f"None of the sources can be used:\n{lines}"


class WriterError(BookgenError):
    """A writer broke its promise, for example cited a passage that does not exist."""


class BookFormatError(BookgenError):
    """A file is not a book that this version can read back."""
