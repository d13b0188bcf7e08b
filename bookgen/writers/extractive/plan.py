"""Plans chapters and sections: parts of even length that begin where a reader can begin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bookgen.models import Brief, ChapterPlan, Outline, PartialDate, SectionPlan
from bookgen.writers.extractive.chronology import Times
from bookgen.writers.extractive.compose import arrange
from bookgen.writers.extractive.duplicates import Duplicates
from bookgen.writers.extractive.evidence import Evidence, Opening
from bookgen.writers.extractive.partition import partition
from bookgen.writers.extractive.select import choose, in_order, opening_of
from bookgen.writers.extractive.titles import Titles

__all__ = ["further", "plan"]

Floats = NDArray[np.float64]

SECTION_WORDS = 650
MIN_CHAPTER_WORDS = 250
# Where the subject and others speak in one chapter, each get sections of their own from this on.
MIN_VOICE_WORDS = 200
NEARLY_ALL = 0.8
# What a break costs, next to the squared relative deviation from an even length: where a source
# begins a new heading, between two stretches, inside one; and by how the first sentence opens.
AT_HEADING, BETWEEN, INSIDE = 0.0, 0.1, 0.18
SAME_YEAR = 0.03
# No break comes between two passages that tell the same otherwise and stand so near each other.
APART, FARTHEST_TWIN = 10.0, 6
OPENING_COST = {
    Opening.LEANS: 2.0,
    Opening.FOLLOWS: 1.5,
    Opening.STANDS: 0.12,
    Opening.ANCHORED: 0.0,
}
# A plan may come out shorter than what was chosen, as a section has to open with a sentence that
# stands alone; then a little more is chosen.
ATTEMPTS = 5
CLOSE_ENOUGH = 0.99

_Group = list[int]
"""Passages of a section, in the order in which they are told."""


def plan(
    brief: Brief,
    evidence: Evidence,
    worth: Floats,
    times: Times,
    found: Duplicates,
    words: int,
) -> Outline:
    """Return the outline of a book that quotes at most `words` words of the worthiest passages."""
    asked = words
    best: list[list[_Group]] = []
    best_words = 0
    everything = sum(sentence.words for sentence in evidence.sentences)
    for _ in range(ATTEMPTS):
        chapters = _chapters(brief, evidence, choose(evidence, worth, asked), times, found)
        written = sum(_words(evidence, group) for groups in chapters for group in groups)
        if best_words < written <= words:
            best, best_words = chapters, written
        if CLOSE_ENOUGH * words <= written <= words or written == 0:
            break
        if written < words and asked >= everything:
            break
        asked = int(asked * (words - 0.003 * words) / written)
    return _outline(evidence, best, times)


def further(
    brief: Brief,
    outline: Outline,
    evidence: Evidence,
    worth: Floats,
    times: Times,
    found: Duplicates,
    words: int,
) -> Outline:
    """Return the outline with further sections of at most `words` words, from passages that it does
    not use and that tell something else: each at the end of the chapter that tells of its time."""
    used = {evidence.place_of[passage] for one in outline.sections for passage in one.passages}
    alike = {
        place
        for pair in (*found.rivals, *found.twins.items())
        if not used.isdisjoint(pair)
        for place in pair
    }
    left = worth.copy()
    left[list(used | alike)] = 0.0
    chosen = choose(evidence, left, words)
    groups = [group for part in _chapters(brief, evidence, chosen, times, found) for group in part]
    chapters = list(outline.chapters)
    taken = [chapter.title for chapter in chapters]
    taken += [section.title for section in outline.sections]
    titles = Titles(evidence, times, taken).give(groups)
    told = [[one for plan in chapter.sections for one in plan.passages] for chapter in chapters]
    middles = np.array(
        [np.median(times.years[[evidence.place_of[one] for one in group]]) for group in told]
    )
    for title, group in zip(titles, groups, strict=True):
        place = int(np.abs(middles - np.median(times.years[group])).argmin())
        chapter = chapters[place]
        number = len(chapter.sections) + 1
        section = _section_plan(evidence, chapter.number, number, title, group)
        chapters[place] = replace(chapter, sections=(*chapter.sections, section))
    return replace(outline, chapters=tuple(chapters))


def _chapters(
    brief: Brief,
    evidence: Evidence,
    chosen: Sequence[int],
    times: Times,
    found: Duplicates,
) -> list[list[_Group]]:
    """Return the chapters as lists of sections, each of which can be quoted."""
    in_all = sum(sentence.words for place in chosen for sentence in evidence.by_passage[place])
    chapter_words = max(in_all / brief.chapters, MIN_CHAPTER_WORDS)
    places = in_order(evidence, chosen, times.years, found.twins, chapter_words)
    if not places:
        return []
    sizes = _sizes(evidence, places)
    count = min(brief.chapters, max(1, sum(sizes) // MIN_CHAPTER_WORDS), len(places))
    chapters = []
    costs = _keeping_pairs(_chapter_costs(evidence, places, times.years), places, found)
    parts = [places[start:stop] for start, stop in partition(sizes, costs, count)]
    for part in _without_rivals(parts, found):
        sections = []
        for voice in _voices(evidence, part, times.years):
            sections += _sections(evidence, voice, found)
        if sections:
            chapters.append(sections)
    return chapters


def _voices(evidence: Evidence, places: Sequence[int], years: Floats) -> list[_Group]:
    """Return what others tell of the subject and what the subject says, in this order unless what
    is told comes after all that is said; together where either is short."""
    told = [place for place in places if not evidence.own_words[place]]
    said = [place for place in places if evidence.own_words[place]]
    if min(_words(evidence, told), _words(evidence, said)) < MIN_VOICE_WORDS:
        return [list(places)]
    after = years[told].min() >= np.quantile(years[said], NEARLY_ALL)
    return [said, told] if after else [told, said]


def _keeping_pairs(costs: Sequence[float], places: Sequence[int], found: Duplicates) -> list[float]:
    """Return what it costs to begin a part at each passage, if twins are not to be parted."""
    raised = list(costs)
    at = {place: position for position, place in enumerate(places)}
    for place, twin in found.twins.items():
        if place in at and twin in at and 0 < at[place] - at[twin] <= FARTHEST_TWIN:
            for position in range(at[twin] + 1, at[place] + 1):
                raised[position] += APART
    return raised


def _without_rivals(parts: Sequence[_Group], found: Duplicates) -> list[_Group]:
    """Return the chapters without passages that tell nearly the same as one of another chapter."""
    chapter = {place: number for number, part in enumerate(parts) for place in part}
    out: set[int] = set()
    for place, rival in found.rivals:
        if not {place, rival} & out and chapter.get(place, -1) != chapter.get(rival, -1):
            out |= {place} if {place, rival} <= chapter.keys() else set()
    kept = [[place for place in part if place not in out] for part in parts]
    return [part for part in kept if part]


def _sections(evidence: Evidence, places: Sequence[int], found: Duplicates) -> list[_Group]:
    sizes = _sizes(evidence, places)
    parts = min(max(1, round(sum(sizes) / SECTION_WORDS)), len(places))
    costs = _costs(evidence, places, _headings(evidence, places))
    costs = _keeping_pairs(costs, places, found)
    sections: list[_Group] = []
    for start, stop in partition(sizes, costs, parts):
        group = [one.passage for one in arrange(evidence, places[start:stop])]
        if group:
            sections.append(group)
    return sections


def _headings(evidence: Evidence, places: Sequence[int]) -> list[tuple[str, str | None]]:
    passages = [evidence.corpus.passages[place] for place in places]
    return [(passage.source_id, passage.heading) for passage in passages]


def _chapter_costs(evidence: Evidence, places: Sequence[int], years: Floats) -> list[float]:
    """What it costs to begin a chapter at each passage.

    Letters have a heading each; what stands above those that tell of the subject counts for them.
    """
    headings = _headings(evidence, places)
    if any(not evidence.own_words[place] for place in places):
        last = None
        for position in range(len(places) - 1, -1, -1):
            if evidence.own_words[places[position]]:
                headings[position] = last if last is not None else headings[position]
            else:
                last = headings[position]
    costs = _costs(evidence, places, headings)
    for position in range(1, len(places)):
        if int(years[places[position]]) == int(years[places[position - 1]]):
            costs[position] += SAME_YEAR
    return costs


def _costs(
    evidence: Evidence,
    places: Sequence[int],
    headings: Sequence[tuple[str, str | None]],
) -> list[float]:
    """What it costs to begin a part at each passage."""
    costs = []
    for position, place in enumerate(places):
        cost = OPENING_COST[opening_of(evidence, place)]
        if position:
            if evidence.follows(place, places[position - 1]):
                cost += INSIDE if headings[position] == headings[position - 1] else AT_HEADING
            elif headings[position] == headings[position - 1]:
                cost += BETWEEN
        costs.append(cost)
    return costs


def _outline(evidence: Evidence, chapters: Sequence[list[_Group]], times: Times) -> Outline:
    titles = Titles(evidence, times)
    whole = [[place for group in groups for place in group] for groups in chapters]
    chapter_titles = titles.give([titles.narrated(places) for places in whole])
    # What is all of its chapter is called like it.
    parts = iter(titles.give([group for groups in chapters for group in groups if len(groups) > 1]))
    section_titles = (
        next(parts) if len(groups) > 1 else title
        for title, groups in zip(chapter_titles, chapters, strict=True)
        for _ in groups
    )
    return Outline(
        tuple(
            ChapterPlan(
                number=number,
                title=title,
                sections=tuple(
                    _section_plan(evidence, number, place, next(section_titles), group)
                    for place, group in enumerate(groups, 1)
                ),
                period=_period(times, [place for group in groups for place in group]),
            )
            for number, (title, groups) in enumerate(zip(chapter_titles, chapters, strict=True), 1)
        )
    )


def _section_plan(
    evidence: Evidence, chapter: int, number: int, title: str, group: Sequence[int]
) -> SectionPlan:
    return SectionPlan(
        chapter=chapter,
        number=number,
        title=title,
        words=_words(evidence, group),
        passages=tuple(evidence.corpus.passages[place].id for place in group),
    )


def _sizes(evidence: Evidence, places: Sequence[int]) -> list[int]:
    """Return how many words each passage would have if all were one section."""
    words = {one.passage: one.words for one in arrange(evidence, places)}
    return [words.get(place, 0) for place in places]


def _words(evidence: Evidence, places: Sequence[int]) -> int:
    return sum(paragraph.words for paragraph in arrange(evidence, places))


def _period(times: Times, places: list[int]) -> tuple[PartialDate, PartialDate] | None:
    first, last = times.period(places)
    return (PartialDate(first), PartialDate(last)) if first > 0 else None
