"""Sentences: none is cut in two, and every one knows its place."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookgen.text.sentences import split_sentences


def texts(text: str, language: str = "en") -> list[str]:
    return [sentence.text for sentence in split_sentences(text, language)]


@pytest.mark.parametrize(
    "sentence",
    [
        "He met Mr. Smith and Dr. J. S. Brown in St. Louis on the 5th.",
        "He wrote the sonata Op. 5 and the trio No. 3 for Messrs. Artaria.",
        'He said, "I came. I saw. I conquered."',
        "He said, ‘I came. I saw.’",
        "“I came. I saw,” he said.",
        '"Is it you?" he asked.',
        '"Is it you?" Beethoven asked.',
        "The house (He was born there. It still stands.) is small.",
        "He went home; Ries stayed; nobody spoke.",
        "At 5 p.m. Haydn came.",
        "He paid 3.5 florins, or 1,200.50 in the money of today.",
        "'Tis a small room.",
        "The Archduke Rudolph J. R. von Habsburg came.",
    ],
)
def test_stays_whole(sentence: str) -> None:
    assert texts(sentence) == [sentence]


@pytest.mark.parametrize(
    "sentence",
    [
        "El Sr. García y D. Juan de Herrera vivieron en Sta. María.",
        "Ud. no lo sabe.",
        "«Vine. Vi. Vencí», dijo el rey.",
        "Véase el cap. III, pág. 5, y el art. 4.",
        "Murió a las 5 p.m. en casa de Dña. Ana.",
    ],
)
def test_stays_whole_in_spanish(sentence: str) -> None:
    assert texts(sentence, "es") == [sentence]


@pytest.mark.parametrize(
    "sentences",
    [
        ["He came.", "She left."],
        ["No.", "He did not."],
        ["He lived in the U.S.", "He left early."],
        ["It was an insult to the art.", "Prince Lobkowitz was present."],
        ['"Come here."', "He came."],
        ['He said "yes."', '"No. I will not go."'],
        ["He wept!", "Why?", "Nobody knew…", "Then he left."],
        ["He brought books, etc.", "Another came later."],
        ["1. Be silent.", "2. Be brief."],
        ["He died in 1827.", "Vienna mourned."],
        ["He served George III.", "He was paid well."],
    ],
)
def test_is_split(sentences: list[str]) -> None:
    assert texts(" ".join(sentences)) == sentences


def test_is_split_in_spanish() -> None:
    sentences = ["¿Qué hizo?", "«Vine. Vi.»", "¡Murió en 1597!", "Él no lo supo."]
    assert texts(" ".join(sentences), "es") == sentences


def test_an_empty_line_ends_a_sentence_and_any_quotation_left_open() -> None:
    text = '"An open quotation. It goes on\n\n"in the next paragraph. It ends here."'
    assert texts(text) == [
        '"An open quotation.',
        "It goes on",
        '"in the next paragraph. It ends here."',
    ]


def test_a_line_break_is_only_white_space() -> None:
    assert texts("He came\nto Mr.\nSmith. She\nleft.") == ["He came\nto Mr.\nSmith.", "She\nleft."]


@pytest.mark.parametrize("text", ["", "   ", "\n\n \n"])
def test_nothing_has_no_sentences(text: str) -> None:
    assert split_sentences(text, "en") == []


@given(
    st.text(alphabet="aA .!?;\"“”‘’'«»()[]\n\r1é—-…", max_size=60), st.sampled_from(["en", "es"])
)
def test_sentences_cover_the_text_in_order(text: str, language: str) -> None:
    sentences = split_sentences(text, language)
    assert all(text[s.start : s.end] == s.text == s.text.strip() != "" for s in sentences)
    assert all(before.end <= after.start for before, after in pairwise(sentences))
    assert "".join("".join(s.text for s in sentences).split()) == "".join(text.split())
