"""What robots.txt files forbid (RFC 9309), read once for each site and kept within bounds."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx
from protego import Protego

from bookgen.sources.fetch.failures import FetchFailure
from bookgen.sources.fetch.limits import Budget
from bookgen.sources.fetch.policy import PRODUCT
from bookgen.sources.fetch.replies import Reply
from bookgen.sources.fetch.urls import origin_of

__all__ = ["ROBOTS_BYTES", "Robots"]

# The part of a file that is read: RFC 9309 asks for at least 500 KiB.
ROBOTS_BYTES = 512 * 1024
_KEPT_SECONDS = 24 * 3600.0
_FAILED_SECONDS = 60.0
# Text of all files kept. Rules take about forty times the room of their text.
_KEPT_BYTES = 2 * 1024 * 1024
_ENTRY_BYTES = 1024
_AGENT = re.compile(r"\s*user(?:-|\s+)?agent(?=[:\s]|\Z)[\s:]*(?P<name>[^#]*)", re.IGNORECASE)
_TOKEN = re.compile(r"[a-z_-]+")


@dataclass(slots=True)
class _Entry:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    rules: Protego | FetchFailure | None = None
    expires: float = 0.0
    size: int = _ENTRY_BYTES


class Robots:
    """Asks the site of a URL whether it may be fetched.

    `read` fetches a robots.txt and follows its redirects. A file that the site does not have
    forbids nothing; one that its server fails to give (5xx, 429) forbids all for a minute.
    """

    def __init__(self, read: Callable[[httpx.URL, Budget], Awaitable[Reply]]) -> None:
        self._read = read
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    async def check(self, url: httpx.URL, budget: Budget) -> None:
        """Raise FetchFailure with "robots" where the site forbids the URL, and whatever kept its
        robots.txt from being read."""
        rules = await self._rules(origin_of(url), budget)
        if not rules.can_fetch(str(url), PRODUCT):
            raise FetchFailure(
                "robots",
                "its site asks programs not to read it (robots.txt). Save the page yourself and "
                "give the file.",
            )

    async def _rules(self, origin: httpx.URL, budget: Budget) -> Protego:
        entry = self._entries.setdefault(str(origin), _Entry())
        self._entries.move_to_end(str(origin))
        # Held while the file is read, so that a site is asked once however many pages are wanted.
        async with entry.lock:
            loop = asyncio.get_running_loop()
            if entry.rules is None or loop.time() >= entry.expires:
                entry.rules, kept = None, _KEPT_SECONDS
                is_fresh = budget.is_mostly_left
                try:
                    text = await self._text(origin, budget)
                    entry.size = _ENTRY_BYTES + len(text)
                    # Half a megabyte of rules takes a fifth of a second.
                    entry.rules = await asyncio.to_thread(_parse, text)
                except FetchFailure as error:
                    if error.code == "timeout" and not is_fresh:
                        raise  # the time was spent elsewhere: that says nothing of this site
                    entry.rules, kept = error, _FAILED_SECONDS
                entry.expires = loop.time() + kept
                self._shrink()
            if isinstance(entry.rules, FetchFailure):
                failure = entry.rules
                raise FetchFailure(failure.code, failure.reason, failure.status)
            return entry.rules

    async def _text(self, origin: httpx.URL, budget: Budget) -> str:
        """Return the rules as text, "" where there are none."""
        try:
            reply = await self._read(origin.copy_with(raw_path=b"/robots.txt"), budget)
        except FetchFailure as failure:
            if failure.code != "redirects":
                raise
            return ""  # RFC 9309, 2.3.1.2: as if there were none
        if reply.is_success:
            return reply.body.decode("utf-8", "replace").removeprefix("\ufeff")
        if reply.status >= 500 or reply.status == 429:
            raise FetchFailure(
                "robots",
                "its robots.txt cannot be read now, and without it nothing of the site may be "
                "fetched. Try again later.",
            )
        return ""

    def _shrink(self) -> None:
        """Forget the sites that were not asked for longest, until the rest fits."""
        total = sum(entry.size for entry in self._entries.values())
        while total > _KEPT_BYTES and len(self._entries) > 1:
            _, oldest = self._entries.popitem(last=False)
            total -= oldest.size


def _parse(text: str) -> Protego:
    return Protego.parse("\n".join(map(_with_known_agent, text.splitlines())))


def _with_known_agent(line: str) -> str:
    """Give all programs but this one the same name: the parser copies every rule for every name,
    and a small file with thousands of both would fill the memory."""
    match = _AGENT.match(line)
    if match is None:
        return line
    name = match["name"].strip().lower()
    if name == "*":
        return "User-agent: *"
    token = _TOKEN.match(name)
    return f"User-agent: {PRODUCT if token and token[0] == PRODUCT else 'others'}"
