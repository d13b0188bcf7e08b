"""How alike texts are: TF-IDF, BM25, centrality, and near-duplicates.

Texts come in as lists of content words. Vectors are kept sparse, so that memory grows with the
number of words and not with the square of the number of texts.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["TfIdf", "near_duplicates"]

Floats = NDArray[np.float64]

# The usual constants of BM25 (Robertson and Zaragoza, 2009).
BM25_K1 = 1.5
BM25_B = 0.75


class TfIdf:
    """Sparse TF-IDF vectors of `n` texts: row lengths 1, idf = ln((1 + n) / (1 + df)) + 1.

    `rows` (nnz,) and `columns` (nnz,) place each weight of `weights` (nnz,), `counts` (nnz,) is
    the plain term frequency, `idf` is by column, `vocabulary` maps a word to its column. Columns
    are numbered in the order in which words first occur.
    """

    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        self.size = len(texts)
        self.vocabulary: dict[str, int] = {}
        rows: list[int] = []
        columns: list[int] = []
        counts: list[int] = []
        for row, text in enumerate(texts):
            for word, count in Counter(text).items():
                rows.append(row)
                columns.append(self.vocabulary.setdefault(word, len(self.vocabulary)))
                counts.append(count)
        self.rows = np.asarray(rows, dtype=np.intp)
        self.columns = np.asarray(columns, dtype=np.intp)
        self.counts = np.asarray(counts, dtype=np.float64)
        self.frequency = np.bincount(self.columns, minlength=len(self.vocabulary))
        self.idf: Floats = np.log((1 + self.size) / (1 + self.frequency)) + 1
        raw = (1 + np.log(self.counts)) * self.idf[self.columns] if rows else self.counts
        lengths = np.sqrt(np.bincount(self.rows, weights=raw**2, minlength=self.size))
        self.weights: Floats = raw / lengths[self.rows]
        self._lengths = np.asarray([len(text) for text in texts], dtype=np.float64)

    def bm25(self, query: Iterable[str]) -> Floats:
        """Return the BM25 score of each text for the words of `query`, (n,); 0 without a match."""
        asked = np.zeros(len(self.vocabulary), dtype=np.float64)
        for word in query:
            if word in self.vocabulary:
                asked[self.vocabulary[word]] += 1
        if not asked.any():
            return np.zeros(self.size)
        idf = np.log(1 + (self.size - self.frequency + 0.5) / (self.frequency + 0.5))
        relative = self._lengths / max(float(self._lengths.mean()), 1.0)
        saturation = self.counts + BM25_K1 * (1 - BM25_B + BM25_B * relative[self.rows])
        score = (asked * idf)[self.columns] * self.counts * (BM25_K1 + 1) / saturation
        scores = np.bincount(self.rows, weights=score, minlength=self.size)
        return np.asarray(scores, dtype=np.float64)

    def centrality(self) -> Floats:
        """Return the mean cosine of each text with all others, (n,), 0 to 1.

        This is the degree centrality of LexRank (Erkan and Radev, 2004) without a threshold,
        which makes it a product with the sum of all vectors instead of a matrix of all pairs.
        """
        if self.size < 2:
            return np.zeros(self.size)
        total = np.bincount(self.columns, weights=self.weights, minlength=len(self.vocabulary))
        score = np.bincount(
            self.rows, weights=self.weights * total[self.columns], minlength=self.size
        )
        own = np.bincount(self.rows, weights=self.weights**2, minlength=self.size)
        mean: Floats = (score - own) / (self.size - 1)
        return np.clip(mean, 0.0, 1.0)

    def information(self) -> Floats:
        """Return the mean idf of the words of each text, (n,): how much its words tell apart."""
        total = np.bincount(
            self.rows, weights=self.idf[self.columns] * self.counts, minlength=self.size
        )
        return total / np.maximum(self._lengths, 1.0)

    def characteristic(self, groups: Sequence[int], count: int) -> list[list[str]]:
        """Return for each group of texts its `count` most characteristic words, best first.

        `groups` names the group, from 0, of each text, -1 for none. The weight is c-TF-IDF
        (Grootendorst, 2022): tf in the group times ln(1 + mean words a group / tf in all groups).
        """
        of_row = np.asarray(groups, dtype=np.intp)
        groups_of = of_row[self.rows]
        kept = groups_of >= 0
        number = int(of_row.max(initial=-1)) + 1
        words = list(self.vocabulary)
        shape = (number, len(words))
        flat = groups_of[kept] * max(len(words), 1) + self.columns[kept]
        tf = np.bincount(flat, weights=self.counts[kept], minlength=shape[0] * shape[1])
        tf = tf.reshape(shape)
        overall = np.maximum(tf.sum(axis=0), 1.0)
        weight = tf * np.log1p(tf.sum() / max(number, 1) / overall)
        order = np.argsort(-weight, axis=1, kind="stable")[:, :count]
        return [
            [words[column] for column in order[group] if weight[group, column] > 0]
            for group in range(number)
        ]


def near_duplicates(
    texts: Sequence[Sequence[str]], *, threshold: float = 0.8
) -> list[tuple[int, int, float]]:
    """Return the pairs of texts that share at least `threshold` of their distinct words.

    A pair is (i, j, similarity) with i < j, in that order; the similarity is Jaccard's, 0 to 1.
    Texts without words are like none. Candidates come from prefix filtering (Bayardo, Ma and
    Srikant, 2007): two sets that are alike enough share one of their rarest words.
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"A threshold of similarity is above 0 and at most 1, not {threshold}.")
    sets = [frozenset(text) for text in texts]
    frequency = Counter(word for words in sets for word in words)
    by_rarity = [sorted(words, key=lambda word: (frequency[word], word)) for words in sets]
    # The shortest first: a text only has to be compared with those before it, which are shorter.
    order = sorted(range(len(sets)), key=lambda place: (len(sets[place]), place))
    index: defaultdict[str, list[int]] = defaultdict(list)
    pairs = []
    for place in order:
        words = sets[place]
        if not words:
            continue
        smallest = threshold * len(words) - 1e-9
        prefix = by_rarity[place][: len(words) - math.ceil(smallest) + 1]
        candidates = {other for word in prefix for other in index[word]}
        for other in candidates:
            if len(sets[other]) < smallest:
                continue
            shared = len(words & sets[other])
            similarity = shared / (len(words) + len(sets[other]) - shared)
            if similarity >= threshold - 1e-9:
                pairs.append((min(place, other), max(place, other), similarity))
        for word in prefix:
            index[word].append(place)
    return sorted(pairs)
