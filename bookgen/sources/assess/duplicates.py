"""Tells which candidates are the same source as one before them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import parse_qsl, urlencode

from bookgen.sources.assess.candidate import Candidate
from bookgen.sources.assess.form import web_address
from bookgen.sources.assess.identifiers import find_doi, find_isbn
from bookgen.sources.fetch.failures import FetchFailure
from bookgen.sources.fetch.urls import host_of, parse_url
from bookgen.text.words import fold_accents

__all__ = ["canonical_url", "find_duplicates"]

# Parameters that say where a reader came from, not which page it is.
_TRACKING = re.compile(
    r"utm_\w+|mtm_\w+|pk_\w+|(?:fb|g|dc|gb|ms|tw|y|ttc|wbra)clid|gclsrc|gad_source|mc_[ce]id|igshid|"
    r"igsh|ref_src|ref_url|_ga|_gl|_hs(?:enc|mi)|s_cid|spm|vero_id|oly_(?:anon|enc)_id|rb_clickid",
    re.IGNORECASE,
)
_NOT_WORD = re.compile(r"[\W_]+")


def canonical_url(url: str) -> str:
    """Return one spelling for all the addresses of a page, to compare by; not to fetch.

    Case of the host, http or https, the default port, the fragment, tracking parameters, the order
    of parameters and a slash at the end do not tell pages apart. Raises FetchFailure where it is
    not an address.
    """
    parsed = parse_url(url)
    # The scheme's own port is already gone; http on 443 and https on 80 are servers of their own.
    port = "" if parsed.port is None else f":{parsed.port}"
    query = [
        pair
        for pair in parse_qsl(parsed.query.decode("ascii"), keep_blank_values=True)
        if not _TRACKING.fullmatch(pair[0])
    ]
    path = parsed.raw_path.decode("ascii").split("?", 1)[0].rstrip("/")
    asked = f"?{urlencode(sorted(query))}" if query else ""
    return f"{host_of(parsed)}{port}{path}{asked}"


def find_duplicates(candidates: Sequence[Candidate]) -> dict[int, int]:
    """Return for each candidate that repeats one before it the places, from 0, of both.

    The same are those with the same canonical address, the same ISBN or DOI, or the same title and
    author. A candidate with neither an address nor a title and an author is like none.
    """
    first: dict[tuple[str, ...], int] = {}
    same: dict[int, int] = {}
    for place, candidate in enumerate(candidates):
        keys = _keys(candidate)
        known = next((first[key] for key in keys if key in first), None)
        if known is not None:
            same[place] = known
        for key in keys:
            first.setdefault(key, place if known is None else known)
    return same


def _keys(candidate: Candidate) -> list[tuple[str, ...]]:
    keys: list[tuple[str, ...]] = []
    if url := web_address(candidate):
        with suppress(FetchFailure):  # what is no address is like no other
            keys.append(("url", canonical_url(url)))
    where = f"{candidate.url or ''} {candidate.title or ''}"
    if isbn := find_isbn(where):
        keys.append(("isbn", isbn[3:-1] if isbn.startswith("978") else isbn[:-1]))
    if doi := find_doi(where):
        keys.append(("doi", doi.casefold()))
    title, author = _folded(candidate.title), _folded(candidate.author)
    if title and author:
        keys.append(("work", title, author))
    return keys


def _folded(text: str | None) -> str:
    return _NOT_WORD.sub(" ", fold_accents(text or "")).strip()
