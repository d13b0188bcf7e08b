"""The model that a command writes with: from its options and the environment, paced, budgeted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bookgen.errors import InputError

if TYPE_CHECKING:
    from bookgen.llm.cost import Price
    from bookgen.models import Brief, Corpus, Outline, Usage
    from bookgen.settings import Settings
    from bookgen.writers.prompted import PromptedWriter

__all__ = ["ModelOptions", "Session", "opened"]


@dataclass(frozen=True)
class ModelOptions:
    """What the command line says of the model; None and "" leave it to the environment."""

    model: str = ""
    budget: float | None = None
    tone: str = ""
    temperature: float | None = None
    parallel: int = 20
    requests_per_minute: float | None = None
    quote: bool = False

    def wanted(self) -> bool:
        """Whether a model writes: not where quoting is asked for, else where one is named, or the
        environment has a key or the address of another server. Raises InputError where quoting
        and a model are asked for."""
        if self.quote:
            if self.model or self.budget is not None:
                raise InputError("--quote writes without a model; leave out --model and --budget.")
            return False
        settings = _settings()
        usual = type(settings).model_fields["openrouter_base_url"].default
        elsewhere = settings.openrouter_base_url != usual
        return bool(self.model or settings.openrouter_api_key or elsewhere)


@dataclass(frozen=True)
class Session:
    """A model that is ready: the writer that uses it, its name, its price, what calls took."""

    writer: PromptedWriter
    name: str
    price: Price
    calls: list[Usage]
    free_tier: bool | None

    async def forecast(self, brief: Brief, plan: Outline, corpus: Corpus) -> str:
        """Return what writing a plan will take, as one line."""
        from bookgen.llm.cost import preflight

        calls = await self.writer.planned_calls(brief, plan, corpus)
        return preflight(calls, self.price, is_free_tier=self.free_tier).summary()

    def spent(self) -> str:
        """Return what the calls have cost, as a reader is told: never 0 for what is unknown."""
        from bookgen.llm.cost import Spending

        if not self.calls:
            return "$0: nothing was left to write"
        return str(Spending.of(self.calls))

    def identity(self) -> str:
        """Return what another writer differs by."""
        return f"{self.name}, {self.writer.settings}"


@asynccontextmanager
async def opened(options: ModelOptions, brief: Brief) -> AsyncIterator[Session]:
    """Open the model for one book. Raises InputError for a model that the provider does not have,
    ProviderError where it cannot be reached."""
    from bookgen.llm.budgeted import BudgetedModel
    from bookgen.llm.cost import Budget, Price
    from bookgen.llm.openrouter import OpenRouter
    from bookgen.llm.pacing import Pacing
    from bookgen.writers.prompted import DEFAULT_TONE, PromptedWriter

    pacing = Pacing(options.parallel, requests_per_minute=options.requests_per_minute)
    pace = pacing.job(brief.subject, 1)
    async with OpenRouter.from_settings(
        _settings(), model=options.model or None, gate=pace
    ) as client:
        listed = await client.models()
        if listed and client.model not in listed:
            raise InputError(_unknown(client.model, sorted(listed)))
        info = listed.get(client.model)
        price = Price(info.prompt_price, info.completion_price) if info else Price(None, None)
        model = BudgetedModel(client, price, Budget(options.budget))
        writer = PromptedWriter(
            model,
            temperature=options.temperature,
            tone=options.tone or DEFAULT_TONE,
        )
        yield Session(writer, client.model, price, model.usages, await client.is_free_tier())


def _settings() -> Settings:
    """Return the environment's settings; a value of the wrong form is an InputError."""
    from pydantic import ValidationError

    from bookgen.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(
            f"{str(one['loc'][0]).upper()}: {one['msg']}" for one in error.errors() if one["loc"]
        )
        raise InputError(f"The environment's settings do not hold. {wrong}") from error


def _unknown(name: str, known: Sequence[str]) -> str:
    alike = [one for one in known if name.split("/")[-1][:4].lower() in one.lower()][:5]
    shown = ", ".join(alike or known[:5])
    return f"The provider has no model {name!r}. It has {len(known)}, among them: {shown}."
