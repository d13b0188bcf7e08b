"""A fetched page as a work that can be read into a corpus, as files are."""

from __future__ import annotations

from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from bookgen.errors import SourceError
from bookgen.sources.document import Form, Original
from bookgen.sources.fetch.replies import Fetched
from bookgen.sources.fetch.urls import shown

__all__ = ["original_of"]

_BY_TYPE: dict[str, Form] = {
    "application/pdf": "pdf",
    "application/x-pdf": "pdf",
    "application/xhtml+xml": "html",
    "text/html": "html",
    "text/markdown": "markdown",
    "text/plain": "text",
    "text/x-markdown": "markdown",
}
_BY_SUFFIX: dict[str, Form] = {
    ".htm": "html",
    ".html": "html",
    ".markdown": "markdown",
    ".md": "markdown",
    ".pdf": "pdf",
    ".txt": "text",
    ".xhtml": "html",
}
# Types that servers give to files they do not know.
_UNTOLD = frozenset({"", "application/octet-stream", "binary/octet-stream", "text/plain"})


def original_of(page: Fetched) -> Original:
    """Return the page as `load_sources` takes it.

    Raises SourceError where it is empty or not HTML, PDF, Markdown or plain text.
    """
    parts = urlsplit(page.final_url)
    path = PurePosixPath(unquote(parts.path))
    form = _BY_TYPE.get(page.content_type)
    if page.content_type in _UNTOLD:
        form = _BY_SUFFIX.get(path.suffix.lower(), form)
    if form is None:
        raise SourceError(
            shown(page.url),
            f"it is {page.content_type or 'of an unknown type'}, which cannot be read; HTML, PDF, "
            "Markdown and plain text can.",
        )
    if not page.body.strip():
        raise SourceError(shown(page.url), "it is empty.")
    name = path.stem if path.suffix.lower() in _BY_SUFFIX else path.name
    return Original(
        location=page.url,
        name=name or parts.hostname or page.final_url,
        form=form,
        data=page.body,
        url=page.final_url,
        charset=page.charset,
    )
