"""Decides which addresses a host may be reached at. Every connection passes here."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from bookgen.sources.fetch.addresses import is_public
from bookgen.sources.fetch.failures import FetchFailure

__all__ = ["Guard", "Lookup", "system_lookup"]

# Blocks; returns the addresses of a host for a port, or raises OSError.
Lookup = Callable[[str, int], Sequence[str]]

_LOOKUPS = 8
_WEB_PORTS = frozenset({80, 443})
_FIRST_FREE_PORT = 1024
# Names that only resolve inside a network: they are refused unasked, so that no answer tells
# whether there is such a machine (RFC 6761, RFC 6762, RFC 8375, and names in common use).
_INSIDE = frozenset(
    "alt arpa corp home internal intranet invalid lan local localdomain localhost onion private "
    "test".split()
)


def system_lookup(host: str, port: int) -> Sequence[str]:
    """Return the addresses that the system knows for a host. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class Guard:
    """Resolves a host once and lets only public addresses pass, or any for an allowed host."""

    def __init__(self, allow: frozenset[tuple[str, int]], seconds: float, lookup: Lookup) -> None:
        self._allow = allow
        self._seconds = seconds
        self._lookup = lookup
        # Threads of its own: a look-up that hangs must not take those that others wait for.
        self._threads = ThreadPoolExecutor(_LOOKUPS, thread_name_prefix="bookgen-lookup")

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def addresses(self, host: str, port: int) -> list[str]:
        """Return the addresses to connect to, in the order of preference.

        Raises FetchFailure with "refused-address" where one of them is not public, with "dns"
        where there are none.
        """
        allowed = (host, port) in self._allow
        if not allowed and port < _FIRST_FREE_PORT and port not in _WEB_PORTS:
            raise _refusal()
        try:
            found = [str(ipaddress.ip_address(host))]
        except ValueError:
            if not allowed and ("." not in host or host.rsplit(".", 1)[-1] in _INSIDE):
                raise _refusal() from None
            found = await self._resolve(host, port)
        if not allowed and not all(map(is_public, found)):
            raise _refusal()
        return found

    async def _resolve(self, host: str, port: int) -> list[str]:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._seconds):
                found = await loop.run_in_executor(self._threads, self._lookup, host, port)
        except TimeoutError as error:
            raise FetchFailure(
                "dns", "its host name could not be looked up in time. Try again later."
            ) from error
        except (OSError, UnicodeError) as error:
            raise FetchFailure("dns", "its host name is not known. Check the spelling.") from error
        if not found:
            raise FetchFailure("dns", "its host name has no address. Check the spelling.")
        return list(dict.fromkeys(found))


def _refusal() -> FetchFailure:
    return FetchFailure(
        "refused-address",
        "it does not lead to the open web, and nothing else is fetched. Give a public address; "
        "whoever runs the service can allow a host with BOOKGEN_FETCH_ALLOW.",
    )
