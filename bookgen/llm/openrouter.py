"""The client for OpenRouter and any other server that speaks OpenAI's chat completions."""

from __future__ import annotations

import asyncio
import hashlib
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from functools import partial
from itertools import count
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

import httpx

from bookgen.errors import InputError, ProviderError
from bookgen.llm.base import Completion, Prompt
from bookgen.llm.replies import KeyInfo, ModelInfo, Reply, key_info, model_info
from bookgen.llm.retries import CallFailed, backoff
from bookgen.llm.wire import Connection
from bookgen.models import Usage

if TYPE_CHECKING:
    from bookgen.settings import Settings

__all__ = ["Attempt", "Gate", "KeyInfo", "ModelInfo", "OpenRouter"]

_Found = TypeVar("_Found")

_NEW, _OLD = "max_completion_tokens", "max_tokens"
_OTHER_LIMIT = {_NEW: _OLD, _OLD: _NEW}
# What a server may not know, and the call can go without or by another name.
_OPTIONAL = frozenset({*_OTHER_LIMIT, "stream_options"})
_LONGEST_SESSION = 256
# Letters. Servers that need no key are given "none" or "local", which a reply may hold as a word.
_LEAST_SECRET = 12


class Attempt(Protocol):
    """One attempt that a gate let through."""

    def limited(self, retry_after: float | None) -> None:
        """The provider refused: too many requests. `retry_after` in seconds, where it says so."""
        ...

    def used(self, usage: Usage) -> None:
        """The reply took so much."""
        ...


class Gate(Protocol):
    """Decides when an attempt may start; pacing is one."""

    def attempt(self, prompt: Prompt) -> AbstractAsyncContextManager[Attempt]:
        """Return a context that is entered when the attempt may start."""
        ...


class _Open:
    """A gate that lets everything through."""

    def attempt(self, prompt: Prompt) -> AbstractAsyncContextManager[Attempt]:  # noqa: ARG002 - the port's
        return nullcontext(self)

    def limited(self, retry_after: float | None) -> None:
        """Nothing is paced."""

    def used(self, usage: Usage) -> None:
        """Nothing is counted."""


class OpenRouter:
    """A language model behind HTTP.

    Failures that pass (408, 429, 5xx, a lost connection, a full in-flight budget) are tried again,
    at most `max_attempts` times in all, after what Retry-After says, else after 1, 2, 4 ... 30
    seconds, half of it by chance; what came in of a reply that broke off is thrown away. Everything
    else is final. A context manager: it closes its connections.
    """

    def __init__(
        self,
        *,
        base_url: str,
        model: str,
        key: str | None = None,
        fallbacks: Sequence[str] = (),
        routing: Mapping[str, Any] | None = None,
        timeout: float = 120.0,
        headers: Mapping[str, str] | None = None,
        gate: Gate | None = None,
        max_attempts: int = 5,
        client: httpx.AsyncClient | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        is_openrouter: bool | None = None,
        chance: random.Random | None = None,
        wall_clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`routing` is OpenRouter's `provider`, and sent to it alone. `timeout` is seconds without
        a byte. A `client` that is given is used and not closed. `is_openrouter` None goes by the
        address; True is for a server that stands in front of it, or in for it. `sleep` waits the
        seconds before another attempt.

        Raises InputError for what no call can be made with.
        """
        if timeout <= 0 or max_attempts < 1:
            raise InputError(
                "A timeout must be above 0 seconds and attempts at least 1, "
                f"not {timeout} and {max_attempts}."
            )
        self._connection = Connection(
            base_url,
            key,
            timeout=timeout,
            headers=headers or {},
            client=client,
            transport=transport,
            wall_clock=wall_clock,
        )
        host = httpx.URL(self._connection.url).host
        if is_openrouter is None:
            is_openrouter = host == "openrouter.ai" or host.endswith(".openrouter.ai")
        if is_openrouter and not (key or "").strip():
            raise InputError(
                "OpenRouter needs a key: set OPENROUTER_API_KEY, or OPENROUTER_BASE_URL to a "
                "server that needs none."
            )
        self.model = model
        self._is_openrouter = is_openrouter
        self._fallbacks = tuple(fallbacks)
        self._routing = dict(routing or {})
        self._gate: Gate = gate or _Open()
        self._max_attempts = max_attempts
        self._chance = chance or random.Random()  # noqa: S311 - spreads retries
        self._sleep = sleep
        self._limit_name = _NEW if is_openrouter else _OLD
        # OpenRouter always sends the usage; others do when they are asked.
        self._asks_for_usage = not is_openrouter

    @classmethod
    def from_settings(
        cls,
        settings: Settings,
        *,
        model: str | None = None,
        client: httpx.AsyncClient | None = None,
        gate: Gate | None = None,
    ) -> OpenRouter:
        """Return the client that the environment describes. Raises InputError."""
        key = settings.openrouter_api_key
        fallbacks = (name.strip() for name in settings.openrouter_fallbacks.split(","))
        return cls(
            base_url=settings.openrouter_base_url,
            model=model or settings.openrouter_model,
            key=key.get_secret_value() if key else None,
            fallbacks=[name for name in fallbacks if name],
            timeout=settings.openrouter_timeout,
            headers={"HTTP-Referer": settings.site_url, "X-OpenRouter-Title": settings.site_title},
            gate=gate,
            client=client,
        )

    def __repr__(self) -> str:
        return f"OpenRouter({httpx.URL(self._connection.url)!r}, {self.model})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._connection.aclose()

    async def complete(
        self, prompt: Prompt, *, on_text: Callable[[str], None] | None = None
    ) -> Completion:
        """Return the whole reply, as `LanguageModel.complete` says."""
        listener = _Listener(on_text)
        reply, calls = await self._persist(
            lambda: self._attempt(prompt, listener.tell), listener.start_again
        )
        clean = partial(self._connection.without_key, least=_LEAST_SECRET)
        return Completion(
            text=clean("".join(reply.text)),
            finish_reason=clean(reply.finish_reason or "stop"),
            usage=reply.usage,
            model=clean(reply.model or self.model),
            provider=clean(reply.provider) if reply.provider else None,
            generation_id=clean(reply.generation_id) if reply.generation_id else None,
            attempts=calls,
        )

    async def models(self) -> dict[str, ModelInfo]:
        """Return the provider's models by name; none where it does not list them. Raises
        ProviderError."""
        body, _ = await self._persist(lambda: self._connection.get("models"))
        listed = body.get("data") if body else None
        return {
            one["id"]: model_info(one)
            for one in (listed if isinstance(listed, list) else ())
            if isinstance(one, dict) and isinstance(one.get("id"), str)
        }

    async def key(self) -> KeyInfo:
        """Return what is left of the key; nothing is known where the provider does not say.
        Raises ProviderError."""
        body, _ = await self._persist(lambda: self._connection.get("key"))
        return key_info(body.get("data") if body else None)

    async def is_free_tier(self) -> bool | None:
        """Return whether the key is one without credit; None where the provider does not say.
        Raises ProviderError."""
        return (await self.key()).is_free_tier

    async def _persist(
        self, call: Callable[[], Awaitable[_Found]], start_again: Callable[[], None] = lambda: None
    ) -> tuple[_Found, int]:
        """Return what a call gives, repeated while that can help, and how many it took."""
        failures, repeated = 0, False
        for calls in count(1):
            try:
                return await call(), calls
            except CallFailed as error:
                failure = error
            if failure.refused and not repeated:
                repeated = True
                self._do_without(failure.refused)
                continue
            failures += 1
            if not failure.passing or failures == self._max_attempts:
                raise ProviderError(failure.status, failure.message, calls)
            start_again()
            wait = failure.retry_after
            await self._sleep(backoff(failures, self._chance) if wait is None else wait)
        raise AssertionError("a loop without an end")

    def _do_without(self, refused: frozenset[str]) -> None:
        # Calls under way at the same time are refused for the same name: it is changed once.
        if self._limit_name in refused:
            self._limit_name = _OTHER_LIMIT[self._limit_name]
        if "stream_options" in refused:
            self._asks_for_usage = False

    async def _attempt(self, prompt: Prompt, tell: Callable[[str], None]) -> Reply:
        async with self._gate.attempt(prompt) as attempt:
            try:
                reply = await self._connection.ask(self._body(prompt), tell, _OPTIONAL)
            except CallFailed as failure:
                if failure.status == 429:
                    attempt.limited(failure.retry_after)
                raise
            attempt.used(reply.usage)
            return reply

    def _body(self, prompt: Prompt) -> dict[str, Any]:
        routing = dict(self._routing)
        session = prompt.session
        body: dict[str, Any] = {
            "model": self.model,
            "messages": [
                {"role": message.role, "content": message.content} for message in prompt.messages
            ],
            "stream": True,
            self._limit_name: prompt.max_tokens,
        }
        if prompt.temperature is not None:
            body["temperature"] = prompt.temperature
        if prompt.schema is not None:
            form = {"name": prompt.schema.name, "strict": True, "schema": prompt.schema.schema}
            body["response_format"] = {"type": "json_schema", "json_schema": form}
            routing["require_parameters"] = True
        if self._fallbacks:
            body["models"] = [self.model, *self._fallbacks]
        if self._asks_for_usage:
            body["stream_options"] = {"include_usage": True}
        if self._is_openrouter and routing:
            body["provider"] = routing
        if self._is_openrouter and session:
            if len(session) > _LONGEST_SESSION:
                session = hashlib.sha256(session.encode("utf-8", "replace")).hexdigest()
            body["session_id"] = session
        return body


class _Listener:
    """Hands text on. Pieces without text are held back: an empty one means a new beginning."""

    def __init__(self, on_text: Callable[[str], None] | None) -> None:
        self._on_text = on_text
        self._has_told = False

    def tell(self, text: str) -> None:
        if text and self._on_text is not None:
            self._has_told = True
            self._on_text(text)

    def start_again(self) -> None:
        if self._has_told and self._on_text is not None:
            self._has_told = False
            self._on_text("")
