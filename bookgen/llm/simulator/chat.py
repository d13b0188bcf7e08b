"""Answers `POST /chat/completions`: lets calls in, plans their faults, bills them."""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Coroutine
from http import HTTPStatus
from typing import Any

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from bookgen.llm.simulator.asgi import read_body, send_whole, until_gone
from bookgen.llm.simulator.config import Fault, Model, SimulatorConfig
from bookgen.llm.simulator.delivery import Call, Delivery, now
from bookgen.llm.simulator.gate import Gate
from bookgen.llm.simulator.refusals import REFUSALS, refusal
from bookgen.llm.simulator.reply import CHARACTERS_PER_TOKEN, cost_of, count_tokens, make_reply
from bookgen.llm.simulator.request import ChatRequest, RefusedError, choose_model, read_request
from bookgen.llm.simulator.state import State
from bookgen.llm.simulator.structured import UnsupportedSchemaError
from bookgen.llm.simulator.wire import Envelope, Generation, dump, error_body

__all__ = ["ChatCompletions"]

KEPT_GENERATIONS = 10_000
# A provider caches prefixes of this many tokens and more, in steps.
CACHE_LEAST, CACHE_STEP = 1024, 128


class ChatCompletions:
    """The endpoint, as an ASGI application. `generations` are the last replies, by id."""

    def __init__(self, config: SimulatorConfig, state: State, gate: Gate) -> None:
        self._config = config
        self._state = state
        self._gate = gate
        self._delivery = Delivery(config, state)
        self._prompts: dict[tuple[str, str], str] = {}
        self.generations: OrderedDict[str, Generation] = OrderedDict()

    def reset(self) -> None:
        """Forget all generations and cached prompts."""
        self._prompts.clear()
        self.generations.clear()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call; it is given up as soon as its client goes away."""
        number = self._state.enter()
        aborted = True
        try:
            raw = await read_body(receive)
            if raw is not None:
                answer = self._answer(Headers(scope=scope), raw, number, send)
                aborted = await _unless_gone(answer, receive)
        finally:
            self._state.leave(aborted=aborted)

    async def _answer(self, headers: Headers, raw: bytes, number: int, send: Send) -> None:
        try:
            self._gate.check_key(headers.get("authorization"))
            request = read_request(raw, only_max_tokens=self._config.only_max_tokens)
            self._state.calls_by_prompt[request.hash] += 1
            with self._gate.admitted(now()):
                await self._reply(request, number, send)
        except RefusedError as refused:
            self._state.rate_limited += refused.status == HTTPStatus.TOO_MANY_REQUESTS
            body = dump(error_body(refused, plain=self._config.only_max_tokens))
            await send_whole(send, refused.status, body, refused.headers)

    async def _reply(self, request: ChatRequest, number: int, send: Send) -> None:
        """Reply to a call that was let in. Raises RefusedError as long as nothing is sent."""
        config = self._config
        attempt = self._state.calls_by_prompt[request.hash]
        fault = config.faults.draw(config.seed, number, request.hash, attempt)
        await self._stand_in(fault)
        call = self._begin(request, number, fault)
        try:
            await self._delivery.deliver(call, fault, send)
        finally:
            self._bill(call)

    async def _stand_in(self, fault: Fault | None) -> None:
        """Do what is done in place of a reply, for the faults that leave none."""
        if fault is Fault.HANG:
            self._state.faults[fault] += 1
            await asyncio.Event().wait()
        elif fault is not None and fault in REFUSALS:
            self._state.faults[fault] += 1
            if REFUSALS[fault].waits:
                await asyncio.sleep(self._config.time_to_first_token)
            raise refusal(fault, self._config.faults.retry_after)

    def _begin(self, request: ChatRequest, number: int, fault: Fault | None) -> Call:
        config = self._config
        model = choose_model(request, config)
        try:
            reply = make_reply(request, seed=config.seed, limit=_limit(request, model), fault=fault)
        except UnsupportedSchemaError as error:
            raise RefusedError(HTTPStatus.BAD_REQUEST, f"Invalid schema: {error}") from error
        if reply.fault is not None:
            self._state.faults[reply.fault] += 1
        digits = hashlib.sha256(f"{config.seed}:{number}".encode()).hexdigest()[:24]
        plain = config.only_max_tokens
        generation = f"chatcmpl-{digits}" if plain else f"gen-{digits}"
        return Call(
            request=request,
            reply=reply,
            envelope=Envelope(generation, model, int(config.epoch + now()), plain),
            start=now(),
            cached_tokens=self._cached(request, model),
            streamed=request.stream and not config.no_streaming,
            headers={} if plain else {"X-Generation-Id": generation},
        )

    def _cached(self, request: ChatRequest, model: Model) -> int:
        """Return how many tokens of the prompt the session's last prompt began with, too."""
        if not request.session or self._config.only_max_tokens:
            return 0
        session = (model.id, request.session)
        shared = _shared(self._prompts.get(session, ""), request.text)
        self._prompts[session] = request.text
        tokens = shared // CHARACTERS_PER_TOKEN
        return tokens // CACHE_STEP * CACHE_STEP if tokens >= CACHE_LEAST else 0

    def _bill(self, call: Call) -> None:
        """Count what was sent of a reply, and keep it for `GET /generation`."""
        model, prompt, ttft = (
            call.envelope.model,
            call.reply.prompt_tokens,
            self._config.time_to_first_token,
        )
        cost = cost_of(model, prompt, call.sent, call.cached_tokens)
        self._state.bill(prompt, call.sent, cost)
        self.generations[call.envelope.id] = Generation(
            envelope=call.envelope,
            prompt_hash=call.request.hash,
            prompt_tokens=prompt,
            completion_tokens=call.sent,
            cached_tokens=call.cached_tokens,
            cost=cost,
            streamed=call.streamed,
            finish_reason=call.finish_reason,
            latency=ttft,
            seconds=max(now() - call.start - ttft, 0.0),
        )
        if len(self.generations) > KEPT_GENERATIONS:
            self.generations.popitem(last=False)


async def _unless_gone(answer: Coroutine[Any, Any, None], receive: Receive) -> bool:
    """Answer until the client goes away, and return whether it went before the end."""
    answering = asyncio.create_task(answer)
    gone = asyncio.create_task(until_gone(receive))
    try:
        await asyncio.wait({answering, gone}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        aborted = not answering.done()
        answering.cancel()
        gone.cancel()
        await asyncio.wait({answering, gone})
    if not answering.cancelled():
        answering.result()
    return aborted


def _limit(request: ChatRequest, model: Model) -> int:
    """Return the most tokens of a reply. Raises RefusedError (400) for too long a prompt."""
    limit = min(request.max_tokens or model.max_completion_tokens, model.max_completion_tokens)
    prompt = count_tokens(request.text)
    wanted = prompt + (limit if request.max_tokens else 1)
    if wanted > model.context_length:
        raise RefusedError(
            HTTPStatus.BAD_REQUEST,
            f"This endpoint's maximum context length is {model.context_length} tokens. However, "
            f"you requested about {wanted} tokens ({prompt} of text input, {wanted - prompt} in "
            "the output).",
            "context_length_exceeded",
        )
    return min(limit, model.context_length - prompt)


def _shared(one: str, other: str) -> int:
    """Return with how many of the same characters two texts begin."""
    return next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
