"""A local folder of documents, indexed for full-text search."""

from bookgen.sources.library.index import Hit
from bookgen.sources.library.library import Library, Refreshed

__all__ = ["Hit", "Library", "Refreshed"]
