"""Blocks to passages: running prose only, each with its heading and date."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bookgen.models import Language, Passage
from bookgen.sources import headings, inline, language
from bookgen.sources.datelines import is_date_line
from bookgen.sources.document import Block

__all__ = ["build", "is_prose"]

_ENDS = re.compile(r"[.!?…][\"'”’»)\]]*\Z")
_ENUMERATOR = re.compile(r"\A\(?\d{1,2}[.)]\s+(?=[\"“«¿¡]?[^\W\d_])")
_SALUTATION = re.compile(r"\A([\"“]?)(?:M[Yy] )?DEAR(?:EST)?\b[A-Z ]{2,40}:\s+")
_FEWEST_WORDS = 5
_FEWEST_WORDS_DATED = 3
_RUN_ON_WORDS = 12
_FEWEST_COMMON = 0.12
_EMBEDDED_LINES = 8


def build(blocks: Sequence[Block], source_id: str, spoken: Language | None) -> list[Passage]:
    """Return the passages of a work, numbered from 1.

    `spoken` is the language of the work; paragraphs in another are left out. None keeps them all.
    """
    found: list[Passage] = []
    heading: str | None = None
    for block in _joined(blocks):
        if block.kind == "heading":
            heading = headings.title_of(block.text)
        elif block.kind != "verse":
            text = _ENUMERATOR.sub("", inline.clean(block.text), count=1)
            text = _SALUTATION.sub(r"\1", text, count=1).strip()
            if is_prose(text, spoken, of_chronology=block.kind == "entry"):
                found.append(Passage(source_id, len(found) + 1, text, heading, block.date))
    return found


def is_prose(text: str, spoken: Language | None, *, of_chronology: bool = False) -> bool:
    """Whether a paragraph can be quoted as prose: sentences of words, not a list of names or
    numbers, a date line, a signature, or another language. The entries of a chronology ("Marries
    Rebecca Read.") may be shorter."""
    words = text.split()
    fewest = _FEWEST_WORDS_DATED if of_chronology else _FEWEST_WORDS
    if len(words) < fewest or inline.CUT in text:
        return False
    ends = bool(_ENDS.search(text))
    if not ends and (len(words) < _RUN_ON_WORDS or not re.search(r"[.!?…]|[:;,—]\Z", text)):
        return False
    letters_in = sum(map(str.isalpha, text))
    if letters_in < 0.6 * len(text.replace(" ", "")) or headings.is_uppercase(text):
        return False
    lower = sum(word.lstrip("\"'“‘«(—")[:1].islower() for word in words)
    if lower < (0.33 if len(words) > 8 else 0.25) * len(words) and not of_chronology:
        return False
    if is_date_line(text):
        return False
    if spoken is None or of_chronology:
        return True
    return language.common_share(text, spoken) >= _FEWEST_COMMON


def _joined(blocks: Iterable[Block]) -> list[Block]:
    """Put together again paragraphs that something between them (a page's end, a note, a line of
    verse) had cut: the first does not end, the second goes on in lower case."""
    out: list[Block] = []
    verse: list[Block] = []
    for block in blocks:
        if block.kind == "verse":
            verse.append(block)
            continue
        last = out[-1] if out else None
        if (
            last is not None
            and last.kind in ("text", "quote")
            and block.kind in ("text", "quote")
            and last.date == block.date
            and _goes_on(last.text, block.text)
        ):
            lines = [line for lines in verse for line in lines.lines]
            if not lines:
                out[-1] = replace(last, lines=(_mended(last.text, block.text),))
                verse.clear()
                continue
            if len(lines) <= _EMBEDDED_LINES:
                middle = " / ".join(inline.clean(line) for line in lines)
                out[-1] = replace(last, lines=(f"{_mended(last.text, middle)} {block.text}",))
                verse.clear()
                continue
        verse.clear()
        out.append(block)
    return out


def _goes_on(before: str, after: str) -> bool:
    before, after = inline.clean(before), inline.clean(after)
    return bool(before) and not _ENDS.search(before) and after.lstrip("\"'“‘«(")[:1].islower()


def _mended(before: str, after: str) -> str:
    """Join two halves; a word that was parted at the end of a page becomes one."""
    if re.search(r"[^\W\d_]-\Z", before):
        return before[:-1] + after
    if before.endswith(("—", "--")):
        return before + after
    return f"{before} {after}"
