"""Markdown's special characters: source text must come through without becoming markup."""

from __future__ import annotations

import re

__all__ = ["ESCAPED", "escape", "escape_start", "unescape"]

# Any character that can open or close markup wherever it stands; `&` only where it would begin a
# character reference, and a few more only where a line begins.
_SPECIAL = re.compile(r"[\\`*_\[\]<>#~^$|]|&(?=#?\w+;)")
_AT_START = re.compile(r"(?:[-+=:](?=[-+=:\s]|\Z)|\d{1,9}(?=[.)]))")

# An escaped character in a regular expression, for those who read such text back.
ESCAPED = r"\\[!-/:-@\[-`{-~]"
_UNESCAPE = re.compile(rf"({ESCAPED})")


def escape(text: str) -> str:
    """Return the text so that CommonMark, GitHub and pandoc show it as it is, in running text."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def escape_start(text: str) -> str:
    """Return the text so that, at the start of a line, it opens no list or rule either."""
    escaped = escape(text)
    match = _AT_START.match(escaped)
    if match is None:
        return escaped
    # A backslash before a digit would be shown: the mark behind the number takes it.
    cut = match.end() if match[0][0].isdigit() else 0
    return f"{escaped[:cut]}\\{escaped[cut:]}"


def unescape(text: str) -> str:
    """Return the text that `escape` or `escape_start` was given."""
    return _UNESCAPE.sub(lambda match: match[1][1:], text)
