"""What stands in a text more than once: sentences, and runs of words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from bookgen.text.quotations import fold

__all__ = ["duplicate_sentences", "repeated_ngrams", "repeated_share"]


def duplicate_sentences(sentences: Sequence[str], *, min_words: int = 5) -> list[tuple[int, ...]]:
    """Return groups of places in `sentences` that hold the same sentence, in order of the first.

    Case, white space, quotation marks and the punctuation at both ends do not tell sentences
    apart. Sentences shorter than `min_words` words are left out: "Dear Sir." may stand in two
    letters.
    """
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, sentence in enumerate(sentences):
        key = fold(sentence).casefold().strip(" '.,;:!?…¡¿()[]—–-")
        if len(key.split()) >= min_words:
            places[key].append(place)
    return [tuple(group) for group in places.values() if len(group) > 1]


def repeated_ngrams(
    texts: Sequence[Sequence[str]], *, n: int = 8
) -> list[tuple[tuple[str, ...], int]]:
    """Return runs of `n` words that occur more than once, with how often, the most frequent first.

    `texts` are lists of words, as `bookgen.text.words.words` gives them; a run does not cross from
    one text into the next. Case does not tell words apart.
    """
    counts = Counter(_ngrams(texts, n))
    return [(ngram, count) for ngram, count in counts.most_common() if count > 1]


def repeated_share(texts: Sequence[Sequence[str]], *, n: int = 8) -> float:
    """Return the share, 0 to 1, of runs of `n` words that have occurred before; 0 without runs."""
    runs = list(_ngrams(texts, n))
    return 1.0 - len(set(runs)) / len(runs) if runs else 0.0


def _ngrams(texts: Sequence[Sequence[str]], n: int) -> Iterator[tuple[str, ...]]:
    if n < 1:
        raise ValueError(f"A run of words has at least 1 word, not {n}.")
    for text in texts:
        folded = [word.casefold() for word in text]
        yield from zip(*(folded[start:] for start in range(n)), strict=False)
