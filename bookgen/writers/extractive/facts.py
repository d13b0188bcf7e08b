"""Which sentences tell a dated fact of the life, and how well each tells it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from bookgen.models import PartialDate
from bookgen.text.dates import MONTHS, DateMention
from bookgen.text.words import STOP_WORDS, fold_accents, words
from bookgen.writers.extractive.chronology import Lifespan
from bookgen.writers.extractive.evidence import Evidence, Opening, Quotable
from bookgen.writers.extractive.subject import name_form
from bookgen.writers.extractive.vocabulary import VOCABULARY

__all__ = ["Telling", "dated_fact"]

MIN_ENTRY_WORDS, MAX_ENTRY_WORDS = 5, 45
NEAR_START, NEAR_END = 45, 25
FIRST_WORDS = 9
# Behind so many characters of the words that begin a clause a date is of that clause.
CLAUSE = 60
# A line of a chronology tells its fact better than any sentence of a story.
MADE_FOR_IT = 2.0
# Words such as "prize" and "discovered" say how great an event is, up to so many of them.
MILESTONE, GREAT, MOST_SIGNS = 0.8, 0.25, 3


@dataclass(frozen=True, slots=True)
class Telling:
    """A date and how plainly its sentence tells what happened then, about 0 to 3. `great` are
    the events that no life leaves out: birth and death, marriage, works, offices, honours."""

    date: PartialDate
    clearness: float
    great: bool


def dated_fact(evidence: Evidence, sentence: Quotable, life: Lifespan) -> Telling | None:
    """Return what the sentence tells; None if it is no fact for a timeline.

    Such a fact is short, of one year of the life, and about the subject: by name, or by a pronoun
    right behind a sentence with the name. A line of a chronology is one by its first sentence.
    """
    if sentence.words > MAX_ENTRY_WORDS:
        return None
    vocabulary = VOCABULARY[evidence.subject.language]
    folded = fold_accents(sentence.text)
    own_date = evidence.corpus.passages[sentence.passage].date
    if evidence.entries[sentence.passage]:
        if own_date is None or sentence.place or not life.holds(own_date.year):
            return None
        return Telling(own_date, MADE_FOR_IT, vocabulary.great.search(folded) is not None)
    if not sentence.usable or sentence.words < MIN_ENTRY_WORDS or not sentence.dates:
        return None
    if sentence.opening is Opening.LEANS:
        return None
    if vocabulary.going_on.search(" ".join(folded.split()[:FIRST_WORDS])):
        return None
    if sentence.text[-1] in "?!" or '"' in sentence.text or "“" in sentence.text:
        return None
    if len({mention.date.year for mention in sentence.dates}) != 1:
        return None
    mention = max(sentence.dates, key=lambda one: (one.date.month, one.date.day, -one.start))
    if not life.holds(mention.date.year) or _is_of_a_clause(evidence, sentence, mention):
        return None
    milestone = _is_milestone(evidence, sentence, mention, life)
    signs = len(set(vocabulary.great.findall(folded)))
    great = milestone or signs > 0
    if not _about_subject(evidence, sentence, milestone=milestone, signs=signs):
        return None
    clearness = (
        _clearness(evidence, sentence, mention)
        + MILESTONE * milestone
        + GREAT * min(signs, MOST_SIGNS)
    )
    return Telling(mention.date, clearness, great)


def _is_of_a_clause(evidence: Evidence, sentence: Quotable, mention: DateMention) -> bool:
    """Whether the date is that of a subordinate remark ("until his death in February 1910"), or
    stands in brackets."""
    vocabulary = VOCABULARY[evidence.subject.language]
    before = fold_accents(sentence.text[max(0, mention.start - CLAUSE) : mention.start])
    in_brackets = before.rfind("(") > before.rfind(")")
    return in_brackets or vocabulary.subordinate.search(before) is not None


def _about_subject(evidence: Evidence, sentence: Quotable, *, milestone: bool, signs: int) -> bool:
    """Whether the sentence tells of the subject, or of a great day of theirs ("The symphony was
    first performed on May 7, 1824")."""
    vocabulary = VOCABULARY[evidence.subject.language]
    if evidence.own_words[sentence.passage]:
        spoken = {fold_accents(word) for word in words(sentence.text)[: 2 * FIRST_WORDS]}
        return bool(spoken & vocabulary.speaker) and sentence.opening >= Opening.STANDS
    topic = _topic(evidence, sentence)
    if sentence.opening >= Opening.STANDS:
        if topic is not None:
            return topic or (signs > 1 and sentence.mentions)
        group = evidence.by_passage[sentence.passage]
        named = sentence.mentions or any(other.mentions for other in group)
        return (milestone or signs > 0) and (
            named or (milestone and bool(sentence.dates[0].date.day))
        )
    if topic is False:
        return False
    # A pronoun is the subject's where the last who was named is.
    before = evidence.by_passage[sentence.passage][: sentence.place]
    topics = (_topic(evidence, one) for one in reversed(before))
    return next((one for one in topics if one is not None), False)


def _topic(evidence: Evidence, sentence: Quotable) -> bool | None:
    """Return whether the first whom the sentence names, and not only behind a preposition, is the
    subject, alone or along with somebody; False if it is somebody else, None if it is nobody."""
    subject = evidence.subject
    vocabulary = VOCABULARY[subject.language]
    governed = behind_name = stranger = False
    for place, (before, word) in enumerate(pairwise(["", *words(sentence.text)])):
        plain = name_form(word)
        joins = fold_accents(before) in (vocabulary.joiner, "e")
        if place > FIRST_WORDS:
            break
        if word[0].isupper() and plain in subject.names:
            # "Irène Curie" is a relative.
            relative = place == 1 and _is_name(evidence, name_form(before))
            if relative and not evidence.subject.is_name(before):
                stranger = True
            # "In Vienna Beethoven": what is governed is the place.
            elif not governed or behind_name:
                return not stranger or joins
        elif word[0].isupper() and place and not governed and _is_name(evidence, plain):
            stranger = True
        elif stranger and plain not in (vocabulary.joiner, "e"):
            return False
        elif plain in vocabulary.personal or _is_verb(sentence, word, vocabulary.verb):
            return None
        behind_name = word[0].isupper() and governed
        if word[0].islower() or not place:
            # "The Academy" is nobody, either.
            opens = plain in vocabulary.prepositions | vocabulary.definite
            governed = opens or (governed and plain in vocabulary.articles)
        elif word[0].isdigit():
            governed = False
    return None


def _is_verb(sentence: Quotable, word: str, verb: re.Pattern[str] | None) -> bool:
    """Whether a sentence that leaves its subject out has come to its verb."""
    elided = verb is not None and sentence.opening < Opening.STANDS
    return elided and verb is not None and verb.fullmatch(word.casefold()) is not None


def _is_name(evidence: Evidence, plain: str) -> bool:
    """Whether a capitalised word inside a sentence can be a person's name."""
    language = evidence.subject.language
    if plain in STOP_WORDS[language] or plain in MONTHS[language]:
        return False
    vocabulary = VOCABULARY[language]
    ordinary = (evidence.common, vocabulary.ranks, vocabulary.titles)
    return not any(plain in known for known in ordinary)


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
        + (0.15 if _topic(evidence, sentence) else -0.1)
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
