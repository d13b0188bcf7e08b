"""What calls will cost and have cost: prices, a forecast before the first call, a hard budget."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from bookgen.errors import BudgetError, InputError
from bookgen.llm.base import Prompt
from bookgen.models import Usage

__all__ = [
    "Budget",
    "PlannedCall",
    "Preflight",
    "Price",
    "Reservation",
    "Spending",
    "estimate_prompt",
    "estimate_tokens",
    "preflight",
    "total",
]

_Number = TypeVar("_Number", int, float)


def estimate_tokens(text: str) -> int:
    """Return about how many tokens `text` takes, rounded up; 0 for no text.

    The rule is OpenAI's, 1 token to about 4 characters of English ("What are tokens and how to
    count them?"). Bytes of UTF-8 stand in for characters: the same for English, a little more for
    Spanish, up to three times for scripts that are cut finer. Not a bound: numbers take more.
    """
    return -(-len(text.encode(errors="replace")) // 4)


def estimate_prompt(prompt: Prompt) -> int:
    """Return about how many prompt tokens `prompt` takes, its schema included.

    The chat format adds 4 a message and 3 a reply (OpenAI cookbook, "How to count tokens").
    """
    texts = [message.content for message in prompt.messages]
    if prompt.schema is not None:
        texts.append(json.dumps(dict(prompt.schema.schema), default=str))
    return 3 + sum(4 + estimate_tokens(text) for text in texts)


@dataclass(frozen=True, slots=True)
class Price:
    """What a model asks for, in US dollars a token; None is unknown, 0 is free."""

    prompt: float | None
    completion: float | None

    def __post_init__(self) -> None:
        for price in (self.prompt, self.completion):
            _amount(price or 0.0, "The price of a token")

    @property
    def is_free(self) -> bool:
        return self.prompt == 0 and self.completion == 0

    def cost(self, prompt_tokens: int, completion_tokens: int) -> float | None:
        """Return the US dollars for so many tokens, None where a price is unknown."""
        if self.prompt is None or self.completion is None:
            return None
        return self.prompt * prompt_tokens + self.completion * completion_tokens


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """A call to come: its prompt, what its reply is expected to take and its bound, in tokens."""

    prompt_tokens: int
    expected_tokens: int
    max_tokens: int


@dataclass(frozen=True, slots=True)
class Preflight:
    """What a book will take, before its first call.

    Tokens of prompts are estimates. Amounts are US dollars, None where the price is unknown.
    `requests_per_day` and `days` are None where no daily limit is known; `on_free_tier` says that
    it is for a free model. Retried calls are not in it.
    """

    calls: int
    prompt_tokens: int
    completion_tokens_expected: int
    completion_tokens_at_most: int
    dollars_expected: float | None
    dollars_at_most: float | None
    requests_per_day: int | None = None
    days: int | None = None
    on_free_tier: bool = False

    def summary(self) -> str:
        """Return all of it as one line for people. An upper bound is rounded up."""
        if self.dollars_expected is None or self.dollars_at_most is None:
            cost = "cost unknown (the model's price is not known)"
        elif self.dollars_at_most == 0:
            cost = "free"
        else:
            cost = _range(_dollars(self.dollars_expected), _dollars(self.dollars_at_most, up=True))
        expected, most = self.completion_tokens_expected, self.completion_tokens_at_most
        completion = _range(f"{expected:,}", f"{most:,}")
        calls = _count(self.calls, "call")
        text = f"{calls}, {self.prompt_tokens:,} prompt and {completion} completion tokens, {cost}"
        if self.days is not None and self.requests_per_day is not None:
            tier = " on the free tier" if self.on_free_tier else ""
            rate = _count(self.requests_per_day, "request")
            text += f"; needs {_count(self.days, 'day')}{tier} ({rate} a day)"
        return text


def preflight(
    calls: Sequence[PlannedCall],
    price: Price,
    *,
    is_free_tier: bool | None,
    credits_bought: float | None = None,
    requests_per_day: int | None = None,
) -> Preflight:
    """Return what `calls` will take at `price`.

    `is_free_tier` is the key's (OpenRouter's `GET /key`), None at a server that has no such tier;
    `credits_bought` is US dollars, None for unknown. A `requests_per_day` that is given is the
    limit; without it free models have OpenRouter's: 50 a day with under 10 credits bought (or not
    known to be), else 1,000. On a free key a model of unknown price counts as free. Raises
    InputError for a limit under 1.
    """
    if requests_per_day is not None and requests_per_day < 1:
        raise InputError(f"Requests a day must be at least 1, not {requests_per_day}.")
    may_be_free = price.is_free or (is_free_tier is True and price.cost(0, 0) is None)
    on_free_tier = is_free_tier is not None and may_be_free
    if requests_per_day is None and on_free_tier:
        bought = 0.0 if is_free_tier else credits_bought or 0.0
        requests_per_day = 1_000 if bought >= 10 else 50
    prompt = sum(call.prompt_tokens for call in calls)
    at_most = sum(call.max_tokens for call in calls)
    expected = sum(min(call.expected_tokens, call.max_tokens) for call in calls)
    return Preflight(
        calls=len(calls),
        prompt_tokens=prompt,
        completion_tokens_expected=expected,
        completion_tokens_at_most=at_most,
        dollars_expected=price.cost(prompt, expected),
        dollars_at_most=price.cost(prompt, at_most),
        requests_per_day=requests_per_day,
        days=None if requests_per_day is None else -(-len(calls) // requests_per_day),
        on_free_tier=on_free_tier,
    )


class Budget:
    """A hard budget in US dollars: the call that could exceed it is refused before it is made.

    `dollars` None bounds nothing and only counts; `spent` and `unknown_calls` go on from an
    earlier run of the book. Spending stays within the budget as long as no call costs more than
    the worst case it was reserved at. For one event loop; no method waits.
    """

    def __init__(self, dollars: float | None, spent: float = 0.0, unknown_calls: int = 0) -> None:
        # Decimal, because three calls of $0.10 must fit into $0.30 and binary sums drift.
        self._bound = None if dollars is None else _amount(dollars, "The budget")
        self.dollars = dollars
        self._spent = _amount(spent, "The amount spent")
        self._open: set[Reservation] = set()
        self.unknown_calls = unknown_calls

    @property
    def spent(self) -> float:
        """US dollars of all settled calls; a call of unknown cost counts at its worst case."""
        return float(self._spent)

    @property
    def reserved(self) -> float:
        """US dollars that the calls under way may cost."""
        return float(self._held())

    @property
    def is_exact(self) -> bool:
        """Whether the true cost of every settled call was known."""
        return self.unknown_calls == 0

    def reserve(self, worst: float | None) -> Reservation:
        """Return the reservation for a call of at most `worst` US dollars; None is unknown.

        Raises BudgetError where it might exceed the budget, InputError where `worst` is unknown
        and there is a budget to keep, or is no amount.
        """
        if worst is None:
            if self._bound is not None:
                raise InputError(
                    f"The price of the model is unknown, so a budget of ${self.dollars:.2f} cannot "
                    "be kept. Name a model with a price, or drop --budget."
                )
            worst = 0.0
        amount = _amount(worst, "The worst case of a call")
        taken = self._spent + self._held()
        if self._bound is not None and taken + amount > self._bound:
            raise BudgetError(float(self._bound), float(taken), float(amount))
        self._open.add(reservation := Reservation(self, amount))
        return reservation

    def _held(self) -> Decimal:
        return sum((reservation._worst for reservation in self._open), Decimal(0))


@dataclass(eq=False, slots=True)
class Reservation:
    """Money held for one call. Ends once: settled, or released."""

    _budget: Budget
    _worst: Decimal

    def settle(self, cost: float | None) -> None:
        """Spend the true `cost` in US dollars; None, unknown, spends the worst case.

        A cost above the worst case is spent as it is: it was billed. Raises InputError for a
        negative or infinite cost, RuntimeError where the reservation has ended.
        """
        amount = self._worst if cost is None else _amount(cost, "The cost of a call")
        if self not in self._budget._open:
            raise RuntimeError("This reservation is settled or released already.")
        self._budget._open.remove(self)
        self._budget._spent += amount
        if cost is None:
            self._budget.unknown_calls += 1

    def release(self) -> None:
        """Give the money back, for a call that was never billed; no effect where it has ended."""
        self._budget._open.discard(self)


@dataclass(frozen=True, slots=True)
class Spending:
    """What calls have cost: the sum of the known in US dollars, and how many are unknown."""

    known: float
    unknown_calls: int = 0

    @classmethod
    def of(cls, usages: Iterable[Usage]) -> Spending:
        """Return what calls of these usages have cost."""
        costs = [usage.cost for usage in usages]
        return cls(_sum_known(costs) or 0.0, costs.count(None))

    def __str__(self) -> str:
        if not self.unknown_calls:
            return _dollars(self.known)
        if not self.known:
            return "unknown"
        calls = _count(self.unknown_calls, "call")
        return f"at least {_dollars(self.known)}; {calls} of unknown cost"


def total(usages: Iterable[Usage]) -> Usage:
    """Return the sum of what is known of each figure: None where nothing is, 0 for no call."""
    entries = tuple(usages) or (Usage(0, 0, 0.0, 0),)
    return Usage(
        _sum_known(entry.prompt_tokens for entry in entries),
        _sum_known(entry.completion_tokens for entry in entries),
        _sum_known(entry.cost for entry in entries),
        _sum_known(entry.cached_tokens for entry in entries),
    )


def _sum_known(values: Iterable[_Number | None]) -> _Number | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _amount(value: float, name: str) -> Decimal:
    if not (math.isfinite(value) and value >= 0):
        raise InputError(f"{name} must be 0 or more US dollars, not {value}.")
    return Decimal(repr(float(value)))


def _dollars(amount: float, *, up: bool = False) -> str:
    places = 2 if amount == 0 or amount >= 0.01 else 4
    if up:  # less a grain, so that 0.61 does not become 0.62 by binary rounding
        amount = math.ceil(amount * 10**places - 1e-6) / 10**places
    return "under $0.0001" if 0 < amount < 0.0001 else f"${amount:,.{places}f}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _range(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"
