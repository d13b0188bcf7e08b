"""Likeness is measured exactly; the fast ways give what the plain definitions give."""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookgen.text.similarity import TfIdf, near_duplicates

WORDS = st.sampled_from("bonn vienna organ mass quartet ries czerny 1770 1792 born".split())
TEXTS = st.lists(st.lists(WORDS, max_size=8), max_size=12)


def jaccard(one, other):
    return len({*one} & {*other}) / len({*one} | {*other})


@given(TEXTS, st.sampled_from([0.3, 0.5, 0.6, 0.8, 1.0]))
def test_near_duplicates_are_exactly_the_pairs_above_the_threshold(texts, threshold):
    expected = [
        (i, j)
        for i, j in combinations(range(len(texts)), 2)
        if texts[i] and texts[j] and jaccard(texts[i], texts[j]) >= threshold - 1e-9
    ]
    found = near_duplicates(texts, threshold=threshold)
    assert [pair[:2] for pair in found] == expected
    assert all(math.isclose(s, jaccard(texts[i], texts[j])) for i, j, s in found)


@pytest.mark.parametrize("threshold", [0, -1, 1.1])
def test_a_threshold_out_of_range_is_refused(threshold):
    with pytest.raises(ValueError, match=str(threshold)):
        near_duplicates([["a"]], threshold=threshold)


@given(TEXTS)
def test_centrality_is_the_mean_cosine_with_the_others(texts):
    vectors = TfIdf(texts)
    dense = np.zeros((len(texts), max(len(vectors.vocabulary), 1)))
    dense[vectors.rows, vectors.columns] = vectors.weights
    cosines = dense @ dense.T
    np.fill_diagonal(cosines, 0)
    expected = cosines.sum(axis=1) / max(len(texts) - 1, 1)
    np.testing.assert_allclose(vectors.centrality(), expected, atol=1e-12)


def test_bm25_prefers_the_rare_word_and_the_shorter_text():
    vectors = TfIdf([["organ", "bonn"], ["bonn"], ["bonn", "mass", "mass", "ries"], ["ries"]])
    scores = vectors.bm25(["organ", "bonn"])
    assert scores[0] > scores[1] > scores[2] > scores[3] == 0


def test_a_query_of_unknown_words_matches_nothing():
    assert TfIdf([["organ"], []]).bm25(["trumpet"]).tolist() == [0.0, 0.0]


def test_characteristic_words_are_those_that_a_group_has_and_others_lack():
    vectors = TfIdf([["bonn", "organ", "bonn"], ["vienna", "organ"], ["vienna", "mass"]])
    assert vectors.characteristic([0, 1, 1], 1) == [["bonn"], ["vienna"]]
    assert vectors.characteristic([-1, 0, 0], 2) == [["vienna", "organ"]]


def test_no_texts_are_no_trouble():
    vectors = TfIdf([])
    assert vectors.centrality().size == vectors.bm25(["a"]).size == vectors.information().size == 0
    assert near_duplicates([]) == []


def test_groups_without_words_have_no_characteristic_ones():
    assert TfIdf([[], []]).characteristic([0, 1], 3) == [[], []]
