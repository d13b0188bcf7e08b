"""The model that a command writes with: from its options and the environment, paced, budgeted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bookgen.errors import InputError

if TYPE_CHECKING:
    from bookgen.llm.session import OpenModel
    from bookgen.models import Brief, Corpus, Outline
    from bookgen.settings import Settings
    from bookgen.writers.prompted import PromptedWriter

__all__ = ["ModelOptions", "Session", "opened", "settings_of_the_environment"]


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
        from bookgen.llm.session import is_configured

        return bool(self.model) or is_configured(settings_of_the_environment())


@dataclass(frozen=True)
class Session:
    """A model that is ready, and the writer that uses it."""

    writer: PromptedWriter
    opened: OpenModel

    @property
    def name(self) -> str:
        """The model's name."""
        return self.opened.name

    async def forecast(self, brief: Brief, plan: Outline, corpus: Corpus) -> str:
        """Return what writing a plan will take, as one line."""
        from bookgen.llm.cost import preflight

        calls = await self.writer.planned_calls(brief, plan, corpus)
        return preflight(calls, self.opened.price, is_free_tier=self.opened.free_tier).summary()

    def spent(self) -> str:
        """Return what the calls have cost, as a reader is told: never 0 for what is unknown."""
        from bookgen.llm.cost import Spending

        calls = self.opened.model.usages
        return str(Spending.of(calls)) if calls else "$0: nothing was left to write"

    def identity(self) -> str:
        """Return what another writer differs by."""
        return f"{self.name}, {self.writer.settings}"


@asynccontextmanager
async def opened(options: ModelOptions, brief: Brief) -> AsyncIterator[Session]:
    """Open the model for one book. Raises InputError for a model that the provider does not have,
    ProviderError where it cannot be reached."""
    from bookgen.llm.cost import Budget
    from bookgen.llm.pacing import Pacing
    from bookgen.llm.session import open_model
    from bookgen.writers.prompted import DEFAULT_TONE, PromptedWriter

    pacing = Pacing(options.parallel, requests_per_minute=options.requests_per_minute)
    async with open_model(
        settings_of_the_environment(),
        model=options.model or None,
        budget=Budget(options.budget),
        gate=pacing.job(brief.subject, 1),
    ) as opened_model:
        writer = PromptedWriter(
            opened_model.model,
            temperature=options.temperature,
            tone=options.tone or DEFAULT_TONE,
        )
        yield Session(writer, opened_model)


def settings_of_the_environment() -> Settings:
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
