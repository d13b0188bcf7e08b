"""Opens a model for one book: the provider's client, the model's price, and the budget."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bookgen.errors import InputError
from bookgen.llm.budgeted import BudgetedModel
from bookgen.llm.cost import Budget, Price
from bookgen.llm.openrouter import Gate, OpenRouter
from bookgen.settings import Settings

__all__ = ["OpenModel", "is_configured", "open_model"]

_SHOWN = 5


@dataclass(frozen=True)
class OpenModel:
    """A model that is ready: its name, its price, and whether the key is on a free tier (None
    where the server has none)."""

    model: BudgetedModel
    name: str
    price: Price
    free_tier: bool | None


def is_configured(settings: Settings) -> bool:
    """Return whether the environment names a provider: it has a key, or the address of a server
    that needs none."""
    usual = type(settings).model_fields["openrouter_base_url"].default
    return bool(settings.openrouter_api_key or settings.openrouter_base_url != usual)


@asynccontextmanager
async def open_model(
    settings: Settings, *, model: str | None, budget: Budget, gate: Gate
) -> AsyncIterator[OpenModel]:
    """Open the model that is named, else the environment's.

    Raises InputError for one that the provider does not have, ProviderError where it cannot be
    reached.
    """
    async with OpenRouter.from_settings(settings, model=model, gate=gate) as client:
        listed = await client.models()
        if listed and client.model not in listed:
            raise InputError(_unknown(client.model, sorted(listed)))
        info = listed.get(client.model)
        price = Price(info.prompt_price, info.completion_price) if info else Price(None, None)
        free_tier = await client.is_free_tier()
        yield OpenModel(BudgetedModel(client, price, budget), client.model, price, free_tier)


def _unknown(name: str, known: Sequence[str]) -> str:
    alike = [one for one in known if name.split("/")[-1][:4].lower() in one.lower()][:_SHOWN]
    shown = ", ".join(alike or known[:_SHOWN])
    return f"The provider has no model {name!r}. It has {len(known)}, among them: {shown}."
