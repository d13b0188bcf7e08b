"""What a simulated provider is set to do: its speed, limits, models and faults."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bookgen.errors import InputError

__all__ = ["AUTO", "MODELS", "Fault", "Faults", "Model", "SimulatorConfig"]

AUTO = "openrouter/auto"


class Fault(StrEnum):
    """What can go wrong in a call.

    Those named by a status are answered in place of a reply, as `refusals` has it; `HANG` is not
    answered at all. `DROP` and `STREAM_ERROR` break a reply off, the others change what it says.
    `GARBAGE_JSON` is a structured reply whose text is no JSON, `GARBAGE_CHUNK` a stream with a
    data line that is no JSON (or, without streaming, a body that is none), `OBEY` a reply that does
    what a passage orders.
    """

    BAD_REQUEST = "400"
    UNAUTHORIZED = "401"
    NO_CREDIT = "402"
    IN_FLIGHT_BUDGET = "402-in-flight"
    MODERATION = "403"
    REQUEST_TIMEOUT = "408"
    TOO_LARGE = "413"
    UNPROCESSABLE = "422"
    RATE_LIMIT_RETRY_AFTER = "429-retry-after"
    RATE_LIMIT = "429"
    INTERNAL = "500"
    BAD_GATEWAY = "502"
    UNAVAILABLE_RETRY_AFTER = "503-retry-after"
    EDGE_TIMEOUT = "524"
    OVERLOADED = "529"
    HANG = "hang"
    DROP = "drop"
    STREAM_ERROR = "stream-error"
    CUT_OFF = "cut-off"
    GARBAGE_JSON = "garbage-json"
    GARBAGE_CHUNK = "garbage-chunk"
    WRONG_LENGTH = "wrong-length"
    UNKNOWN_CITATION = "unknown-citation"
    MADE_UP_DATE = "made-up-date"
    OBEY = "obey"


@dataclass(frozen=True)
class Faults:
    """Which calls go wrong.

    `probabilities` (0 to 1 each, together at most 1) are drawn by the seed, the prompt and how
    often that prompt was sent before, so the draw does not hang on the order in which calls arrive.
    `calls` names the fault of call number n, counted from 1 over all calls; it comes before the
    draw. `retry_after` is in seconds. A fault that has no place in a call, such as an unknown
    citation in a reply without citations, is not given and not counted.

    Raises InputError for a probability or a call number out of range.
    """

    probabilities: Mapping[Fault, float] = field(default_factory=dict)
    calls: Mapping[int, Fault] = field(default_factory=dict)
    retry_after: int = 5

    def __post_init__(self) -> None:
        for fault, probability in self.probabilities.items():
            if not 0 <= probability <= 1:
                raise InputError(f"The probability of {fault} must be 0 to 1, not {probability}.")
        if sum(self.probabilities.values()) > 1 + 1e-9:
            raise InputError(
                "The probabilities of faults must come to at most 1, not "
                f"{sum(self.probabilities.values()):g}."
            )
        for number in self.calls:
            if number < 1:
                raise InputError(f"Calls are counted from 1; there is no call {number}.")

    def draw(self, seed: int, call: int, prompt: str, attempt: int) -> Fault | None:
        """Return the fault of call number `call`, the `attempt`-th of the prompt with this hash."""
        if call in self.calls:
            return self.calls[call]
        left = random.Random(f"{seed}:{prompt}:{attempt}").random()  # noqa: S311 - a plan, no secret
        for fault, probability in self.probabilities.items():
            left -= probability
            if left < 0:
                return fault
        return None


@dataclass(frozen=True, slots=True)
class Model:
    """A model on offer. Prices are in US dollars per token, as text, like OpenRouter's."""

    id: str
    name: str
    prompt_price: str
    completion_price: str
    cache_price: str = "0"
    context_length: int = 200_000
    max_completion_tokens: int = 64_000
    provider: str = "Simulated"


MODELS = (
    # Routes to the first of the others that is up; OpenRouter gives its prices as -1, too.
    Model(AUTO, "Auto Router", "-1", "-1", "-1", context_length=2_000_000),
    Model("simulator/large", "Simulator: Large", "0.000003", "0.000015", "0.0000003"),
    Model(
        "simulator/small",
        "Simulator: Small",
        "0.0000002",
        "0.0000008",
        "0.00000002",
        context_length=128_000,
        max_completion_tokens=16_384,
        provider="Simulated Two",
    ),
    Model(
        "simulator/small:free",
        "Simulator: Small (free)",
        "0",
        "0",
        context_length=32_768,
        max_completion_tokens=8_192,
        provider="Simulated Two",
    ),
)


@dataclass(frozen=True)
class SimulatorConfig:
    """A simulated provider.

    A reply of n tokens takes `time_to_first_token` seconds and n / `tokens_per_second` more; with
    `math.inf` tokens a second the writing takes no time. A chunk of a stream holds `chunk_tokens`
    tokens and is sent when the first of them is due.

    Over `requests_per_minute` (in any 60 seconds; None: no limit) a call gets a 429 with
    X-RateLimit headers and, with `rate_limit_retry_after`, Retry-After. Over `max_concurrency`
    calls in flight it gets a provider's 429, which has neither. Over `credit` dollars: 402.

    `require_key` is the only key that is let in; None lets all in. `down_models` do not answer.
    `only_max_tokens` makes it a plain OpenAI-compatible server: `max_completion_tokens` is refused
    with 400, and there is no cost, provider, comment, fallback or generation; usage is streamed
    only with `stream_options.include_usage`. `no_streaming` answers a stream request with one JSON
    body. `epoch` is the Unix time, in seconds, of the event loop's time 0.

    Raises InputError for a value out of range.
    """

    seed: int = 0
    time_to_first_token: float = 1.2
    tokens_per_second: float = 60.0
    requests_per_minute: int | None = None
    rate_limit_retry_after: bool = True
    max_concurrency: int | None = None
    chunk_tokens: int = 16
    require_key: str | None = None
    only_max_tokens: bool = False
    no_streaming: bool = False
    faults: Faults = field(default_factory=Faults)
    models: tuple[Model, ...] = MODELS
    down_models: frozenset[str] = frozenset()
    credit: float | None = None
    free_tier: bool = False
    epoch: float = 0.0

    def __post_init__(self) -> None:
        if not self.time_to_first_token >= 0:
            raise InputError(
                f"The time to the first token must be 0 s or more, not {self.time_to_first_token}."
            )
        if not self.tokens_per_second > 0:
            raise InputError(f"Tokens a second must be above 0, not {self.tokens_per_second}.")
        if self.chunk_tokens < 1:
            raise InputError(f"A chunk must have 1 token or more, not {self.chunk_tokens}.")
        for name, limit in (
            ("Requests a minute", self.requests_per_minute),
            ("Calls in flight", self.max_concurrency),
        ):
            if limit is not None and limit < 1:
                raise InputError(f"{name} must be 1 or more, not {limit}.")
        if not any(model.id != AUTO for model in self.models):
            raise InputError(f"A simulated provider needs a model besides {AUTO}.")
