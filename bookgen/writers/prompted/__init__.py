"""The writer that uses a language model: it tells what passages say, and cites them."""

from __future__ import annotations

from bookgen.writers.prompted.writer import DEFAULT_TONE, PromptedWriter

__all__ = ["DEFAULT_TONE", "PromptedWriter"]
