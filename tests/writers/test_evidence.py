"""What a sentence can be used for: whether it is prose, and what it leans on."""

import pytest

from bookgen.models import Corpus, Language, PartialDate, Passage, Source
from bookgen.writers.extractive.evidence import Evidence, Opening, Subject, gather, groups_of


def gathered(
    *texts: str, language: Language = "en", author: str | None = None, title: str = "A work"
) -> Evidence:
    source = Source("a", title, "a.txt", "0" * 64, language, author=author)
    passages = tuple(Passage("a", number, text) for number, text in enumerate(texts, 1))
    name = "Ada Brook" if language == "en" else "Isaac Peral"
    return gather(Subject(name, language), Corpus((source,), passages))


def opening(text: str, language: Language = "en") -> Opening:
    # A second passage, so that the names are known from the inside of a sentence.
    names = {
        "en": "Here were Ada Brook and Haydn, Whitby, Lyme, and Lord Harewood.",
        "es": "Aquí vivieron Isaac Peral, Cajal y Madrid.",
    }
    return gathered(text, names[language], language=language).sentences[0].opening


@pytest.mark.parametrize(
    "text",
    [
        "He left the town before the winter came.",
        "This was not what the dealer had promised.",
        "However, the picture was sold within the week.",
        "But Haydn would not hear of it at all.",
        "The latter was a friend of the family.",
        "“I shall not paint again,” said the old woman.",
        "The next day the boat came back without sails.",
    ],
)
def test_what_refers_to_the_sentence_before_leans(text):
    assert opening(text) is Opening.LEANS


@pytest.mark.parametrize(
    "text",
    [
        "In Whitby he bought a house with a view.",
        "In 1840 he bought a house with a view.",
        "When the boat came in, her friends were waiting.",
        "Lyme, however, had no harbour in those days.",
        "As has been said, the house had four rooms.",
    ],
)
def test_what_has_a_pronoun_before_any_person_follows(text):
    assert opening(text) is Opening.FOLLOWS


@pytest.mark.parametrize(
    "text",
    [
        "Ada Brook bought a house with a view, and she lived in it.",
        "In Whitby Ada Brook heard that her picture was sold.",
        "The house was sold in 1840 to a stranger.",
        "As a reward for her picture, Ada Brook was given a watch.",
        "“The Harbour” was her first picture, and Haydn bought it.",
    ],
)
def test_what_names_a_person_or_a_year_is_anchored(text):
    assert opening(text) is Opening.ANCHORED


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Él no quiso volver a la Armada.", Opening.LEANS),
        ("Sin embargo, el buque navegó una hora.", Opening.LEANS),
        ("Su padre era contramaestre.", Opening.LEANS),
        ("Esto no gustó al ministro.", Opening.LEANS),
        ("Nació en una casa de la calle Mayor.", Opening.FOLLOWS),
        ("En 1865 ingresó en el colegio.", Opening.FOLLOWS),
        ("En Madrid instaló una fábrica de acumuladores.", Opening.FOLLOWS),
        ("El submarino navegó durante una hora.", Opening.STANDS),
        ("En Madrid Peral instaló una fábrica.", Opening.ANCHORED),
        ("El 7 de junio de 1890 el buque navegó una hora.", Opening.ANCHORED),
        ("En 1901 se publicó la primera parte de la obra.", Opening.ANCHORED),
        ("En 1860, último año que pasó en Madrid, Peral navegó.", Opening.ANCHORED),
        ("El 1 de mayo de 1888, día de su boda, Peral navegó.", Opening.ANCHORED),
        ("Como premio por su informe, Isaac Peral recibió un reloj.", Opening.ANCHORED),
        ("Como premio por su informe, la junta le dio un reloj.", Opening.FOLLOWS),
        ("En 1876 se casó con una vecina de San Fernando.", Opening.FOLLOWS),
    ],
)
def test_spanish_may_leave_the_subject_out(text, expected):
    assert opening(text, "es") is expected


@pytest.mark.parametrize(
    "text",
    [
        "CHAPTER THE SECOND, IN WHICH NOTHING HAPPENS AT ALL.",
        "Landscapes, portraits, drawings, letters, bills, notes, keys, frames, boxes.",
        "and so the boat was lost in the harbour.",
        'The critic wrote that "the sea of Brook is not wet.',
        "Das Meer war an diesem Tage ruhig und ohne jeden Wind.",
        "Nos. 12, 14, 27 and 33; pp. 101, 104, 222.",
        "Too short.",
        "The boat " + "and the boat " * 60 + "came in.",
    ],
)
def test_what_is_no_prose_cannot_be_quoted(text):
    assert not any(sentence.usable for sentence in gathered(text).sentences)


def test_a_source_in_another_language_cannot_be_quoted():
    source = Source("a", "Obra", "a.txt", "0" * 64, "es")
    corpus = Corpus((source,), (Passage("a", 1, "Ada Brook was a painter from the north."),))
    assert not gather(Subject("Ada Brook", "en"), corpus).sentences[0].usable


def test_a_run_never_begins_with_a_sentence_that_leans_on_one_left_out():
    sentences = gathered(
        "Ada Brook bought a house. IT HAD NO ROOF AND NO DOORS. It was cold. Brook sold the house."
    ).by_passage[0]
    runs = groups_of(sentences, from_start=False)
    assert [[one.text for one in run] for run in runs] == [
        ["Ada Brook bought a house."],
        ["Brook sold the house."],
    ]


def test_a_word_of_the_name_counts_only_with_a_capital():
    brook = gathered("The brook runs behind the house.", "Brook's house is behind the hill.")
    assert [sentence.mentions for sentence in brook.sentences] == [False, True]


def test_whose_words_they_are_is_told_by_who_says_i():
    memoir = "I was born at Whitby, and my aunt taught me to draw before I could write."
    assert gathered(memoir, author="Ada Brook").own_words == (True,)
    assert gathered(memoir, title="Letters of Ada Brook").own_words == (True,)
    assert gathered(memoir, author="John Smith").own_words == (False,)
    assert gathered(memoir, author="Henry Brook").own_words == (False,)
    preface = "Ada Brook wrote this book in the last year of her life."
    assert gathered(preface, author="Ada Brook").own_words == (False,)


def test_a_chronology_is_told_from_prose():
    source = Source("a", "A life", "a.txt", "0" * 64, "en")
    lines = tuple(
        Passage("a", number, "Moves to London.", "Chief events", PartialDate(1820 + number))
        for number in range(1, 8)
    )
    prose = Passage("a", 8, "Ada Brook was a painter.", "The painter")
    known = gather(Subject("Ada Brook", "en"), Corpus((source,), (*lines, prose)))
    assert known.entries == (*(True,) * 7, False)
