"""Reads as much of a work as is needed to tell what it is about."""

from __future__ import annotations

from dataclasses import replace

from bookgen.sources.document import Original

__all__ = ["beginning_of"]

# The time to read a page grows with the square of its size.
_READ_BYTES = 100_000


def beginning_of(original: Original) -> str:
    """Return the text of the first 100,000 bytes; of a PDF, which cannot be cut, all of it. Blocks
    for as long as reading takes. Raises SourceError where it cannot be read."""
    # Loaded here, as in `load_sources`: most candidates are judged without being read.
    from bookgen.sources.readers import read_original

    if original.form != "pdf":
        original = replace(original, data=original.data[:_READ_BYTES])
    return "\n".join(block.text for block in read_original(original).blocks)
