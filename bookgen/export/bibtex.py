"""Renders the works that a book cites as BibTeX, for LaTeX, JabRef and Zotero."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from bookgen.export.layout import web_address
from bookgen.export.references import (
    Kind,
    Name,
    cited_sources,
    issued,
    kind,
    plain,
    split_names,
)
from bookgen.models import Biography, Language, Source

__all__ = ["citation_keys", "render"]

_ENTRY: dict[Kind, str] = {"book": "book", "webpage": "online", "document": "misc"}
_LANGUAGE: dict[Language, str] = {"en": "english", "es": "spanish"}
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()

# BibTeX counts braces without regard to a backslash before them: each brings its partner along in
# a \vphantom, which prints nothing. These are the forms that Zotero writes and reads back.
_TEX = str.maketrans(
    {
        "\\": "{\\textbackslash}",
        "{": "\\{\\vphantom{\\}}",
        "}": "\\vphantom{\\{}\\}",
        "^": "{\\textasciicircum}",
        "~": "{\\textasciitilde}",
        **{character: f"\\{character}" for character in "%&#_$"},
    }
)
# A field with an address is taken letter by letter, so only what would end it is replaced.
_VERBATIM = str.maketrans({"{": "%7B", "}": "%7D"})
_NOT_KEY = re.compile(r"[^A-Za-z0-9.:+/_-]+")


def render(works: Biography | Iterable[Source]) -> str:
    """Return BibTeX in UTF-8, an entry for each work that `references.cited_sources` names.

    An entry is a @book, an @online (of BibLaTeX; a @misc to other styles) or a @misc. A day, which
    BibTeX has no field for, is in `date`; a date that is not sure, or that cannot be told in these
    fields, is in `note` as well. The licence is in `copyright`.
    """
    sources = cited_sources(works)
    keys = citation_keys([source.id for source in sources])
    return "\n".join(_entry(source, keys[source.id]) for source in sources)


def citation_keys(ids: Sequence[str]) -> dict[str, str]:
    """Return a key for each of some different ids: the id itself where BibTeX takes it.

    Keys consist of A-Z, a-z, 0-9 and . : + / _ -, and differ by more than capitals. Where two ids
    come to the same, the one that needed no change has it and the others are numbered.
    """
    safe = {own: _safe(own) for own in ids}
    keys: dict[str, str] = {}
    taken: set[str] = set()
    for own in sorted(ids, key=lambda own: safe[own] != own):
        key, number = safe[own], 2
        while key.casefold() in taken:
            key, number = f"{safe[own]}-{number}", number + 1
        taken.add(key.casefold())
        keys[own] = key
    return keys


def _safe(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _NOT_KEY.sub("-", folded).strip("-") or "source"


def _entry(source: Source, key: str) -> str:
    fields = "".join(f"  {name} = {value},\n" for name, value in _fields(source))
    return f"@{_ENTRY[kind(source)]}{{{key},\n{fields}}}\n"


def _fields(source: Source) -> Iterator[tuple[str, str]]:
    """Yield the fields of an entry, in order, their values in braces."""
    if names := split_names(source.author or ""):
        yield "author", f"{{{' and '.join(_name(name) for name in names)}}}"
    # The second pair of braces keeps styles from setting the names in a title in lower case.
    yield "title", f"{{{{{_tex(source.title)}}}}}"
    yield from _date(source)
    if address := web_address(source.url):
        yield "url", f"{{{address.translate(_VERBATIM)}}}"
    elif source.url:
        yield "howpublished", f"{{{_tex(source.url)}}}"
    yield "language", f"{{{_LANGUAGE[source.language]}}}"
    if source.licence:
        yield "copyright", f"{{{_tex(source.licence)}}}"


def _date(source: Source) -> Iterator[tuple[str, str]]:
    if not source.date:
        return
    found = issued(source.date, source.language)
    if found.dates:
        first = found.dates[0]
        yield "year", f"{{{first.year}}}"
        if first.month:
            yield "month", _MONTHS[first.month - 1]
        if first.day or len(found.dates) > 1:
            yield "date", f"{{{'/'.join(str(one) for one in found.dates)}}}"
    if found.circa or not found.whole:
        yield "note", f"{{Date: {_tex(source.date)}}}"


def _name(name: Name) -> str:
    """Return a name as "von Last, Jr, First", in braces what must not be taken apart."""
    if name.literal:
        return f"{{{_tex(name.literal)}}}"
    family = _tex(name.family)
    if any(word[0].islower() for word in name.family.split()):
        family = f"{{{family}}}"
    family = f"{name.particle} {family}".strip()
    return ", ".join(filter(None, (family, _tex(name.suffix), _tex(name.given))))


def _tex(text: str) -> str:
    return plain(text).translate(_TEX)
