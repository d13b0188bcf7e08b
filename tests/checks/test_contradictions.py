"""Where sources contradict each other is said; where they need not, nothing is."""

import pytest

from bookgen.checks.contradictions import contradictions
from bookgen.models import Corpus, Passage, Source


def corpus(*texts, language="en"):
    """Return a corpus of one source for each text."""
    sources = tuple(
        Source(f"s{number}", f"Life {number}", f"{number}.txt", "0" * 64, language)
        for number in range(1, len(texts) + 1)
    )
    passages = tuple(
        Passage(source.id, 1, text) for source, text in zip(sources, texts, strict=True)
    )
    return Corpus(sources, passages)


def found(*texts, subject="Ada Lovelace", language="en", cited=None):
    sources = corpus(*texts, language=language)
    ids = set(sources.passage) if cited is None else cited
    return [str(one) for one in contradictions(sources, subject, language, ids)]


def test_two_dates_of_a_death_are_named_with_their_sources():
    assert found(
        "Ada Lovelace died in London on 27 November 1852.",
        "Ada Lovelace died on 29 November 1852, after a long illness.",
    ) == [
        "the date of death: 27 November 1852 in Life 1, paragraph 1; "
        "29 November 1852 in Life 2, paragraph 1"
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # less precise, and within
        ("Ada Lovelace died on 27 November 1852.", "Ada Lovelace died in 1852."),
        ("Ada Lovelace was born in December 1815.", "Ada Lovelace was born on 10 December 1815."),
        # somebody else
        ("Ada Lovelace died on 27 November 1852.", "Her father died in 1824."),
        ("Ada Lovelace was born in 1815.", "The son of Ada Lovelace was born in 1836."),
        ("Ada Lovelace was born in 1815.", "Augusta Leigh was born in 1783."),
        # not said to be so
        ("Ada Lovelace was born in 1815.", "Ada Lovelace was born about 1816."),
        ("Ada Lovelace died in 1852.", "Some say that Ada Lovelace died in 1853."),
        # another event
        ("Ada Lovelace was born on 10 December 1815.", "Ada Lovelace was baptised in 1816."),
        # of two people, by the distance
        ("Ada Lovelace was born in 1815.", "Ada Lovelace was born in 1915."),
        ("Ada Lovelace was born in 1815.", "Ada Lovelace was a mathematician."),
    ],
)
def test_what_may_both_be_true_is_no_contradiction(first, second):
    assert found(first, second) == []


def test_dates_of_two_calendars_are_no_contradiction():
    old, new = "was born on January 6, 1706.", "was born on January 17, 1706."
    subject = "Benjamin Franklin"
    assert found(f"{subject} {old}", f"{subject} {new}", subject=subject) == []
    other = "was born on January 9, 1706."
    assert len(found(f"{subject} {old}", f"{subject} {other}", subject=subject)) == 1


def test_only_what_the_book_draws_on_is_listed():
    texts = ("Ada Lovelace died in 1851.", "Ada Lovelace died in 1852.", "Ada wrote notes.")
    assert found(*texts, cited={"s2:1"})
    assert found(*texts, cited={"s3:1"}) == []


def test_spanish_sources_are_read_in_spanish():
    (only,) = found(
        "Santiago Ramón y Cajal murió en Madrid el 17 de octubre de 1934.",
        "Santiago Ramón y Cajal murió el 18 de octubre de 1934.",
        subject="Santiago Ramón y Cajal",
        language="es",
    )
    assert only.startswith("la fecha de la muerte: 17 de octubre de 1934 en Life 1, párrafo 1")
