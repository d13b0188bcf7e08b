"""The keyless writer: selects, orders and quotes sentences of the sources, and writes none."""

from __future__ import annotations

from bookgen.writers.extractive.writer import ExtractiveWriter

__all__ = ["ExtractiveWriter"]
