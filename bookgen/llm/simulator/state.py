"""What a simulated provider has seen and done: the counters that tests read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

__all__ = ["State"]


@dataclass
class State:
    """Counters since the start or the last reset.

    `calls` counts every chat completion asked for, refused ones too; `calls_by_prompt` those with a
    body that could be read, by `prompt_hash`. `prompt_tokens`, `completion_tokens` and `cost` (US
    dollars) are what was billed: a reply that was broken off is billed as far as it was sent.
    `rate_limited` counts all 429s, `faults` the faults given by kind, `aborted` the calls whose
    client went away before the end.
    """

    calls: int = 0
    calls_by_prompt: Counter[str] = field(default_factory=Counter)
    in_flight: int = 0
    most_in_flight: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float = 0.0
    rate_limited: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    aborted: int = 0

    def enter(self) -> int:
        """Count a call that came in, and return its number, from 1."""
        self.calls += 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        return self.calls

    def leave(self, *, aborted: bool) -> None:
        """Count the end of a call."""
        self.in_flight -= 1
        self.aborted += aborted

    def bill(self, prompt_tokens: int, completion_tokens: int, cost: float) -> None:
        """Count what a call took."""
        self.prompt_tokens += prompt_tokens
        self.completion_tokens += completion_tokens
        self.cost += cost

    def reset(self) -> None:
        """Begin to count anew. Calls in flight stay in flight."""
        fresh = State(in_flight=self.in_flight, most_in_flight=self.in_flight)
        vars(self).update(vars(fresh))

    def as_dict(self) -> dict[str, Any]:
        """Return the counters as JSON values."""
        values = dict(vars(self))
        return {
            **values,
            "calls_by_prompt": dict(self.calls_by_prompt),
            "faults": dict(self.faults),
        }
