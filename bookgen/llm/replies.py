"""What a provider's JSON says: pieces of a reply, its usage, an error, a model's price."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bookgen.models import Usage

__all__ = ["CallFailed", "ModelInfo", "Reply", "failure_of", "model_info"]

# Statuses that say "not now" rather than "no".
_PASSING = frozenset({408, 429, 500, 502, 503, 504, 524, 529})
_LONGEST_MESSAGE = 500


class CallFailed(Exception):  # noqa: N818 - one attempt failed, which may not be the end
    """One attempt failed. `status` is None where the connection did; `passing` says whether
    another attempt can help, `retry_after` after how many seconds, where the provider says so."""

    def __init__(
        self,
        status: int | None,
        message: str,
        *,
        passing: bool,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message
        self.passing = passing
        self.retry_after = retry_after


def failure_of(status: int, body: Any, retry_after: float | None = None) -> CallFailed:
    """Return the failure that an error body tells of; `body` is what its JSON holds, or text."""
    error = body.get("error") if isinstance(body, Mapping) else None
    if isinstance(error, Mapping):
        message = str(error.get("message") or "no message")
        metadata = error.get("metadata")
    else:
        message = str(error or body or "no message")
        metadata = None
    in_flight = (
        status == 402
        and retry_after is not None
        and isinstance(metadata, Mapping)
        and metadata.get("limit_source") == "openrouter_in_flight_budget"
    )
    return CallFailed(
        status,
        " ".join(message.split())[:_LONGEST_MESSAGE],
        passing=status in _PASSING or in_flight,
        retry_after=retry_after,
    )


@dataclass
class Reply:
    """A reply while it comes in: from the chunks of a stream, or from one body."""

    text: list[str] = field(default_factory=list)
    finish_reason: str | None = None
    usage: Usage = field(default_factory=Usage)
    model: str = ""
    provider: str | None = None
    generation_id: str | None = None
    done: bool = False

    def take(self, data: str) -> str:
        """Take the data of an event and return the text in it. Raises CallFailed for an error in
        mid-stream and for data that is no JSON."""
        if data.strip() == "[DONE]":
            self.done = True
            return ""
        try:
            chunk = json.loads(data)
        except ValueError:
            raise CallFailed(None, "the stream holds data that is no JSON", passing=True) from None
        if not isinstance(chunk, Mapping):
            raise CallFailed(None, "the stream holds data that is no object", passing=True)
        return self.take_object(chunk)

    def take_object(self, body: Mapping[str, Any]) -> str:
        """Take a chunk, or a whole body, and return the text in it. Raises CallFailed."""
        error = body.get("error")
        if error:
            code = error.get("code") if isinstance(error, Mapping) else None
            raise failure_of(code if isinstance(code, int) else 502, body)
        self.model = str(body.get("model") or self.model)
        self.provider = body.get("provider") or self.provider
        self.generation_id = body.get("id") or self.generation_id
        if isinstance(body.get("usage"), Mapping):
            self.usage = _usage(body["usage"])
        choices = body.get("choices")
        if not isinstance(choices, list) or not choices or not isinstance(choices[0], Mapping):
            return ""
        choice = choices[0]
        self.finish_reason = choice.get("finish_reason") or self.finish_reason
        said = choice.get("delta") or choice.get("message") or {}
        text = said.get("content") if isinstance(said, Mapping) else None
        if not isinstance(text, str):
            return ""
        self.text.append(text)
        return text


def _usage(told: Mapping[str, Any]) -> Usage:
    details = told.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, Mapping) else None
    cost = told.get("cost")
    return Usage(
        prompt_tokens=_whole(told.get("prompt_tokens")),
        completion_tokens=_whole(told.get("completion_tokens")),
        cost=_number(cost),
        cached_tokens=_whole(cached),
    )


def _whole(value: Any) -> int | None:
    number = _number(value)
    return None if number is None else int(number)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if value >= 0 else None


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What a provider tells of a model: dollars a token, and tokens; None where it does not."""

    prompt_price: float | None
    completion_price: float | None
    context_length: int | None
    max_completion_tokens: int | None


def model_info(one: Mapping[str, Any]) -> ModelInfo:
    """Return what an entry of a provider's list tells."""
    pricing = one.get("pricing")
    prices = pricing if isinstance(pricing, Mapping) else {}
    top = one.get("top_provider")
    most = top.get("max_completion_tokens") if isinstance(top, Mapping) else None
    return ModelInfo(
        prompt_price=_price(prices.get("prompt")),
        completion_price=_price(prices.get("completion")),
        context_length=_count(one.get("context_length")),
        max_completion_tokens=_count(most),
    )


def _price(told: Any) -> float | None:
    """Dollars a token; a negative price stands for one that is not fixed."""
    try:
        price = float(told)
    except (TypeError, ValueError):
        return None
    return price if price >= 0 else None


def _count(told: Any) -> int | None:
    return told if isinstance(told, int) and told > 0 else None
