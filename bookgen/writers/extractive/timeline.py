"""What stands behind the chapters: the dated facts of the life, in the order of time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bookgen.models import PartialDate, Section, TimelineEntry
from bookgen.text.quotations import fold, paragraphs, statements
from bookgen.writers.extractive.chronology import Lifespan
from bookgen.writers.extractive.compose import quote
from bookgen.writers.extractive.evidence import Evidence
from bookgen.writers.extractive.facts import dated_fact

__all__ = ["timeline", "told_places"]

Floats = NDArray[np.float64]

MIN_ENTRIES, MAX_ENTRIES = 15, 60
WORDS_AN_ENTRY = 230
# A further event of a year is worth less than the one before it, so that no year takes it all.
FURTHER, MOST_A_YEAR = 0.85, 4
# A further source that knows of its date makes an event greater; so do words for it that the
# chapters lack.
HEARD, MOST_HEARD = 0.2, 3
FRESH = 0.3
# Two sentences on one date tell the same if they share so much of their words; on two dates, they
# contradict each other, if those are so many years apart.
SAME, SAME_DAY = 0.3, 0.12
CONTRADICT, YEARS_APART = 0.45, 2
# A sentence that the chapters lack stands in for one they have if it tells its event so well.
NEARLY_AS_WELL = 0.6


@dataclass(frozen=True, slots=True)
class _Fact:
    """A dated fact: the place of its sentence, how well that tells it, where it is told,
    and how many sources know of its day or month."""

    place: int
    date: PartialDate
    weight: float
    great: bool
    told_in: tuple[int, int] | None
    source: str
    heard: int
    tokens: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Event:
    """What several facts tell: the one that stands for it, and all."""

    fact: _Fact
    facts: tuple[_Fact, ...]

    @property
    def weight(self) -> float:
        heard = HEARD * (min(max(fact.heard for fact in self.facts), MOST_HEARD) - 1)
        best = max(fact.weight for fact in self.facts)
        return (
            best + heard + (FRESH if self.fact.great else FRESH / 2) * (self.fact.told_in is None)
        )

    @property
    def rank(self) -> tuple[bool, float, int]:
        return not self.worth_telling, -self.weight, self.fact.place

    @property
    def worth_telling(self) -> bool:
        """Whether it is more than a pointer to something small, or to something of some year."""
        if self.fact.told_in is None:
            return True
        return self.fact.date.month > 0 and any(fact.great for fact in self.facts)


def timeline(
    evidence: Evidence,
    scores: Floats,
    life: Lifespan,
    sections: Sequence[Section],
    opening: Sequence[int],
) -> tuple[TimelineEntry, ...]:
    """Return the greatest dated events of the life, in the order of time.

    An event is quoted in a sentence that the chapters lack, where a source has one; what only the
    chapters tell is pointed to. Where sources disagree on the date of an event, it stands at each.
    The passages of the prologue, `opening`, are left to it.
    """
    told = told_places(evidence, sections)
    heard = _heard(evidence)
    reserved = {
        fold(sentence.text).casefold()
        for passage in opening
        for sentence in evidence.by_passage[passage]
    }
    facts: list[_Fact] = []
    for place, sentence in enumerate(evidence.sentences):
        telling = dated_fact(evidence, sentence, life)
        if telling is None:
            continue
        if place not in told and fold(sentence.text).casefold() in reserved:
            continue
        facts.append(
            _Fact(
                place,
                telling.date,
                float(scores[place]) + telling.clearness,
                telling.great,
                told.get(place),
                evidence.corpus.passages[sentence.passage].source_id,
                max(len(heard[telling.date]), 1),
                frozenset(sentence.tokens),
            )
        )
    wanted = sum(len(section.text.split()) for section in sections) // WORDS_AN_ENTRY
    wanted = min(MAX_ENTRIES, max(MIN_ENTRIES, wanted))
    events = _events(facts)
    picked = _pick(events, wanted)
    picked += _contradicting(picked, events)
    once = {_text(evidence, event.fact): event for event in picked}
    return tuple(
        _entry(evidence, event.fact)
        for event in sorted(once.values(), key=lambda one: (one.fact.date, one.fact.place))
    )


def _heard(evidence: Evidence) -> defaultdict[PartialDate, set[str]]:
    """Return which sources mention a date; who says "in 1903" may mean anything."""
    heard: defaultdict[PartialDate, set[str]] = defaultdict(set)
    for sentence in evidence.sentences:
        for mention in sentence.dates:
            if mention.date.month:
                source = evidence.corpus.passages[sentence.passage].source_id
                heard[mention.date].add(source)
    return heard


def _text(evidence: Evidence, fact: _Fact) -> tuple[PartialDate, str] | str:
    """Return by what an entry differs from others."""
    text = fold(evidence.sentences[fact.place].text).casefold()
    return text if fact.told_in is None else (fact.date, str(fact.told_in))


def _events(facts: Sequence[_Fact]) -> list[_Event]:
    """Return the facts put together by event."""
    by_year: defaultdict[int, list[list[_Fact]]] = defaultdict(list)
    for fact in sorted(facts, key=lambda one: (-one.weight, one.place)):
        groups = by_year[fact.date.year]
        own = next((group for group in groups if _same_event(fact, group[0])), None)
        if own is None:
            groups.append([fact])
        else:
            own.append(fact)
    return [
        _Event(_spokesman(group), tuple(group)) for groups in by_year.values() for group in groups
    ]


def _spokesman(facts: Sequence[_Fact]) -> _Fact:
    """Return the fact that tells its event best, in words that are not in the chapters if any do
    nearly as well and as precisely; `facts` begin with the best."""
    best = facts[0]
    for fact in facts:
        as_well = fact.weight >= NEARLY_AS_WELL * best.weight
        if fact.told_in is None and as_well and _precision(fact.date) >= _precision(best.date):
            return fact
    return best


def _precision(date: PartialDate) -> int:
    return bool(date.month) + bool(date.day)


def _pick(events: Sequence[_Event], wanted: int) -> list[_Event]:
    """Return the greatest events, not too many of one year. What is small is pointed to only where
    there is hardly anything else."""
    number_in: Counter[int] = Counter()
    ranked: list[tuple[bool, float, int, _Event]] = []
    for event in sorted(events, key=lambda one: one.rank):
        year = event.fact.date.year
        if number_in[year] < MOST_A_YEAR:
            weight = event.weight * FURTHER ** number_in[year]
            ranked.append((not event.worth_telling, -weight, event.fact.place, event))
            number_in[year] += 1
    ranked.sort(key=lambda one: one[:3])
    worthy = sum(not small for small, *_ in ranked)
    return [event for *_, event in ranked[: min(wanted, max(worthy, MIN_ENTRIES))]]


def _contradicting(picked: Sequence[_Event], events: Sequence[_Event]) -> list[_Event]:
    """Return the events that are picked ones told by another source with another date."""
    found: list[_Event] = []
    for event in picked:
        for other in events:
            near = abs(other.fact.date.year - event.fact.date.year) <= YEARS_APART
            if not near or other in picked or other in found:
                continue
            pair = next(
                (fact for fact in other.facts for own in event.facts if _contradict(fact, own)),
                None,
            )
            if pair is not None:
                found.append(_Event(pair, other.facts))
    return found


def _contradict(one: _Fact, other: _Fact) -> bool:
    return (
        one.source != other.source
        and _shared(one, other) >= CONTRADICT
        and not _may_be_one_date(one.date, other.date)
    )


def _may_be_one_date(one: PartialDate, other: PartialDate) -> bool:
    if one.year != other.year:
        return False
    if one.month and other.month and one.month != other.month:
        return False
    return not (one.day and other.day and one.day != other.day)


def _shared(one: _Fact, other: _Fact) -> float:
    return len(one.tokens & other.tokens) / max(len(one.tokens | other.tokens), 1)


def _same_event(one: _Fact, other: _Fact) -> bool:
    """Whether two facts of a year are one; the less precise a date, the more their words tell."""
    if not _may_be_one_date(one.date, other.date):
        return False
    same_day = one.date.day and other.date.day
    return _shared(one, other) >= (SAME_DAY if same_day else SAME / 2 if one.date.month else SAME)


def _entry(evidence: Evidence, fact: _Fact) -> TimelineEntry:
    sentence = evidence.sentences[fact.place]
    passage = evidence.corpus.passages[sentence.passage].id
    if fact.told_in is not None:
        return TimelineEntry(fact.date, passage, told_in=fact.told_in)
    return TimelineEntry(fact.date, passage, quote([sentence], passage, evidence.subject.language))


def told_places(evidence: Evidence, sections: Sequence[Section]) -> dict[int, tuple[int, int]]:
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
