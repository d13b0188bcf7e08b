"""Splits prose into sentences without cutting abbreviations, initials or quotations.

A plain rule (a full stop, white space, a capital) proposes the boundaries, also those that syntok
is too careful for ("an insult to the art. Prince Lobkowitz", "in the U.S. He left", "«Vine.»
Murió"); syntok is asked, which takes a hundred times longer, where a number or a sign follows.
Those that fall behind an abbreviation, inside a quotation or inside brackets are taken back,
because a sentence that is quoted on its own must be whole.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from syntok import segmenter

from bookgen.models import Language

__all__ = ["Sentence", "split_sentences"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and its place: `text == source[start:end]`."""

    text: str
    start: int
    end: int


def split_sentences(text: str, language: Language) -> list[Sentence]:
    """Return the sentences of `text` in order, without the white space around them.

    An empty line always ends a sentence. A quotation or bracket that is closed in the same
    paragraph stays in one sentence, however many it holds.
    """
    if not text.strip():
        return []
    inner = _Spans(_closed_spans(text))
    cuts = [0]
    proposed = {match.end() for match in _PLAIN_BOUNDARY.finditer(text)}
    if any(not inner.holds(match.end()) for match in _UNCLEAR.finditer(text)):
        proposed.update(_proposed_by_syntok(text))
    for cut in sorted(proposed):
        before, after = text[cuts[-1] : cut].rstrip(), text[cut:]
        gap = text[cuts[-1] + len(before) : cut]
        if not before:
            continue
        if not _EMPTY_LINE.search(gap):
            if not gap or inner.holds(cut):
                continue
            if _joins(before, after[:_AFTER], language):
                continue
        cuts.append(cut)
    cuts.append(len(text))
    sentences = []
    for start, stop in pairwise(cuts):
        piece = text[start:stop]
        bare = piece.strip()
        if bare:
            start_of_bare = start + len(piece) - len(piece.lstrip())
            sentences.append(Sentence(bare, start_of_bare, start_of_bare + len(bare)))
    return sentences


_EMPTY_LINE = re.compile(r"\n\s*\n")
_CLOSERS = "\"'”’»)]}"
_OPENERS = "\"'“‘«([{¿¡—"


def _list(entries: str) -> frozenset[str]:
    return frozenset(entries.split())


# Always followed by the name or number they belong to.
_BEFORE_A_NAME = {
    "en": _list(
        "mr mrs ms messrs dr drs prof rev st ste mme mlle mons capt col gen lt lieut maj sgt gov "
        "hon pres sen rep supt bro fr adm cmdr brig wm geo thos jas jos chas benj robt edw saml "
        "danl alex richd cf viz ca mt ft"
    ),
    "es": _list(
        "sr sra srta sres dr dra drs prof d dña da fr st sto sta excmo excma ilmo ilma rvdo mons "
        "gral cnel cap tte cte lic ing arq hno hna ud uds vd vds vm vs cf ca av avda"
    ),
}
# Part of the number behind them; with anything else behind, the sentence is over ("No. He ...").
_BEFORE_A_NUMBER = _list(
    "no nos nr nro núm núms num op opp vol vols p pp pg pág págs pag art arts ch chap cap caps fig "
    "figs sec sect bk pt k kv bwv hob woo l t c f fol lib ed jan feb febr mar apr jun jul aug sep "
    "sept oct nov dec ene abr ago set dic"
)
# Words that open a sentence and are never a name.
_STARTERS = {
    "en": _list(
        "He She It They We You His Her Its Their Our My This That These Those The There Then When "
        "While After Before But And In On At As If For From By With Of To Not Thus Here Once Soon "
        "Although Though Since Until Such Some Many Most All Both Each Every An"
    ),
    "es": _list(
        "Él Ella Ello Ellos Ellas El La Los Las Lo Un Una Unos Unas Su Sus Este Esta Esto Estos "
        "Estas Ese Esa Eso Aquel Aquella Allí Entonces Cuando Mientras Después Antes Pero Y En "
        "Al Del De Por Para Con Sin Desde Hasta Aunque Como Si No Se Ya Tras Según Era Fue Había"
    ),
}
_END = rf"[.!?…][{re.escape(_CLOSERS)}]*\s+"
_CAPITAL = rf"[{re.escape(_OPENERS)}]*[^\W\d_a-zà-öø-ÿ]"
# `_joins` looks at so many characters behind a boundary.
_AFTER = 60
_SMALL = rf"[{re.escape(_OPENERS)} ]{{0,{_AFTER - 1}}}[a-zà-öø-ÿ]"
_PLAIN_BOUNDARY = re.compile(rf"{_END}(?={_CAPITAL})|\n\s*\n\s*")
# All other places at which a boundary would stand, so that without one nothing can come of asking
# syntok. The signs are those that it sees as white space and `re` does not, or the other way round.
_UNCLEAR = re.compile(rf"{_END}(?!{_CAPITAL}|{_SMALL})(?=\S)|[\x1c-\x1f\u200b]")
_ROMAN = re.compile(r"[IVXLC]+\Z")
_LAST_WORD = re.compile(r"([^\W\d_]+(?:\.[^\W\d_]+)*|\d+|&c)\.\Z")
_SPEECH = re.compile(
    r"[A-Z][\w.]+ (?:said|asked|cried|exclaimed|replied|answered|wrote|added|remarked|returned"
    r"|dijo|preguntó|exclamó|respondió|contestó|escribió|añadió)\b"
)


def _proposed_by_syntok(text: str) -> Iterator[int]:
    for paragraph in segmenter.analyze(text):
        for sentence in paragraph:
            if sentence[0].value:
                yield sentence[0].offset


def _joins(before: str, after: str, language: Language) -> bool:
    """Whether a boundary between `before` and `after` would cut a sentence in two."""
    bare = before.rstrip(_CLOSERS)
    if not bare or bare[-1] not in ".!?…":
        return True  # syntok also ends sentences at a semicolon
    opening = after.lstrip(_OPENERS + " ")
    if opening[:1].islower():
        return True
    if bare is not before and len(bare) < len(before):
        return bare[-1] in "!?" and before[-1] in "\"'”’»" and bool(_SPEECH.match(after))
    match = _LAST_WORD.search(bare)
    if match is None:
        return False
    word = match[1]
    if word.isdigit():
        return match.start() == 0  # the number of an item in a list
    folded = word.casefold()
    if folded in _BEFORE_A_NAME[language]:
        return True
    first = "".join(opening.split(maxsplit=1)[:1]).rstrip(".,;:)")
    if folded in _BEFORE_A_NUMBER and (first[:1].isdigit() or _ROMAN.match(first)):
        return True
    starts_clearly = first in _STARTERS[language]
    if len(word) == 1 and word.isalpha():
        return not (starts_clearly and (_ROMAN.match(word) or word.islower()))
    return ("." in word or word == "&c") and not starts_clearly


class _Spans:
    """Disjoint stretches of text in which no sentence may end."""

    def __init__(self, spans: list[tuple[int, int]]) -> None:
        self._starts = [start for start, _ in spans]
        self._ends = [end for _, end in spans]

    def holds(self, place: int) -> bool:
        index = bisect_right(self._starts, place - 1) - 1
        return index >= 0 and place < self._ends[index]


_MARKS = re.compile(
    r"\n\s*\n"
    r"|[“”„«»()\[\]]"
    r'|"'
    r"|(?<![\w.,!?])['‘](?!(?:tis|twas|twere|twill|em|til|cause|n)\b)(?=[^\W\d_])"
    r"|(?<=[.,!?;…—])['’](?!\w)",
    re.IGNORECASE,
)
_PAIRS = {"“": "”", "„": "“”", "«": "»", "(": ")", "[": "]", '"': '"', "'": "'’", "‘": "'’"}


def _closed_spans(text: str) -> list[tuple[int, int]]:
    """Return the outermost quotations and brackets that are closed in their paragraph.

    A mark that is never closed is passed over: old books open a quotation again with each
    paragraph and close it only in the last.
    """
    spans: list[tuple[int, int]] = []
    stack: list[tuple[str, int]] = []
    closed: list[tuple[int, int]] = []

    def flush() -> None:
        for span in sorted(closed):
            if not spans or span[0] >= spans[-1][1]:
                spans.append(span)
        closed.clear()
        stack.clear()

    for match in _MARKS.finditer(text):
        mark, place = match[0], match.start()
        if mark[0] == "\n":
            flush()
            continue
        closes = next(
            (i for i in range(len(stack) - 1, -1, -1) if mark in _PAIRS[stack[i][0]]), None
        )
        opens = mark in _PAIRS
        if mark == '"':
            # A straight quote opens at the start of a word and closes at its end.
            behind_space = place == 0 or text[place - 1] in " \n\t([—-“‘'"
            before_word = text[place + 1 : place + 2].strip() != ""
            opens = closes is None and behind_space and before_word
        elif mark == "'":
            opens = closes is None or text[place - 1 : place].isspace()
            closes = None if opens else closes
        if closes is not None:
            closed.append((stack[closes][1], place + 1))
            del stack[closes:]
        elif opens:
            stack.append((mark, place))
    flush()
    return spans
