"""Renders a biography as EPUB 3, for readers of any size."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from bookgen.export import programs
from bookgen.export.archives import repack
from bookgen.export.document import document
from bookgen.models import Biography, Report

__all__ = ["render"]

_STYLE = Path(__file__).with_name("epub.css")
_DATE = re.compile(r"\s*<dc:date\b[^>]*>[^<]*</dc:date>")
_HEADING = re.compile(r"<h1\b[^>]*>([^<]*)</h1>")
_TITLE = re.compile(r"(?<=<title>)[^<]*(?=</title>)")


async def render(biography: Biography, report: Report) -> bytes:
    """Return the book as EPUB: a file for each chapter, its notes at its end.

    The same biography and report give the same bytes. Raises ExportError.
    """
    tree = await asyncio.to_thread(document, biography, report, ways_back=True)
    made = await programs.pandoc(tree, "epub", "--toc", "--toc-depth=2")
    return await asyncio.to_thread(repack, made, _finished)


def _finished(name: str, text: str) -> str:
    """Return a part without the date that pandoc makes up, with the book's own style, and with a
    chapter's title in place of its file's name."""
    # In its sandbox pandoc takes no style from a file.
    if name.endswith(".css"):
        return _STYLE.read_text(encoding="utf-8")
    if name.endswith(".opf"):
        return _DATE.sub("", text)
    heading = _HEADING.search(text) if name.endswith(".xhtml") else None
    return _TITLE.sub(lambda _: heading[1], text, count=1) if heading else text
