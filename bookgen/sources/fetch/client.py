"""The client: pages and probes, with redirects followed one checked step at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType

import httpcore
import httpx

from bookgen.sources.fetch.body import ENCODINGS, read_body, too_large
from bookgen.sources.fetch.failures import FetchError, FetchFailure
from bookgen.sources.fetch.guard import Guard, Lookup, system_lookup
from bookgen.sources.fetch.limits import Budget, Slots
from bookgen.sources.fetch.network import open_pool
from bookgen.sources.fetch.policy import FetchPolicy
from bookgen.sources.fetch.replies import Access, Fetched, Reply
from bookgen.sources.fetch.robots import ROBOTS_BYTES, Robots
from bookgen.sources.fetch.urls import host_of, parse_url, port_of, redirected, shown

__all__ = ["Fetcher"]

MAX_REDIRECTS = 5
_MAX_HEADER_BYTES = 64 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Statuses to a HEAD after which a GET would tell nothing else, or would be impolite.
_FINAL_FOR_HEAD = frozenset({410, 429})
# Failures that the method of a request can have to do with.
_MAYBE_THE_METHOD = frozenset({"timeout", "reply", "connection"})
_ACCEPT = "text/html, application/pdf, text/plain, */*;q=0.5"
_A_FEW_BYTES = ("Range", "bytes=0-1023")


class Fetcher:
    """Fetches from the open web and from nowhere else.

        async with Fetcher(policy) as fetcher:
            page = await fetcher.get("https://example.org/life")

    Every connection, also after a redirect and for a robots.txt, goes to an address that was
    checked. Belongs to one event loop. No cookies are kept and no proxy is used.
    """

    def __init__(
        self, policy: FetchPolicy | None = None, *, lookup: Lookup = system_lookup
    ) -> None:
        self._policy = policy = policy or FetchPolicy()
        self._guard = Guard(policy.allow, policy.connect_seconds, lookup)
        self._pool = open_pool(self._guard, policy.connect_seconds)
        self._slots = Slots(policy.concurrency, policy.per_host)
        self._robots = Robots(self._read_robots)

    async def __aenter__(self) -> Fetcher:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close what is open. Requests under way fail."""
        await self._pool.aclose()
        self._guard.close()

    async def get(self, url: str, *, is_api: bool = False) -> Fetched:
        """Return a page. Raises FetchError where it cannot be had, or its status is not 2xx.

        `is_api` is for what its owner publishes for programs to ask: a robots.txt, which is for
        programs that read a site's pages, does not speak of it.
        """
        with _located(url):
            final, reply, passed = await self._follow(
                "GET",
                url,
                Budget(self._policy.seconds),
                limit=self._policy.max_bytes,
                is_api=is_api,
            )
            if not reply.is_success:
                raise _bad_status(reply.status)
        return Fetched(
            url=url,
            final_url=str(final),
            status=reply.status,
            content_type=reply.content_type,
            body=reply.body,
            charset=reply.charset,
            redirects=passed,
        )

    async def probe(self, url: str) -> Access:
        """Return whether a page can be reached: by HEAD, and where that fails by the beginning of
        a GET. Each has half of the time."""
        try:
            return await self._probe("HEAD", url)
        except FetchFailure as failure:
            refused = failure.code == "status" and failure.status not in _FINAL_FOR_HEAD
            if not refused and failure.code not in _MAYBE_THE_METHOD:
                return _no_access(url, failure)
        try:
            return await self._probe("GET", url, _A_FEW_BYTES)
        except FetchFailure as failure:
            return _no_access(url, failure)

    async def _probe(self, method: str, url: str, *headers: tuple[str, str]) -> Access:
        budget = Budget(self._policy.seconds / 2)
        final, reply, _ = await self._follow(method, url, budget, headers=headers)
        # 416: the page is there and shorter than the range.
        if not reply.is_success and reply.status != 416:
            raise _bad_status(reply.status)
        return Access(url, True, str(final), reply.status, reply.content_type)

    async def _follow(
        self,
        method: str,
        asked: str,
        budget: Budget,
        *,
        headers: Sequence[tuple[str, str]] = (),
        limit: int | None = None,
        is_api: bool = False,
    ) -> tuple[httpx.URL, Reply, tuple[str, ...]]:
        """Return the last URL, its reply, and the URLs that redirected to it."""
        url = parse_url(asked)
        passed: list[str] = []
        while True:
            if not is_api:
                await self._robots.check(url, budget)
            reply = await self._request(method, url, budget, headers=headers, limit=limit)
            target = _target(url, reply, len(passed))
            if target is None:
                return url, reply, tuple(passed)
            passed.append(str(url))
            url = target

    async def _read_robots(self, url: httpx.URL, budget: Budget) -> Reply:
        for count in range(MAX_REDIRECTS + 1):
            reply = await self._request("GET", url, budget, limit=ROBOTS_BYTES, cut=True)
            target = _target(url, reply, count)
            if target is None:
                break
            url = target
        return reply

    async def _request(
        self,
        method: str,
        url: httpx.URL,
        budget: Budget,
        *,
        headers: Sequence[tuple[str, str]] = (),
        limit: int | None = None,
        cut: bool = False,
    ) -> Reply:
        """Return one reply; its body, where it is no redirect, only with a `limit`."""
        sent = [
            ("Host", url.netloc.decode("ascii")),
            ("User-Agent", self._policy.user_agent),
            ("Accept", _ACCEPT),
            ("Accept-Encoding", ENCODINGS),
            ("Connection", "close"),
            *headers,
        ]
        target = httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=port_of(url), target=url.raw_path
        )
        async with self._slots.taken(host_of(url)), budget.spending():
            with _mapped():
                async with self._pool.stream(method, target, headers=sent) as response:
                    head = _head(response)
                    if limit is None or head.status in _REDIRECTS:
                        return head
                    length = head.headers.get("content-length", "")
                    if not cut and length.isdecimal() and int(length) > limit:
                        raise too_large(limit)
                    encoding = head.headers.get("content-encoding", "")
                    body = await read_body(response.aiter_stream(), encoding, limit, cut=cut)
                    return Reply(head.status, head.headers, body)


def _head(response: httpcore.Response) -> Reply:
    if sum(len(name) + len(value) for name, value in response.headers) > _MAX_HEADER_BYTES:
        raise FetchFailure("too-large", "its reply has too large a head. Give another copy.")
    return Reply(response.status, httpx.Headers(response.headers))


def _target(url: httpx.URL, reply: Reply, passed: int) -> httpx.URL | None:
    """Return where a reply redirects to, None where it does not. Raises FetchFailure after too
    many redirects."""
    location = reply.headers.get("location")
    if reply.status not in _REDIRECTS or location is None:
        return None
    if passed >= MAX_REDIRECTS:
        raise FetchFailure(
            "redirects",
            f"it redirects more than {MAX_REDIRECTS} times. Give the address at which a browser "
            "ends.",
        )
    return redirected(url, location)


def _bad_status(status: int) -> FetchFailure:
    if status in (401, 402, 403, 407, 451):
        way_out = "It is not open to programs: save the page yourself and give the file."
    elif status == 429 or status >= 500:
        way_out = "Try again later."
    else:
        way_out = "Check the address."
    return FetchFailure("status", f"its server answers with status {status}. {way_out}", status)


def _no_access(url: str, failure: FetchFailure) -> Access:
    return Access(url, False, status=failure.status, code=failure.code, reason=failure.reason)


@contextmanager
def _located(url: str) -> Iterator[None]:
    """Say of a failure which page it was."""
    try:
        yield
    except FetchFailure as failure:
        raise FetchError(shown(url), failure.reason, failure.code, failure.status) from failure


@contextmanager
def _mapped() -> Iterator[None]:
    try:
        yield
    except httpcore.ProtocolError as error:
        raise FetchFailure(
            "reply", "its server does not answer with HTTP that can be read. Check the address."
        ) from error
    except (httpcore.NetworkError, httpcore.TimeoutException) as error:
        raise FetchFailure(
            "connection", "its server broke off the connection. Try again later."
        ) from error
