"""One request to a provider over HTTP: sent, read, and its failure said without the key."""

from __future__ import annotations

import asyncio
import json
import re
import ssl
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Mapping
from contextlib import aclosing
from functools import cache
from typing import Any, cast

import httpx
from pydantic import SecretStr

from bookgen.errors import InputError
from bookgen.llm.replies import Reply
from bookgen.llm.retries import CallFailed, failure_of, parse_retry_after
from bookgen.llm.sse import EventParser

__all__ = ["Connection"]

_CONNECT = 10.0
# A stream of nothing but comments is given up after so many times the time without a byte.
_ONLY_COMMENTS = 5
# Seconds to see the end of a body whose reply is whole: a connection read to its end is used again.
_END = 0.5
_LONGEST_MESSAGE = 500
_LONGEST_ERROR_BODY = 65_536
_UNKNOWN = re.compile(
    r"unknown|unsupported|unrecogni[sz]ed|unexpected|forbidden|invalid (?:parameter|argument)|"
    r"not (?:supported|permitted|allowed|known|recogni[sz]ed)|does not (?:support|accept|know)",
    re.IGNORECASE,
)
# A parameter that is known and out of range is no reason to use another.
_OUT_OF_RANGE = re.compile(
    r"too (?:large|high|many|long)|exceed|at most|maximum|less than", re.IGNORECASE
)


@cache
def _trust() -> ssl.SSLContext:
    """Return the authorities that are trusted. Reading them takes 30 ms, in which nobody else is
    served: once is enough."""
    return httpx.create_ssl_context()


class Connection:
    """Speaks to one base address with one key. Every failure is a CallFailed without the key."""

    def __init__(
        self,
        base_url: str,
        key: str | None,
        *,
        timeout: float,
        headers: Mapping[str, str],
        client: httpx.AsyncClient | None,
        transport: httpx.AsyncBaseTransport | None,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        """Raises InputError for an address or a key that no request can be made with."""
        self._key = _checked_key(key)
        self.url = self._checked_url(base_url)
        self._auth = _Bearer(self._key) if self._key else None
        # As bytes: a title may be of any language, and httpx encodes text as ASCII.
        self._headers = [
            (name.encode(), " ".join(value.split()).encode())
            for name, value in headers.items()
            if value.strip()
        ]
        self._timeout = timeout
        self._timeouts = httpx.Timeout(timeout, connect=min(_CONNECT, timeout), pool=None)
        self._wall_clock = wall_clock
        self._own = client is None
        self._http = client or httpx.AsyncClient(
            transport=transport, verify=_trust(), limits=httpx.Limits(max_connections=None)
        )

    async def aclose(self) -> None:
        """Close the client, if it is its own."""
        if self._own:
            await self._http.aclose()

    async def ask(
        self, body: Mapping[str, Any], tell: Callable[[str], None], optional: frozenset[str]
    ) -> Reply:
        """Return the reply to a chat completion; `tell` gets its text piece by piece.

        Raises CallFailed, with `refused` where the server does not know some of the `optional`
        parameters.
        """
        try:
            return await self._ask(body, tell, optional)
        except (CallFailed, httpx.HTTPError, httpx.StreamError) as error:
            failure = self._failure(error)
        # Outside of the handler: what a server wrote stands in the error handled there.
        raise failure

    async def get(self, path: str) -> Any:
        """Return the JSON of a GET, None for 404. Raises CallFailed."""
        try:
            response = await self._send("GET", path)
            try:
                if response.status_code == 404:
                    return None
                return await self._json(response)
            finally:
                await response.aclose()
        except (CallFailed, httpx.HTTPError, httpx.StreamError) as error:
            failure = self._failure(error)
        raise failure

    def without_key(self, text: str, *, least: int = 1) -> str:
        """Return `text` with the key, which a provider may echo, put out of sight. A key of fewer
        than `least` letters is left."""
        key = self._key.get_secret_value() if self._key else ""
        return text.replace(key, "***") if len(key) >= max(least, 1) else text

    async def _send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        content, headers = None, self._headers
        if body is not None:
            # Half of a surrogate pair, as broken sources hold it, is no UTF-8.
            content = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
            headers = [*headers, (b"Content-Type", b"application/json")]
        request = self._http.build_request(
            method, f"{self.url}/{path}", content=content, headers=headers, timeout=self._timeouts
        )
        return await self._http.send(request, stream=True, auth=self._auth, follow_redirects=False)

    async def _ask(
        self, body: Mapping[str, Any], tell: Callable[[str], None], optional: frozenset[str]
    ) -> Reply:
        response = await self._send("POST", "chat/completions", body)
        try:
            reply = Reply(generation_id=response.headers.get("x-generation-id"))
            if response.is_success and _type(response) == "text/event-stream":
                await self._read_stream(response, reply, tell)
                if not reply.is_whole:
                    raise CallFailed(None, "the stream broke off", passing=True)
            else:
                answer = await self._json(response, optional & body.keys())
                tell(reply.take_object(answer))
                if not reply.begun:
                    raise CallFailed(
                        response.status_code, f"the answer is no reply: {answer}", passing=False
                    )
            return reply
        finally:
            await response.aclose()

    async def _read_stream(
        self, response: httpx.Response, reply: Reply, tell: Callable[[str], None]
    ) -> None:
        parser = EventParser()
        async with aclosing(_pieces(response)) as pieces:
            try:
                async for events in self._patiently(pieces, parser.feed):
                    for data in events:
                        tell(reply.take(data))
                    if reply.done:
                        break
                else:
                    for data in parser.feed(b"", last=True):
                        tell(reply.take(data))
            except httpx.TransportError:
                # All of the text is there and paid for. What is lost is at most its usage.
                if not reply.is_whole:
                    raise
            if reply.done:
                await _end(pieces)

    async def _json(
        self, response: httpx.Response, optional: frozenset[str] = frozenset()
    ) -> Mapping[str, Any]:
        """Return the object in a body. Raises CallFailed for any other answer."""
        status = response.status_code
        content = bytearray()
        async with aclosing(_pieces(response)) as pieces:
            try:
                async for piece in self._patiently(pieces, bytes.strip):
                    content += piece
                    if not response.is_success and len(content) > _LONGEST_ERROR_BODY:
                        break
            except httpx.TransportError:
                if response.is_success:  # else the status says enough
                    raise
        text = content.decode("utf-8", "replace")
        try:
            body = json.loads(text)
        except ValueError:
            body = text
        if response.is_success:
            if isinstance(body, dict):
                return body
            if text.startswith("{"):
                raise CallFailed(None, "the answer broke off", passing=True)
            what = _type(response) or "no content type"
            raise CallFailed(status, f"the answer is no JSON object, but {what}", passing=False)
        if response.has_redirect_location:
            body = f"redirected to {response.headers['location']}; give that address"
        told = response.headers.get("retry-after")
        failure = failure_of(status, body, parse_retry_after(told, self._wall_clock()))
        if status in (400, 422) and _UNKNOWN.search(text) and not _OUT_OF_RANGE.search(text):
            failure.refused = frozenset(name for name in optional if _names(text, name))
        raise failure

    async def _patiently(
        self, pieces: AsyncIterator[bytes], read: Callable[[bytes], Any]
    ) -> AsyncIterator[Any]:
        """Give what `read` makes of each piece, until for too long that is nothing."""
        clock = asyncio.get_running_loop().time
        since = clock()
        async for piece in pieces:
            found = read(piece)
            if found:
                since = clock()
                yield found
            elif clock() - since >= _ONLY_COMMENTS * self._timeout:
                waited = f"{clock() - since:.0f} s"
                raise CallFailed(None, f"nothing but comments came for {waited}", passing=True)

    def _failure(self, error: Exception) -> CallFailed:
        if not isinstance(error, CallFailed):
            error = _lost(error, self._timeout)
        # The key first: cut off in its midst it would not be found.
        message = " ".join(self.without_key(error.message).split())
        return CallFailed(
            error.status,
            message if len(message) <= _LONGEST_MESSAGE else message[:_LONGEST_MESSAGE] + " …",
            passing=error.passing,
            retry_after=error.retry_after,
            refused=error.refused,
        )

    def _checked_url(self, base_url: str) -> str:
        try:
            url = httpx.URL(base_url.strip())
            if url.scheme in ("http", "https") and url.host and (url.port or 0) < 65_536:
                return str(url).rstrip("/")
        except httpx.InvalidURL:
            pass  # said below, as for any other that is none
        raise InputError(
            f"The provider's address must be http(s)://..., not {self.without_key(base_url)!r}. "
            "Set OPENROUTER_BASE_URL."
        )


class _Bearer(httpx.Auth):
    """Sends the key. Kept out of the client's headers, where it would be seen and logged."""

    def __init__(self, key: SecretStr) -> None:
        self._key = key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._key.get_secret_value()}"
        yield request


def _checked_key(key: str | None) -> SecretStr | None:
    key = (key or "").strip()
    if not all("!" <= letter <= "~" for letter in key):
        # Said here and without the key: HTTP's own error would show it.
        raise InputError(
            "The key holds a space, a line end or a letter that is not ASCII. Copy "
            "OPENROUTER_API_KEY again."
        )
    return SecretStr(key) if key else None


async def _end(pieces: AsyncIterator[bytes]) -> None:
    try:
        async with asyncio.timeout(_END):
            await anext(pieces, None)
    except (TimeoutError, httpx.HTTPError):
        return  # the reply is whole; this connection is just not used again


def _lost(error: Exception, timeout: float) -> CallFailed:
    if isinstance(error, httpx.ConnectTimeout):
        said = f"no connection within {min(_CONNECT, timeout):g} s"
    elif isinstance(error, httpx.TimeoutException):
        said = f"no byte came for {timeout:g} s"
    else:
        said = f"the connection failed: {str(error) or type(error).__name__}"
    passes = (httpx.TimeoutException, httpx.NetworkError, httpx.RemoteProtocolError)
    return CallFailed(None, said, passing=isinstance(error, passes))


def _pieces(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    # httpx calls it an iterator; it is a generator, which must be closed where it is left early.
    return cast("AsyncGenerator[bytes, None]", response.aiter_bytes())


def _type(response: httpx.Response) -> str:
    return str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()


def _names(text: str, name: str) -> bool:
    return re.search(rf"(?<![a-z_]){name}(?![a-z_])", text) is not None
