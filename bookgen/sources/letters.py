"""Collections of letters: the addressee becomes a heading, the date line a date, and salutations,
signatures and the editor's notes go."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bookgen.models import PartialDate
from bookgen.sources import headings, inline
from bookgen.sources.datelines import YEAR, date_of_line, is_date_line
from bookgen.sources.document import Block

__all__ = ["are_letters", "read"]

_HEAD = re.compile(r"(?:TO|A|AL|À|AN|POUR)\s+(?=\S)|(?:To|Al?) (?=[A-Z*])")
_SAME = re.compile(r"(?:to the same|al mismo|a la misma)\W*\Z", re.IGNORECASE)
_FEWEST = 5
_ENDS = re.compile(r"[.!?…][\"'”’»)\]]*\Z")
_SENTENCE_END = re.compile(r"(\S+?)[.!?…][\"'”’»)\]]*\s+(?=[\"'“‘«(¡¿—]*[A-ZÁÉÍÓÚÑÄÖÜ])")
_NO_END = re.compile(
    r"(?:\W*(?:[A-Z]|Mr|Mrs|Dr|St|Op|No|v|Co|Messrs|Mdlle|Mdme|Sr|Sra|D|Dña|Fr)|.*\.[A-Z])\Z"
)
_FORMULA = re.compile(
    r"(?:I am|I remain|I have the honor|In haste|In (?:the )?(?:greatest|most)|Yours?\b|As ever|"
    r"Believe me|Ever your|With (?:all|the|sincere|esteem|high)|From your|"
    r"Farewell|Adieu|Su (?:afectísimo|seguro|amigo)|Suyo|Tuyo|De usted|Quedo|Adiós)",
)
_POSTSCRIPT = re.compile(
    r"(?:P\. ?S\.|N\. ?B\.|POSTSCRIPT|Postscript|P\. ?D\.|[\s.:,—])+(?=[\"“A-ZÁÉÍÓÚ¿¡])"
)
_GREETING = re.compile(
    r"(?:MY )?(?:DEAR|SIR|GENTLEMEN|MADAM|HONORED|ESTEEMED|WORTHY|MUY SEÑOR|QUERID[OA])\b",
    re.IGNORECASE,
)
_SALUTATION_WORDS = 12
_FORMULA_WORDS = 14
_FEWEST_WORDS = 5


def are_letters(blocks: Sequence[Block]) -> bool:
    """Whether the work is a collection of letters: headings name addressees ("TO ZMESKALL."), and
    dates or salutations follow them."""
    titles = sum(block.kind == "heading" for block in blocks)
    heads = [
        place
        for place, block in enumerate(blocks)
        if block.kind == "heading" and _HEAD.match(block.text)
    ]
    if len(heads) < max(_FEWEST, titles // 8):
        return False
    opened = sum(
        any(
            is_date_line(inline.clean(block.text))
            or _is_salutation(block, inline.clean(block.text))
            for block in blocks[place + 1 : place + 3]
        )
        for place in heads
    )
    return opened * 5 >= len(heads)


def read(blocks: Sequence[Block]) -> list[Block]:
    """Return headings and texts only; the texts of a dated letter carry its date.

    What stands before the first letter is returned as it is. A letter without an addressee gets
    an empty heading, so that it does not inherit the last one's.
    """
    first = next(i for i, block in enumerate(blocks) if _opens(blocks, i))
    reader = _Reader()
    for place in range(first, len(blocks)):
        following = blocks[place + 1] if place + 1 < len(blocks) else None
        reader.take(blocks[place], following)
    return [*blocks[:first], *reader.out]


def _opens(blocks: Sequence[Block], place: int) -> bool:
    block = blocks[place]
    if block.kind != "heading":
        return False
    if _HEAD.match(block.text):
        return True
    after = blocks[place + 1] if place + 1 < len(blocks) else None
    return _is_number(block) and after is not None and bool(_HEAD.match(after.text))


def _is_number(block: Block) -> bool:
    """Whether a block is a letter's number; a year by itself is a date line."""
    return (
        block.kind == "heading"
        and headings.is_numeral(inline.clean(block.text))
        and not YEAR.search(block.text)
    )


class _Reader:
    def __init__(self) -> None:
        self.out: list[Block] = []
        self._addressee = ""
        self._date: PartialDate | None = None
        self._in_head = False
        self._numbered = False
        self._signed = False

    def take(self, block: Block, following: Block | None) -> None:
        text = inline.clean(block.text)
        if _is_number(block):
            self._numbered = True
            self._open("")
        elif self._is_head(block, text):
            self._open(self._resolved(text))
        elif self._in_head and is_date_line(text):
            self._date = date_of_line(text)
        elif self._in_head and _is_salutation(block, text):
            pass
        elif block.kind in ("text", "quote"):
            self._body(block, text, following)
        elif not self._in_head:
            self._signed = True  # capitals or short lines below a text: a signature, an address

    def _is_head(self, block: Block, text: str) -> bool:
        after_number = self._in_head and self._numbered and not self.out[-1].text
        if _HEAD.match(text):
            return after_number or (block.kind == "heading" and not self._numbered)
        titled = block.kind == "heading" and headings.is_uppercase(text)
        return after_number and titled and not _is_salutation(block, text)

    def _resolved(self, text: str) -> str:
        if _SAME.match(text):
            return self._addressee
        title = headings.title_of(text.replace(",—", ", ")) or ""
        self._addressee = title if any(c.isalpha() for c in title[3:]) else ""
        return self._addressee

    def _open(self, heading: str) -> None:
        if self._in_head and self.out and self.out[-1].kind == "heading":
            self.out.pop()  # the number's own, empty heading
        self.out.append(Block((heading,), "heading"))
        self._date = None
        self._in_head = True
        self._signed = False

    def _body(self, block: Block, text: str, following: Block | None) -> None:
        self._in_head = False
        text = inline.drop_editorial_brackets(text)
        text = _POSTSCRIPT.sub("", text, count=1) if _POSTSCRIPT.match(text) else text
        text = _without_closing(text, following)
        words = len(text.split())
        if words < _FEWEST_WORDS or (self._signed and (words < 8 or not _ENDS.search(text))):
            return
        if _FORMULA.match(text) and words <= _FORMULA_WORDS:
            return
        self.out.append(replace(block, lines=(text,), date=self._date))


def _is_salutation(block: Block, text: str) -> bool:
    short = len(text.split()) <= _SALUTATION_WORDS
    return short and (
        text.endswith(("—", ",", ":", "—,"))
        or (text.endswith("!") and headings.is_uppercase(text))
        or bool(_GREETING.match(text))
        or block.kind == "verse"
    )


def _without_closing(text: str, following: Block | None) -> str:
    """Return `text` without a last sentence that runs on into the signature below it."""
    if _ENDS.search(text) or text.endswith((":", "—", ":—", "—,")):
        return text
    if following is not None and following.kind in ("text", "quote"):
        runs_on = inline.clean(following.text)[:1]
        if runs_on.islower():
            return text
    ends = [match.end() for match in _SENTENCE_END.finditer(text) if not _NO_END.match(match[1])]
    return text[: ends[-1]].rstrip() if ends else ""
