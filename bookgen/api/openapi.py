"""The OpenAPI document: what holds for many routes and is said here once, each with an example.

Routes name the problems that are their own; keys, limits, bodies and headers are the same for all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from fastapi import FastAPI
from pydantic import BaseModel

from bookgen.api.edge import FREE
from bookgen.api.problems import MEDIA_TYPE, Problem, body_of
from bookgen.api.problems import ProblemError as Told
from bookgen.api.schemas import books, outlines, service, sources

__all__ = ["ETAG", "FILE", "DocumentedApp", "answer", "binaries", "problems", "texts"]

_Responses: TypeAlias = dict[int | str, dict[str, Any]]

_JOB = "Job 3f1c2b7e-9a54-4c1d-8e3b-5d2f6a7b8c90"
# What a status says here, and a problem of each type that comes with it.
_PROBLEMS: dict[int, tuple[str, tuple[Told, ...]]] = {
    400: (
        "The body cannot be read.",
        (Told(400, "bad-request", "There was an error parsing the body"),),
    ),
    401: (
        "The service needs a key, and this is none of its keys.",
        (Told(401, "key-required", "This service needs a key: Authorization: Bearer KEY."),),
    ),
    404: (
        "There is no such job.",
        (Told(404, "job-not-found", f"There is no {_JOB.lower()}. List the jobs."),),
    ),
    409: (
        "The job's state, or another request, does not allow it.",
        (
            Told(409, "job-state", f"{_JOB} is completed (phase done): it cannot be cancelled."),
            Told(409, "not-complete", "The book is in_progress. Ask for its status."),
            Told(409, "conflict", "The idempotency key 'once' was used for another request."),
            Told(
                409,
                "missing-extra",
                "The format epub needs more than bookgen alone: pip install 'bookgen[export]'",
            ),
            Told(409, "export-failed", "pandoc could not make the book: it took over 120 s."),
        ),
    ),
    412: (
        "The outline has changed since it was read.",
        (Told(412, "outline-changed", f"The outline of {_JOB.lower()} is version 3 now, not 2."),),
    ),
    413: (
        "The body is too large.",
        (Told(413, "body-too-large", "The body has more than 1,048,576 bytes. Send less."),),
    ),
    422: (
        "The request does not hold.",
        (
            Told(
                422,
                "invalid-request",
                "The request does not hold. body.chapters: Input should be less than or equal "
                "to 50",
                errors=[
                    {
                        "location": "body.chapters",
                        "message": "Input should be less than or equal to 50",
                        "type": "less_than_equal",
                    }
                ],
            ),
            Told(422, "invalid-input", "'x' is no cursor of a page of jobs. Begin without one."),
        ),
    ),
    429: (
        "The client has made too many requests.",
        (
            Told(429, "rate-limited", "More than 60 requests a minute. Wait 17 s."),
            Told(
                429,
                "too-many-conversions",
                "18 books are being converted or wait for it. Ask again later, or for txt, md or "
                "html, which need no conversion.",
            ),
        ),
    ),
    503: (
        "The database cannot be used now.",
        (Told(503, "store-unavailable", "The database jobs.db cannot be used: its disk is full."),),
    ),
}


# The framework's form of problems, which is never sent.
_UNUSED = frozenset({"HTTPValidationError", "ValidationError"})


def _header(description: str, example: Any, **schema: Any) -> dict[str, Any]:
    return {
        "description": description,
        "required": True,
        "schema": {"type": "string", **schema},
        "example": example,
    }


ETAG = {"ETag": _header("The version of the outline.", '"3"', pattern='^"[0-9]+"$')}
FILE = {
    "Content-Disposition": _header(
        "The name of the file.", 'attachment; filename="ada-lovelace.txt"'
    )
}
_REQUEST_ID = {
    "X-Request-ID": _header(
        "The request's id in the log: the client's own where it is 1 to 64 letters, digits, `.`, "
        "`_` or `-`.",
        "5b0f4c9d1e7a4f0c8a55b1b2c3d4e5f6",
        pattern="^[A-Za-z0-9_.-]{1,64}$",
    )
}
_RATE_LIMIT = {
    "RateLimit-Policy": _header(
        "The requests of one client, and in how many seconds.", '"default";q=60;w=60'
    ),
    "RateLimit": _header(
        "How many are left, and in how many seconds there are more.", '"default";r=59;t=42'
    ),
}
_RETRY_AFTER = {"Retry-After": _header("Seconds to wait.", 17, type="integer", minimum=1)}
_AUTHENTICATE = {"WWW-Authenticate": _header("How to give a key.", "Bearer")}
_OWN_HEADERS = {401: _AUTHENTICATE, 429: _RETRY_AFTER, 503: _RETRY_AFTER}

_KEYS: dict[str, Any] = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}


def answer(status: int, **said: Any) -> _Responses:
    """Return what a route's `responses` says of one answer: its `content`, its `headers`."""
    return {status: said}


def problems(*statuses: int) -> _Responses:
    """Return what a route's `responses` says of problems with these statuses."""
    return {status: _problem(status) for status in statuses}


def texts(examples: dict[str, str]) -> dict[str, Any]:
    """Return the `content` of a response that is a text of one of these media types."""
    return {
        media_type: {"schema": {"type": "string"}, "example": example}
        for media_type, example in examples.items()
    }


def binaries(media_types: Iterable[str]) -> dict[str, Any]:
    """Return the `content` of a response that is a file of one of these media types."""
    schema = {"type": "string", "format": "binary"}
    return {
        media_type: {"schema": schema, "example": "the bytes of a file"}
        for media_type in media_types
    }


def _problem(status: int) -> dict[str, Any]:
    description, told = _PROBLEMS[status]
    return {
        "description": description,
        "headers": _OWN_HEADERS.get(status, {}),
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": f"#/components/schemas/{Problem.__name__}"},
                "examples": {one.type: {"value": body_of(one)} for one in told},
            }
        },
    }


class DocumentedApp(FastAPI):
    """An application whose OpenAPI document also tells what all its routes have in common."""

    def openapi(self) -> dict[str, Any]:
        """Return the document, made when it is first asked for."""
        if self.openapi_schema is None:
            document = super().openapi()
            components = document.setdefault("components", {})
            schemas = components["schemas"] | _schemas()
            components["schemas"] = {name: schemas[name] for name in schemas if name not in _UNUSED}
            for name, examples in _examples():
                components["schemas"][name]["examples"] = examples
            components["securitySchemes"] = _KEYS
            for path, operation in _operations(document):
                _complete(path, operation)
        return super().openapi()


def _schemas() -> dict[str, Any]:
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs"), Problem.__name__: schema}


def _examples() -> Iterator[tuple[str, Any]]:
    """Give the examples of bodies by the names of their schemas: the framework has dropped what is
    null in them."""
    for module in (books, outlines, service, sources):
        for name, found in vars(module).items():
            if isinstance(found, type) and issubclass(found, BaseModel):
                extra = found.model_config.get("json_schema_extra")
                if isinstance(extra, dict):
                    yield name, extra["examples"]


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, operations in document["paths"].items():
        for operation in operations.values():
            yield path, operation


def _complete(path: str, operation: dict[str, Any]) -> None:
    """Add what the edge, the framework and the keys answer, and the headers of all answers."""
    responses = operation["responses"]
    statuses = []
    responses.pop("422", None)
    if "requestBody" in operation:
        statuses += [400, 413, 422]
    elif any(one["in"] != "path" for one in operation.get("parameters", ())):
        # What a path names wrongly is not found.
        statuses.append(422)
    if path not in FREE:
        statuses.append(429)
    if path.startswith("/api/"):
        statuses.append(401)
        # Keys are needed only where the service has some.
        operation["security"] = [{name: []} for name in _KEYS] + [{}]
    responses |= {str(status): _problem(status) for status in statuses}
    everywhere = _REQUEST_ID if path in FREE else _REQUEST_ID | _RATE_LIMIT
    for response in responses.values():
        response["headers"] = everywhere | response.get("headers", {})
    operation["responses"] = dict(sorted(responses.items()))
