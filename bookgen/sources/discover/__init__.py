"""Finds sources on a subject through the public APIs of encyclopedias and catalogues."""

from bookgen.sources.discover.choice import PROVIDERS, parse_providers
from bookgen.sources.discover.crossref import Crossref
from bookgen.sources.discover.discovery import Discovery
from bookgen.sources.discover.found import Found, Provider, Search
from bookgen.sources.discover.internet_archive import InternetArchive
from bookgen.sources.discover.open_library import OpenLibrary
from bookgen.sources.discover.wikidata import Wikidata
from bookgen.sources.discover.wikipedia import Wikipedia

__all__ = [
    "PROVIDERS",
    "Crossref",
    "Discovery",
    "Found",
    "InternetArchive",
    "OpenLibrary",
    "Provider",
    "Search",
    "Wikidata",
    "Wikipedia",
    "parse_providers",
]
