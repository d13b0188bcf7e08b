"""A model under a budget: no call begins that could exceed it."""

from __future__ import annotations

from collections.abc import Callable

from bookgen.errors import ProviderError
from bookgen.llm.base import Completion, LanguageModel, Prompt
from bookgen.llm.cost import Budget, Price, estimate_prompt
from bookgen.models import Usage

__all__ = ["BudgetedModel"]


class BudgetedModel:
    """Passes prompts to a model while the budget holds; raises BudgetError before the call that
    could exceed it. `usages` are those of all replies so far."""

    def __init__(self, model: LanguageModel, price: Price, budget: Budget) -> None:
        self._model = model
        self._price = price
        self._budget = budget
        self.usages: list[Usage] = []

    async def complete(
        self, prompt: Prompt, *, on_text: Callable[[str], None] | None = None
    ) -> Completion:
        """Return the reply, as `LanguageModel.complete` says."""
        reserved = self._budget.reserve(
            self._price.cost(estimate_prompt(prompt), prompt.max_tokens)
        )
        try:
            reply = await self._model.complete(prompt, on_text=on_text)
        except ProviderError:
            reserved.release()
            raise
        except BaseException:
            # A call that was broken off from here may be billed all the same.
            reserved.settle(None)
            raise
        reserved.settle(reply.usage.cost)
        self.usages.append(reply.usage)
        return reply
