"""How much a text tells of a topic."""

from __future__ import annotations

from collections import Counter

from bookgen.models import Language
from bookgen.text.names import find_names
from bookgen.text.words import content_words

__all__ = ["relevance"]

_NAME_WEIGHT = 2.0
_IN_TITLE = 5
_SATURATION = 2.0


def relevance(topic: str, text: str, *, title: str = "", language: Language = "en") -> float:
    """Return how relevant a text is to a topic, 0 to 1.

    For each content word of the topic, n is how often the text has it, a word of the title counting
    five times. The relevance is the mean of n / (n + 2) over these words, those of names with
    weight 2 and others with weight 1. This is the saturation of BM25 (Robertson and Zaragoza, 2009)
    with k1 = 2 and without its normalisation by length: a volume of letters is no less about its
    writer for being long. One mention gives 0.33, five give 0.71. A topic without content words
    gives 0.
    """
    weights = _weights(topic, language)
    if not weights:
        return 0.0
    count = Counter(content_words(text, language))
    for word in content_words(title, language):
        count[word] += _IN_TITLE
    found = sum(weight * count[w] / (count[w] + _SATURATION) for w, weight in weights.items())
    return found / sum(weights.values())


def _weights(topic: str, language: Language) -> dict[str, float]:
    """Return the content words of a topic and their weights; particles of names are none."""
    # A word at the start of a sentence is capitalised by custom: the topic is no sentence.
    names = find_names(f"- {topic}", language)
    tokens = [token for name in names for token in name.split()]
    of_names = {
        word for token in tokens if token[:1].isupper() for word in content_words(token, language)
    }
    particles = {
        word
        for token in tokens
        if not token[:1].isupper()
        for word in content_words(token, language)
    }
    return {
        word: _NAME_WEIGHT if word in of_names else 1.0
        for word in content_words(topic, language)
        if word in of_names or word not in particles
    }
