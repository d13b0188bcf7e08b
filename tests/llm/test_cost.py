"""An unknown amount is never taken for 0, and a budget is never exceeded."""

import asyncio
import math
import random

import async_solipsism
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookgen.errors import BudgetError, InputError
from bookgen.llm.base import Message, Prompt, Schema
from bookgen.llm.cost import (
    Budget,
    PlannedCall,
    Price,
    Spending,
    estimate_prompt,
    estimate_tokens,
    preflight,
    total,
)
from bookgen.models import Usage

CALL = PlannedCall(prompt_tokens=5_000, expected_tokens=800, max_tokens=1_200)
PRICE = Price(prompt=0.5e-6, completion=2e-6)
FREE = Price(0.0, 0.0)
UNKNOWN = Price(None, None)


class TestEstimates:
    @pytest.mark.parametrize(
        ("text", "tokens"),
        [("", 0), ("a", 1), ("four", 1), ("fives", 2), ("ñandú", 2), ("今日", 2)],
    )
    def test_four_bytes_are_a_token_rounded_up(self, text, tokens):
        assert estimate_tokens(text) == tokens

    @given(st.text())
    def test_it_never_is_under_a_quarter_of_the_characters(self, text):
        assert estimate_tokens(text) >= len(text) / 4

    def test_a_broken_surrogate_is_counted_too(self):
        assert estimate_tokens("\ud800") == 1

    def test_a_prompt_is_its_messages_what_goes_around_them_and_its_schema(self):
        messages = (Message("system", "Be brief"), Message("user", "Write it"))
        plain = Prompt(messages, max_tokens=100)
        assert estimate_prompt(plain) == 3 + (4 + 2) + (4 + 2)
        schema = Schema("plan", {"type": "object"})
        structured = Prompt(messages, max_tokens=100, schema=schema)
        assert estimate_prompt(structured) == estimate_prompt(plain) + 4 + 5


class TestPrice:
    def test_cost_is_unknown_where_a_price_is(self):
        assert PRICE.cost(1_000, 100) == pytest.approx(0.0007)
        assert FREE.cost(1_000, 100) == 0
        assert Price(None, 1e-6).cost(1_000, 100) is None
        assert Price(0.0, None).cost(1_000, 0) is None

    @pytest.mark.parametrize("price", [-1.0, math.nan, math.inf])
    def test_what_is_no_price_is_refused(self, price):
        with pytest.raises(InputError, match="price of a token"):
            Price(price, 0.0)


class TestPreflight:
    def test_it_says_what_a_book_costs(self):
        plan = preflight([CALL] * 85, PRICE, is_free_tier=False)
        assert (plan.calls, plan.prompt_tokens) == (85, 425_000)
        assert plan.completion_tokens_expected == 68_000
        assert plan.completion_tokens_at_most == 102_000
        assert plan.dollars_expected == pytest.approx(0.3485)
        assert plan.dollars_at_most == pytest.approx(0.4165)
        assert plan.days is None
        assert plan.summary() == (
            "85 calls, 425,000 prompt and 68,000 to 102,000 completion tokens, $0.35 to $0.42"
        )

    def test_a_book_on_the_free_tier_needs_two_days(self):
        plan = preflight([CALL] * 85, FREE, is_free_tier=True)
        assert (plan.dollars_expected, plan.dollars_at_most) == (0, 0)
        assert plan.summary() == (
            "85 calls, 425,000 prompt and 68,000 to 102,000 completion tokens, free; needs 2 days "
            "on the free tier (50 requests a day)"
        )

    @pytest.mark.parametrize(
        ("calls", "options", "days"),
        [
            (50, {"is_free_tier": True}, 1),
            (51, {"is_free_tier": True}, 2),
            (51, {"is_free_tier": True, "credits_bought": 99.0}, 2),  # the key says otherwise
            (51, {"is_free_tier": False}, 2),  # not known to have bought 10
            (51, {"is_free_tier": False, "credits_bought": 9.99}, 2),
            (1_000, {"is_free_tier": False, "credits_bought": 10.0}, 1),
            (1_001, {"is_free_tier": False, "credits_bought": 10.0}, 2),
            (51, {"is_free_tier": True, "requests_per_day": 10}, 6),
            (51, {"is_free_tier": None}, None),  # a server of one's own
            (0, {"is_free_tier": True}, 0),
        ],
    )
    def test_days_of_a_free_model(self, calls, options, days):
        assert preflight([CALL] * calls, FREE, **options).days == days

    def test_a_paid_model_has_no_daily_limit_but_a_given_one(self):
        assert preflight([CALL] * 85, PRICE, is_free_tier=True).days is None
        plan = preflight([CALL] * 2, PRICE, is_free_tier=False, requests_per_day=1)
        assert plan.summary().endswith("; needs 2 days (1 request a day)")

    def test_an_unknown_price_is_not_0(self):
        plan = preflight([CALL], UNKNOWN, is_free_tier=False)
        assert (plan.dollars_expected, plan.dollars_at_most, plan.days) == (None, None, None)
        assert "1 call, " in plan.summary()
        assert plan.summary().endswith("cost unknown (the model's price is not known)")
        assert preflight([CALL] * 51, UNKNOWN, is_free_tier=True).days == 2

    def test_an_upper_bound_is_rounded_up(self):
        plan = preflight([PlannedCall(0, 1, 1)], Price(0.0, 0.6101), is_free_tier=False)
        assert plan.summary().endswith("1 completion tokens, $0.61 to $0.62")
        plan = preflight([PlannedCall(0, 1, 1)], Price(0.0, 0.61), is_free_tier=False)
        assert plan.summary().endswith(", $0.61")
        plan = preflight([PlannedCall(0, 1, 1)], Price(0.0, 0.00001), is_free_tier=False)
        assert plan.summary().endswith(", under $0.0001 to $0.0001")

    def test_no_reply_is_expected_to_be_longer_than_its_bound(self):
        plan = preflight([PlannedCall(0, 500, 100)], PRICE, is_free_tier=False)
        assert plan.completion_tokens_expected == 100

    def test_a_day_without_requests_is_refused(self):
        with pytest.raises(InputError, match="at least 1"):
            preflight([CALL], PRICE, is_free_tier=False, requests_per_day=0)


class TestBudget:
    def test_the_call_that_could_exceed_it_is_refused_before_it_is_made(self):
        budget = Budget(1.0)
        budget.reserve(0.6).settle(0.5)
        budget.reserve(0.4)
        with pytest.raises(BudgetError) as refused:
            budget.reserve(0.2)
        assert (refused.value.budget, refused.value.spent, refused.value.needed) == (1.0, 0.9, 0.2)
        assert (budget.spent, budget.reserved) == (0.5, 0.4)

    def test_it_can_be_used_up_to_the_last_cent(self):
        budget = Budget(0.3)
        for _ in range(3):
            budget.reserve(0.1).settle(0.1)
        assert budget.spent == 0.3
        with pytest.raises(BudgetError):
            budget.reserve(1e-9)

    def test_the_true_cost_takes_the_place_of_the_worst_case(self):
        budget = Budget(1.0)
        reservation = budget.reserve(0.9)
        assert (budget.spent, budget.reserved) == (0.0, 0.9)
        reservation.settle(0.2)
        assert (budget.spent, budget.reserved, budget.is_exact) == (0.2, 0.0, True)

    def test_a_call_of_unknown_cost_is_spent_at_its_worst_case(self):
        budget = Budget(1.0)
        budget.reserve(0.7).settle(None)
        assert (budget.spent, budget.unknown_calls, budget.is_exact) == (0.7, 1, False)

    def test_a_call_that_was_never_billed_gives_its_money_back(self):
        budget = Budget(1.0)
        reservation = budget.reserve(1.0)
        reservation.release()
        reservation.release()
        assert (budget.spent, budget.reserved) == (0.0, 0.0)
        budget.reserve(1.0)

    def test_nothing_is_settled_twice(self):
        budget = Budget(1.0)
        settled, released = budget.reserve(0.1), budget.reserve(0.1)
        settled.settle(0.1)
        released.release()
        settled.release()
        for reservation in (settled, released):
            with pytest.raises(RuntimeError):
                reservation.settle(0.1)
        assert (budget.spent, budget.reserved) == (0.1, 0.0)

    @pytest.mark.parametrize("amount", [-0.01, math.nan, math.inf])
    def test_what_is_no_amount_is_refused_and_changes_nothing(self, amount):
        budget = Budget(1.0)
        reservation = budget.reserve(0.1)
        with pytest.raises(InputError):
            reservation.settle(amount)
        with pytest.raises(InputError):
            budget.reserve(amount)
        with pytest.raises(InputError):
            Budget(amount)
        with pytest.raises(InputError):
            Budget(1.0, spent=amount)
        assert (budget.spent, budget.reserved) == (0.0, 0.1)

    def test_a_cost_above_the_worst_case_is_spent_as_it_is_and_ends_the_book(self):
        budget = Budget(1.0)
        budget.reserve(0.5).settle(1.2)
        assert budget.spent == 1.2
        with pytest.raises(BudgetError):
            budget.reserve(0.0)

    def test_an_unknown_price_cannot_be_held_to_a_budget(self):
        with pytest.raises(InputError, match=r"price of the model is unknown.*drop --budget"):
            Budget(5.0).reserve(None)

    def test_without_a_bound_all_is_let_through_and_counted(self):
        budget = Budget(None)
        budget.reserve(None).settle(None)
        budget.reserve(1e6).settle(3.5)
        assert (budget.dollars, budget.spent, budget.unknown_calls) == (None, 3.5, 1)

    def test_a_resumed_book_goes_on_from_what_was_spent(self):
        budget = Budget(1.0, spent=0.8, unknown_calls=2)
        assert (budget.spent, budget.is_exact, budget.unknown_calls) == (0.8, False, 2)
        budget.reserve(0.2)
        with pytest.raises(BudgetError):
            budget.reserve(0.01)


async def schedule(seed):
    """Make concurrent calls until the budget refuses one or all are made; check at every step."""
    chance = random.Random(seed)
    dollars = chance.choice([0.0, 0.1, 0.5, 2.0])
    earlier = chance.choice([0.0, dollars / 3])
    budget = Budget(dollars, spent=earlier)
    billed, refused, unbilled = [earlier], 0, 0

    async def one():
        nonlocal refused, unbilled
        await asyncio.sleep(chance.randint(0, 20))
        worst = chance.choice([0.0, 0.01, 0.1, chance.uniform(0, 0.2)])
        before = budget.spent + budget.reserved
        try:
            reservation = budget.reserve(worst)
        except BudgetError:
            assert before + worst > dollars - 1e-9  # not refused without need
            refused += 1
            return
        await asyncio.sleep(chance.randint(0, 10))
        outcome = chance.random()
        if outcome < 0.2:
            reservation.release()
            unbilled += 1
        else:
            cost = worst * chance.choice([0.0, 0.5, 1.0])
            reservation.settle(None if outcome < 0.4 else cost)
            billed.append(cost)
        assert 0 <= budget.spent + budget.reserved <= dollars + 1e-12
        assert budget.spent <= dollars

    await asyncio.gather(*(one() for _ in range(40)))
    assert math.fsum(billed) <= budget.spent + 1e-12
    assert budget.spent <= dollars
    assert budget.reserved == 0
    assert len(billed) - 1 + unbilled + refused == 40
    return refused


def test_200_random_schedules_of_concurrent_calls_never_exceed_their_budget():
    with asyncio.Runner(loop_factory=async_solipsism.EventLoop) as runner:
        refused = [runner.run(schedule(seed)) for seed in range(200)]
    assert any(refused)
    assert not all(refused)


class TestTotals:
    def test_each_figure_sums_what_is_known(self):
        usages = [
            Usage(prompt_tokens=10, completion_tokens=5, cost=0.25),
            Usage(prompt_tokens=20, cost=0.0625, cached_tokens=None),
            Usage(completion_tokens=7),
        ]
        assert total(usages) == Usage(30, 12, 0.3125, None)

    def test_the_sum_of_unknown_costs_is_unknown_and_of_no_calls_0(self):
        assert total([Usage(), Usage(prompt_tokens=3)]) == Usage(prompt_tokens=3)
        assert total([]) == Usage(0, 0, 0.0, 0)
        assert total([Usage(cost=0.0)]).cost == 0.0

    @pytest.mark.parametrize(
        ("costs", "text"),
        [
            ([0.25, 0.06], "$0.31"),
            ([0.25, None, 0.06, None, None, None], "at least $0.31; 4 calls of unknown cost"),
            ([0.31, None], "at least $0.31; 1 call of unknown cost"),
            ([None, None], "unknown"),
            ([0.0, 0.0], "$0.00"),
            ([], "$0.00"),
            ([0.0042], "$0.0042"),
            ([1234.5], "$1,234.50"),
        ],
    )
    def test_what_was_spent_in_words(self, costs, text):
        assert str(Spending.of(Usage(cost=cost) for cost in costs)) == text
