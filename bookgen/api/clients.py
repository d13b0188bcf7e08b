"""Who a request is from: its address, through proxies that are trusted, or its key."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Iterable
from typing import TypeAlias

from starlette.types import Scope

from bookgen.errors import InputError

__all__ = ["ApiKeys", "TrustedProxies", "header"]

_Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
_HASH_DIGITS = 64


def header(scope: Scope, name: bytes) -> str | None:
    """Return the last header of this name, which is in lower case."""
    for key, value in reversed(scope["headers"]):
        if key == name:
            return bytes(value).decode("latin-1")
    return None


class TrustedProxies:
    """Tells a client's address; X-Forwarded-For counts only from the proxies that are named."""

    def __init__(self, named: str) -> None:
        """Raises InputError for what is no address or network."""
        self._networks: tuple[_Network, ...] = tuple(_networks(named))

    def client(self, scope: Scope) -> str:
        """Return the address that a request comes from: the last one that no trusted proxy has."""
        address = str(scope["client"][0]) if scope.get("client") else ""
        if not self._networks or not self._trusts(address):
            return address
        forwarded = header(scope, b"x-forwarded-for") or ""
        for hop in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
            address = hop
            if not self._trusts(hop):
                break
        return address

    def _trusts(self, address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._networks)


def _networks(named: str) -> Iterable[_Network]:
    for part in (part.strip() for part in named.split(",") if part.strip()):
        try:
            yield ipaddress.ip_network(part, strict=False)
        except ValueError as error:
            raise InputError(
                f"BOOKGEN_TRUSTED_PROXIES names addresses or networks, not {part!r}."
            ) from error


class ApiKeys:
    """The keys that may use the service, known by their SHA-256."""

    def __init__(self, hashes: str) -> None:
        """Raises InputError for what is no SHA-256 in hexadecimal digits."""
        self._hashes = tuple(part.strip().lower() for part in hashes.split(",") if part.strip())
        for one in self._hashes:
            if len(one) != _HASH_DIGITS or not all(digit in "0123456789abcdef" for digit in one):
                raise InputError(
                    "BOOKGEN_API_KEYS holds SHA-256 hashes of 64 hexadecimal digits, parted by "
                    "commas: printf %s KEY | sha256sum."
                )

    @property
    def are_required(self) -> bool:
        return bool(self._hashes)

    def client(self, key: str | None) -> str | None:
        """Return a name for the owner of a key, None for a key that is not known."""
        if key is None:
            return None
        digest = hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()
        # All are compared, so that the time tells nothing.
        found = [hmac.compare_digest(digest, known) for known in self._hashes]
        return f"key:{digest[:16]}" if any(found) else None
