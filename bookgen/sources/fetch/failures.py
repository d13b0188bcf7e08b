"""Why a page could not be fetched: a code for programs and a sentence for people.

No sentence tells an address, a status or a body of a host that was refused: whoever asks must not
learn from it what stands behind the machine that fetches.
"""

from __future__ import annotations

from typing import Literal

from bookgen.errors import SourceError

__all__ = ["Code", "FetchError", "FetchFailure"]

Code = Literal[
    "url",
    "scheme",
    "refused-address",
    "dns",
    "tls",
    "connection",
    "timeout",
    "too-large",
    "redirects",
    "robots",
    "status",
    "reply",
]


class FetchError(SourceError):
    """A page cannot be fetched. `code` says why in one word, `status` is the server's, where it
    gave one."""

    def __init__(self, location: str, reason: str, code: Code, status: int | None = None) -> None:
        super().__init__(location, reason)
        self.args = (location, reason, code, status)
        self.code = code
        self.status = status


class FetchFailure(Exception):  # noqa: N818 - the callers' error is FetchError
    """The same before it is known which page was asked for."""

    def __init__(self, code: Code, reason: str, status: int | None = None) -> None:
        super().__init__(code, reason, status)
        self.code: Code = code
        self.reason = reason
        self.status = status
