"""Writes long biographies from sources, with citations that hold.

The names below are loaded when they are first used: `import bookgen` itself is light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bookgen.checks import check_book, review
    from bookgen.errors import (
        BookFormatError,
        BookgenError,
        InputError,
        NoSourcesError,
        SourceError,
        WriterError,
    )
    from bookgen.models import Biography, BookFile, Brief, Corpus, Report
    from bookgen.pipeline import write_biography
    from bookgen.sources import load_sources
    from bookgen.writers.base import Writer
    from bookgen.writers.extractive import ExtractiveWriter

__version__ = "0.1.0"

__all__ = [
    "Biography",
    "BookFile",
    "BookFormatError",
    "BookgenError",
    "Brief",
    "Corpus",
    "ExtractiveWriter",
    "InputError",
    "NoSourcesError",
    "Report",
    "SourceError",
    "Writer",
    "WriterError",
    "__version__",
    "check_book",
    "load_sources",
    "review",
    "write_biography",
]

_HOME = {
    "Biography": "bookgen.models",
    "BookFile": "bookgen.models",
    "BookFormatError": "bookgen.errors",
    "BookgenError": "bookgen.errors",
    "Brief": "bookgen.models",
    "Corpus": "bookgen.models",
    "ExtractiveWriter": "bookgen.writers.extractive",
    "InputError": "bookgen.errors",
    "NoSourcesError": "bookgen.errors",
    "Report": "bookgen.models",
    "SourceError": "bookgen.errors",
    "Writer": "bookgen.writers.base",
    "WriterError": "bookgen.errors",
    "check_book": "bookgen.checks",
    "load_sources": "bookgen.sources",
    "review": "bookgen.checks",
    "write_biography": "bookgen.pipeline",
}


def __getattr__(name: str) -> Any:
    try:
        home = _HOME[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
