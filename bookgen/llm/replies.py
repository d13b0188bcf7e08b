"""What a provider's JSON says: pieces of a reply, its usage, a model's price, a key's rest."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bookgen.llm.retries import CallFailed, failure_of
from bookgen.models import Usage

__all__ = ["KeyInfo", "ModelInfo", "Reply", "key_info", "model_info"]


@dataclass
class Reply:
    """A reply while it comes in: from the chunks of a stream, or from one body."""

    text: list[str] = field(default_factory=list)
    finish_reason: str | None = None
    usage: Usage = field(default_factory=Usage)
    model: str = ""
    provider: str | None = None
    generation_id: str | None = None
    begun: bool = False
    done: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether all of the text has come in, with or without what follows it."""
        return self.finish_reason is not None or (self.begun and self.done)

    def take(self, data: str) -> str:
        """Take the data of an event and return the text in it. Raises CallFailed for an error in
        mid-stream and for data that is no JSON."""
        if data.strip() == "[DONE]":
            self.done = True
            return ""
        try:
            chunk = json.loads(data)
        except ValueError:
            chunk = None
        if isinstance(chunk, dict):
            return self.take_object(chunk)
        if self.finish_reason is not None:
            return ""  # half of the usage, say: no reason to pay for the text again
        raise CallFailed(None, "the stream holds data that is no JSON object", passing=True)

    def take_object(self, body: Mapping[str, Any]) -> str:
        """Take a chunk, or a whole body, and return the text in it. Raises CallFailed."""
        if body.get("error") or body.get("object") == "error":
            raise failure_of(None, body)
        self.model = _text(body.get("model")) or self.model
        self.provider = _text(body.get("provider")) or self.provider
        self.generation_id = _text(body.get("id")) or self.generation_id
        if usage := body.get("usage"):
            self.usage = _usage(usage)
        choices = body.get("choices")
        if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
            return ""
        choice = choices[0]
        self.begun = True
        reason = _text(choice.get("finish_reason"))
        if choice.get("error") or reason == "error":
            raise failure_of(None, {"error": choice.get("error") or "the reply broke off"})
        self.finish_reason = reason or self.finish_reason
        said = choice.get("delta") or choice.get("message")
        text = said.get("content") if isinstance(said, dict) else None
        if not text or not isinstance(text, str):
            return ""
        self.text.append(text)
        return text


def _usage(told: Any) -> Usage:
    usage = _mapping(told)
    return Usage(
        prompt_tokens=_whole(usage.get("prompt_tokens")),
        completion_tokens=_whole(usage.get("completion_tokens")),
        cost=_number(usage.get("cost")),
        cached_tokens=_whole(_mapping(usage.get("prompt_tokens_details")).get("cached_tokens")),
    )


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What a provider tells of a model: dollars a token, and tokens; None where it does not."""

    prompt_price: float | None
    completion_price: float | None
    context_length: int | None
    max_completion_tokens: int | None
    supported_parameters: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """What a provider tells of a key: US dollars left and used; None where it does not, and for
    `limit_remaining` where there is no limit."""

    limit_remaining: float | None = None
    is_free_tier: bool | None = None
    usage: float | None = None


def model_info(one: Mapping[str, Any]) -> ModelInfo:
    """Return what an entry of a provider's list tells."""
    prices = _mapping(one.get("pricing"))
    supported = one.get("supported_parameters")
    return ModelInfo(
        prompt_price=_price(prices.get("prompt")),
        completion_price=_price(prices.get("completion")),
        # vLLM has a name of its own.
        context_length=_count(one.get("context_length")) or _count(one.get("max_model_len")),
        max_completion_tokens=_count(
            _mapping(one.get("top_provider")).get("max_completion_tokens")
        ),
        supported_parameters=(
            frozenset(name for name in supported if isinstance(name, str))
            if isinstance(supported, list)
            else None
        ),
    )


def key_info(data: Any) -> KeyInfo:
    """Return what a provider's answer tells of the key."""
    told = _mapping(data)
    free, left = told.get("is_free_tier"), told.get("limit_remaining")
    return KeyInfo(
        # An overdrawn key has less than nothing left.
        limit_remaining=_amount(left),
        is_free_tier=free if isinstance(free, bool) else None,
        usage=_number(told.get("usage")),
    )


def _mapping(told: Any) -> Mapping[str, Any]:
    return told if isinstance(told, Mapping) else {}


def _text(told: Any) -> str | None:
    return told if isinstance(told, str) else None


def _amount(told: Any) -> float | None:
    """A finite number, which JSON's true and NaN are not."""
    if isinstance(told, bool) or not isinstance(told, int | float) or not math.isfinite(told):
        return None
    return float(told)


def _number(told: Any) -> float | None:
    amount = _amount(told)
    return None if amount is None or amount < 0 else amount


def _whole(told: Any) -> int | None:
    number = _number(told)
    return None if number is None else int(number)


def _count(told: Any) -> int | None:
    return _whole(told) or None


def _price(told: Any) -> float | None:
    """Dollars a token; a negative price stands for one that is not fixed."""
    if not isinstance(told, str | int | float):
        return None
    try:
        return _number(float(told))
    except ValueError:
        return None
