"""Tells addresses of the open internet from all others."""

from __future__ import annotations

import ipaddress

__all__ = ["is_public"]

# The only part of IPv6 that is given out for the open internet (RFC 4291, 2.4). NAT64, IPv4-mapped,
# IPv4-compatible, unique local, link-local, site-local and multicast addresses lie outside of it.
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
# What Python's is_global lets pass in one version or another (IANA's special-purpose registries).
_SPECIAL = tuple(
    map(
        ipaddress.ip_network,
        (
            "100.64.0.0/10",  # behind a provider's NAT
            "192.0.0.0/24",  # protocol assignments
            "192.88.99.0/24",  # 6to4 relays
            "2001::/23",  # protocol assignments, Teredo among them
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4: an IPv4 address inside
            "3fff::/20",  # documentation
        ),
    )
)


def is_public(address: str) -> bool:
    """Whether `address` is one of the open internet, for one receiver, and no IPv4 address is
    hidden in it."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if parsed.version == 6 and parsed not in _GLOBAL_UNICAST:
        return False
    if any(parsed in network for network in _SPECIAL if network.version == parsed.version):
        return False
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved
