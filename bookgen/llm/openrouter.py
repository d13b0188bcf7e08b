"""The client for OpenRouter and any other server that speaks OpenAI's chat completions."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self
from urllib.parse import urlsplit

import httpx

from bookgen.errors import InputError, ProviderError
from bookgen.llm.base import Completion, Prompt
from bookgen.llm.replies import CallFailed, ModelInfo, Reply, failure_of, model_info
from bookgen.llm.sse import EventParser
from bookgen.models import Usage
from bookgen.settings import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

__all__ = ["Attempt", "Gate", "ModelInfo", "OpenRouter"]

_FIRST_WAIT, _LONGEST_WAIT = 1.0, 30.0
_CONNECT = 10.0
# A stream of nothing but comments is given up after so many times the time without a byte.
_ONLY_COMMENTS = 5


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

    @asynccontextmanager
    async def attempt(self, prompt: Prompt) -> AsyncIterator[Attempt]:  # noqa: ARG002 - the port's
        yield self

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
        transport: httpx.AsyncBaseTransport | None = None,
        chance: random.Random | None = None,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InputError(f"The provider's address must be http(s)://..., not {base_url!r}.")
        self._is_openrouter = parts.hostname.endswith("openrouter.ai")
        if self._is_openrouter and not key:
            raise InputError(
                "OpenRouter needs a key: set OPENROUTER_API_KEY, or OPENROUTER_BASE_URL to a "
                "server that needs none."
            )
        self.model = model
        self._key = key
        self._fallbacks = tuple(fallbacks)
        self._routing = dict(routing or {})
        self._timeout = timeout
        self._gate: Gate = gate or _Open()
        self._max_attempts = max_attempts
        self._chance = chance or random.Random()  # noqa: S311 - spreads retries
        self._wall_clock = wall_clock
        self._limit_name = "max_completion_tokens" if self._is_openrouter else "max_tokens"
        self._http = httpx.AsyncClient(
            base_url=base_url.rstrip("/") + "/",
            headers={
                **({"Authorization": f"Bearer {key}"} if key else {}),
                **(headers or {}),
            },
            timeout=httpx.Timeout(timeout, connect=min(_CONNECT, timeout), pool=None),
            limits=httpx.Limits(max_connections=None),
            transport=transport,
        )

    @classmethod
    def from_settings(
        cls, settings: Settings, *, model: str | None = None, gate: Gate | None = None
    ) -> OpenRouter:
        """Return the client that the environment describes. Raises InputError."""
        key = settings.openrouter_api_key
        named = {"HTTP-Referer": settings.site_url, "X-OpenRouter-Title": settings.site_title}
        fallbacks = (name.strip() for name in settings.openrouter_fallbacks.split(","))
        return cls(
            base_url=settings.openrouter_base_url,
            model=model or settings.openrouter_model,
            key=key.get_secret_value() if key else None,
            fallbacks=[name for name in fallbacks if name],
            timeout=settings.openrouter_timeout,
            headers={name: value for name, value in named.items() if value},
            gate=gate,
        )

    def __repr__(self) -> str:
        return f"OpenRouter({self._http.base_url}, {self.model})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    async def complete(
        self, prompt: Prompt, *, on_text: Callable[[str], None] | None = None
    ) -> Completion:
        """Return the whole reply, as `LanguageModel.complete` says."""
        tell = on_text or _ignore
        for attempt in range(1, self._max_attempts + 1):
            try:
                reply = await self._attempt(prompt, tell)
            except CallFailed as failure:
                if not failure.passing or attempt == self._max_attempts:
                    raise ProviderError(failure.status, failure.message, attempt) from None
                tell("")
                await asyncio.sleep(self._wait(attempt, failure.retry_after))
            else:
                return Completion(
                    text="".join(reply.text),
                    finish_reason=reply.finish_reason or "stop",
                    usage=reply.usage,
                    model=reply.model or self.model,
                    provider=reply.provider,
                    generation_id=reply.generation_id,
                    attempts=attempt,
                )
        raise AssertionError("a loop of at least one attempt")

    async def models(self) -> dict[str, ModelInfo]:
        """Return the provider's models by name; none where it does not list them. Raises
        ProviderError."""
        body = await self._get("models")
        listed = body.get("data") if isinstance(body, Mapping) else None
        return {
            str(one["id"]): model_info(one)
            for one in listed or ()
            if isinstance(one, Mapping) and "id" in one
        }

    async def is_free_tier(self) -> bool | None:
        """Return whether the key is one without credit; None where the provider does not say.
        Raises ProviderError."""
        body = await self._get("key")
        data = body.get("data") if isinstance(body, Mapping) else None
        free = data.get("is_free_tier") if isinstance(data, Mapping) else None
        return free if isinstance(free, bool) else None

    async def _get(self, path: str) -> Any:
        try:
            response = await self._http.get(path)
        except httpx.HTTPError as error:
            raise ProviderError(None, self._clean(_lost(error).message)) from None
        if response.status_code == 404:
            return None
        if response.is_error:
            failure = failure_of(response.status_code, _json_or_text(response))
            raise ProviderError(failure.status, self._clean(failure.message))
        return _json_or_text(response)

    async def _attempt(self, prompt: Prompt, tell: Callable[[str], None]) -> Reply:
        async with self._gate.attempt(prompt) as attempt:
            try:
                reply = await self._call(prompt, tell)
            except CallFailed as failure:
                if failure.status == 429:
                    attempt.limited(failure.retry_after)
                raise
            attempt.used(reply.usage)
            return reply

    async def _call(self, prompt: Prompt, tell: Callable[[str], None]) -> Reply:
        try:
            try:
                return await self._post(prompt, tell)
            except CallFailed as failure:
                other = self._other_limit_name(failure)
                if other is None:
                    raise
                self._limit_name = other
                return await self._post(prompt, tell)
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise _lost(error) from None
        except CallFailed as failure:
            failure.message = self._clean(failure.message)
            raise

    def _other_limit_name(self, failure: CallFailed) -> str | None:
        """Return the other name for the most tokens, if the server does not know this one."""
        if failure.status not in (400, 422) or self._limit_name not in failure.message:
            return None
        return {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}[
            self._limit_name
        ]

    async def _post(self, prompt: Prompt, tell: Callable[[str], None]) -> Reply:
        request = self._http.build_request("POST", "chat/completions", json=self._body(prompt))
        response = await self._http.send(request, stream=True)
        try:
            if response.is_error:
                await response.aread()
                raise failure_of(
                    response.status_code, _json_or_text(response), self._retry_after(response)
                )
            reply = Reply(generation_id=response.headers.get("x-generation-id"))
            if "text/event-stream" in response.headers.get("content-type", ""):
                await self._read_stream(response, reply, tell)
            else:
                body = _json_or_text(await _read(response))
                if not isinstance(body, Mapping):
                    raise CallFailed(None, "the reply is no JSON object", passing=True)
                tell(reply.take_object(body))
                reply.done = True
        finally:
            await response.aclose()
        if not reply.done and reply.finish_reason is None:
            raise CallFailed(None, "the stream broke off", passing=True)
        return reply

    async def _read_stream(
        self, response: httpx.Response, reply: Reply, tell: Callable[[str], None]
    ) -> None:
        parser = EventParser()
        clock = asyncio.get_running_loop().time
        since = clock()
        async for piece in response.aiter_bytes():
            events = parser.feed(piece)
            if events:
                since = clock()
            elif clock() - since > _ONLY_COMMENTS * self._timeout:
                raise CallFailed(408, "nothing but comments came in", passing=True)
            for data in events:
                if text := reply.take(data):
                    tell(text)
        for data in parser.feed(b"", last=True):
            if text := reply.take(data):
                tell(text)

    def _body(self, prompt: Prompt) -> dict[str, Any]:
        routing = dict(self._routing)
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
            body["response_format"] = {
                "type": "json_schema",
                "json_schema": {
                    "name": prompt.schema.name,
                    "strict": True,
                    "schema": dict(prompt.schema.schema),
                },
            }
            if self._is_openrouter:
                routing.setdefault("require_parameters", True)
        if not self._is_openrouter:
            body["stream_options"] = {"include_usage": True}
        if self._fallbacks:
            body["models"] = [self.model, *self._fallbacks]
        if routing:
            body["provider"] = routing
        if prompt.session and self._is_openrouter:
            body["session_id"] = prompt.session[:256]
        return body

    def _wait(self, attempt: int, retry_after: float | None) -> float:
        if retry_after is not None:
            return retry_after
        longest = min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** (attempt - 1))
        return longest / 2 + self._chance.random() * longest / 2

    def _retry_after(self, response: httpx.Response) -> float | None:
        """Return the seconds that a Retry-After header names, as a number or as a date."""
        told = response.headers.get("retry-after")
        if told is None:
            return None
        try:
            return max(0.0, float(told))
        except ValueError:
            pass
        try:
            return max(0.0, parsedate_to_datetime(told).timestamp() - self._wall_clock())
        except ValueError:
            return None

    def _clean(self, message: str) -> str:
        """A provider's message without the key, which it may echo."""
        return message.replace(self._key, "***") if self._key else message


def _ignore(text: str) -> None:
    """Take text that nobody asked for."""


async def _read(response: httpx.Response) -> httpx.Response:
    await response.aread()
    return response


def _json_or_text(response: httpx.Response) -> Any:
    try:
        return json.loads(response.content)
    except ValueError:
        return response.text


def _lost(error: Exception) -> CallFailed:
    said = str(error) or type(error).__name__
    return CallFailed(None, f"the connection failed: {said}", passing=True)
