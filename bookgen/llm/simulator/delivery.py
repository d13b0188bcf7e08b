"""Delivers a reply in its time, whole or in chunks, and breaks off where a fault says so."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from http import HTTPStatus

from starlette.types import Send

from bookgen.llm.simulator.asgi import send_part, send_whole, start_response
from bookgen.llm.simulator.config import Fault, SimulatorConfig
from bookgen.llm.simulator.refusals import refusal
from bookgen.llm.simulator.reply import CHARACTERS_PER_TOKEN, Reply, cost_of, count_tokens
from bookgen.llm.simulator.request import ChatRequest
from bookgen.llm.simulator.state import State
from bookgen.llm.simulator.wire import (
    COMMENT,
    DONE,
    GARBAGE,
    Envelope,
    dump,
    error_body,
    usage_body,
)

__all__ = ["Call", "Delivery", "now"]

# While a model has said nothing, a comment is sent every so many seconds.
COMMENT_EVERY = 10.0


class _BrokenOffError(Exception):
    """The reply ends here, unfinished."""


@dataclass
class Call:
    """One call under way. `sent` is in tokens, `start` in seconds of the loop."""

    request: ChatRequest
    reply: Reply
    envelope: Envelope
    start: float
    cached_tokens: int
    streamed: bool
    sent: int = 0
    finish_reason: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def halfway(self) -> int:
        """Characters after which a reply that breaks off does so."""
        return max(len(self.reply.text) // 2, 1)


class Delivery:
    """Sends replies at the speed that is set."""

    def __init__(self, config: SimulatorConfig, state: State) -> None:
        self._config = config
        self._state = state

    async def deliver(self, call: Call, fault: Fault | None, send: Send) -> None:
        """Send the reply, keeping in `call` how far it came."""
        try:
            await (self._stream if call.streamed else self._send)(call, fault, send)
        except _BrokenOffError:
            return  # an ASGI server closes a connection whose response is left unfinished

    async def _until(self, call: Call, tokens: int) -> None:
        """Wait until `tokens` of the reply are written."""
        config = self._config
        due = call.start + config.time_to_first_token + tokens / config.tokens_per_second
        await asyncio.sleep(max(due - now(), 0.0))

    async def _send(self, call: Call, fault: Fault | None, send: Send) -> None:
        """Send the reply in one body."""
        reply = call.reply
        breaks = fault in (Fault.DROP, Fault.STREAM_ERROR)
        tokens = call.halfway // CHARACTERS_PER_TOKEN if breaks else reply.completion_tokens
        await self._until(call, tokens)
        call.sent = tokens
        body = dump(call.envelope.whole(reply.text, reply.finish_reason, self._usage(call)))
        if fault in (Fault.DROP, Fault.STREAM_ERROR, Fault.GARBAGE_CHUNK):
            self._state.faults[fault] += 1
        if fault is Fault.DROP:
            await start_response(
                send, HTTPStatus.OK, {**call.headers, "Content-Length": str(len(body))}
            )
            await send_part(send, body[: len(body) // 2])
            raise _BrokenOffError
        if fault is Fault.STREAM_ERROR:
            body = dump(error_body(refusal(Fault.BAD_GATEWAY), plain=call.envelope.plain))
        elif fault is Fault.GARBAGE_CHUNK:
            body = b"<html><body>upstream connect error</body></html>"
        else:
            call.finish_reason = reply.finish_reason
        await send_whole(send, HTTPStatus.OK, body, call.headers)

    async def _stream(self, call: Call, fault: Fault | None, send: Send) -> None:
        """Send the reply chunk by chunk, each as soon as its first token is due."""
        reply, envelope = call.reply, call.envelope
        stream = {"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}
        await start_response(send, HTTPStatus.OK, {**stream, **call.headers})
        if not envelope.plain:
            await self._comment(call, send)
            await send_part(send, envelope.chunk(None))
        step = self._config.chunk_tokens * CHARACTERS_PER_TOKEN
        for place in range(0, len(reply.text), step):
            await self._until(call, place // CHARACTERS_PER_TOKEN)
            piece = reply.text[place : place + step]
            if place + step >= call.halfway > place:
                await self._break_off(call, fault, piece[: call.halfway - place], send)
            call.sent = count_tokens(reply.text[: place + step])
            await send_part(send, envelope.chunk(piece))
        await self._until(call, reply.completion_tokens)
        await send_part(send, envelope.chunk("", reply.finish_reason))
        if not envelope.plain or call.request.include_usage:
            await send_part(send, envelope.chunk(None, usage=self._usage(call)))
        call.finish_reason = reply.finish_reason
        await send_part(send, DONE, more=False)

    async def _comment(self, call: Call, send: Send) -> None:
        """Send comments until the first token is due."""
        due = call.start + self._config.time_to_first_token
        while True:
            await send_part(send, COMMENT)
            if due - now() <= COMMENT_EVERY:
                break
            await asyncio.sleep(COMMENT_EVERY)
        await self._until(call, 0)

    async def _break_off(self, call: Call, fault: Fault | None, rest: str, send: Send) -> None:
        """Give a fault that belongs into the middle of a stream; raise where it ends there."""
        if fault not in (Fault.DROP, Fault.STREAM_ERROR, Fault.GARBAGE_CHUNK):
            return
        self._state.faults[fault] += 1
        if fault is Fault.GARBAGE_CHUNK:
            await send_part(send, GARBAGE)
            return
        call.sent += count_tokens(rest)
        await send_part(send, call.envelope.chunk(rest))
        if fault is Fault.STREAM_ERROR:
            error = error_body(refusal(Fault.BAD_GATEWAY), plain=call.envelope.plain)["error"]
            await send_part(send, call.envelope.chunk("", "error", error=error), more=False)
        raise _BrokenOffError

    def _usage(self, call: Call) -> dict[str, object]:
        reply = call.reply
        cost = cost_of(
            call.envelope.model, reply.prompt_tokens, reply.completion_tokens, call.cached_tokens
        )
        return usage_body(
            reply.prompt_tokens,
            reply.completion_tokens,
            call.cached_tokens,
            None if call.envelope.plain else cost,
        )


def now() -> float:
    """Return the seconds of the running event loop."""
    return asyncio.get_running_loop().time()
