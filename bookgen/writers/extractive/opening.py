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
    dated = governed = introduced = behind_name = False
    for place, word in enumerate(found):
        plain = name_form(word)
        referring = vocabulary.personal if place >= NEAR_START else vocabulary.pronouns
        # "When the captain came, he": whoever tells of themselves means the captain.
        if (word == "él" or plain in referring) and not (own_words and introduced):
            return Opening.FOLLOWS
        if plain in vocabulary.second_person:
            return Opening.FOLLOWS
        if plain in vocabulary.first_person and not own_words:
            return Opening.FOLLOWS
        if word[0].isupper() and plain in capitalised:
            # "In Vienna he": the name of a place is not whom "he" refers to; but the subject's name
            # may stand right behind it.
            if not governed or (behind_name and plain in subject.tokens):
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


def _elides_subject(text: str, subject: Subject, verb: re.Pattern[str]) -> bool:
    """Whether a sentence of a language that may leave its subject out comes to its verb before
    any subject ("Nació en Petilla", "En 1906 recibió el premio")."""
    vocabulary = VOCABULARY[subject.language]
    governed = False
    tokens = text.split()
    for place, token in enumerate(tokens):
        bare = token.strip(",;:.()«»“”\"'").casefold()
        plain = fold_accents(bare)
        if token[0].isupper() and plain in subject.tokens:
            return False
        if verb.fullmatch(bare):
            following = tokens[place + 1] if place + 1 < len(tokens) else ""
            return not following[:1].isupper()
        if plain in vocabulary.prepositions:
            governed = True
        elif not governed and (plain in vocabulary.articles or (place and token[0].isupper())):
            return False
        if token[-1] in ",;:":
            governed = False
    return False


# "Haydn, however, ..." and "There was, besides, ..." go on from something.
GOING_ON_WORDS = 9
# Behind so many words "it" and "that" mostly refer to something in the sentence itself.
NEAR_START = 3
DATED_WORDS = 8
_YEAR = re.compile(r"1\d{3}|20\d{2}")
