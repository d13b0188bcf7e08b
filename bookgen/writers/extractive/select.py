"""Chooses the passages of a book and puts them in the order in which they are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bookgen.writers.extractive.compose import arrange
from bookgen.writers.extractive.evidence import Evidence, Opening

__all__ = ["Block", "choose", "in_order", "opening_of"]

Floats = NDArray[np.float64]

MIN_PASSAGE_WORDS = 12
# What leans on the passage before it is worth hardly more than that passage: without it, it would
# lose its first sentences.
LEANING_MARGIN = 0.05
# Sources take turns after about a part of a chapter's words, so that neither is heard in snippets.
BLOCKS_A_CHAPTER = 5
MIN_BLOCK_WORDS, MAX_BLOCK_WORDS = 60, 450
# Passages that nothing is quoted of between two of a block, and years: from the fewer on, where
# another source tells of the time between, a block breaks off.
MAX_GAP = 4
MIN_YEARS, MAX_YEARS = 0.25, 2.0

Block = list[int]
"""Passages of one source, in its order, that are told without a break."""


def choose(evidence: Evidence, worth: Floats, words: int) -> list[int]:
    """Return places of passages, ascending, the worthiest of which `words` words can be quoted.

    What cannot open a paragraph without the passage before it counts only what remains of it.
    """
    sizes = _quotable_words(evidence)
    candidates = np.flatnonzero((sizes >= MIN_PASSAGE_WORDS) & (worth > 0))
    weighed = _with_what_it_leans_on(evidence, worth)
    chosen = []
    left = words
    for place in sorted(candidates.tolist(), key=lambda place: (-weighed[place], place)):
        if sizes[place] <= left:
            chosen.append(place)
            left -= int(sizes[place])
    return sorted(chosen)


def in_order(
    evidence: Evidence,
    chosen: Sequence[int],
    years: Floats,
    twins: Mapping[int, int],
    chapter_words: float,
) -> list[int]:
    """Return the chosen passages in the order of time, for chapters of so many words.

    They are told in blocks. A block breaks off at a new heading, at a leap in time, where another
    source tells of the time between, at a twin or when it is long enough, and only where the next
    passage can be read without it. What has a twin stands right behind it, or is left out where it
    cannot.
    """
    longest = min(MAX_BLOCK_WORDS, max(MIN_BLOCK_WORDS, chapter_words / BLOCKS_A_CHAPTER))
    sources = [passage.source_id for passage in evidence.corpus.passages]
    elsewhere = {
        source: np.sort(years[[place for place in chosen if sources[place] != source]])
        for source in set(sources)
    }
    paired = {*twins.keys(), *twins.values()}
    blocks: list[Block] = []
    said = 0
    for place in chosen:
        if blocks and _goes_on(evidence, blocks[-1][-1], place):
            before = blocks[-1][-1]
            leap = years[place] - years[before]
            others = elsewhere[sources[place]]
            due = (
                leap >= MAX_YEARS
                or said >= longest
                or not paired.isdisjoint((before, place))
                or (leap >= MIN_YEARS and _any_between(others, years[before], years[place]))
            )
            if not (due and _may_break(evidence, before, place)):
                blocks[-1].append(place)
                said += sum(sentence.words for sentence in evidence.by_passage[place])
                continue
        blocks.append([place])
        said = sum(sentence.words for sentence in evidence.by_passage[place])
    blocks.sort(key=lambda block: (float(years[block[0]]), block[0]))
    return _beside_twins(evidence, blocks, twins)


def _any_between(ordered: Floats, first: float, last: float) -> bool:
    return bool(np.searchsorted(ordered, last) > np.searchsorted(ordered, first))


def _beside_twins(evidence: Evidence, blocks: list[Block], twins: Mapping[int, int]) -> list[int]:
    """Return the passages with each that opens like one of another source right behind that; what
    cannot be read without its block is left out instead, as the other tells it."""
    groups = [group for block in blocks for group in _groups(evidence, block)]
    for first in [place for group in groups for place in group]:
        own = next((group for group in groups if first in group), None)
        other = next((group for group in groups if twins.get(first) in group), None)
        if own is None or other is None or own is other:
            continue
        at = groups.index(own)
        if at == groups.index(other) + 1 and own[0] == first:
            continue
        if own[0] == first:
            groups.remove(own)
            groups.insert(groups.index(other) + 1, own)
        else:
            groups[at] = own[: own.index(first)]
    return [place for group in groups for place in group]


def _groups(evidence: Evidence, block: Block) -> list[Block]:
    """Return a block in parts that can each be read without the one before."""
    groups = [[block[0]]]
    for before, place in pairwise(block):
        if _may_break(evidence, before, place):
            groups.append([place])
        else:
            groups[-1].append(place)
    return groups


def opening_of(evidence: Evidence, place: int) -> Opening:
    """Return how the first sentence that can be quoted of a passage opens; LEANS without one."""
    for sentence in evidence.by_passage[place]:
        if sentence.usable:
            return sentence.opening
    return Opening.LEANS


def _with_what_it_leans_on(evidence: Evidence, worth: Floats) -> Floats:
    weighed = worth.copy()
    for place in range(1, weighed.size):
        leans = opening_of(evidence, place) is Opening.LEANS
        if leans and evidence.follows(place, place - 1) and worth[place - 1] > 0:
            weighed[place] = min(worth[place], weighed[place - 1] + LEANING_MARGIN)
    return weighed


def _goes_on(evidence: Evidence, before: int, place: int) -> bool:
    """Whether two chosen passages can belong to one block."""
    one, other = evidence.corpus.passages[before], evidence.corpus.passages[place]
    if one.source_id != other.source_id:
        return False
    if not _may_break(evidence, before, place):
        return True
    return one.heading == other.heading and other.number - one.number <= MAX_GAP


def _may_break(evidence: Evidence, before: int, place: int) -> bool:
    opening = opening_of(evidence, place)
    return opening >= Opening.STANDS or (
        opening is Opening.FOLLOWS and not evidence.follows(place, before)
    )


def _quotable_words(evidence: Evidence) -> Floats:
    """Return how many words of each passage can be quoted, (passages,): alone, or behind the
    passage before it where its first sentence leans on that."""
    sizes = np.zeros(len(evidence.by_passage))
    for place in range(sizes.size):
        leans = place > 0 and opening_of(evidence, place) < Opening.STANDS
        if leans and evidence.follows(place, place - 1):
            paragraphs = arrange(evidence, [place - 1, place])
        else:
            paragraphs = arrange(evidence, [place])
        sizes[place] = sum(one.words for one in paragraphs if one.passage == place)
    return sizes
