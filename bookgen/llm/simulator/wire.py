"""The bodies that a simulated provider sends: replies, chunks, errors, lists."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bookgen.llm.simulator.config import Model, SimulatorConfig
from bookgen.llm.simulator.request import RefusedError
from bookgen.llm.simulator.state import State

__all__ = [
    "COMMENT",
    "DONE",
    "GARBAGE",
    "Envelope",
    "Generation",
    "error_body",
    "event",
    "key_body",
    "models_body",
    "usage_body",
]

COMMENT = b": OPENROUTER PROCESSING\n\n"
DONE = b"data: [DONE]\n\n"
# Half a chunk, as a broken proxy would send it.
GARBAGE = b'data: {"id":"gen-\n\n'


def event(body: Mapping[str, Any]) -> bytes:
    """Return one server-sent event."""
    return b"data: " + dump(body) + b"\n\n"


def dump(body: Mapping[str, Any]) -> bytes:
    """Return compact JSON in UTF-8."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is the same in every body of one reply. A plain server names no provider."""

    id: str
    model: Model
    created: int
    plain: bool = False

    def chunk(
        self,
        content: str | None,
        finish_reason: str | None = None,
        *,
        error: Mapping[str, Any] | None = None,
        usage: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Return a chunk as an event; with `content` None its `choices` are empty."""
        body = self._head("chat.completion.chunk")
        if error is not None:
            body["error"] = error
        body["choices"] = []
        if content is not None:
            delta = {"content": content} if error else {"role": "assistant", "content": content}
            body["choices"] = [{"index": 0, "delta": delta, "finish_reason": finish_reason}]
        if usage is not None:
            body["usage"] = usage
        return event(body)

    def whole(self, text: str, finish_reason: str, usage: Mapping[str, Any]) -> dict[str, Any]:
        """Return the body of a reply that is not streamed."""
        message = {"role": "assistant", "content": text}
        return {
            **self._head("chat.completion"),
            "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}],
            "usage": usage,
        }

    def _head(self, kind: str) -> dict[str, Any]:
        head = {
            "id": self.id,
            "object": kind,
            "created": self.created,
            "model": self.model.id,
        }
        return head if self.plain else {**head, "provider": self.model.provider}


def usage_body(
    prompt_tokens: int, completion_tokens: int, cached_tokens: int, cost: float | None
) -> dict[str, Any]:
    """Return `usage`; with `cost` None that of a plain server."""
    usage: dict[str, Any] = {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
    }
    if cost is None:
        return usage
    return {
        **usage,
        "cost": cost,
        "cost_details": {"upstream_inference_cost": cost},
        "prompt_tokens_details": {"cached_tokens": cached_tokens, "cache_write_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0},
    }


def error_body(refused: RefusedError, *, plain: bool = False) -> dict[str, Any]:
    """Return the body of an error."""
    if plain:
        error = {"message": refused.message, "type": refused.error_type, "code": refused.status}
    else:
        metadata = {"error_type": refused.error_type, **refused.metadata}
        error = {"code": refused.status, "message": refused.message, "metadata": metadata}
    return {"error": error}


@dataclass(frozen=True, slots=True)
class Generation:
    """What is kept of a reply for `GET /generation`. Times are in seconds."""

    envelope: Envelope
    prompt_hash: str
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    cost: float
    streamed: bool
    finish_reason: str | None
    latency: float
    seconds: float

    def body(self) -> dict[str, Any]:
        """Return the answer of `GET /generation`; without a finish reason it was broken off.
        `prompt_hash`, which OpenRouter has not, leads to its calls in the state."""
        return {
            "data": {
                "id": self.envelope.id,
                "model": self.envelope.model.id,
                "provider_name": self.envelope.model.provider,
                "created_at": self.envelope.created,
                "prompt_hash": self.prompt_hash,
                "streamed": self.streamed,
                "cancelled": self.finish_reason is None,
                "finish_reason": self.finish_reason,
                "total_cost": self.cost,
                "usage": self.cost,
                "tokens_prompt": self.prompt_tokens,
                "tokens_completion": self.completion_tokens,
                "native_tokens_prompt": self.prompt_tokens,
                "native_tokens_completion": self.completion_tokens,
                "native_tokens_cached": self.cached_tokens,
                "native_tokens_reasoning": 0,
                "latency": round(self.latency * 1000),
                "generation_time": round(self.seconds * 1000),
            }
        }


def models_body(config: SimulatorConfig) -> dict[str, Any]:
    """Return the list of models."""
    if config.only_max_tokens:
        names = [model.id for model in config.models if model.prompt_price != "-1"]
        return {"object": "list", "data": [{"id": name, "object": "model"} for name in names]}
    return {
        "data": [
            {
                "id": model.id,
                "name": model.name,
                "context_length": model.context_length,
                "pricing": {
                    "prompt": model.prompt_price,
                    "completion": model.completion_price,
                    "request": "0",
                    "input_cache_read": model.cache_price,
                },
                "top_provider": {
                    "context_length": model.context_length,
                    "max_completion_tokens": model.max_completion_tokens,
                    "is_moderated": False,
                },
                "supported_parameters": [
                    "max_completion_tokens",
                    "max_tokens",
                    "response_format",
                    "seed",
                    "stop",
                    "structured_outputs",
                    "temperature",
                ],
            }
            for model in config.models
        ]
    }


def key_body(config: SimulatorConfig, state: State) -> dict[str, Any]:
    """Return what is known of the key: its limit and what was used of it, in US dollars."""
    left = None if config.credit is None else max(config.credit - state.cost, 0.0)
    return {
        "data": {
            "label": "sk-or-v1-simulated",
            "limit": config.credit,
            "limit_remaining": left,
            "usage": state.cost,
            "usage_daily": state.cost,
            "usage_weekly": state.cost,
            "usage_monthly": state.cost,
            "is_free_tier": config.free_tier,
        }
    }
