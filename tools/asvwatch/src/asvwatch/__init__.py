"""asvwatch finds the commits that changed what asv measured."""

__all__ = ["__version__"]

__version__ = "0.1.0"
