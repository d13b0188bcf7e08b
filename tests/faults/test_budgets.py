"""A budget holds though replies break off: what was sent of them is billed, and never told of."""

import random

import pytest
from faults.whole_books import URL, virtually

from bookgen.errors import BudgetError, ProviderError
from bookgen.llm.base import Message, Prompt
from bookgen.llm.budgeted import BudgetedModel
from bookgen.llm.cost import Budget, Price, Spending
from bookgen.llm.openrouter import OpenRouter
from bookgen.llm.simulator import Fault, Faults, Simulator, SimulatorConfig, SimulatorTransport

PASSAGES = "\n".join(
    f"[@life:{number}] Ada Lovelace wrote letter number {number} to Charles Babbage in 1843."
    for number in range(1, 60)
)
PRICE = Price(3e-6, 15e-6)


def asked(faults, budget, calls=100, seed=0):
    """Return the provider's counters, the budget and the model after so many calls, or as many as
    the budget lets begin; and the last error."""

    async def ask():
        simulator = Simulator(SimulatorConfig(seed=seed, faults=faults))
        transport = SimulatorTransport(simulator)
        chance = random.Random(1)
        error = None
        async with OpenRouter(
            base_url=URL, model="simulator/large", transport=transport, chance=chance
        ) as client:
            model = BudgetedModel(client, PRICE, budget)
            for number in range(calls):
                text = f"Call {number}\nLength: 300 words\nPassages:\n{PASSAGES}"
                try:
                    await model.complete(Prompt((Message("user", text),), max_tokens=900))
                except ProviderError as failed:
                    error = failed
                except BudgetError as refused:
                    return simulator.state, model, refused
        return simulator.state, model, error

    return virtually(ask())


@pytest.mark.parametrize("seed", range(10))
def test_it_is_kept_though_attempts_break_off(seed):
    budget = Budget(0.05)
    faults = Faults({Fault.DROP: 0.3, Fault.STREAM_ERROR: 0.3, Fault.INTERNAL: 0.1})
    state, _, error = asked(faults, budget, seed=seed)
    assert isinstance(error, BudgetError)
    assert state.faults[Fault.DROP] + state.faults[Fault.STREAM_ERROR] > 0
    assert 0 < state.cost <= budget.spent <= 0.05
    assert budget.reserved == 0


def test_what_broke_off_is_of_unknown_cost_and_what_was_refused_is_of_none():
    faults = Faults(calls={1: Fault.STREAM_ERROR, 2: Fault.INTERNAL})
    state, model, error = asked(faults, Budget(None), calls=1)
    assert (state.calls, error) == (3, None)
    known = model.usages[-1].cost
    assert str(Spending.of(model.usages)) == f"at least ${known:.2f}; 1 call of unknown cost"

    state, model, error = asked(Faults(calls=dict.fromkeys(range(1, 6), Fault.INTERNAL)),
                                budget := Budget(1.0), calls=1)  # fmt: skip
    assert isinstance(error, ProviderError)
    assert (model.usages, budget.spent, state.cost) == ([], 0, 0)


def test_an_attempt_that_the_budget_has_no_room_for_is_not_made():
    faults = Faults(calls=dict.fromkeys(range(1, 9), Fault.DROP))
    state, model, error = asked(faults, Budget(0.02), calls=1)
    assert isinstance(error, BudgetError)
    assert state.calls == len(model.usages) == 1


def test_of_a_call_that_is_given_up_every_reply_that_broke_off_is_counted():
    faults = Faults(calls=dict.fromkeys(range(1, 6), Fault.DROP))
    state, model, error = asked(faults, budget := Budget(1.0), calls=1)
    assert (error.attempts, len(model.usages), budget.unknown_calls) == (5, 5, 5)
    assert 0 < state.cost <= budget.spent
    assert budget.reserved == 0
