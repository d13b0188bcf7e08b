"""Reads the body of a chat completion, and refuses it as a provider would."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from bookgen.llm.simulator.config import AUTO, Model, SimulatorConfig

__all__ = ["ChatRequest", "RefusedError", "choose_model", "prompt_hash", "read_request"]


class RefusedError(Exception):
    """A call is answered with an error: HTTP status, message, error type, headers, metadata."""

    def __init__(
        self,
        status: int,
        message: str,
        error_type: str = "invalid_request",
        headers: Mapping[str, str] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message
        self.error_type = error_type
        self.headers = dict(headers or {})
        self.metadata = dict(metadata or {})


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A chat completion that is asked for.

    `text` is all that its messages say, `user_text` what the user's say. `models` are asked in
    this order. `schema` is that of a structured reply; `json_object` asks for JSON of any form.
    """

    text: str
    user_text: str
    models: tuple[str, ...]
    hash: str
    stream: bool = False
    include_usage: bool = False
    max_tokens: int | None = None
    schema: Mapping[str, Any] | None = None
    json_object: bool = False
    session: str = ""


def prompt_hash(body: Mapping[str, Any]) -> str:
    """Return 16 hexadecimal digits that stand for what is asked: messages and form of the reply."""
    asked = {key: body.get(key) for key in ("messages", "response_format")}
    canonical = json.dumps(asked, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def read_request(raw: bytes, *, only_max_tokens: bool = False) -> ChatRequest:
    """Return what the body asks for. Raises RefusedError (400) for one of the wrong form."""
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"The body is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise _bad("The body must be a JSON object.")
    if only_max_tokens and "max_completion_tokens" in body:
        raise _bad("Unrecognized request argument supplied: max_completion_tokens")
    texts = _texts(body.get("messages"))
    models = [body.get("model"), *_list(body, "models")]
    if any(model is not None and not isinstance(model, str) for model in models):
        raise _bad("model and models must be names of models.")
    temperature = body.get("temperature")
    if temperature is not None and not _is_number(temperature, 0, 2):
        raise _bad(f"temperature must be 0 to 2, not {temperature!r}.")
    session = body.get("session_id") or ""
    if not isinstance(session, str) or len(session) > 256:
        raise _bad("session_id must be a text of at most 256 characters.")
    schema, json_object = _response_format(body.get("response_format"))
    options = body.get("stream_options") or {}
    return ChatRequest(
        text="\n".join(text for _, text in texts),
        user_text="\n".join(text for role, text in texts if role == "user"),
        models=tuple(dict.fromkeys(model for model in models if model is not None)),
        hash=prompt_hash(body),
        stream=body.get("stream") is True,
        include_usage=isinstance(options, dict) and options.get("include_usage") is True,
        max_tokens=_max_tokens(body),
        schema=schema,
        json_object=json_object,
        session=session,
    )


def choose_model(request: ChatRequest, config: SimulatorConfig) -> Model:
    """Return the model that answers: the first of those asked for that is up.

    Raises RefusedError: 400 for a model that is not on offer, 502 where all are down.
    """
    offered = {model.id: model for model in config.models}
    written = [model for model in config.models if model.id != AUTO]
    if config.only_max_tokens:
        return written[0]  # such a server has one model and does not look at the name
    asked = request.models or (AUTO,)
    for name in asked:
        if name not in offered and name != AUTO:
            raise _bad(f"{name} is not a valid model ID")
    for name in asked:
        for model in written if name == AUTO else [offered[name]]:
            if model.id not in config.down_models:
                return model
    raise RefusedError(
        HTTPStatus.BAD_GATEWAY,
        f"No model is up: {', '.join(asked)}",
        "provider_unavailable",
        metadata={"provider_code": "model_down"},
    )


def _bad(message: str) -> RefusedError:
    return RefusedError(HTTPStatus.BAD_REQUEST, message)


def _list(body: Mapping[str, Any], name: str) -> list[Any]:
    value = body.get(name) or []
    if not isinstance(value, list):
        raise _bad(f"{name} must be an array.")
    return value


def _is_number(value: object, low: float, high: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def _texts(messages: object) -> list[tuple[str, str]]:
    """Return role and text of each message."""
    if not isinstance(messages, list) or not messages:
        raise _bad("messages must be an array with one message or more.")
    texts = []
    for message in messages:
        if not isinstance(message, dict) or not isinstance(message.get("role"), str):
            raise _bad("A message must have a role and a content.")
        content = message.get("content")
        if isinstance(content, list):
            content = "\n".join(
                part["text"]
                for part in content
                if isinstance(part, dict) and isinstance(part.get("text"), str)
            )
        if not isinstance(content, str):
            raise _bad("A message's content must be a text, or an array of parts with a text.")
        texts.append((message["role"], content))
    return texts


def _max_tokens(body: Mapping[str, Any]) -> int | None:
    limits = []
    for name in ("max_tokens", "max_completion_tokens"):
        limit = body.get(name)
        if limit is None:
            continue
        if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
            raise _bad(f"{name} must be a whole number above 0, not {limit!r}.")
        limits.append(limit)
    return min(limits, default=None)


def _response_format(value: object) -> tuple[Mapping[str, Any] | None, bool]:
    if value is None:
        return None, False
    if isinstance(value, dict) and value.get("type") == "text":
        return None, False
    if isinstance(value, dict) and value.get("type") == "json_object":
        return None, True
    form = value.get("json_schema") if isinstance(value, dict) else None
    if not isinstance(form, dict) or not form.get("name"):
        raise _bad("response_format must be a json_schema with a name and a schema.")
    schema = form.get("schema")
    if not isinstance(schema, dict):
        raise _bad("response_format.json_schema.schema must be an object.")
    return schema, False
