"""The formats of a finished book, by the names that the command line and the service know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bookgen.export import bibtex, csl, html, markdown, text
from bookgen.models import Biography, Report

__all__ = ["FORMATS", "Format"]


@dataclass(frozen=True, slots=True)
class Format:
    """`file` is the name of the file that a book's folder has it in; `render` returns its text."""

    file: str
    media_type: str
    render: Callable[[Biography, Report], str]


FORMATS: Mapping[str, Format] = {
    "md": Format("book.md", "text/markdown; charset=utf-8", markdown.render),
    "txt": Format("book.txt", "text/plain; charset=utf-8", text.render),
    "html": Format("book.html", "text/html; charset=utf-8", html.render),
    "csl": Format("references.json", "application/json", lambda book, _: csl.render(book)),
    "bib": Format("references.bib", "application/x-bibtex", lambda book, _: bibtex.render(book)),
}
