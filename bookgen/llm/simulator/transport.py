"""Brings httpx to an application in the same process, chunk by chunk and in virtual time.

A dropped connection, a timeout and a client that goes away are what they are on a network.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
from starlette.types import ASGIApp, Message

__all__ = ["SimulatorTransport"]


class SimulatorTransport(httpx.AsyncBaseTransport):
    """Sends requests to an ASGI application in the running event loop.

    A body is handed on as it is sent; `piece_bytes` cuts it into pieces of at most so many bytes,
    across lines and characters, as a network may. A response that the application leaves
    unfinished raises httpx.RemoteProtocolError, one that is silent for the client's read timeout
    httpx.ReadTimeout; closing a response early tells the application that its client is gone, and
    waits until it has ended.
    """

    def __init__(self, app: ASGIApp, *, piece_bytes: int | None = None) -> None:
        self._app = app
        self._piece_bytes = piece_bytes

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the response as soon as its headers are sent."""
        exchange = _Exchange(self._app, request, await request.aread())
        try:
            start = await exchange.next()
        except BaseException:
            await exchange.aclose()
            raise
        return httpx.Response(
            start["status"],
            headers=start.get("headers", []),
            stream=_Body(exchange, self._piece_bytes),
        )


class _Exchange:
    """One request under way, with what the application has sent and was not read yet."""

    def __init__(self, app: ASGIApp, request: httpx.Request, body: bytes) -> None:
        self._request = request
        self._body: bytes | None = body
        self._sent: asyncio.Queue[Message | None] = asyncio.Queue()
        self._over = asyncio.Event()
        timeouts = request.extensions.get("timeout") or {}
        self._patience: float | None = timeouts.get("read")
        self._task = asyncio.create_task(self._run(app))

    async def _run(self, app: ASGIApp) -> None:
        url = self._request.url
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": self._request.method,
            "headers": [(name.lower(), value) for name, value in self._request.headers.raw],
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.split(b"?")[0],
            "query_string": url.query,
            "server": (url.host, url.port),
            "client": ("127.0.0.1", 1),
            "root_path": "",
        }
        try:
            await app(scope, self._receive, self._send)
        finally:
            self._sent.put_nowait(None)

    async def _receive(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._over.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        self._sent.put_nowait(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self._over.set()

    async def next(self) -> Message:
        """Return the next message, or raise what a network would."""
        try:
            async with asyncio.timeout(self._patience):
                message = await self._sent.get()
        except TimeoutError as error:
            raise httpx.ReadTimeout("", request=self._request) from error
        if message is not None:
            return message
        await self._task  # raises what the application raised
        raise httpx.RemoteProtocolError(
            "peer closed connection without sending complete message body", request=self._request
        )

    async def aclose(self) -> None:
        """Go away; returns when the application has ended."""
        self._over.set()
        await asyncio.wait({self._task})
        if not self._task.cancelled() and (error := self._task.exception()):
            raise error


class _Body(httpx.AsyncByteStream):
    def __init__(self, exchange: _Exchange, piece_bytes: int | None) -> None:
        self._exchange = exchange
        self._piece_bytes = piece_bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        more = True
        while more:
            message = await self._exchange.next()
            more = message.get("more_body", False)
            body: bytes = message.get("body", b"")
            step = self._piece_bytes or max(len(body), 1)
            for place in range(0, len(body), step):
                yield body[place : place + step]

    async def aclose(self) -> None:
        await self._exchange.aclose()
