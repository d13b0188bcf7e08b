"""The port to a language model: one method that completes a prompt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from bookgen.models import Usage

__all__ = ["Completion", "LanguageModel", "Message", "Prompt", "Schema"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Schema:
    """The form that a structured reply must have: a JSON schema with a name (a-z, 0-9, _)."""

    name: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is asked of a model.

    `max_tokens` bounds the reply. `temperature` None leaves it to the provider; 0 stays 0. With a
    `schema` the reply is JSON of that form. `session` is the same for prompts that begin alike, so
    that a provider's cache is used.
    """

    messages: tuple[Message, ...]
    max_tokens: int
    temperature: float | None = None
    schema: Schema | None = None
    session: str = ""


@dataclass(frozen=True, slots=True)
class Completion:
    """A whole reply.

    `finish_reason` is the provider's word, "stop" for a reply that ended by itself. `model` and
    `provider` are those that answered, `attempts` counts the calls it took, the last one included.
    """

    text: str
    finish_reason: str
    usage: Usage
    model: str
    provider: str | None = None
    generation_id: str | None = None
    attempts: int = 1

    @property
    def is_cut_off(self) -> bool:
        """Whether it ended at its bound or at the provider's filter: no finished text."""
        return self.finish_reason in ("length", "content_filter")


class LanguageModel(Protocol):
    """Completes prompts. May be called many times at once."""

    async def complete(
        self, prompt: Prompt, *, on_text: Callable[[str], None] | None = None
    ) -> Completion:
        """Return the reply to `prompt`.

        `on_text` gets the text piece by piece while it comes in; an empty piece says that all so
        far was thrown away and the reply begins again. Raises ProviderError where no reply was to
        be had, ReplyError where the reply has not the form that the schema asks for.
        """
        ...
