"""The prompts: files with a version in their name, filled in, and known by their hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import resources

from bookgen.llm.base import Message

__all__ = ["Template", "hash_of", "load"]

# The current version of each prompt, where it is not the first.
_VERSIONS = {"section": 2}


@dataclass(frozen=True, slots=True)
class Template:
    """A prompt with places in braces."""

    name: str
    text: str

    def fill(self, **values: str | int) -> str:
        """Return the prompt with its places filled; what is filled in is not looked at again."""
        return self.text.format(**values).strip()


def load(name: str) -> Template:
    """Return the current version of a prompt."""
    file = f"{name}.v{_VERSIONS.get(name, 1)}.txt"
    prompt = resources.files("bookgen.writers.prompted") / "prompts" / file
    return Template(name, prompt.read_text(encoding="utf-8"))


def hash_of(messages: tuple[Message, ...]) -> str:
    """Return 16 hex digits of SHA-256 that stand for a whole conversation."""
    told = "\x00".join(f"{message.role}\x01{message.content}" for message in messages)
    return hashlib.sha256(told.encode()).hexdigest()[:16]
