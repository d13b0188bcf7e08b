"""Chooses the passages of a book and puts them in the order in which they are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
# Passages that nothing is quoted of, and years, between two of a block.
MAX_GAP = 4
MAX_YEARS = 2.0

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
) -> list[Block]:
    """Return the chosen passages as blocks in the order of time, for chapters of so many words.

    A block breaks off at a new heading, at a leap in time or when it is long enough, and only
    where the next passage can be read without it. What has a twin stands right behind it.
    """
    longest = min(MAX_BLOCK_WORDS, max(MIN_BLOCK_WORDS, chapter_words / BLOCKS_A_CHAPTER))
    blocks: list[Block] = []
    said = 0
    for place in chosen:
        if blocks and _goes_on(evidence, blocks[-1][-1], place):
            before = blocks[-1][-1]
            leap = years[place] - years[before] >= MAX_YEARS
            if not (_may_break(evidence, before, place) and (leap or said >= longest)):
                blocks[-1].append(place)
                said += sum(sentence.words for sentence in evidence.by_passage[place])
                continue
        blocks.append([place])
        said = sum(sentence.words for sentence in evidence.by_passage[place])
    blocks.sort(key=lambda block: (float(np.median(years[block])), block[0]))
    return _beside_twins(evidence, blocks, twins)


def _beside_twins(evidence: Evidence, blocks: list[Block], twins: Mapping[int, int]) -> list[Block]:
    """Return the blocks with each that opens like a passage of another right behind that."""
    placed = list(blocks)
    for first in [block[0] for block in blocks]:
        twin = twins.get(first)
        block = next(one for one in placed if first in one)
        other = next((one for one in placed if twin in one and one is not block), None)
        if twin is None or other is None:
            continue
        placed.remove(block)
        at = placed.index(other)
        cut = other.index(twin) + 1
        if cut < len(other) and _may_break(evidence, twin, other[cut]):
            placed[at : at + 1] = [other[:cut], block, other[cut:]]
        else:
            placed.insert(at + 1, block)
    return placed


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
