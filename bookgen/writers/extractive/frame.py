"""What stands around the chapters: the prologue and the epilogue."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from bookgen.text.words import fold_accents
from bookgen.writers.extractive.chronology import Lifespan
from bookgen.writers.extractive.evidence import Evidence, Opening, Quotable
from bookgen.writers.extractive.vocabulary import VOCABULARY

__all__ = ["choose_epilogue", "choose_prologue"]

Floats = NDArray[np.float64]

PROLOGUE_WORDS = 800
PROLOGUE_SHARE = 0.06
LEAST_EPILOGUE_WORDS, EPILOGUE_WORDS = 100, 500
EPILOGUE_SHARE = 0.04
MOST_PASSAGES = 3
MIN_WORDS, MAX_WORDS = 35, 400
# The verb that says who somebody was follows the name within so many words. "He was the first"
# says it; "he was agitated" says how he was on some day.
MAX_TO_VERB = 6
NOT_DEFINING = 0.25
FIRST_WORDS = 16
# A passage serves if it scores so much, and as a further one if it scores nearly the best.
GOOD, NEARLY = 1.0, 0.75
# A work says who its subject was in its first passages.
AT_START = 3
LONG_SUMMARY = 8
# A passage looks back on the life if so much of its sentences have words for what lasts.
LOOKS_BACK = 1.0
_YEARS = re.compile(r"\([^()]*\b(?:1\d{3}|20\d{2})\b[^()]*\b(?:1\d{3}|20\d{2})\b[^()]*\)")


def choose_prologue(evidence: Evidence, worth: Floats, words_asked: int) -> list[int]:
    """Return the passages, at most three, that say who the person was. [] if none does.

    Such a passage begins with the subject's name and what they were; it speaks of them more than
    of others, and of the life rather than of one of its days.
    """
    budget = min(PROLOGUE_WORDS, int(PROLOGUE_SHARE * words_asked))
    peak = max(float(worth.max(initial=0.0)), 1e-9)
    first_numbers = _first_places(evidence)
    ranked = []
    for place, size in _whole_passages(evidence, worth, budget):
        score = _sums_up(evidence, place, evidence.by_passage[place])
        score += 0.5 * float(worth[place]) / peak
        if first_numbers[place] < AT_START:
            score += 0.4 - 0.1 * first_numbers[place]
        ranked.append((score, place, size))
    ranked.sort(key=lambda one: (-one[0], one[1]))
    chosen: list[int] = []
    said = 0
    for score, place, size in ranked:
        if score < max(GOOD, NEARLY * ranked[0][0]) or len(chosen) >= MOST_PASSAGES:
            break
        if said + size <= budget and place not in chosen:
            chosen.append(place)
            said += size
            for further in _what_leans_on(evidence, place):
                more = sum(sentence.words for sentence in evidence.by_passage[further])
                if said + more > budget or not worth[further] or len(chosen) >= MOST_PASSAGES:
                    break
                chosen.append(further)
                said += more
    return chosen


def choose_epilogue(
    evidence: Evidence, worth: Floats, life: Lifespan, words_asked: int, taken: Collection[int]
) -> list[int]:
    """Return the passages, at most three and none of `taken`, that look back on the whole life, in
    the order of the corpus. [] if none does."""
    budget = min(EPILOGUE_WORDS, max(LEAST_EPILOGUE_WORDS, int(EPILOGUE_SHARE * words_asked)))
    ranked = []
    for place, size in _whole_passages(evidence, worth, budget):
        score = _looks_back(evidence, place, life)
        if place not in taken and score >= LOOKS_BACK:
            ranked.append((score, place, size))
    ranked.sort(key=lambda one: (-one[0], one[1]))
    chosen: list[int] = []
    said = 0
    for score, place, size in ranked[:MOST_PASSAGES]:
        if score >= NEARLY * ranked[0][0] and said + size <= budget:
            chosen.append(place)
            said += size
    return sorted(chosen)


def _whole_passages(evidence: Evidence, worth: Floats, budget: int) -> Iterator[tuple[int, int]]:
    """Yield the passages by others than the subject that can be quoted whole and alone, and their
    words."""
    for place, group in enumerate(evidence.by_passage):
        if evidence.own_words[place] or evidence.entries[place] or not worth[place]:
            continue
        if not group or not all(sentence.usable for sentence in group):
            continue
        size = sum(sentence.words for sentence in group)
        if MIN_WORDS <= size <= min(MAX_WORDS, budget) and group[0].opening >= Opening.STANDS:
            yield place, size


def _looks_back(evidence: Evidence, place: int, life: Lifespan) -> float:
    """Return how much a passage looks back on the life, about 0 to 3: words for what lasts, years
    after the death, and little else than the subject."""
    group = evidence.by_passage[place]
    lasting = VOCABULARY[evidence.subject.language].lasting
    found = [len(set(lasting.findall(fold_accents(sentence.text)))) for sentence in group]
    if not any(found):
        return 0.0
    years = [mention.date.year for sentence in group for mention in sentence.dates]
    after = [year for year in years if life.died is not None and year > life.died]
    within = len(years) - len(after)
    return (
        min(sum(found) / len(group), 1.5)
        + 0.6 * _about(evidence, group)
        + 0.5 * bool(after)
        - 0.25 * within
        - 5 * _crowd(evidence, place)
        - 0.5 * _spoken(group)
    )


def _what_leans_on(evidence: Evidence, place: int) -> Iterator[int]:
    """Yield the passages right behind one that cannot be read without it."""
    while place + 1 < len(evidence.by_passage) and evidence.follows(place + 1, place):
        place += 1
        group = evidence.by_passage[place]
        if not group or group[0].opening is not Opening.LEANS:
            return
        yield place


def _first_places(evidence: Evidence) -> list[int]:
    """Return for each passage how many of its source stand before it."""
    counts: dict[str, int] = {}
    places = []
    for passage in evidence.corpus.passages:
        places.append(counts.get(passage.source_id, 0))
        counts[passage.source_id] = places[-1] + 1
    return places


def _sums_up(evidence: Evidence, place: int, group: Sequence[Quotable]) -> float:
    """Return how well a passage says who the subject was, about 0 to 3."""
    vocabulary = VOCABULARY[evidence.subject.language]
    opening = _defines(evidence, group[0])
    about = _about(evidence, group)
    # One pair of years in brackets is the life's; other dates are those of single days.
    full = _YEARS.search(group[0].text) is not None
    dated = sum(bool(sentence.dates) for sentence in group[full:]) / len(group)
    crowd, spoken = _crowd(evidence, place), _spoken(group)
    general = sum(_defines(evidence, sentence) for sentence in group[1:]) / len(group)
    text = fold_accents(" ".join(sentence.text for sentence in group))
    # The life itself begins with the birth; its summary goes on to the end.
    begins = vocabulary.born.search(text) is not None and vocabulary.died.search(text) is None
    opening -= 0.6 * (begins and not full and len(group) < LONG_SUMMARY)
    return opening + 0.8 * about + 0.8 * full + general - 0.4 * dated - 5 * crowd - 0.5 * spoken


def _about(evidence: Evidence, group: Sequence[Quotable]) -> float:
    """Return the share of sentences that are about the subject: by name, or by a pronoun."""
    pronouns = VOCABULARY[evidence.subject.language].pronouns
    return sum(
        sentence.mentions
        or any(
            fold_accents(word.strip(".,;:")) in pronouns
            for word in sentence.text.split()[: FIRST_WORDS // 2]
        )
        for sentence in group
    ) / len(group)


def _crowd(evidence: Evidence, place: int) -> float:
    """Return how many of a passage's words begin the name of somebody else, as a share."""
    others = [name for name in evidence.names[place] if not evidence.subject.named_in(name)]
    return len(others) / max(sum(one.words for one in evidence.by_passage[place]), 1)


def _spoken(group: Sequence[Quotable]) -> float:
    """Return the share of sentences that quote somebody."""
    return sum("“" in one.text or '"' in one.text for one in group) / len(group)


def _defines(evidence: Evidence, sentence: Quotable) -> float:
    """Return how plainly a sentence says what the subject was, 0 to 1: the sooner the verb
    ("was", "became") follows the name, the plainer."""
    being = VOCABULARY[evidence.subject.language].being
    text = re.sub(r"\([^()]*\)", " ", sentence.text)
    found = text.split()
    named = [
        place for place, word in enumerate(found[:FIRST_WORDS]) if evidence.subject.is_name(word)
    ]
    if not named:
        return 0.0
    start = named[-1] + 1
    determiners = VOCABULARY[evidence.subject.language].articles
    for distance, word in enumerate(found[start : start + MAX_TO_VERB]):
        if fold_accents(word.strip(",;")) in being:
            following = found[start + distance + 1 : start + distance + 2]
            defines = bool(following) and fold_accents(following[0]) in determiners
            late = distance / (2 * MAX_TO_VERB) + named[0] / (2 * FIRST_WORDS)
            return (1.0 - late) * (1.0 if defines else NOT_DEFINING)
    return 0.0
