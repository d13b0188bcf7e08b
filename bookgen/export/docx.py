"""Renders a biography as DOCX, for word processors."""

from __future__ import annotations

import asyncio
import re

from bookgen.export import programs
from bookgen.export.archives import repack
from bookgen.export.document import document
from bookgen.models import Biography, Report

__all__ = ["render"]

_DATES = re.compile(r"<dcterms:(created|modified)\b[^>]*>[^<]*</dcterms:\1>")
_CHAPTER_STYLE = re.compile(r'(w:styleId="Heading1" .*?<w:keepLines ?/>)', re.DOTALL)


async def render(biography: Biography, report: Report) -> bytes:
    """Return the book as DOCX, with footnotes of the word processor's own.

    The same biography and report give the same bytes. Raises ExportError.
    """
    tree = await asyncio.to_thread(document, biography, report, contents=True)
    made = await programs.pandoc(tree, "docx")
    return await asyncio.to_thread(repack, made, _finished)


def _finished(name: str, text: str) -> str:
    """Return a part without the dates that pandoc makes up, and the styles with chapters on pages
    of their own."""
    if name == "docProps/core.xml":
        return _DATES.sub("", text)
    if name == "word/styles.xml":
        return _CHAPTER_STYLE.sub(r"\1<w:pageBreakBefore />", text, count=1)
    return text
