"""Writes cited prose from the passages that a prompt holds.

A prompt tells what is wanted in its user messages: passages, each on a line of its own as
`[@SOURCE:NUMBER] text`, and `Length: N words`. All else in them is not read, and what stands in a
passage is never more than text.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

__all__ = [
    "Quote",
    "Task",
    "choose_quotes",
    "count_words",
    "read_task",
    "render",
    "split_sentences",
    "with_made_up_date",
    "with_unknown_citation",
]

DEFAULT_WORDS = 200
# A paragraph ends with the sentence that takes it over this many words.
PARAGRAPH_WORDS = 90

_PASSAGE = re.compile(r"[ \t]*\[@([^\]\s]+:\d+)\][ \t]+(\S.*)")
_LENGTH = re.compile(r"[ \t]*Length:[ \t]*(?:about[ \t]+)?(\d[\d,]*)[ \t]+words\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:['’‑-][^\W_]+)*")
_CITATION = re.compile(r"\[@[^\]\s]+\]")
_YEAR = re.compile(r"\b(?:1\d{3}|20\d{2})\b")


@dataclass(frozen=True, slots=True)
class Task:
    """What a prompt asks for: passages by id in their order, and a length (None: it says none)."""

    passages: dict[str, str]
    words: int | None = None

    @property
    def length(self) -> int:
        """The words to write."""
        return DEFAULT_WORDS if self.words is None else self.words


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence and the passage it is cited from."""

    sentence: str
    passage: str


def read_task(text: str) -> Task:
    """Return what the text of a prompt's user messages asks for; the last length counts."""
    passages: dict[str, str] = {}
    words = None
    for line in text.splitlines():
        if passage := _PASSAGE.match(line):
            passages.setdefault(passage[1], passage[2].strip())
        elif length := _LENGTH.match(line):
            words = int(length[1].replace(",", ""))
    return Task(passages, words)


def count_words(text: str) -> int:
    """Return the number of words; a citation is none."""
    return len(_WORD.findall(_CITATION.sub(" ", text)))


def choose_quotes(task: Task, length: int, rng: random.Random) -> list[Quote]:
    """Return sentences of about `length` words in all, in the order of the passages.

    Every passage is drawn from once before one is drawn from again. No sentence comes twice, so
    there may be too few.
    """
    hands: list[list[tuple[int, int, Quote]]] = []
    seen: set[str] = set()
    for row, (passage, text) in enumerate(task.passages.items()):
        hand = []
        for column, sentence in enumerate(split_sentences(text)):
            # A marker within a passage would cite what the simulator did not quote.
            if sentence in seen or "[@" in sentence:
                continue
            seen.add(sentence)
            hand.append((row, column, Quote(sentence, passage)))
        rng.shuffle(hand)
        hands.append(hand)
    rng.shuffle(hands)
    chosen, total = [], 0
    for card in _in_turn(hands):
        words = count_words(card[2].sentence)
        if abs(length - total - words) < abs(length - total):
            chosen.append(card)
            total += words
    return [quote for _, _, quote in sorted(chosen, key=lambda card: card[:2])]


def _in_turn(
    hands: Sequence[Sequence[tuple[int, int, Quote]]],
) -> Iterator[tuple[int, int, Quote]]:
    for turn in range(max(map(len, hands), default=0)):
        for hand in hands:
            if turn < len(hand):
                yield hand[turn]


def render(quotes: Sequence[Quote]) -> str:
    """Return the sentences, each with its citation behind it, in paragraphs."""
    paragraphs: list[list[str]] = [[]]
    words = 0
    for quote in quotes:
        if words > PARAGRAPH_WORDS:
            paragraphs.append([])
            words = 0
        paragraphs[-1].append(f"{quote.sentence} [@{quote.passage}]")
        words += count_words(quote.sentence)
    return "\n\n".join(" ".join(paragraph) for paragraph in paragraphs)


def with_unknown_citation(quotes: Sequence[Quote], task: Task, rng: random.Random) -> list[Quote]:
    """Return the quotes, one of which cites a passage that the prompt does not hold."""
    changed = list(quotes)
    place = rng.randrange(len(changed))
    changed[place] = replace(changed[place], passage=unknown_passage(task))
    return changed


def unknown_passage(task: Task) -> str:
    """Return an id that looks like the prompt's and is none of them."""
    source = next(iter(task.passages)).rpartition(":")[0]
    return f"{source}:{max(int(passage.rpartition(':')[2]) for passage in task.passages) + 991}"


def with_made_up_date(quotes: Sequence[Quote], task: Task, rng: random.Random) -> list[Quote]:
    """Return the quotes, one of which tells of a year that stands in no passage."""
    changed = list(quotes)
    dated = [place for place, quote in enumerate(changed) if _YEAR.search(quote.sentence)]
    year = made_up_year(task)
    if dated:
        place = rng.choice(dated)
        sentence = _YEAR.sub(year, changed[place].sentence, count=1)
    else:
        place = rng.randrange(len(changed))
        sentence = f"In March {year} it was so: {changed[place].sentence}"
    changed[place] = replace(changed[place], sentence=sentence)
    return changed


def made_up_year(task: Task) -> str:
    """Return a year that stands in no passage of the prompt, near those that do."""
    years = {int(year) for text in task.passages.values() for year in _YEAR.findall(text)}
    year = min(years, default=1800) + 1
    while year in years:
        year += 1
    return str(year)


def first_date(text: str) -> str | None:
    """Return the first date of a text as ISO 8601, as precise as the text has it; None of none."""
    year = _YEAR.search(text)
    if year is None:
        return None
    before = re.search(r"(?:\b(\d{1,2}) )?\b([A-Z][a-z]+),? $", text[: year.start()])
    if before and before[2] in _MONTHS:
        month = f"{year[0]}-{_MONTHS.index(before[2]) + 1:02d}"
        return f"{month}-{int(before[1]):02d}" if before[1] else month
    return year[0]


_MONTHS = (
    "January February March April May June July August September October November December"
).split()

# Sentences. Rather too long than cut within: a cut is made only where nobody could doubt it, for
# whatever the simulator quotes must be whole to every other splitter. (bookgen.text has a finer
# one, which bookgen.llm may not import.)
_BOUNDARY = re.compile(r"[.!?…][\"'”’»)\]]*\s+(?=[\"'“‘«(\[¿¡—]*[A-ZÀ-ÖØ-Þ])")
_LAST_WORD = re.compile(r"([^\W\d_]+(?:\.[^\W\d_]+)*|&c)\.\Z")
_ABBREVIATIONS = frozenset(
    """
    messrs prof capt lieut hon pres supt cmdr brig thos chas benj robt edw saml danl alex richd viz
    vols nos op opp pp art arts chap caps figs sect bwv hob woo fol lib srta sres dres excmo excma
    ilmo ilma rvdo mons gral cnel lic ing arq hno hna vds avda nums núm núms pág págs vol no ed
    sept sra sir ste
    """.split()
)
_PAIRS = (("“„", "”"), ("«", "»"), ("(", ")"), ("[", "]"))
_SINGLE_OPEN = re.compile(r"(?<![\w.,!?])['‘](?=[^\W\d_])")
_SINGLE_CLOSE = re.compile(r"(?<=[.,!?;…—])['’](?!\w)")


@lru_cache(maxsize=8_192)
def split_sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a passage in order, without white space around them."""
    sentences, start = [], 0
    for match in _BOUNDARY.finditer(text):
        before = text[start : match.end()].rstrip()
        if _is_whole(before):
            sentences.append(before)
            start = match.end()
    rest = text[start:].strip()
    return (*sentences, rest) if rest else tuple(sentences)


def _is_whole(text: str) -> bool:
    """Whether a sentence that has come so far is surely over."""
    if count_words(text) < 3 or text.count('"') % 2:
        return False
    if any(sum(map(text.count, opening)) > text.count(closing) for opening, closing in _PAIRS):
        return False
    if len(_SINGLE_OPEN.findall(text)) > len(_SINGLE_CLOSE.findall(text)):
        return False
    bare = text.rstrip("\"'”’»)]")
    if len(bare) < len(text) and bare[-1] in "!?":
        return False  # “Who is there?” Ludwig asked.
    word = _LAST_WORD.search(bare)
    if word is None:
        return True
    name = word[1]
    return not (
        "." in name
        or name == "&c"
        or len(name) == 1
        or (len(name) <= 3 and name[0].isupper())
        or name.casefold() in _ABBREVIATIONS
    )
