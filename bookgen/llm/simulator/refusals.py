"""What a provider refuses calls with: status, message, error type, metadata, Retry-After."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bookgen.llm.simulator.config import Fault
from bookgen.llm.simulator.request import RefusedError

__all__ = ["REFUSALS", "Refusal", "refusal"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer in place of a reply. `error_type` is one of OpenRouter's own, which are the same
    for all providers; with `says_when` it carries Retry-After."""

    status: int
    message: str
    error_type: str
    metadata: Mapping[str, object] = field(default_factory=dict)
    says_when: bool = False

    @property
    def waits(self) -> bool:
        """Whether it comes only when a provider was asked, and not at once."""
        return self.status == 408 or self.status >= 500


_PROVIDER = "Provider returned error"
_LIMITED = Refusal(
    429,
    f"{_PROVIDER}: too many requests",
    "rate_limit_exceeded",
    {"provider_code": "rate_limited"},
)
_FLAGGED = {
    "reasons": ["violence"],
    "flagged_input": "He fell in the war...",
    "provider_name": "Simulated",
    "model_slug": "simulator/large",
}

# Each fault that has a status.
REFUSALS: Mapping[Fault, Refusal] = MappingProxyType(
    {
        Fault.BAD_REQUEST: Refusal(400, "Prompt tokens cannot be counted", "invalid_request"),
        Fault.UNAUTHORIZED: Refusal(401, "User not found.", "authentication"),
        Fault.NO_CREDIT: Refusal(402, "Insufficient credits", "payment_required"),
        Fault.IN_FLIGHT_BUDGET: Refusal(
            402,
            "Requests in flight fill the budget",
            "payment_required",
            {"limit_source": "openrouter_in_flight_budget"},
            says_when=True,
        ),
        Fault.MODERATION: Refusal(
            403, "The input was flagged by moderation", "content_policy_violation", _FLAGGED
        ),
        Fault.REQUEST_TIMEOUT: Refusal(408, "The request timed out", "timeout"),
        Fault.TOO_LARGE: Refusal(413, "Request entity too large", "payload_too_large"),
        Fault.UNPROCESSABLE: Refusal(422, "The input cannot be processed", "unprocessable"),
        Fault.RATE_LIMIT: _LIMITED,
        Fault.RATE_LIMIT_RETRY_AFTER: Refusal(
            429, _LIMITED.message, _LIMITED.error_type, _LIMITED.metadata, says_when=True
        ),
        Fault.INTERNAL: Refusal(500, "Internal Server Error", "server"),
        Fault.BAD_GATEWAY: Refusal(
            502, _PROVIDER, "provider_unavailable", {"provider_code": "bad_gateway"}
        ),
        Fault.UNAVAILABLE_RETRY_AFTER: Refusal(
            503, "No provider meets the routing", "provider_unavailable", says_when=True
        ),
        Fault.EDGE_TIMEOUT: Refusal(524, "The edge waited too long for the origin", "timeout"),
        Fault.OVERLOADED: Refusal(529, f"{_PROVIDER}: overloaded", "provider_overloaded"),
    }
)


def refusal(fault: Fault, retry_after: int | None = None) -> RefusedError:
    """Return the error of a fault that has a status. `retry_after`, in seconds, is sent where the
    refusal says when to come again."""
    told = REFUSALS[fault]
    headers = {"Retry-After": str(retry_after)} if told.says_when else {}
    return RefusedError(told.status, told.message, told.error_type, headers, told.metadata)
