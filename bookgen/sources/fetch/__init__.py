"""The one way out to the web: a client that cannot be led to private addresses or kept busy."""

from bookgen.sources.fetch.client import Fetcher
from bookgen.sources.fetch.failures import Code, FetchError
from bookgen.sources.fetch.originals import original_of
from bookgen.sources.fetch.policy import FetchPolicy, parse_allow
from bookgen.sources.fetch.replies import Access, Fetched
from bookgen.sources.fetch.urls import parse_url

__all__ = [
    "Access",
    "Code",
    "FetchError",
    "FetchPolicy",
    "Fetched",
    "Fetcher",
    "original_of",
    "parse_allow",
    "parse_url",
]
