"""What every request passes: an id, the rate limit, the bound of its body, the count."""

from __future__ import annotations

import re
import time
from http import HTTPStatus
from uuid import uuid4

import structlog
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bookgen.api.clients import ApiKeys, TrustedProxies, header
from bookgen.api.metrics import Metrics
from bookgen.api.problems import ProblemError, problem_response
from bookgen.api.ratelimit import Allowance, RateLimiter

__all__ = ["FREE", "Edge"]

# Never limited: what watches the service must reach it.
FREE = frozenset({"/health", "/livez", "/readyz", "/metrics"})
_GIVEN_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")

_UNEXPECTED = ProblemError(
    500, "internal", "An unexpected error. The log has it under this request's id."
)

log = structlog.get_logger(__name__)


class Edge:
    """Pure ASGI: a request costs no task of its own here."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        limiter: RateLimiter,
        keys: ApiKeys,
        proxies: TrustedProxies,
        metrics: Metrics,
        max_body: int,
        access_log: bool,
    ) -> None:
        self._app = app
        self._limiter = limiter
        self._keys = keys
        self._proxies = proxies
        self._metrics = metrics
        self._max_body = max_body
        self._access_log = access_log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        given = header(scope, b"x-request-id") or ""
        request_id = given if _GIVEN_ID.fullmatch(given) else uuid4().hex
        headers = [(b"x-request-id", request_id.encode("ascii"))]
        status, seconds = 0, 0.0

        async def tell(message: Message) -> None:
            nonlocal status, seconds
            if message["type"] == "http.response.start":
                status, seconds = message["status"], time.perf_counter() - began
                message = {**message, "headers": [*message["headers"], *headers]}
            await send(message)

        owner = self._keys.client(_api_key(scope)) if self._keys.are_required else None
        scope.setdefault("state", {})["key_owner"] = owner
        client = owner or self._proxies.client(scope)
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                refusal = self._refusal(scope, client, headers)
                if refusal is not None:
                    await problem_response(refusal)(scope, receive, tell)
                else:
                    await self._bounded(scope, receive, tell)
            except Exception as error:
                log.error("unexpected error", path=scope["path"], exc_info=error)
                # An answer that has begun is left unfinished: the server closes the connection.
                if not status:
                    await problem_response(_UNEXPECTED)(scope, receive, tell)
            finally:
                route = getattr(scope.get("route"), "path_format", "other")
                self._metrics.answered(route, scope["method"], status, seconds)
                if self._access_log:
                    log.info(
                        "request",
                        method=scope["method"],
                        path=scope["path"],
                        status=status,
                        milliseconds=round(1000 * seconds, 1),
                        client=client,
                    )

    def _refusal(
        self, scope: Scope, client: str, headers: list[tuple[bytes, bytes]]
    ) -> ProblemError | None:
        """Return why a request is not let in, None for one that is; `headers` get the state of its
        client's limit."""
        if scope["path"] not in FREE:
            allowance = self._limiter.take(client)
            headers += self._told(allowance)
            if not allowance.admitted:
                return self._rate_limited(allowance)
        length = header(scope, b"content-length") or "0"
        if length.isdigit() and int(length) > self._max_body:
            return self._too_large()
        return None

    async def _bounded(self, scope: Scope, receive: Receive, send: Send) -> None:
        read = 0

        async def bounded() -> Message:
            nonlocal read
            message = await receive()
            if message["type"] == "http.request":
                read += len(message.get("body", b""))
                if read > self._max_body:
                    # An HTTPException, as the framework takes all others for a broken body.
                    too_large = self._too_large()
                    raise HTTPException(too_large.status, too_large.detail)
            return message

        await self._app(scope, bounded, send)

    def _told(self, allowance: Allowance) -> list[tuple[bytes, bytes]]:
        policy = f'"default";q={self._limiter.limit};w=60'
        state = f'"default";r={allowance.remaining};t={allowance.reset}'
        return [(b"ratelimit-policy", policy.encode()), (b"ratelimit", state.encode())]

    def _rate_limited(self, allowance: Allowance) -> ProblemError:
        return ProblemError(
            HTTPStatus.TOO_MANY_REQUESTS,
            "rate-limited",
            f"More than {self._limiter.limit} requests a minute. Wait {allowance.reset} s.",
            headers={"Retry-After": str(allowance.reset)},
        )

    def _too_large(self) -> ProblemError:
        return ProblemError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "body-too-large",
            f"The body has more than {self._max_body:,} bytes. Send less at once.",
        )


def _api_key(scope: Scope) -> str | None:
    """Return the key that a request brings: as a bearer token, or in X-API-Key."""
    headers = Headers(scope=scope)
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    return headers.get("x-api-key")
