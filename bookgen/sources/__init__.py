"""Reads files and folders of txt, md, html and pdf into a corpus of passages."""

from bookgen.sources.load import load_sources

__all__ = ["load_sources"]
