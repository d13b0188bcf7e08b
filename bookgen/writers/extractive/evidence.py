"""What a corpus offers to quote: its sentences, and what each can be used for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby, pairwise

from bookgen.models import Corpus, Language
from bookgen.text.dates import MONTHS, DateMention, find_dates
from bookgen.text.names import find_names
from bookgen.text.sentences import split_sentences
from bookgen.text.words import STOP_WORDS, content_words, count_words, fold_accents, words
from bookgen.writers.extractive.opening import Opening, how_it_opens
from bookgen.writers.extractive.people import other_names
from bookgen.writers.extractive.subject import Subject
from bookgen.writers.extractive.vocabulary import VOCABULARY

__all__ = ["Evidence", "Opening", "Quotable", "Subject", "gather", "groups_of", "under_headings"]

MIN_WORDS, MAX_WORDS = 4, 120
# A sentence of this many words has some function words, unless it is in another language.
ENOUGH_TO_TELL = 8
MIN_FUNCTION_WORDS = 0.16


@dataclass(frozen=True, slots=True)
class Quotable:
    """A sentence of a passage; `passage` and `place` count from 0 in the corpus and the passage."""

    passage: int
    place: int
    text: str
    words: int
    tokens: tuple[str, ...]
    dates: tuple[DateMention, ...]
    opening: Opening
    usable: bool
    mentions: bool
    """Whether it names the subject."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """The sentences of a corpus in the order of the corpus; `by_passage` groups their places."""

    subject: Subject
    corpus: Corpus
    sentences: tuple[Quotable, ...]
    own_words: tuple[bool, ...]
    """By passage: whether it is the subject who speaks."""
    entries: tuple[bool, ...]
    """By passage: whether it is a line of a chronology (1727, "Founds the Junto.")."""
    names: tuple[tuple[str, ...], ...]
    """By passage: the names in it, in order, the subject's among them."""
    common: frozenset[str]
    """Folded words that the corpus also writes small: capitalised, they are no proper names."""

    @cached_property
    def by_passage(self) -> tuple[tuple[Quotable, ...], ...]:
        groups: list[list[Quotable]] = [[] for _ in self.corpus.passages]
        for sentence in self.sentences:
            groups[sentence.passage].append(sentence)
        return tuple(tuple(group) for group in groups)

    @cached_property
    def place_of(self) -> dict[str, int]:
        """The place of a passage in the corpus by its id."""
        return {passage.id: place for place, passage in enumerate(self.corpus.passages)}

    def follows(self, passage: int, before: int) -> bool:
        """Whether `passage` stands right behind `before` in the same source."""
        first, second = self.corpus.passages[before], self.corpus.passages[passage]
        return first.source_id == second.source_id and second.number == first.number + 1

    def without(self, places: frozenset[int]) -> Evidence:
        """The same evidence with the sentences at these places made unusable."""
        sentences = tuple(
            replace(sentence, usable=False) if place in places else sentence
            for place, sentence in enumerate(self.sentences)
        )
        return replace(self, sentences=sentences)


def gather(subject: Subject, corpus: Corpus) -> Evidence:
    """Return every sentence of the corpus with what it can be used for."""
    languages = {source.id: source.language for source in corpus.sources}
    subject = replace(subject, aliases=_aliases(subject, corpus, languages))
    capitalised = _capitalised(passage.text for passage in corpus.passages)
    own_words, entries = _voices(subject, corpus)
    sentences = []
    for passage_place, passage in enumerate(corpus.passages):
        foreign = languages[passage.source_id] != subject.language
        own = own_words[passage_place]
        for place, sentence in enumerate(split_sentences(passage.text, subject.language)):
            text = " ".join(sentence.text.split())
            sentences.append(
                Quotable(
                    passage=passage_place,
                    place=place,
                    text=text,
                    words=count_words(text),
                    tokens=tuple(content_words(text, subject.language)),
                    dates=tuple(find_dates(text, subject.language)),
                    opening=how_it_opens(text, subject, capitalised, own_words=own),
                    usable=not foreign and _is_prose(text, subject.language),
                    mentions=subject.named_in(text),
                )
            )
    names = tuple(tuple(find_names(passage.text, subject.language)) for passage in corpus.passages)
    common = _common(passage.text for passage in corpus.passages)
    return Evidence(subject, corpus, tuple(sentences), own_words, entries, names, common)


def _aliases(subject: Subject, corpus: Corpus, languages: Mapping[str, Language]) -> frozenset[str]:
    return other_names(
        subject,
        (
            " ".join(sentence.text.split())
            for passage in corpus.passages
            if languages[passage.source_id] == subject.language and subject.named_in(passage.text)
            for sentence in split_sentences(passage.text, subject.language)
        ),
    )


def under_headings(corpus: Corpus) -> Iterator[list[int]]:
    """Yield the places of consecutive passages of one source under one heading."""
    keyed = groupby(
        enumerate(corpus.passages), key=lambda item: (item[1].source_id, item[1].heading)
    )
    for _, group in keyed:
        yield [place for place, _ in group]


# Whoever tells of themselves says "I" in so many of their words; an editor's preface does not.
SPEAKING = 0.012
MAX_ENTRY_WORDS, MIN_ENTRIES, MOST = 60, 5, 0.6


def _voices(subject: Subject, corpus: Corpus) -> tuple[tuple[bool, ...], tuple[bool, ...]]:
    """Return by passage whether the subject speaks, and whether it is an entry of a chronology.

    Both are told by all that stands under a heading: an autobiography has the editor's preface, a
    chronology has lines that look like prose.
    """
    first_person = VOCABULARY[subject.language].first_person
    wrote = {source.id: subject.wrote(source) for source in corpus.sources}
    own_words, entries = [False] * len(corpus.passages), [False] * len(corpus.passages)
    for group in under_headings(corpus):
        passages = [corpus.passages[place] for place in group]
        found = [words(passage.text) for passage in passages]
        spoken = sum(fold_accents(word) in first_person for text in found for word in text)
        speaks = spoken >= SPEAKING * sum(map(len, found))
        listed = [
            passage.date is not None and len(text) <= MAX_ENTRY_WORDS
            for passage, text in zip(passages, found, strict=True)
        ]
        chronology = not speaks and sum(listed) >= max(MIN_ENTRIES, MOST * len(group))
        named = any(subject.named_in(passage.text) for passage in passages)
        own = wrote[passages[0].source_id] and not chronology and (speaks or not named)
        for place, entry in zip(group, listed, strict=True):
            own_words[place] = own
            entries[place] = chronology and entry
    return tuple(own_words), tuple(entries)


_ENDS = re.compile(r"[.!?…][\"'”’»)\]]*\Z")
_STARTS = re.compile(r"[\"'“‘«(\[¿¡—]*[^\W_]")
_SHOUTED = re.compile(r"\b[^\W\d_a-zà-öø-ÿ]{2,}\b")


def _is_prose(text: str, language: Language) -> bool:
    """Whether the text is a whole sentence of running prose in the language."""
    found = words(text)
    if not MIN_WORDS <= len(found) <= MAX_WORDS:
        return False
    if not _ENDS.search(text) or not _STARTS.match(text) or text.lstrip("\"'“‘«(¿¡—")[0].islower():
        return False
    if not _balanced(text):
        return False
    if len(_SHOUTED.findall(text)) > max(2, len(found) / 4):
        return False
    if sum(word[0].isdigit() for word in found) > max(3, len(found) / 4):
        return False
    if text.count(",") + text.count(";") > max(4, len(found) / 2.5):
        return False
    if sum(len(word) == 1 and word.isupper() and word != "I" for word in found) > len(found) / 4:
        return False
    function_words = sum(fold_accents(word) in STOP_WORDS[language] for word in found)
    return len(found) < ENOUGH_TO_TELL or function_words / len(found) >= MIN_FUNCTION_WORDS


def _balanced(text: str) -> bool:
    """Whether every quotation and bracket that is opened is closed."""
    for number, match in enumerate(re.finditer('"', text)):
        inner = text[match.end() : match.end() + 1] if number % 2 == 0 else text[match.start() - 1]
        if not inner.strip():
            return False
    if text.count('"') % 2 or text.count("“") != text.count("”"):
        return False
    return all(text.count(left) == text.count(right) for left, right in ("()", "[]", "«»"))


# Of a proper name ("Karl") hardly any occurrence is written small; of a common noun in a title
# ("the Ninth Symphony") some are.
COMMON = 0.05
_INNER_CAPITAL = re.compile(r"(?:(?<=[^\W_] )|(?<=[,;] ))[^\W\d_a-zà-öø-ÿ][^\W\d_]+")


_NO_NAMES = frozenset().union(*MONTHS.values(), *STOP_WORDS.values())


def _capitalised(texts: Iterator[str]) -> frozenset[str]:
    """Folded words that stand with a capital inside sentences: names, more or less."""
    return frozenset(
        folded
        for text in texts
        for match in _INNER_CAPITAL.findall(text)
        if (folded := fold_accents(match)) not in _NO_NAMES
    )


def _common(texts: Iterator[str]) -> frozenset[str]:
    small: Counter[str] = Counter()
    large: Counter[str] = Counter()
    for text in texts:
        for word in words(text):
            (small if word[0].islower() else large)[word.casefold()] += 1
    return frozenset(
        fold_accents(word) for word, count in small.items() if count >= COMMON * large[word]
    )


def groups_of(
    sentences: Sequence[Quotable], *, from_start: bool, at_least: Opening = Opening.FOLLOWS
) -> list[tuple[Quotable, ...]]:
    """Return the runs of consecutive usable sentences that may be quoted, in order.

    A run begins with a sentence that does not lean on one that is left out. `from_start` says that
    what stands before the first sentence is quoted right before; else the first run has to open
    with `at_least` so much.
    """
    runs: list[list[Quotable]] = []
    for before, sentence in pairwise([None, *sentences]):
        if sentence is None or not sentence.usable:
            continue
        joined = bool(runs) and before is not None and runs[-1][-1] is before
        if joined:
            runs[-1].append(sentence)
            continue
        continues = from_start and sentence.place == 0
        needed = Opening.FOLLOWS if runs else at_least
        if continues or sentence.opening >= needed:
            runs.append([sentence])
    return [tuple(run) for run in runs]
