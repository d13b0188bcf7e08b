"""What a server gave: a reply, a fetched page, and whether a page can be reached."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.message import Message

import httpx

from bookgen.sources.fetch.failures import Code

__all__ = ["Access", "Fetched", "Reply"]


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply. `body` is empty where it was not read."""

    status: int
    headers: httpx.Headers
    body: bytes = b""

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def content_type(self) -> str:
        """The media type in lower case without its parameters, "" where none is given."""
        return str(self.headers.get("content-type", "")).split(";", 1)[0].strip().lower()

    @property
    def charset(self) -> str | None:
        """The encoding that the server names."""
        message = Message()
        message["content-type"] = self.headers.get("content-type", "")
        charset = message.get_param("charset")
        return charset if isinstance(charset, str) and charset else None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page. `url` is as asked, `final_url` where its redirects ended; `redirects` are the URLs
    passed on the way, the first one first. `content_type` is without parameters."""

    url: str
    final_url: str
    status: int
    content_type: str
    body: bytes = field(repr=False)
    charset: str | None = None
    redirects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Access:
    """Whether a page can be reached. Where it cannot, `code` and `reason` say why; nothing is told
    of a host that was refused."""

    url: str
    is_accessible: bool
    final_url: str | None = None
    status: int | None = None
    content_type: str | None = None
    code: Code | None = None
    reason: str = ""
