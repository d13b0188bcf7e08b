"""The steps of an ASGI exchange that a simulated provider needs apart from each other."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.types import Message, Receive, Send

__all__ = ["read_body", "send_part", "send_whole", "start_response", "until_gone"]


async def read_body(receive: Receive) -> bytes | None:
    """Return the body of a request, or None where the client went away first."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return bytes(body)


async def until_gone(receive: Receive) -> None:
    """Return when the client has gone away, or has the whole response."""
    message: Message = {"type": ""}
    while message["type"] != "http.disconnect":
        message = await receive()


async def start_response(send: Send, status: int, headers: Mapping[str, str]) -> None:
    """Send the status and the headers."""
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": int(status), "headers": raw})


async def send_part(send: Send, body: bytes, *, more: bool = True) -> None:
    """Send a part of the body, the last one with `more` False."""
    await send({"type": "http.response.body", "body": body, "more_body": more})


async def send_whole(send: Send, status: int, body: bytes, headers: Mapping[str, str]) -> None:
    """Send a response with a JSON body."""
    fixed = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    await start_response(send, status, {**fixed, **headers})
    await send_part(send, body, more=False)
