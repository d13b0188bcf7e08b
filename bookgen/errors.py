"""The one tree of exceptions.

BookgenError
├── InputError          a value given by the caller is out of range or of the wrong form
│   └── MissingExtraError   what was asked for needs an extra that is not installed: which
├── SourceError         one source cannot be read: which, and why
│   └── FetchError      a page cannot be fetched: why, as a code (in sources.fetch)
├── NoSourcesError      nothing was left to write from: every source that failed, and why
├── WriterError         a writer broke its promise: where, and what it wrote
├── ProviderError       a model's provider gave no reply: status, its message, attempts
├── ReplyError          a model's reply cannot be used: cut off, or not of the form asked for
├── BudgetError         the next paid call would exceed the budget
├── BookFormatError     a file is not a book that this version can read back
└── ExportError         a finished book cannot be made into a format: which, and why

Every message names the value and the way out. None of them knows HTTP or exit codes.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = [
    "BookFormatError",
    "BookgenError",
    "BudgetError",
    "ExportError",
    "InputError",
    "MissingExtraError",
    "NoSourcesError",
    "ProviderError",
    "ReplyError",
    "SourceError",
    "WriterError",
]


class BookgenError(Exception):
    """Base of all errors that bookgen raises on purpose."""


class InputError(BookgenError):
    """A value given by the caller is out of range or of the wrong form."""


class MissingExtraError(InputError):
    """What was asked for needs an extra that is not installed.

    `what` is that in words, `extra` the name that pip knows it by.
    """

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(what, extra)
        self.what = what
        self.extra = extra

    def __str__(self) -> str:
        return f"{self.what} needs more than bookgen alone: pip install 'bookgen[{self.extra}]'"


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


class ProviderError(BookgenError):
    """A model's provider gave no reply.

    `status` is the HTTP status, or the code of an error in mid-stream; None where the connection
    failed. `message` is the provider's own, `attempts` how many calls were made.
    """

    def __init__(self, status: int | None, message: str, attempts: int = 1) -> None:
        super().__init__(status, message, attempts)
        self.status = status
        self.message = message
        self.attempts = attempts

    def __str__(self) -> str:
        what = f"status {self.status}" if self.status is not None else "no connection"
        tries = "1 attempt" if self.attempts == 1 else f"{self.attempts} attempts"
        return f"The model's provider gave no reply after {tries} ({what}): {self.message}"


class ReplyError(BookgenError):
    """A model's reply cannot be used: it was cut off, is empty, or has not the form asked for."""


class BudgetError(BookgenError):
    """The next paid call would exceed the budget. All figures are US dollars."""

    def __init__(self, budget: float, spent: float, needed: float) -> None:
        super().__init__(budget, spent, needed)
        self.budget = budget
        self.spent = spent
        self.needed = needed

    def __str__(self) -> str:
        return (
            f"The budget of ${self.budget:.2f} is not enough: ${self.spent:.4f} is spent or under "
            f"way, the next call may cost ${self.needed:.4f}. What is finished is kept; give a "
            "larger --budget and --resume."
        )


class BookFormatError(BookgenError):
    """A file is not a book that this version can read back."""


class ExportError(BookgenError):
    """A finished book cannot be made into a format.

    `format` is the format's name, `reason` says what failed.
    """

    def __init__(self, format: str, reason: str) -> None:  # noqa: A002 - the field's name
        super().__init__(format, reason)
        self.format = format
        self.reason = reason

    def __str__(self) -> str:
        return (
            f"The book is finished, but cannot be made into {self.format}: {self.reason}. "
            "md, txt and html need no other program."
        )
