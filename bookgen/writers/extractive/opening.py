"""How a sentence opens: whether it can be read without what is before it in its source."""

from __future__ import annotations

import enum
import re

from bookgen.text.words import fold_accents, words
from bookgen.writers.extractive.subject import Subject, name_form
from bookgen.writers.extractive.vocabulary import VOCABULARY

__all__ = ["Opening", "how_it_opens"]


class Opening(enum.IntEnum):
    """How well a sentence stands without what is before it in its source."""

    LEANS = 0
    """It refers to what was said just before."""
    FOLLOWS = 1
    """It may stand behind other sentences about the same person ("In 1792 he left")."""
    STANDS = 2
    """It may open a section."""
    ANCHORED = 3
    """It opens a section well: it says at once of whom, or of when, it tells."""


def how_it_opens(
    text: str, subject: Subject, capitalised: frozenset[str], *, own_words: bool
) -> Opening:
    """Return how the sentence opens: whether the first word that refers to somebody names them,
    or points to where they were named."""
    vocabulary = VOCABULARY[subject.language]
    bare = text.lstrip("\"'“‘«(¿¡—[ ")
    folded = fold_accents(bare.replace("’", "'"))
    found = words(bare)
    if _is_speech(text):
        return Opening.LEANS
    # In Spanish only the accent tells "él" (he) from "el" (the).
    if not found or vocabulary.leaning.match(folded) or bare.startswith("Él "):
        return Opening.LEANS
    if fold_accents(found[0]) in vocabulary.pronouns:
        return Opening.LEANS
    if vocabulary.going_on.search(" ".join(folded.split()[:GOING_ON_WORDS])):
        return Opening.FOLLOWS
    if vocabulary.verb is not None and _elides_subject(bare, subject, vocabulary.verb):
        return Opening.FOLLOWS
    fronted = _is_fronted(bare, subject)
    dated = governed = introduced = behind_name = False
    for place, word in enumerate(found):
        plain = name_form(word)
        referring = vocabulary.personal if place >= NEAR_START else vocabulary.pronouns
        # "When the captain came, he": whoever tells of themselves means the captain.
        resolved = (own_words and introduced) or (fronted and plain in vocabulary.possessives)
        if (word == "él" or plain in referring) and not resolved:
            return Opening.FOLLOWS
        if plain in vocabulary.second_person:
            return Opening.FOLLOWS
        if plain in vocabulary.first_person and not own_words:
            return Opening.FOLLOWS
        if word[0].isupper() and plain in capitalised:
            # "In Vienna he": the name of a place is not whom "he" refers to; but the subject's name
            # may stand right behind it.
            if not governed or (behind_name and plain in subject.names):
                return Opening.ANCHORED
            behind_name = True
        else:
            behind_name = False
            introduced = introduced or plain in vocabulary.articles
            governed = plain in vocabulary.prepositions or (
                governed and (plain in vocabulary.articles or plain == vocabulary.joiner)
            )
        dated = dated or (place < DATED_WORDS and _YEAR.fullmatch(word) is not None)
    return Opening.ANCHORED if dated else Opening.STANDS


_QUOTED_START = re.compile(
    r"[\"“‘«]\s*(?:[^\s\"”’»]+\s+){0,5}?[^\s\"”’»]*[^\s\"”’».,;!?—][\"”’»]\s+[^\W_]"
)


def _is_speech(text: str) -> bool:
    """Whether the sentence begins with somebody's words, rather than with a title in quotation
    marks."""
    return text[0] in '"“‘«—' and _QUOTED_START.match(text) is None


def _is_fronted(text: str, subject: Subject) -> bool:
    """Whether the sentence begins with a phrase, or phrases, that its subject stands right behind:
    "As a reward for her report, Marie Curie", "In the house of his friend, Haydn"."""
    vocabulary = VOCABULARY[subject.language]
    phrases = _COMMA.split(text)[: MOST_PHRASES + 1]
    first = words(phrases[0])
    if not first or not (
        fold_accents(first[0]) in vocabulary.prepositions | vocabulary.clauses
        or any(word.isdigit() for word in first)
    ):
        return False
    return any(
        found and found[0][0].isupper() and name_form(found[0]) in subject.names
        for found in map(words, phrases[1:])
    )


def _elides_subject(text: str, subject: Subject, verb: re.Pattern[str]) -> bool:
    """Whether a sentence of a language that may leave its subject out comes to its verb before
    any subject ("Nació en Petilla", "En 1906 recibió el premio").

    A clause before the main one may do so, and a passive has its subject behind the verb ("En 1901
    se publicó la primera parte").
    """
    vocabulary = VOCABULARY[subject.language]
    governed = in_clause = False
    tokens = text.split()
    before = ""
    for place, token in enumerate(tokens):
        bare = token.strip(",;:.()«»“”\"'").casefold()
        plain = fold_accents(bare)
        if token[0].isupper() and plain in subject.names:
            return False
        if verb.fullmatch(bare) and not in_clause:
            following = tokens[place + 1] if place + 1 < len(tokens) else ""
            passive = before == "se" and fold_accents(following) in vocabulary.articles
            return not following[:1].isupper() and not passive
        in_clause = in_clause or plain in vocabulary.clauses
        if plain in vocabulary.prepositions:
            governed = True
        elif (
            not governed
            and not in_clause
            and (plain in vocabulary.articles or (place and token[0].isupper()))
        ):
            return False
        if token[-1] in ",;:":
            governed = in_clause = False
        before = plain
    return False


_COMMA = re.compile(r"[,;:]\s+")
# A sentence has no more phrases than these before its subject.
MOST_PHRASES = 3
# "Haydn, however, ..." and "There was, besides, ..." go on from something.
GOING_ON_WORDS = 9
# Behind so many words "it" and "that" mostly refer to something in the sentence itself.
NEAR_START = 3
DATED_WORDS = 8
_YEAR = re.compile(r"1\d{3}|20\d{2}")
