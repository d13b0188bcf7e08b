"""What stands behind the chapters: the dated facts of the life, in the order of time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bookgen.models import PartialDate, Section, TimelineEntry
from bookgen.text.dates import DateMention
from bookgen.text.quotations import fold, paragraphs, statements
from bookgen.text.words import fold_accents, words
from bookgen.writers.extractive.chronology import Lifespan
from bookgen.writers.extractive.compose import quote
from bookgen.writers.extractive.evidence import Evidence, Opening, Quotable
from bookgen.writers.extractive.vocabulary import VOCABULARY

__all__ = ["timeline"]

Floats = NDArray[np.float64]

MIN_ENTRY_WORDS, MAX_ENTRY_WORDS = 5, 45
MIN_ENTRIES, MAX_ENTRIES = 15, 60
WORDS_AN_ENTRY = 300
MOST_A_YEAR = 4
# A further fact of a year, or one that is only told in the chapters, has to be so good.
FURTHER, POINTED = 0.75, 0.55
# Two sentences on one date tell the same if they share so much of their words.
SAME = 0.3
# Telling in a line what the chapters do not have is preferred by so much.
FRESH = 0.25
NEAR_START, NEAR_END = 45, 25
SUBJECT_WORDS = 7
FIRST_WORDS = 9
MILESTONE = 0.5
# A line of a chronology tells its fact better than any sentence of a story.
MADE_FOR_IT = 2.0


@dataclass(frozen=True, slots=True)
class _Fact:
    """A dated fact: the place of its sentence, how well that tells it, and where it is told."""

    place: int
    date: PartialDate
    weight: float
    told_in: tuple[int, int] | None
    tokens: frozenset[str]


def timeline(
    evidence: Evidence,
    scores: Floats,
    life: Lifespan,
    sections: Sequence[Section],
    opening: Sequence[int],
) -> tuple[TimelineEntry, ...]:
    """Return the best dated facts of each year, in the order of time.

    What the chapters tell already is pointed to; what they left out is quoted. The passages of the
    prologue, `opening`, are left to it.
    """
    told = _told(evidence, sections)
    by_year: defaultdict[int, list[_Fact]] = defaultdict(list)
    for place, sentence in enumerate(evidence.sentences):
        mention = _event_date(evidence, sentence, life)
        if mention is None or (place not in told and sentence.passage in opening):
            continue
        date, clearness = mention
        fact = _Fact(
            place,
            date,
            float(scores[place]) + clearness + (0.0 if place in told else FRESH),
            told.get(place),
            frozenset(sentence.tokens),
        )
        by_year[date.year].append(fact)
    wanted = sum(len(section.text.split()) for section in sections) // WORDS_AN_ENTRY
    wanted = min(MAX_ENTRIES, max(MIN_ENTRIES, wanted))
    picked = _pick(by_year, wanted)
    return tuple(
        _entry(evidence, fact) for fact in sorted(picked, key=lambda one: (one.date, one.place))
    )


def _pick(by_year: dict[int, list[_Fact]], wanted: int) -> list[_Fact]:
    """Return the best facts: first one of each year, then further ones."""
    firsts: list[_Fact] = []
    others: list[_Fact] = []
    bests = [max(fact.weight for fact in facts) for facts in by_year.values()]
    usual = float(np.median(bests)) if bests else 0.0
    for facts in by_year.values():
        kept: list[_Fact] = []
        for fact in sorted(facts, key=lambda one: (-one.weight, one.place)):
            if len(kept) == MOST_A_YEAR:
                break
            if not any(_same_event(fact, other) for other in kept):
                kept.append(fact)
        for number, fact in enumerate(kept):
            if fact.told_in is not None and fact.weight < POINTED * usual:
                continue
            if number == 0:
                firsts.append(fact)
            elif fact.weight >= FURTHER * usual:
                others.append(fact)
    ranked = [sorted(facts, key=lambda one: (-one.weight, one.place)) for facts in (firsts, others)]
    return [*ranked[0], *ranked[1]][:wanted]


def _same_event(one: _Fact, other: _Fact) -> bool:
    """Whether two facts of a year are one. A bare year tells them apart only by their words."""
    shared = len(one.tokens & other.tokens) / max(len(one.tokens | other.tokens), 1)
    first, second = one.date, other.date
    if first.month and second.month:
        if first.month != second.month:
            return False
        return not (first.day and second.day and first.day != second.day)
    return shared >= SAME or (not first.month and not second.month and shared >= SAME / 2)


def _entry(evidence: Evidence, fact: _Fact) -> TimelineEntry:
    sentence = evidence.sentences[fact.place]
    passage = evidence.corpus.passages[sentence.passage].id
    if fact.told_in is not None:
        return TimelineEntry(fact.date, passage, told_in=fact.told_in)
    return TimelineEntry(fact.date, passage, quote([sentence], passage, evidence.subject.language))


def _event_date(
    evidence: Evidence, sentence: Quotable, life: Lifespan
) -> tuple[PartialDate, float] | None:
    """Return the date of what the sentence tells and how plainly it tells it, about 0 to 2; None
    if it is no fact for a timeline.

    Such a fact is short, of one year of the life, and about the subject: by name, or by a pronoun
    right behind a sentence with the name. A line of a chronology is one by its first sentence.
    """
    if sentence.words > MAX_ENTRY_WORDS:
        return None
    own_date = evidence.corpus.passages[sentence.passage].date
    if evidence.entries[sentence.passage]:
        if own_date is None or sentence.place or not life.holds(own_date.year):
            return None
        return own_date, MADE_FOR_IT
    if not sentence.usable or sentence.words < MIN_ENTRY_WORDS or not sentence.dates:
        return None
    if sentence.opening is Opening.LEANS:
        return None
    start = " ".join(fold_accents(sentence.text).split()[:FIRST_WORDS])
    if VOCABULARY[evidence.subject.language].going_on.search(start):
        return None
    if sentence.text[-1] in "?!" or '"' in sentence.text or "“" in sentence.text:
        return None
    if len({mention.date.year for mention in sentence.dates}) != 1:
        return None
    mention = max(sentence.dates, key=lambda one: (one.date.month, one.date.day, -one.start))
    if not life.holds(mention.date.year) or not _about_subject(evidence, sentence, mention, life):
        return None
    clearness = _clearness(evidence, sentence, mention)
    return mention.date, clearness + MILESTONE * _is_milestone(evidence, sentence, mention, life)


def _about_subject(
    evidence: Evidence, sentence: Quotable, mention: DateMention, life: Lifespan
) -> bool:
    """Whether the sentence tells of the subject, or of a day of theirs ("The concert took place on
    May 7, 1824")."""
    vocabulary = VOCABULARY[evidence.subject.language]
    if evidence.own_words[sentence.passage]:
        spoken = {fold_accents(word) for word in words(sentence.text)}
        return bool(spoken & vocabulary.first_person) and sentence.opening >= Opening.STANDS
    if sentence.mentions:
        # "In 1796 they came to Vienna, where Beethoven assisted": they are others.
        return sentence.opening >= Opening.STANDS
    group = evidence.by_passage[sentence.passage]
    if sentence.opening >= Opening.STANDS:
        if mention.date.day and _is_milestone(evidence, sentence, mention, life):
            return True
        return bool(mention.date.month) and any(other.mentions for other in group)
    if sentence.place == 0:
        return False
    before = evidence.by_passage[sentence.passage][sentence.place - 1]
    return before.mentions


def _clearness(evidence: Evidence, sentence: Quotable, mention: DateMention) -> float:
    """Return how plainly the sentence tells a dated fact, 0 to 1.

    The date of the fact itself stands at the start or the end of the sentence, and is precise;
    the date of an aside stands somewhere in the middle.
    """
    precise = bool(mention.date.month) + bool(mention.date.day)
    outer = mention.start <= NEAR_START or len(sentence.text) - mention.end <= NEAR_END
    return (
        0.12 * precise
        + 0.25 * outer
        + 0.2 * sentence.mentions
        + (0.15 if _begins_with_subject(evidence, sentence) else -0.1)
        + 0.15 * (sentence.opening is Opening.ANCHORED)
        + 0.1 * (sentence.words <= MAX_ENTRY_WORDS * 2 // 3)
    )


def _is_milestone(
    evidence: Evidence, sentence: Quotable, mention: DateMention, life: Lifespan
) -> bool:
    """Whether the sentence tells of the birth or the death; sources may differ by a year."""
    vocabulary = VOCABULARY[evidence.subject.language]
    text = fold_accents(sentence.text)
    return any(
        year is not None and abs(mention.date.year - year) <= 1 and pattern.search(text) is not None
        for year, pattern in ((life.born, vocabulary.born), (life.died, vocabulary.died))
    )


def _begins_with_subject(evidence: Evidence, sentence: Quotable) -> bool:
    return any(evidence.subject.is_name(word) for word in sentence.text.split()[:SUBJECT_WORDS])


def _told(evidence: Evidence, sections: Sequence[Section]) -> dict[int, tuple[int, int]]:
    """Return the places of the sentences that the sections quote, with where they stand."""
    places: defaultdict[int, list[int]] = defaultdict(list)
    for place, sentence in enumerate(evidence.sentences):
        places[sentence.passage].append(place)
    folded: dict[int, str] = {}
    told: dict[int, tuple[int, int]] = {}
    texts: dict[str, tuple[int, int]] = {}
    for section in sections:
        here = (section.chapter, section.number)
        for paragraph in paragraphs(section.text):
            for statement in statements(paragraph):
                quoted = fold(statement.text)
                for passage_id in statement.citations:
                    for place in places[evidence.place_of[passage_id]]:
                        text = folded.setdefault(place, fold(evidence.sentences[place].text))
                        if text in quoted:
                            told[place] = here
                            texts[text.casefold()] = here
    # The same sentence may stand in two sources, and is then told though it is not cited.
    for place, sentence in enumerate(evidence.sentences):
        if place not in told and sentence.dates:
            here_too = texts.get(fold(sentence.text).casefold())
            if here_too is not None:
                told[place] = here_too
    return told
