"""A model under a budget: no attempt begins that could exceed it."""

from __future__ import annotations

from collections.abc import Callable

from bookgen.errors import ProviderError
from bookgen.llm.base import Completion, LanguageModel, Prompt
from bookgen.llm.cost import Budget, Price, Reservation, estimate_prompt
from bookgen.models import Usage

__all__ = ["BudgetedModel"]


class BudgetedModel:
    """Passes prompts to a model while the budget holds; raises BudgetError before the attempt that
    could exceed it. `usages` are those of all replies so far; of one that broke off nothing is
    known."""

    def __init__(self, model: LanguageModel, price: Price, budget: Budget) -> None:
        self._model = model
        self._price = price
        self._budget = budget
        self.usages: list[Usage] = []

    async def complete(
        self, prompt: Prompt, *, on_text: Callable[[str], None] | None = None
    ) -> Completion:
        """Return the reply, as `LanguageModel.complete` says."""
        worst = self._price.cost(estimate_prompt(prompt), prompt.max_tokens)
        attempts = _Attempts(self._budget, worst, on_text)
        try:
            reply = await self._model.complete(prompt, on_text=attempts.hear)
        except ProviderError:
            attempts.refused()
            raise
        except BaseException:
            # A call that was broken off from here may be billed all the same.
            attempts.lost()
            raise
        finally:
            self.usages += [Usage()] * attempts.broken_off
        attempts.paid(reply.usage.cost)
        self.usages.append(reply.usage)
        return reply


class _Attempts:
    """The attempts of one call: money is held for the one under way.

    One that broke off when text had come in may be billed, and its cost is never told: the worst
    case is spent, and held again before the next begins.
    """

    def __init__(
        self, budget: Budget, worst: float | None, on_text: Callable[[str], None] | None
    ) -> None:
        self._budget = budget
        self._worst = worst
        self._on_text = on_text
        self._held: Reservation | None = budget.reserve(worst)
        self._has_text = False
        self.broken_off = 0

    def hear(self, text: str) -> None:
        if self._on_text is not None:
            self._on_text(text)
        if text:
            self._has_text = True
        else:
            self.lost()
            self._held = self._budget.reserve(self._worst)

    def paid(self, cost: float | None) -> None:
        self._take().settle(cost)

    def refused(self) -> None:
        if self._has_text:
            self.lost()
        else:
            self._take().release()

    def lost(self) -> None:
        if self._held is not None:  # else the budget was not enough for another attempt
            self._take().settle(None)
            self.broken_off += 1

    def _take(self) -> Reservation:
        held, self._held, self._has_text = self._held, None, False
        assert held is not None
        return held
