"""Project Gutenberg's header and footer: what they say of the work, and where the work is."""

from __future__ import annotations

import re

from bookgen.sources.document import Metadata

__all__ = ["body", "declared_encoding", "is_end", "is_licence_text", "is_start", "metadata"]

_START = re.compile(
    r"^.{0,20}\*\s?\*\s?\*\s?START OF (?:THIS|THE) PROJECT GUTENBERG"
    r"[^\n]*(?:\n[^\n]+)*?\*\s?\*\s?\*.*$"
    r"|^\*END\*?\s?THE SMALL PRINT!.*$",
    re.MULTILINE | re.IGNORECASE,
)
_END = re.compile(
    r"^\W*END OF (?:THIS |THE )?PROJECT GUTENBERG"
    r"|^\W*END OF (?:THE )?PROJECT GUTENBERG'?S"
    r"|^\*{3}\s*START:? FULL LICENSE",
    re.MULTILINE | re.IGNORECASE,
)
_FIELD = re.compile(r"^(Title|Author|Language):[ \t]*(.+(?:\n[ \t]{2,}\S.*)*)", re.MULTILINE)
_NUMBER = re.compile(r"\[E(?:Book|Text) #(\d+)\]", re.IGNORECASE)
_ENCODING = re.compile(rb"Character set encoding:\s*([\w-]+)", re.IGNORECASE)
_HEADER = 20_000


def is_licence_text(text: str) -> bool:
    """Whether a paragraph speaks of the edition's distribution, not of its subject."""
    return "Project Gutenberg" in text or "gutenberg.org" in text or "gutenberg.net" in text


def body(text: str) -> str:
    """Return `text` without the header and the footer, or as it is where it has neither."""
    start = _START.search(text, 0, _HEADER * 2)
    begin = start.end() if start else 0
    end = _END.search(text, begin)
    return text[begin : end.start() if end else len(text)]


def is_start(text: str) -> bool:
    """Whether a paragraph marks the end of the header."""
    return bool(_START.match(text))


def is_end(text: str) -> bool:
    """Whether a paragraph marks the start of the footer."""
    return bool(_END.match(text))


def declared_encoding(data: bytes) -> str | None:
    """Return the encoding that the header names, None where it names none."""
    match = _ENCODING.search(data[:_HEADER])
    return match[1].decode("ascii") if match else None


def metadata(text: str) -> Metadata | None:
    """Return what the header says, None where `text` is not an eBook of Project Gutenberg.

    The release date is of the eBook, not of the work, and is left out.
    """
    head = text[:_HEADER]
    if "Project Gutenberg" not in head or not (_START.search(text[: _HEADER * 2])):
        return None
    fields = {match[1]: " ".join(match[2].split()) for match in reversed([*_FIELD.finditer(head)])}
    number = _NUMBER.search(head)
    return Metadata(
        title=fields.get("Title"),
        author=fields.get("Author"),
        url=f"https://www.gutenberg.org/ebooks/{number[1]}" if number else None,
        licence="Project Gutenberg License",
        language=fields.get("Language"),
    )
