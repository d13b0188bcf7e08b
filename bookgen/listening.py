"""Opens the port that a server listens on, before anybody is told of it."""

from __future__ import annotations

import socket

from bookgen.errors import InputError

__all__ = ["address_of", "listen"]


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 picks a free one.

    Raises InputError for a port that cannot be had.
    """
    if not 0 <= port <= 65_535:
        raise InputError(f"A port is 0 to 65535, not {port}.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        raise InputError(
            f"Port {port} of {host} cannot be opened: {error.strerror or error}. Name another "
            "with --port; 0 picks a free one."
        ) from error
    # Its connections inherit it. asyncio sets it only where it made the socket itself, and without
    # it the second packet of an answer waits 40 ms for the first to be acknowledged.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def address_of(listener: socket.socket) -> str:
    """Return the address of a listening socket as a URL without a path."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
