"""How much each sentence and passage is worth telling, and which sentences say the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bookgen.models import Language
from bookgen.text.similarity import TfIdf
from bookgen.text.words import fold_accents, words
from bookgen.writers.extractive.chronology import Lifespan
from bookgen.writers.extractive.evidence import Evidence, Opening, Quotable, under_headings
from bookgen.writers.extractive.people import People
from bookgen.writers.extractive.vocabulary import VOCABULARY

__all__ = ["score_passages", "score_sentences", "with_milestones"]

Floats = NDArray[np.float64]

# The query is the subject and the words that keep it company.
COMPANIONS = 30
WEIGHT_SUBJECT, WEIGHT_BM25, WEIGHT_CENTRALITY, WEIGHT_INFORMATION, WEIGHT_DATED = (
    0.40, 0.25, 0.15, 0.10, 0.10,
)  # fmt: skip
# How far the worth of a passage is that of its surroundings: what tells of a person does so for
# pages, and prose that is taken page by page reads better than prose picked line by line.
NEIGHBOURS = 0.4
# How much is lost by what is told of somebody else.
RIVAL = 0.7
BOTH = 0.25
MENTIONS_OF_RIVAL = 3
EVEN = 0.5
# From one passage to the next it fades whom a pronoun refers to.
FADING = 0.7
TOLD_BY_OTHERS = 0.3
OWN_VOICE, SHORT_NOTE = 0.55, 0.4
SHORT_NOTE_WORDS = 45
# How far a passage is weighed within its own source: a book hears all its sources.
OWN_SOURCE = 0.4
REACH = 3
# What is worth less than this share of the median is left out where the subject is named in few of
# the passages around it, or somebody else prevails, and not in it or right beside it.
OFF_TOPIC = 0.6
SURROUNDINGS = 6
NAMED = 0.3
RIVAL_PREVAILS = 0.6


def score_sentences(evidence: Evidence) -> Floats:
    """Return the worth of each sentence, (n,), 0 to 1.

    It weighs whether the sentence tells of the subject, BM25 for the subject and its companions,
    centrality, how much its words tell apart, and whether it is dated.
    """
    sentences = evidence.sentences
    if not sentences:
        return np.zeros(0)
    vectors = TfIdf([sentence.tokens for sentence in sentences])
    subject = _about_subject(evidence)
    query = [*sorted(evidence.subject.names), *_companions(vectors, subject)]
    dated = np.array([bool(sentence.dates) for sentence in sentences], dtype=np.float64)
    return (
        WEIGHT_SUBJECT * subject
        + WEIGHT_BM25 * _ranked(vectors.bm25(query))
        + WEIGHT_CENTRALITY * _ranked(vectors.centrality())
        + WEIGHT_INFORMATION * _ranked(vectors.information())
        + WEIGHT_DATED * dated
    )


def score_passages(evidence: Evidence, scores: Floats) -> Floats:
    """Return the worth of each passage, (passages,): the mean of its usable sentences by words,
    leaned towards that of its neighbours and weighed within the source; 0 where it has none."""
    own = np.zeros(len(evidence.by_passage))
    place = 0
    for number, group in enumerate(evidence.by_passage):
        # A chronology is for the timeline; between paragraphs its lines have no subject.
        heard = not evidence.entries[number]
        weights = [sentence.words if sentence.usable and heard else 0 for sentence in group]
        if sum(weights):
            own[number] = float(np.average(scores[place : place + len(group)], weights=weights))
        place += len(group)
    rivals = rivalry(evidence)
    around = np.zeros_like(own)
    source_ids = [passage.source_id for passage in evidence.corpus.passages]
    for number in range(own.size):
        near = [
            own[other]
            for other in range(max(0, number - REACH), min(own.size, number + REACH + 1))
            if source_ids[other] == source_ids[number] and own[other] > 0
        ]
        around[number] = float(np.mean(near)) if near else 0.0
    worth = np.where(own > 0, (1 - NEIGHBOURS) * own + NEIGHBOURS * around, 0.0)
    worth *= rivals * _as_heard(evidence)
    for source in evidence.corpus.sources:
        places = [place for place, one in enumerate(source_ids) if one == source.id]
        worth[places] *= 1 - OWN_SOURCE + OWN_SOURCE * _ranked(worth[places])
    floor = OFF_TOPIC * float(np.median(worth[worth > 0])) if (worth > 0).any() else 0.0
    digresses = ~_named_around(evidence) | (rivals < RIVAL_PREVAILS)
    digresses &= ~_named_beside(evidence)
    return np.where(digresses & (worth < floor), 0.0, worth)


def _named_beside(evidence: Evidence) -> NDArray[np.bool_]:
    """Return for each passage, (passages,), whether it or the one before or behind it in its
    source names the subject, or has the subject speak."""
    naming = [
        own or any(sentence.mentions for sentence in group)
        for own, group in zip(evidence.own_words, evidence.by_passage, strict=True)
    ]
    beside = np.array(naming, dtype=bool)
    for place in range(1, len(naming)):
        if evidence.follows(place, place - 1):
            beside[place] |= naming[place - 1]
            beside[place - 1] |= naming[place]
    return beside


def _named_around(evidence: Evidence) -> NDArray[np.bool_]:
    """Return for each passage, (passages,), whether the subject is named, or speaks, in enough of
    the passages about it in its source."""
    naming = np.array(
        [any(sentence.mentions for sentence in group) for group in evidence.by_passage], dtype=float
    )
    naming[np.array(evidence.own_words, dtype=bool)] = 1.0
    source_ids = np.array([passage.source_id for passage in evidence.corpus.passages])
    around = np.zeros(naming.size, dtype=bool)
    for source in evidence.corpus.sources:
        places = np.flatnonzero(source_ids == source.id)
        window = np.ones(2 * SURROUNDINGS + 1)
        named = np.convolve(naming[places], window)[SURROUNDINGS : SURROUNDINGS + places.size]
        size = np.convolve(np.ones(places.size), window)[SURROUNDINGS : SURROUNDINGS + places.size]
        around[places] = named >= NAMED * size
    return around


def with_milestones(evidence: Evidence, worth: Floats, life: Lifespan) -> Floats:
    """Return the worth of passages with the birth and the death, in the best place that each is
    told, at the top: no life is told without them."""
    vocabulary = VOCABULARY[evidence.subject.language]
    raised = worth.copy()
    for year, pattern in ((life.born, vocabulary.born), (life.died, vocabulary.died)):
        tells: Counter[int] = Counter()
        for sentence in evidence.sentences:
            if not sentence.usable or not worth[sentence.passage]:
                continue
            if pattern.search(fold_accents(sentence.text)) is None:
                continue
            # Sources differ, and misprint.
            precise = [
                mention.date
                for mention in sentence.dates
                if year is not None and abs(mention.date.year - year) <= 1
            ]
            if precise and (sentence.mentions or year == life.died):
                tells[sentence.passage] += 1 + max(
                    bool(one.month) + bool(one.day) for one in precise
                )
        if tells:
            best = max(tells, key=lambda place: (tells[place], worth[place], -place))
            raised[best] = max(float(worth.max()), raised[best])
    return raised


def _as_heard(evidence: Evidence) -> Floats:
    """Return a factor for each passage, (passages,): where others tell of the subject at length,
    the subject's own letters are a voice in the story and not the story; the less a short note."""
    own = np.array(evidence.own_words, dtype=bool)
    sizes = np.array([sum(one.words for one in group) for group in evidence.by_passage])
    told = float(sizes[~own].sum()) / max(float(sizes.sum()), 1.0)
    heard = np.where(sizes >= SHORT_NOTE_WORDS, OWN_VOICE, SHORT_NOTE)
    return np.where(own & (told >= TOLD_BY_OTHERS), heard, 1.0)


def rivalry(evidence: Evidence) -> Floats:
    """Return a factor for each passage, (passages,), the lower the more that it, and all that
    stands under its heading, is about somebody else.

    Whoever is named last is meant by the pronouns that follow; the rival is the most frequent
    other name under the heading.
    """
    factors = np.ones(len(evidence.by_passage))
    people = People.of(evidence)
    for group in under_headings(evidence.corpus):
        rival = None if evidence.own_words[group[0]] else _rival(evidence, people, group)
        if rival is None:
            continue
        named = re.compile(rf"\b{re.escape(rival)}\b")
        on_rival = np.zeros(len(group))
        on_either = np.zeros(len(group))
        last = 0.0
        for number, place in enumerate(group):
            for sentence in evidence.by_passage[place]:
                match = named.search(sentence.text)
                if sentence.mentions and match:
                    # Whoever is named first is whom the sentence is about.
                    last = (
                        BOTH if evidence.subject.named_in(sentence.text[: match.start()]) else 1.0
                    )
                elif sentence.mentions or match:
                    last = float(match is not None)
                elif not _has_pronoun(sentence, evidence.subject.language):
                    continue
                on_rival[number] += last
                on_either[number] += 1
        share = float(on_rival.sum() / max(on_either.sum(), 1.0))
        in_passage = on_rival / np.maximum(on_either, 1.0)
        # Somebody who shares the story does not take it over.
        prevails = max(0.0, share - EVEN) / (1 - EVEN)
        factors[group] = (1 - RIVAL * prevails) ** 2 * (1 - RIVAL * in_passage)
    return factors


def _rival(evidence: Evidence, people: People, group: Sequence[int]) -> str | None:
    """Return the person who is named most besides the subject; None if hardly anybody is."""
    others = Counter(name for place in group for name in evidence.names[place])
    texts = [sentence.text for place in group for sentence in evidence.by_passage[place]]
    for name in sorted(others, key=lambda name: (-others[name], name)):
        if others[name] < MENTIONS_OF_RIVAL:
            return None
        if people.is_other(name, texts):
            return name
    return None


def _has_pronoun(sentence: Quotable, language: Language) -> bool:
    pronouns = VOCABULARY[language].pronouns
    return any(fold_accents(word) in pronouns for word in words(sentence.text))


def _about_subject(evidence: Evidence) -> Floats:
    """Return 1 for sentences that name the subject, less for those with a pronoun for it."""
    vocabulary = VOCABULARY[evidence.subject.language]
    worth = np.zeros(len(evidence.sentences))
    place = 0
    named = 0.0
    for passage, group in enumerate(evidence.by_passage):
        own = evidence.own_words[passage]
        if not passage or not evidence.follows(passage, passage - 1):
            named = 0.0
        for sentence in group:
            found = {fold_accents(word) for word in words(sentence.text)}
            # Where the language leaves out the subject, what leans on it does so without a word.
            elided = vocabulary.verb is not None and sentence.opening < Opening.STANDS
            if sentence.mentions:
                worth[place] = named = 1.0
            elif own and found & vocabulary.first_person:
                worth[place] = 0.9
            elif elided or found & vocabulary.pronouns:
                worth[place] = 0.45 + 0.25 * named
            place += 1
        named *= FADING
    return worth


def _companions(vectors: TfIdf, subject: Floats) -> list[str]:
    """Return the words that stand with the subject more than elsewhere."""
    groups = np.where(subject >= 0.9, 0, 1)
    if not (groups == 0).any():
        return []
    return vectors.characteristic(groups.tolist(), COMPANIONS)[0]


def _ranked(values: Floats) -> Floats:
    """Return ranks from 0 to 1, so that scores of different scales can be added; ties share one."""
    unique, inverse = np.unique(values, return_inverse=True)
    if unique.size < 2:
        return np.zeros_like(values)
    counts = np.bincount(inverse)
    upper = np.cumsum(counts)
    middle = upper - (counts + 1) / 2
    return np.asarray(middle[inverse] / (values.size - 1), dtype=np.float64)
