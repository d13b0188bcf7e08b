"""What stands in a text twice is found; what is only alike is not."""

import pytest

from bookgen.text.repetition import duplicate_sentences, repeated_ngrams, repeated_share


def test_a_sentence_that_comes_back_is_found_whatever_its_quotation_marks():
    sentences = [
        "“He left Bonn for Vienna,” said Ries.",
        "He went to the theatre that evening.",
        "'He left  Bonn for Vienna,' said Ries",
    ]
    assert duplicate_sentences(sentences) == [(0, 2)]


def test_short_forms_of_address_may_come_back():
    assert duplicate_sentences(["My dear Sir!", "My dear Sir!"]) == []
    assert duplicate_sentences(["My dear Sir!", "My dear Sir!"], min_words=3) == [(0, 1)]


def test_another_date_makes_another_sentence():
    assert (
        duplicate_sentences(["He was born at Bonn in 1770.", "He was born at Bonn in 1772."]) == []
    )


def test_repeated_runs_are_counted_within_texts_only():
    texts = [["A", "b", "c", "d"], ["a", "B", "c", "x"], ["d", "a", "b"]]
    assert repeated_ngrams(texts, n=3) == [(("a", "b", "c"), 2)]
    # Of 8 runs of two words a-b comes back twice and b-c once; d-a would run over the end of one.
    assert repeated_share(texts, n=2) == pytest.approx(3 / 8)


def test_a_text_without_runs_repeats_nothing():
    assert repeated_share([["too", "short"]], n=8) == 0.0
    assert repeated_ngrams([], n=8) == []


def test_a_run_has_at_least_one_word():
    with pytest.raises(ValueError, match="at least 1 word"):
        repeated_share([["a"]], n=0)
