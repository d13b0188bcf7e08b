"""When each passage tells of, as a year with fractions, for passages with and without dates."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bookgen.models import PartialDate
from bookgen.text.dates import DateMention, part_of_period
from bookgen.text.words import fold_accents
from bookgen.writers.extractive.evidence import Evidence, Quotable
from bookgen.writers.extractive.vocabulary import VOCABULARY

__all__ = ["Lifespan", "Times", "as_year", "lifespan", "place_in_time"]

Floats = NDArray[np.float64]

LONGEST_LIFE = 105
# Nobody is old enough to be told of as dying before this; parents and friends die then.
SHORTEST_LIFE = 15
# So much of all that is dated in a life lies before its end.
MOST_IS_TOLD_BY_THEN = 0.85
# A sentence is on the subject if the name is so many passages away.
NAMED_NEARBY = 2
# No biography tells of the death in so much of its beginning, but in a summary.
BEFORE_DEATH = 0.5
# What a source tells of the year of a death reaches a little past it: the funeral, the will.
AFTER_DEATH = 1.0
# A source is told in the order of time if so much of its pairs of dated passages are in order.
IN_ORDER = 0.62
# What a passage is dated outside its text counts for so many mentions in texts.
WEIGHT_OF_OWN_DATE = 3.0
# A passage tells of its first date; the others it mentions weigh so much next to that.
WEIGHT_OF_FURTHER_DATE, WEIGHT_OF_BARE_YEAR = 0.4, 0.8
# From how many passages before and behind it a bare year is made more precise.
FITTED_BY = 4
# Passages in no order of time stand on their own if so many of them are dated.
MOSTLY_DATED = 0.7
# A date so many years from where a passage stands is of what it tells, and no flashback.
SAME_TIME = 8.0
# How far from each other a name and the years of its life may stand: "Name (1770–1827)".
_LIFE_YEARS = re.compile(
    r"\([^()\d]{0,40}(?:\d{1,2}[^()\d]{0,20})?(?P<born>1\d{3}|20\d{2})[^()\d]{0,4}[-–—][^()\d]{0,30}"
    r"(?:\d{1,2}[^()\d]{0,20})?(?P<died>1\d{3}|20\d{2})[^()\d]{0,40}\)"
)
_LIFE_YEARS_VOTES = 5.0
_FULL_DATE_VOTES = 3.0


@dataclass(frozen=True, slots=True)
class Lifespan:
    """Years of birth and death as most of the sources have them, None where they do not say."""

    born: int | None
    died: int | None

    def holds(self, year: float) -> bool:
        """Whether something of that year can belong to the life."""
        if self.born is None:
            return self.died is None or year < self.died + 1 + AFTER_DEATH
        last = self.died if self.died is not None else self.born + LONGEST_LIFE
        return self.born <= year < last + 1 + AFTER_DEATH


@dataclass(frozen=True, eq=False)
class Times:
    """When passages tell of, as years with fractions, each (passages,): where each stands in the
    order of time, and the first and the last year of which it tells there."""

    years: Floats
    first: Floats
    last: Floats

    def period(self, places: Sequence[int]) -> tuple[int, int]:
        """Return the first and the last year of which these passages tell; 0 where unknown."""
        chosen = list(places)
        return int(self.first[chosen].min()), int(self.last[chosen].max())


def lifespan(evidence: Evidence) -> Lifespan:
    """Return what the sentences on the subject's birth and death say, by the count of voices."""
    vocabulary = VOCABULARY[evidence.subject.language]
    born_votes = _votes(evidence, vocabulary.born)
    died_votes = _votes(evidence, vocabulary.died, ending=True)
    for sentence in evidence.sentences:
        if sentence.mentions:
            for match in _LIFE_YEARS.finditer(sentence.text):
                born_votes[int(match["born"])] += _LIFE_YEARS_VOTES
                died_votes[int(match["died"])] += _LIFE_YEARS_VOTES
    born = _elected(born_votes)
    last_words = _last_own_date(evidence)
    told = np.array(
        [mention.date.year for sentence in evidence.sentences for mention in sentence.dates]
        + [passage.date.year for passage in evidence.corpus.passages if passage.date is not None]
    )
    for year in list(died_votes):
        if born is not None and not born + SHORTEST_LIFE <= year <= born + LONGEST_LIFE:
            del died_votes[year]
            continue
        # Parents and friends die in the middle of the story.
        in_life = told[told <= (born if born is not None else year) + LONGEST_LIFE]
        if float(np.mean(in_life <= year + AFTER_DEATH)) < MOST_IS_TOLD_BY_THEN:
            del died_votes[year]
    died = _elected(died_votes)
    if died is not None and last_words is not None:
        # A misprint of a year is not rare; nobody writes letters after death.
        died = max(died, int(last_words))
    return Lifespan(born, died)


def _last_own_date(evidence: Evidence) -> float | None:
    """Return the last date, as a year, on which the subject wrote more than one passage."""
    dates = Counter(
        as_year(passage.date)
        for place, passage in enumerate(evidence.corpus.passages)
        if passage.date is not None and evidence.own_words[place]
    )
    return max((date for date, count in dates.items() if count > 1), default=None)


def _votes(
    evidence: Evidence, pattern: re.Pattern[str], *, ending: bool = False
) -> defaultdict[int, float]:
    """Return the years that sentences give an event; of their own ending nobody can tell."""
    votes: defaultdict[int, float] = defaultdict(float)
    named = _named_nearby(evidence)
    for sentence in evidence.sentences:
        if not sentence.dates or not named[sentence.passage]:
            continue
        if ending and evidence.own_words[sentence.passage]:
            continue
        match = pattern.search(fold_accents(sentence.text))
        if match is None:
            continue
        nearest = min(sentence.dates, key=lambda date: abs(date.start - match.start()))
        # A full date is said of the event itself; a lone year may be said of anything.
        weight = _FULL_DATE_VOTES if nearest.date.day else 1.0
        votes[nearest.date.year] += weight if sentence.mentions else weight / 2
    for place, group in enumerate(evidence.by_passage):
        own = evidence.corpus.passages[place].date
        text = " ".join(fold_accents(sentence.text) for sentence in group)
        if own is not None and evidence.entries[place] and pattern.search(text):
            votes[own.year] += _FULL_DATE_VOTES
    return votes


def _named_nearby(evidence: Evidence) -> NDArray[np.bool_]:
    naming = np.array(
        [any(sentence.mentions for sentence in group) for group in evidence.by_passage], dtype=bool
    )
    window = np.ones(2 * NAMED_NEARBY + 1)
    return np.convolve(naming, window, mode="full")[NAMED_NEARBY:-NAMED_NEARBY] > 0


def _elected(votes: dict[int, float]) -> int | None:
    return min(votes, key=lambda year: (-votes[year], year)) if votes else None


def place_in_time(evidence: Evidence, life: Lifespan) -> Times:
    """Return when each passage tells of.

    A passage tells of the first date in it, and goes on from there. Of a source that is told in
    the order of time, the dates that go forward are its thread; flashbacks and outlooks lie beside
    it and do not bend it. Elsewhere a passage is placed by its own date, or with what stands under
    its heading. Passages without dates lie between their dated neighbours; what tells of a time
    after the death lies behind it, at its own date.
    """
    passages = evidence.corpus.passages
    every = [_dated(evidence, place, life) for place in range(len(passages))]
    anchors = [dated[0].year for dated in every if dated]
    placed = np.full(len(passages), float(np.median(anchors)) if anchors else 0.0)
    source_ids = np.array([passage.source_id for passage in passages])
    for source in evidence.corpus.sources:
        places = np.flatnonzero((source_ids == source.id) & ~np.array(evidence.entries))
        after = _after_death(evidence, places.tolist(), life)
        dated = _with_bare_years_fitted([every[place] for place in places])
        dated = [
            [] if place in after else one for place, one in zip(places.tolist(), dated, strict=True)
        ]
        firsts = [one[0].year for one in dated if one]
        if not firsts:
            pass
        elif _share_in_order(np.array(firsts)) >= IN_ORDER:
            placed[places] = _along_thread(dated)
        else:
            headings = [passages[place].heading for place in places]
            placed[places] = _by_heading(dated, headings)
        if (told := _death_told(evidence, places.tolist(), life)) is not None:
            behind = places[told:]
            placed[behind] = np.maximum(placed[behind], _last_own_date(evidence) or 0.0)
        since = 0.0
        for place in places.tolist():
            since = after.get(place, 0.0 if every[place] else since)
            placed[place] = max(placed[place], since)
    for place, passage in enumerate(passages):
        if passage.date is not None:
            placed[place] = as_year(passage.date)
    first, last = placed.copy(), placed.copy()
    for place, dated_here in enumerate(every):
        near = [one.year for one in dated_here if abs(one.year - placed[place]) <= SAME_TIME]
        first[place] = min([placed[place], *near])
        last[place] = max([placed[place], *near])
    return Times(placed, first, last)


def _after_death(evidence: Evidence, places: Sequence[int], life: Lifespan) -> dict[int, float]:
    """Return when those passages of a source tell of that tell of a time after the death.

    The first date of such a passage is a later one. In the midst of the life it is an outlook,
    unless the passage begins with it.
    """
    if life.died is None:
        return {}
    found: dict[int, float] = {}
    in_midst = False
    for place in reversed(places):
        group = evidence.by_passage[place]
        sentence = next((one for one in group if one.dates), None)
        if sentence is None or evidence.corpus.passages[place].date is not None:
            continue
        if sentence.dates[0].date.year <= life.died:
            in_midst = True
        elif not life.holds(sentence.dates[0].date.year) and (not in_midst or not sentence.place):
            found[place] = _when(evidence, sentence, sentence.dates[0])
    return found


def _death_told(evidence: Evidence, places: Sequence[int], life: Lifespan) -> int | None:
    """Return from which of a source's passages on its subject is dead, None if it never says."""
    if life.died is None:
        return None
    pattern = VOCABULARY[evidence.subject.language].died
    for number in range(int(len(places) * BEFORE_DEATH), len(places)):
        for sentence in evidence.by_passage[places[number]]:
            dated = any(
                abs(mention.date.year - life.died) <= 1 and mention.date.day
                for mention in sentence.dates
            )
            if dated and pattern.search(fold_accents(sentence.text)):
                return number
    return None


def as_year(date: PartialDate) -> float:
    """Return a date as a year with fractions; the middle of what is not known."""
    if not date.month:
        return date.year + 0.5
    return date.year + (date.month - 1 + (date.day / 31 if date.day else 0.5)) / 12


@dataclass(frozen=True, slots=True)
class _Mention:
    """A date of a passage as a year with fractions. A bare year may lie anywhere in it."""

    year: float
    weight: float
    bare: bool = False


_Dated = list[_Mention]
"""What a passage mentions, in its order: the first is of when it tells."""


def _dated(evidence: Evidence, place: int, life: Lifespan) -> _Dated:
    own = evidence.corpus.passages[place].date
    if own is not None and life.holds(own.year):
        return [_Mention(as_year(own), WEIGHT_OF_OWN_DATE)]
    found: _Dated = []
    for sentence in evidence.by_passage[place]:
        for mention in sentence.dates:
            if life.holds(mention.date.year):
                year = _when(evidence, sentence, mention)
                bare = not mention.date.month and year == as_year(mention.date)
                weight = WEIGHT_OF_FURTHER_DATE if found else WEIGHT_OF_BARE_YEAR if bare else 1.0
                found.append(_Mention(year, weight, bare))
    return found


def _when(evidence: Evidence, sentence: Quotable, mention: DateMention) -> float:
    """Return a mention as a year, in the part of the year or the month that the words say."""
    date = mention.date
    part = part_of_period(sentence.text, mention, evidence.subject.language)
    if part is None or date.day:
        return as_year(date)
    return date.year + (part if not date.month else (date.month - 1 + part) / 12)


def _with_bare_years_fitted(dated: Sequence[_Dated]) -> list[_Dated]:
    """Return the mentions with bare years moved, within the year, between the more precise dates
    of the same year around them: "In 1914" behind "in September 1914" goes on from there."""
    fitted: list[_Dated] = []
    for place, mentions in enumerate(dated):
        moved: _Dated = []
        for number, one in enumerate(mentions):
            before = _nearest(
                int(one.year), mentions[:number], dated[max(0, place - FITTED_BY) : place][::-1]
            )
            behind = _nearest(
                int(one.year), mentions[number + 1 :], dated[place + 1 : place + 1 + FITTED_BY]
            )
            if one.bare:
                year = one.year if behind is None else min(one.year, behind)
                moved.append(replace(one, year=year if before is None else max(year, before)))
            else:
                moved.append(one)
        fitted.append(moved)
    return fitted


def _nearest(year: int, here: Sequence[_Mention], beyond: Sequence[_Dated]) -> float | None:
    """Return the nearest precise date of a year in the passage itself or in the next few."""
    for mentions in [here, *beyond]:
        found = [one.year for one in mentions if not one.bare and int(one.year) == year]
        if found:
            return found[0]
    return None


def _share_in_order(values: Floats) -> float:
    if values.size < 3:
        return 1.0
    later = values[None, :] - values[:, None]
    upper = later[np.triu_indices(values.size, 1)]
    moving = upper[upper != 0]
    return float((moving > 0).mean()) if moving.size else 1.0


def _along_thread(dated: Sequence[_Dated]) -> Floats:
    """Return a year for each passage: its own where that is in the heaviest non-decreasing chain
    of mentions, else its first in the chain, and between the links by distance."""
    nodes = [
        (place, one)
        for place, mentions in enumerate(dated)
        for one in sorted(mentions, key=lambda one: one.year)
    ]
    links: dict[int, list[_Mention]] = {}
    for node in _heaviest_chain([(one.year, one.weight) for _, one in nodes]):
        place, one = nodes[node]
        links.setdefault(place, []).append(one)
    known = sorted(links)
    years = [
        dated[place][0].year if dated[place][0] in links[place] else links[place][0].year
        for place in known
    ]
    return np.interp(np.arange(len(dated)), known, years)


def _heaviest_chain(nodes: Sequence[tuple[float, float]]) -> list[int]:
    """Return the places of the non-decreasing subsequence of (value, weight) that weighs most.

    The best chain that ends at each distinct value is kept, so that a node costs one maximum.
    """
    ranks = {value: rank for rank, value in enumerate(sorted({value for value, _ in nodes}))}
    best = np.zeros(len(ranks))
    ends = np.full(len(ranks), -1, dtype=np.intp)
    before: list[int] = []
    for place, (value, weight) in enumerate(nodes):
        rank = ranks[value]
        chosen = int(np.argmax(best[: rank + 1]))
        before.append(int(ends[chosen]))
        best[rank] = best[chosen] + weight
        ends[rank] = place
    chain = []
    place = int(ends[int(np.argmax(best))])
    while place >= 0:
        chain.append(place)
        place = before[place]
    return chain[::-1]


def _by_heading(dated: Sequence[_Dated], headings: Sequence[str | None]) -> Floats:
    """Return each heading's thread; where it has none, its passages' own dates if most of them
    have one, else their median. What stands under undated headings lies between others."""
    starts = [0] + [
        place for place in range(1, len(headings)) if headings[place] != headings[place - 1]
    ]
    placed = np.full(len(dated), np.nan)
    for start, stop in zip(starts, [*starts[1:], len(headings)], strict=True):
        firsts = [one[0].year for one in dated[start:stop] if one]
        if not firsts:
            continue
        if _share_in_order(np.array(firsts)) >= IN_ORDER:
            placed[start:stop] = _along_thread(dated[start:stop])
        elif len(firsts) >= MOSTLY_DATED * (stop - start):
            year = firsts[0]
            for place in range(start, stop):
                year = dated[place][0].year if dated[place] else year
                placed[place] = year
        else:
            placed[start:stop] = float(np.median(firsts))
    known = np.flatnonzero(np.isfinite(placed))
    return np.asarray(np.interp(np.arange(len(dated)), known, placed[known]), dtype=np.float64)
