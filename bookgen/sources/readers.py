"""Reads a work by the reader of its form."""

from __future__ import annotations

from bookgen.errors import SourceError
from bookgen.sources import gutenberg, html, markdown, pdf, plain
from bookgen.sources.document import Document, Original
from bookgen.sources.encoding import TextDecodeError, decode

__all__ = ["read_original"]


def read_original(original: Original) -> Document:
    """Return a work as read, nothing cut. Raises SourceError where it cannot be read."""
    try:
        return _read(original)
    except (TextDecodeError, html.HtmlError, markdown.FrontMatterError, pdf.PdfError) as error:
        raise SourceError(original.location, str(error)) from error


def _read(original: Original) -> Document:
    data = original.data
    if original.form == "pdf":
        return pdf.read(data)
    if original.form == "html":
        return html.read(data)
    text = decode(data, original.charset or gutenberg.declared_encoding(data))
    return markdown.read(text) if original.form == "markdown" else plain.read(text)
