"""What every reader makes of a file: blocks of text in the order of the work, and its metadata."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from bookgen.models import PartialDate

__all__ = ["Block", "Document", "Form", "Kind", "Metadata", "Original"]

Kind = Literal["text", "quote", "entry", "heading", "verse"]
Form = Literal["html", "markdown", "pdf", "text"]
_BROKEN_COMPOUND = re.compile(r"(?<=[^\W\d_])-[ \t]*\n[ \t]*(?=[^\W\d_])")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a heading or a set of short lines, before anything is cut.

    `text` is running prose; `quote` is prose that the work sets off by its margins; `verse` is
    lines that do not run on (verse, addresses, lists); `entry` is a line of a chronology.
    `level` is a heading's depth, 1 at the top. `date` is what the work sets beside or above.
    """

    lines: tuple[str, ...]
    kind: Kind = "text"
    level: int = 1
    date: PartialDate | None = None

    @property
    def text(self) -> str:
        """The lines as one, its white space folded. A compound broken at its hyphen is whole."""
        joined = self.lines[0] if len(self.lines) == 1 else "\n".join(self.lines)
        if "-" in joined:
            joined = _BROKEN_COMPOUND.sub("-", joined)
        return " ".join(joined.split())


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a work says of itself. `language` is as the work names it, not yet one of ours."""

    title: str | None = None
    author: str | None = None
    date: str | None = None
    url: str | None = None
    licence: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Original:
    """The bytes of a work before they are read. `location` is its path or URL as given, `name`
    what a title and an id are made of where the work names none. `url` is where it was fetched
    from, None for a file; `charset` the encoding that a server named for it; `catalogued` is what
    a catalogue that led to it says of the work."""

    location: str
    name: str
    form: Form
    data: bytes = field(repr=False)
    url: str | None = None
    charset: str | None = None
    catalogued: Metadata | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A file as read: `blocks` with its boilerplate still in place."""

    blocks: list[Block]
    metadata: Metadata = field(default_factory=Metadata)
