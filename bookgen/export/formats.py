"""The formats of a finished book, by the names that the command line and the service know."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from bookgen.errors import MissingExtraError
from bookgen.export import bibtex, csl, docx, epub, html, markdown, pdf, programs, text
from bookgen.export.archives import pack
from bookgen.export.report import report_json
from bookgen.models import Biography, Report

__all__ = ["FORMATS", "REPORT_FILE", "Format"]

REPORT_FILE = "report.json"


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Format:
    """`file` is the name of the file that a book's folder has it in, `render` returns its bytes,
    which are UTF-8 where it `is_text`. `extra` is the extra of bookgen that it needs, if any;
    `converts` is whether other programs run, which takes seconds and memory."""

    name: str
    file: str
    media_type: str
    render: Callable[[Biography, Report], Awaitable[bytes]]
    is_text: bool = True
    converts: bool = False
    extra: str | None = None
    is_available: Callable[[], bool] = _always

    @property
    def ending(self) -> str:
        """The ending of its files' names, with its dot."""
        return PurePath(self.file).suffix

    def require(self) -> None:
        """Raise MissingExtraError where its extra is not installed."""
        if self.extra is not None and not self.is_available():
            raise MissingExtraError(f"The format {self.name}", self.extra)


def _text(
    name: str, file: str, media_type: str, render: Callable[[Biography, Report], str]
) -> Format:
    async def encoded(biography: Biography, report: Report) -> bytes:
        return (await asyncio.to_thread(render, biography, report)).encode()

    return Format(name, file, media_type, encoded)


def _converted(
    name: str,
    media_type: str,
    render: Callable[[Biography, Report], Awaitable[bytes]],
    is_available: Callable[[], bool],
) -> Format:
    return Format(
        name,
        f"book.{name}",
        media_type,
        render,
        is_text=False,
        converts=True,
        extra="export",
        is_available=is_available,
    )


async def _everything(biography: Biography, report: Report) -> bytes:
    """Return a zip archive of the book in every other format that can be had, and its report."""
    files = {
        one.file: await one.render(biography, report)
        for one in FORMATS.values()
        if one.name != "zip" and one.is_available()
    }
    files[REPORT_FILE] = report_json(biography.brief, report, biography).encode()
    return await asyncio.to_thread(pack, files)


FORMATS: Mapping[str, Format] = {
    one.name: one
    for one in (
        _text("md", "book.md", "text/markdown; charset=utf-8", markdown.render),
        _text("txt", "book.txt", "text/plain; charset=utf-8", text.render),
        _text("html", "book.html", "text/html; charset=utf-8", html.render),
        _converted("epub", "application/epub+zip", epub.render, programs.has_pandoc),
        _converted(
            "docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            docx.render,
            programs.has_pandoc,
        ),
        _converted("pdf", "application/pdf", pdf.render, programs.has_typst),
        _text("csl", "references.json", "application/json", lambda book, _: csl.render(book)),
        _text("bib", "references.bib", "application/x-bibtex", lambda book, _: bibtex.render(book)),
        Format("zip", "book.zip", "application/zip", _everything, is_text=False, converts=True),
    )
}
