"""Cleans the text of one paragraph: note marks, page numbers, emphasis, dashes, white space."""

from __future__ import annotations

import re

__all__ = ["CUT", "clean", "drop_editorial_brackets"]

CUT = "\ufffc"
"""Stands where something that is not text (a line of music) was cut out of a sentence."""

_INVISIBLE = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff]")
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st"}
_NOTE_MARK = re.compile(
    r"\s?\[(?:\d{1,3}|[A-Za-z]|[*†‡§#]{1,3}|[ivxl]{1,6}|note \d+|nota \d+)\](?!\()"
    r"|\s?\[\^[\w-]+\]"
    r"|\s?\[(?:citation needed|cita requerida|sic)\]|\s?\[(?:unfinished|illegible,?)\]\.?",
    re.IGNORECASE,
)
_PAGE = re.compile(
    r"\[(?:Pg|Page|p\.|pp\.|pág\.|Página)\s*[\divxlc]+\]|\{(?:p\.\s*)?\d{1,4}\}", re.IGNORECASE
)
# In a word the letter in brackets is the word's: "[a]ber".
_WORD_BRACKET = re.compile(r"\[(?=[A-Za-z]\]\w)|(?<=\[[A-Za-z])\](?=\w)")
_EMPHASIS = re.compile(r"(?<![\w*=_])(_{1,2}|\*{1,2}|=)(?=[^\s_*=])([^_*=]+?)(?<=\S)\1(?![\w*=_])")
_STRAY_UNDERSCORE = re.compile(r"(?<!\w)_+|_+(?!\w)")
_LONG_DASH = re.compile(r"\s?-{4,}")
_DASH = re.compile(r"\s?(?<!-)--(?!-)\s?|\s?(?<!-)---(?!-)\s?")
_BRACKET = re.compile(r"\s*\[([^\[\]]*)\]")
_SPACE_BEFORE = re.compile(r"\s+([,;.!?](?:\s|$))")


def clean(text: str) -> str:
    """Return `text` on one line without note marks, page marks, emphasis marks and stray marks.

    Two or three hyphens become an em dash, more of them (a name left out) two em dashes. Quotation
    marks stay as the source has them.
    """
    if not text.isascii():
        text = _INVISIBLE.sub("", text).translate(_LIGATURES)
    if "[" in text or "{" in text:
        text = _WORD_BRACKET.sub("", _PAGE.sub(" ", text))
        text = _NOTE_MARK.sub("", text)
    text = " ".join(text.split())
    if "_" in text or "*" in text or "=" in text:
        text = _EMPHASIS.sub(r"\2", text)
    if "_" in text:
        text = _STRAY_UNDERSCORE.sub("", text)
    if "--" in text:
        text = _DASH.sub(
            "—", _LONG_DASH.sub(lambda run: run[0].replace(run[0].strip(), "——"), text)
        )
    return " ".join(text.split())


def drop_editorial_brackets(text: str) -> str:
    """Return `text` without what an editor put in brackets, except glosses of a word or two,
    which name what the writer left out ("Cz—— [Czerny's]")."""

    def note(match: re.Match[str]) -> str:
        words = match[1].split()
        apparatus = len(words) > 2 or match[1].endswith("?") or not words
        return "" if apparatus else match[0]

    previous = None
    while previous != text:  # brackets inside brackets go first
        previous, text = text, _BRACKET.sub(note, text)
    return _SPACE_BEFORE.sub(r"\1", text).strip()
