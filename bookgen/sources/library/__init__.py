"""A local folder of documents, indexed for full-text search."""

from bookgen.sources.library.library import Hit, Library, Refreshed

__all__ = ["Hit", "Library", "Refreshed"]
