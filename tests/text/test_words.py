"""Words are counted as a reader counts them and reduced to what carries meaning."""

import pytest

from bookgen.text.words import content_words, count_words, fold_accents, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It's the well-known Op. 61.", ["It's", "the", "well-known", "Op", "61"]),
        ("“He’s here,” she said — twice.", ["He’s", "here", "she", "said", "twice"]),
        ("¿Qué dirá el año 1906?", ["Qué", "dirá", "el", "año", "1906"]),
        ("", []),
        (" — … ! ", []),
    ],
)
def test_words_are_letters_and_digits_with_what_joins_them(text, expected):
    assert words(text) == expected
    assert count_words(text) == len(expected)


def test_citations_and_markdown_marks_are_not_words():
    assert count_words("“He was *born* at Bonn.” [@fischer-2:12] [@a:1]") == 5


def test_forms_of_a_word_fall_together():
    assert content_words("The boys' stories; a boy's story", "en") == ["boy", "story"] * 2
    assert content_words("las luces, la luz; los árboles, un árbol", "es") == [
        *["luz"] * 2,
        *["arbol"] * 2,
    ]


def test_stop_words_carry_no_meaning_in_their_own_language_only():
    assert content_words("He was with them in Vienna", "en") == ["vienna"]
    assert content_words("Él estaba con ellos en Viena", "es") == ["viena"]
    assert "con" in content_words("con", "en")


def test_accents_and_case_do_not_tell_words_apart():
    assert fold_accents("MÜNSTER Ñandú") == "munster nandu"
