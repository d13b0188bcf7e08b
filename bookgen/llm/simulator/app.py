"""The simulated provider as an ASGI application."""

from __future__ import annotations

import logging
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Receive, Scope, Send

from bookgen.llm.simulator.chat import ChatCompletions
from bookgen.llm.simulator.config import SimulatorConfig
from bookgen.llm.simulator.gate import Gate
from bookgen.llm.simulator.request import RefusedError
from bookgen.llm.simulator.state import State
from bookgen.llm.simulator.wire import error_body, key_body, models_body

__all__ = ["Simulator"]

_logger = logging.getLogger(__name__)


class Simulator:
    """A provider that writes from the passages of its prompts; `state` says what it has done.

    Its waits are asyncio's and its clock is the running loop's, so it may run under virtual time.
    In process, call it through `SimulatorTransport`. `httpx.ASGITransport` works for whole replies,
    but gives a response only when the application has ended: all chunks of a stream come at once
    and late, timeouts are not kept, a dropped connection is an AssertionError and not httpx's
    RemoteProtocolError, and a stream that is closed early is not noticed, since it is over by then.
    """

    def __init__(self, config: SimulatorConfig | None = None) -> None:
        self.config = config or SimulatorConfig()
        self.state = State()
        self._gate = Gate(self.config, self.state)
        self._chat = ChatCompletions(self.config, self.state, self._gate)
        self._app = Starlette(
            routes=[
                Mount("/api/v1", routes=self._routes()),
                Mount("/v1", routes=self._routes()),
                Route("/simulator/state", self._get_state),
                Route("/simulator/reset", self._post_reset, methods=["POST"]),
            ],
            exception_handlers={HTTPException: self._not_found, RefusedError: self._refused},
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            await self._app(scope, receive, send)
        except Exception:
            # The server that runs this is told to be quiet.
            _logger.exception("The simulator failed at %s", scope.get("path"))
            raise

    def reset(self) -> None:
        """Begin anew: counters, the numbers of calls, the last minute, generations, caches."""
        self.state.reset()
        self._gate.reset()
        self._chat.reset()

    def _routes(self) -> list[BaseRoute]:
        routes: list[BaseRoute] = [
            Route("/chat/completions", self._chat, methods=["POST"]),
            Route("/models", self._get_models),
        ]
        if not self.config.only_max_tokens:
            routes += [Route("/key", self._get_key), Route("/generation", self._get_generation)]
        return routes

    async def _get_models(self, _: Request) -> JSONResponse:
        return JSONResponse(models_body(self.config))

    async def _get_key(self, request: Request) -> JSONResponse:
        self._gate.check_key(request.headers.get("authorization"))
        return JSONResponse(key_body(self.config, self.state))

    async def _get_generation(self, request: Request) -> JSONResponse:
        self._gate.check_key(request.headers.get("authorization"))
        name = request.query_params.get("id", "")
        generation = self._chat.generations.get(name)
        if generation is None:
            raise RefusedError(HTTPStatus.NOT_FOUND, f"Generation {name} not found", "not_found")
        return JSONResponse(generation.body())

    async def _get_state(self, _: Request) -> JSONResponse:
        return JSONResponse(self.state.as_dict())

    async def _post_reset(self, _: Request) -> JSONResponse:
        self.reset()
        return JSONResponse(self.state.as_dict())

    async def _not_found(self, request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        refused = RefusedError(error.status_code, error.detail, "not_found")
        return await self._refused(request, refused)

    async def _refused(self, _: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RefusedError)
        body = error_body(error, plain=self.config.only_max_tokens)
        return JSONResponse(body, status_code=int(error.status), headers=error.headers)
