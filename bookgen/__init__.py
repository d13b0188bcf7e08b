"""Writes long biographies from sources, with citations that hold."""

__version__ = "0.1.0"

__all__ = ["__version__"]
