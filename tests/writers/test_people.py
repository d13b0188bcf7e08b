"""Whose name is whose: the subject's own names, other people, and what only looks like a name."""

import asyncio

import pytest

from bookgen.models import Brief, Corpus, Language, Passage, Source
from bookgen.writers.extractive import ExtractiveWriter
from bookgen.writers.extractive.evidence import Evidence, Subject, gather
from bookgen.writers.extractive.people import People, other_names
from bookgen.writers.extractive.rank import rivalry


def gathered(*texts: str, name: str = "Ada Brook", language: Language = "en") -> Evidence:
    source = Source("a", "A work", "a.txt", "0" * 64, language)
    passages = tuple(Passage("a", number, text) for number, text in enumerate(texts, 1))
    return gather(Subject(name, language), Corpus((source,), passages))


@pytest.mark.parametrize(
    ("name", "language", "sentence", "names"),
    [
        ("Ada Brook", "en", "Ada Brook was born Adele Hartley at Whitby.", {"adele", "hartley"}),
        ("Ada Brook", "en", "Adele Hartley, known as Ada Brook, drew.", {"adele", "hartley"}),
        ("Ada Brook", "en", "Ada Brook, née Ada Hartley, drew.", {"hartley"}),
        ("Ada Brook", "en", "Ada Brook was born in Robin Hood Bay.", set()),
        ("Ada Brook", "en", "Tobias Fenwick, known as Old Fenwick, kept bees.", set()),
        ("Rosa Gil", "es", "Rosa Gil, nacida Rosario Campos, pintaba.", {"rosario", "campos"}),
        ("Rosa Gil", "es", "Rosa Gil nació en Santa Olalla.", set()),
    ],
)
def test_a_sentence_may_give_the_subject_another_name(name, language, sentence, names):
    assert other_names(Subject(name, language), [sentence]) == names


def test_a_birth_name_behind_another_given_name_is_a_relatives():
    known = gathered(
        "Ada Brook was born Adele Hartley at Whitby.",
        "In 1831 Adele Hartley learned to draw.",
        "In 1832 Joseph Hartley went to sea.",
    )
    assert [sentence.mentions for sentence in known.sentences] == [True, True, False]


def test_a_girlhood_under_the_birth_name_is_told():
    girlhood = [
        f"Adele Hartley drew the harbour of Whitby in 18{30 + number}, and her aunt kept sheet "
        f"{number}. Adele Hartley walked to the pier number {number} before the school began."
        for number in range(1, 8)
    ]
    later = [
        f"In 18{50 + number} Ada Brook sold {number} pictures of the sea to a dealer in London. "
        f"Ada Brook spent the money on a journey of {number} weeks to the islands of the north."
        for number in range(1, 8)
    ]
    birth = "Ada Brook was born Adele Hartley on 2 May 1820 in a house behind the harbour."
    sources = (
        Source("girl", "Girlhood", "girl.txt", "0" * 64, "en"),
        Source("life", "Life", "life.txt", "1" * 64, "en"),
    )
    passages = [Passage("girl", n, text) for n, text in enumerate([birth, *girlhood], 1)]
    passages += [Passage("life", n, text) for n, text in enumerate(later, 1)]
    corpus = Corpus(sources, tuple(passages))
    outline = asyncio.run(ExtractiveWriter().outline(Brief("Ada Brook", words=5_000), corpus))
    planned = {one for section in outline.sections for one in section.passages}
    assert planned == set(corpus.passage)


def test_only_who_has_a_full_name_or_a_title_and_acts_is_another_person():
    texts = [
        "Tobias Fenwick kept bees. Fenwick sold honey. Fenwick was proud.",
        "The Junto met in the inn. The Junto had rules. Members of the Junto paid.",
        "X-rays were new. X-rays were cheap. X-rays were weak.",
        "Whitby lies in the north. In Whitby it rains. She went to Whitby and was in Whitby.",
    ]
    known = gathered("Ada Brook saw it.", *texts)
    sentences = [sentence.text for sentence in known.sentences]
    people = People.of(known)
    names = ["Fenwick", "Junto", "X-rays", "Whitby", "Ada Brook"]
    assert [name for name in names if people.is_other(name, sentences)] == ["Fenwick"]


def test_a_friend_who_shares_the_story_does_not_take_it_over():
    known = gathered(
        "Ada Brook met Tobias Fenwick at the harbour, and Ada Brook drew him.",
        "Fenwick bought the drawing. Ada Brook spent the money on paper and on ink.",
        "Ada Brook went to London. Ada Brook lodged with a baker. Fenwick wrote to her.",
    )
    factors = rivalry(known)
    assert factors[0] == 1.0
    assert (factors > 0.5).all()
