"""Every error as RFC 9457 `application/problem+json`: the one place that knows which is which."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bookgen.errors import BookgenError, ExportError, InputError, MissingExtraError
from bookgen.jobs.errors import (
    ConflictError,
    JobNotFoundError,
    JobStateError,
    OutlineChangedError,
    StoreError,
)

__all__ = [
    "MEDIA_TYPE",
    "Problem",
    "ProblemError",
    "add_handlers",
    "body_of",
    "problem_response",
]

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"

# Status and type of each error; the first class that fits counts.
_KINDS: tuple[tuple[type[BookgenError], int, str], ...] = (
    (JobNotFoundError, 404, "job-not-found"),
    (JobStateError, 409, "job-state"),
    (OutlineChangedError, 412, "outline-changed"),
    (ConflictError, 409, "conflict"),
    (StoreError, 503, "store-unavailable"),
    (MissingExtraError, 409, "missing-extra"),
    (InputError, 422, "invalid-input"),
    (ExportError, 409, "export-failed"),
)


class ProblemError(Exception):
    """An error that is HTTP's own: `type` is its stable name, a part of a URI."""

    def __init__(
        self,
        status: int,
        type_: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(status, type_, detail)
        self.status = status
        self.type = type_
        self.detail = detail
        self.headers = dict(headers or {})
        self.more = more


class Violation(BaseModel):
    """One thing that does not hold: where, such as `body.chapters`, and why."""

    location: str
    message: str
    type: str


class Problem(BaseModel):
    """Why a request was refused (RFC 9457). `type` is stable; `errors` come with a request whose
    form does not hold."""

    model_config = ConfigDict(extra="forbid")

    type: str
    title: str
    status: int
    detail: str
    errors: list[Violation] = []


def body_of(problem: ProblemError) -> dict[str, Any]:
    """Return what an answer tells of a problem."""
    return {
        "type": f"urn:bookgen:problem:{problem.type}",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        **problem.more,
    }


def problem_response(problem: ProblemError) -> Response:
    """Return the response that tells of a problem."""
    # Nothing that a client sent, such as half of a surrogate pair, makes the answer fail.
    text = json.dumps(body_of(problem), ensure_ascii=True)
    return Response(text, problem.status, problem.headers, MEDIA_TYPE)


def add_handlers(app: FastAPI) -> None:
    """Let the application answer every error with a problem."""

    async def own(_: Request, error: Exception) -> Response:
        assert isinstance(error, ProblemError)
        return problem_response(error)

    async def domain(_: Request, error: Exception) -> Response:
        for kind, status, type_ in _KINDS:
            if isinstance(error, kind):
                headers = {}
                if status == HTTPStatus.SERVICE_UNAVAILABLE:
                    log.error("store failed", reason=str(error))
                    headers["Retry-After"] = "5"
                return problem_response(ProblemError(status, type_, str(error), headers=headers))
        raise error

    async def invalid(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        errors = [
            {
                "location": ".".join(str(part) for part in one["loc"]),
                "message": one["msg"],
                "type": one["type"],
            }
            for one in error.errors()
        ]
        named = "; ".join(f"{one['location']}: {one['message']}" for one in errors[:3])
        detail = f"The request does not hold. {named}"
        return problem_response(
            ProblemError(422, "invalid-request", detail, errors=jsonable_encoder(errors))
        )

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        type_ = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
        detail, headers = str(error.detail), dict(error.headers or {})
        if error.status_code == HTTPStatus.NOT_FOUND:
            detail = f"There is nothing at {request.url.path}. /docs lists what there is."
        elif error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            headers["Allow"] = ", ".join(sorted(_methods(request)))
            detail = f"{request.url.path} takes {headers['Allow']}, not {request.method}."
        return problem_response(ProblemError(error.status_code, type_, detail, headers=headers))

    app.add_exception_handler(ProblemError, own)
    app.add_exception_handler(BookgenError, domain)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)


def _methods(request: Request) -> set[str]:
    """Return the methods of all routes that have the path of the one that was found: the framework
    tells those of that one alone."""
    path = request.scope["route"].path_format
    return {
        method
        for route in iter_route_contexts(request.app.routes)
        if route.path_format == path
        for method in route.methods or ()
    }
