"""Which failed calls are made again, and after how many seconds."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

__all__ = ["CallFailed", "backoff", "failure_of", "parse_retry_after"]

# Statuses that say "not now" rather than "no".
_PASSING = frozenset({408, 429, 500, 502, 503, 504, 524, 529})
# What stands in the place of a status in mid-stream: OpenRouter's own words for an error, and what
# others say.
_WORDS = {
    "invalid_request": 400,
    "invalid_prompt": 400,
    "context_length_exceeded": 400,
    "authentication": 401,
    "payment_required": 402,
    "permission_denied": 403,
    "content_policy_violation": 403,
    "refusal": 403,
    "not_found": 404,
    "timeout": 408,
    "payload_too_large": 413,
    "unprocessable": 422,
    "rate_limit_exceeded": 429,
    "server": 500,
    "server_error": 500,
    "provider_unavailable": 502,
    "overloaded": 529,
    "provider_overloaded": 529,
}
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 30.0


class CallFailed(Exception):  # noqa: N818 - one attempt failed, which may not be the end
    """One attempt failed. `status` is None where the connection did; `passing` says whether
    another attempt can help, `retry_after` after how many seconds, where the provider says so.
    `refused` are the parameters of the request that the server says it does not know."""

    def __init__(
        self,
        status: int | None,
        message: str,
        *,
        passing: bool,
        retry_after: float | None = None,
        refused: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message
        self.passing = passing
        self.retry_after = retry_after
        self.refused = refused


def failure_of(status: int | None, body: Any, retry_after: float | None = None) -> CallFailed:
    """Return the failure that an error body tells of; `body` is what its JSON holds, or text.

    `status` None takes the body's own code: an error in mid-stream, where HTTP has said 200. One
    without a code is 502, a bad reply. Where OpenRouter passes on a provider's error, that is
    part of the message.
    """
    error = body.get("error") if isinstance(body, Mapping) else None
    if isinstance(error, Mapping):
        message = str(error.get("message") or "no message")
        told = error.get("metadata")
        metadata = told if isinstance(told, Mapping) else {}
        if metadata.get("raw"):
            message += f" ({metadata.get('provider_name') or 'provider'}: {metadata['raw']})"
        if status is None:
            status = _code(error.get("code")) or _code(metadata.get("error_type"))
    else:
        # FastAPI's and older vLLM's errors have no object of their own.
        told = body if isinstance(body, Mapping) else {}
        message = str(error or told.get("message") or told.get("detail") or body or "no message")
        metadata = {}
        status = status or _code(told.get("code"))
    status = status or 502
    in_flight = (
        status == 402
        and retry_after is not None
        and metadata.get("limit_source") == "openrouter_in_flight_budget"
    )
    return CallFailed(
        status, message, passing=status in _PASSING or in_flight, retry_after=retry_after
    )


def _code(told: Any) -> int | None:
    if isinstance(told, str):
        told = int(told) if told.isascii() and told.isdigit() else _WORDS.get(told)
    return told if isinstance(told, int) and not isinstance(told, bool) and told >= 400 else None


def backoff(failures: int, chance: random.Random) -> float:
    """Return the seconds to wait after so many failures, where the provider names none.

    1, 2, 4 ... 30 seconds, half of it by chance ("equal jitter", Brooker, "Exponential Backoff
    And Jitter", 2015).
    """
    longest = min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** (failures - 1))
    return longest / 2 + chance.random() * longest / 2


def parse_retry_after(told: str | None, now: float) -> float | None:
    """Return the seconds that a Retry-After header names, as a number or as a date; `now` is
    seconds since the epoch. None where it names none."""
    if told is None:
        return None
    try:
        seconds = float(told)
    except ValueError:
        try:
            date = parsedate_to_datetime(told)
        except ValueError:
            return None
        # Without a zone it is of UTC, as every date of HTTP.
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        return max(0.0, date.timestamp() - now)
    return seconds if 0 <= seconds < math.inf else None
