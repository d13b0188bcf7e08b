"""What fetching may cost and reach: limits, the hosts that may be private, the name it gives."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from bookgen import __version__
from bookgen.errors import InputError

__all__ = ["PRODUCT", "FetchPolicy", "parse_allow"]

# The name that robots.txt files know.
PRODUCT = "bookgen"

_ENTRY = re.compile(r"(?:\[(?P<six>[0-9a-f:.]+)\]|(?P<name>[a-z0-9_.-]+)):(?P<port>\d{1,5})")


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """Limits of one Fetcher. Sizes are bytes, times seconds.

    `allow` names the (host, port) pairs that may lead to addresses that are not public; nothing
    else lifts the guard. `site` is the address of whoever runs the service, for the User-Agent.
    `max_bytes` holds for a body both as sent and unpacked. `seconds` is the time on the network of
    one call, with its redirects and the robots.txt files read for it; waiting for a free slot does
    not count. `connect_seconds` is for a look-up and for each attempt to connect.
    """

    allow: frozenset[tuple[str, int]] = frozenset()
    site: str = ""
    max_bytes: int = 20 * 1024 * 1024
    seconds: float = 30.0
    connect_seconds: float = 5.0
    concurrency: int = 8
    per_host: int = 2

    def __post_init__(self) -> None:
        for name in ("max_bytes", "seconds", "connect_seconds", "concurrency", "per_host"):
            if getattr(self, name) <= 0:
                raise InputError(f"{name} must be above 0, not {getattr(self, name)}.")
        if not self.site.isascii() or not self.site.isprintable():
            raise InputError(
                f"The site for the User-Agent must be printable ASCII, not {self.site!r}."
            )

    @property
    def user_agent(self) -> str:
        """The header: the product, its version and the site."""
        about = f" (+{self.site})" if self.site else ""
        return f"{PRODUCT}/{__version__}{about}"


def parse_allow(text: str) -> frozenset[tuple[str, int]]:
    """Return the pairs of a `host:port,...` list; an IPv6 address stands in brackets.

    Raises InputError for an entry of another form.
    """
    return frozenset(_entry(part.strip()) for part in text.split(",") if part.strip())


def _entry(part: str) -> tuple[str, int]:
    match = _ENTRY.fullmatch(part.lower())
    if match is None or not 1 <= int(match["port"]) <= 65_535:
        raise InputError(
            "A host that may be private is host:port, for example 127.0.0.1:8080 or [::1]:8080, "
            f"not {part!r}."
        )
    if match["six"] is None:
        return match["name"], int(match["port"])
    try:
        return str(ipaddress.IPv6Address(match["six"])), int(match["port"])
    except ValueError as error:
        raise InputError(f"{match['six']!r} is not an IPv6 address.") from error
