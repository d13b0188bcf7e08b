"""Renders the works that a book cites as CSL-JSON, which Zotero and pandoc read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TypedDict

from bookgen.export.layout import web_address
from bookgen.export.references import (
    Issued,
    Kind,
    Name,
    cited_sources,
    issued,
    kind,
    plain,
    split_names,
)
from bookgen.models import Biography, Language, Source

__all__ = ["Item", "items", "render"]


class Item(TypedDict, total=False):
    """A work as CSL's schema names its parts. `type`, `id`, `title` and `language` are always
    there."""

    id: str
    type: Kind
    title: str
    author: list[dict[str, str]]
    issued: dict[str, object]
    URL: str
    language: Language
    note: str


def render(works: Biography | Iterable[Source]) -> str:
    """Return a JSON array of CSL items, one for each work that `cited_sources` names."""
    return json.dumps(items(works), ensure_ascii=False, indent=2) + "\n"


def items(works: Biography | Iterable[Source]) -> list[Item]:
    """Return the CSL items (schema 1.0.2, csl-data.json) of the works, in their order.

    CSL has no field for a licence: it stands in `note`, which is Zotero's “Extra”, as does a date
    that says more than CSL can hold.
    """
    return [_item(source) for source in cited_sources(works)]


def _item(source: Source) -> Item:
    item: Item = {"id": source.id, "type": kind(source), "title": plain(source.title)}
    if names := split_names(source.author or ""):
        item["author"] = [_csl_name(name) for name in names]
    notes = []
    if source.date and (text := plain(source.date)):
        published = issued(text, source.language)
        item["issued"] = _csl_date(published, text)
        if published.dates and not published.whole:
            notes.append(f"Date: {text}")
    if address := web_address(source.url):
        item["URL"] = address
    elif source.url:
        notes.append(f"Address: {plain(source.url)}")
    item["language"] = source.language
    if source.licence:
        notes.append(f"License: {plain(source.licence)}")
    if notes:
        item["note"] = "\n".join(notes)
    return item


def _csl_name(name: Name) -> dict[str, str]:
    if name.literal:
        return {"literal": name.literal}
    # Zotero drops CSL's own fields for particle and suffix; it finds both again where they stand
    # here, and so do citeproc-js and pandoc.
    family = f"{name.particle} {name.family}".strip()
    given = ", ".join(filter(None, (name.given, name.suffix)))
    return {"family": family, "given": given} if given else {"family": family}


def _csl_date(found: Issued, text: str) -> dict[str, object]:
    if not found.dates:
        return {"literal": text}
    parts = [[part for part in (one.year, one.month, one.day) if part] for one in found.dates]
    return {"date-parts": parts, "circa": True} if found.circa else {"date-parts": parts}
