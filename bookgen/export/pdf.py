"""Renders a biography as PDF, for paper and the screen."""

from __future__ import annotations

import asyncio

from bookgen.export import programs
from bookgen.export.document import document
from bookgen.models import Biography, Report

__all__ = ["render"]


async def render(biography: Biography, report: Report) -> bytes:
    """Return the book as pages of A5, with footnotes and bookmarks.

    The same biography and report give the same bytes, but for letters that only another font of
    the machine has. Raises ExportError.
    """
    return await programs.typst(await asyncio.to_thread(document, biography, report))
