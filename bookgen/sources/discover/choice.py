"""Which providers are asked, by their names in a setting."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bookgen.errors import InputError
from bookgen.sources.discover.crossref import Crossref
from bookgen.sources.discover.found import Provider
from bookgen.sources.discover.internet_archive import InternetArchive
from bookgen.sources.discover.open_library import OpenLibrary
from bookgen.sources.discover.wikidata import Wikidata
from bookgen.sources.discover.wikipedia import Wikipedia

__all__ = ["PROVIDERS", "parse_providers"]

PROVIDERS: Mapping[str, Callable[[], Provider]] = {
    "wikipedia": Wikipedia,
    "wikidata": Wikidata,
    "openlibrary": OpenLibrary,
    "archive": InternetArchive,
    "crossref": Crossref,
}


def parse_providers(text: str) -> list[Provider]:
    """Return the providers of a list of names parted by commas, each once; none for an empty one.

    Raises InputError for a name that is not known.
    """
    names = dict.fromkeys(name for part in text.split(",") if (name := part.strip().lower()))
    for name in names:
        if name not in PROVIDERS:
            raise InputError(
                f"BOOKGEN_DISCOVER takes some of {', '.join(PROVIDERS)}, or nothing; not {name!r}."
            )
    return [PROVIDERS[name]() for name in names]
