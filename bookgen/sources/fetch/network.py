"""Connections that go to the address that was checked, whatever the name resolves to later."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from bookgen.sources.fetch.failures import FetchFailure
from bookgen.sources.fetch.guard import Guard

__all__ = ["open_pool"]

_Options = Iterable[httpcore.SOCKET_OPTION]
_ADDRESSES_TRIED = 4


def open_pool(guard: Guard, connect_seconds: float) -> httpcore.AsyncConnectionPool:
    """Return a pool whose every connection is new, checked by `guard`, and direct.

    No proxy of the environment is used, and no connection is used twice: each request is checked.
    Certificates are those of certifi, or of SSL_CERT_FILE.
    """
    return httpcore.AsyncConnectionPool(
        ssl_context=httpx.create_ssl_context(),
        max_connections=None,
        max_keepalive_connections=0,
        network_backend=_GuardedBackend(guard, connect_seconds),
    )


class _GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects by address. TLS, above it, keeps the name of the URL for SNI and the certificate."""

    def __init__(self, guard: Guard, seconds: float) -> None:
        self._guard = guard
        self._seconds = seconds
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: _Options | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await self._guard.addresses(host, port)
        failure: Exception | None = None
        for address in addresses[:_ADDRESSES_TRIED]:
            try:
                stream = await self._inner.connect_tcp(
                    address, port, self._seconds, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Stream(stream)
        raise FetchFailure(
            "connection", "its server cannot be reached. Check the address, or try again later."
        ) from failure


class _Stream(httpcore.AsyncNetworkStream):
    """A connection that tells a failure of TLS from others."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        return await self._inner.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        try:
            return await self._inner.start_tls(ssl_context, server_hostname, timeout)
        except (httpcore.ConnectError, httpcore.ReadError, ssl.SSLError) as error:
            raise FetchFailure(
                "tls",
                "no secure connection could be made: its server does not speak TLS, or its "
                "certificate is not valid for its name. Check the address.",
            ) from error

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
