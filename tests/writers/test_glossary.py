"""A glossary says who somebody is in a sentence of a source, or says nothing."""

import asyncio

import pytest
from support import lives

from bookgen.checks import review
from bookgen.models import Brief, Corpus, Passage, Section, Source
from bookgen.pipeline import write_biography
from bookgen.writers.extractive import ExtractiveWriter
from bookgen.writers.extractive.evidence import Subject, gather
from bookgen.writers.extractive.glossary import glossary

NAMED = (
    "Ferdinand Ries called. Beethoven met Ries. Count Waldstein came with Ries, and Waldstein "
    "stayed at Bonn with Josefa Lang and Josefa Lang's sister."
)


def entries(*texts, language="en", told=NAMED, subject="Ludwig van Beethoven", frame=()):
    source = Source("life", "A Life", "life.txt", "0" * 64, language)
    passages = tuple(Passage("life", number, text) for number, text in enumerate(texts, 1))
    evidence = gather(Subject(subject, language), Corpus((source,), passages))
    section = Section(1, 1, "Bonn", told)
    return glossary(evidence, (section,), frame)


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("Ferdinand Ries was a pupil of Beethoven and wrote about him.", "Ferdinand Ries"),
        ("Ferdinand Ries, a pianist from Bonn, wrote about him later.", "Ferdinand Ries"),
        ("In Vienna Haydn taught Ferdinand Ries, the son of a friend, too.", "Ferdinand Ries"),
        ("Count Waldstein was one of the patrons of Beethoven at Bonn.", None),
        ("Count Waldstein was a young nobleman and a friend of music.", "Count Waldstein"),
    ],
)
def test_a_sentence_that_says_what_somebody_is_defines(text, term):
    found = entries(text)
    assert [entry.term for entry in found] == ([term] if term else [])
    for entry in found:
        assert entry.text == f"“{text}” [@life:1]"


@pytest.mark.parametrize(
    "text",
    [
        "Ferdinand Ries came to Vienna and played to the Prince.",
        "Ferdinand Ries was the first to leave the town that evening.",
        "When he laughed at Ries, the Princess struck him with her hand.",
        "Like Ferdinand Ries, the governor sent a message to the House.",
        "He was a pupil of Beethoven, and the teacher of Ferdinand Ries.",
        "Ludwig van Beethoven was a composer of whom much is told.",
        "Anton Nobody was a pianist whom the book does not name.",
    ],
)
def test_what_only_mentions_a_name_defines_nothing(text):
    assert entries(text) == ()


def test_what_the_chapters_quote_is_pointed_to():
    text = "Ferdinand Ries was a pupil of Beethoven and wrote about him."
    (entry,) = entries(text, told=f"“{text}” [@life:1] It was Ries who wrote.")
    assert (entry.term, entry.told_in, entry.text) == ("Ferdinand Ries", (1, 1), "")


def test_what_stands_elsewhere_in_the_book_is_not_said_again():
    text = "Ferdinand Ries was a pupil of Beethoven and wrote about him."
    assert entries(text, frame=[0]) == ()
    assert entries("Ferdinand Ries was a pupil of Beethoven from 1801 to 1805.") == ()


def test_entries_are_in_alphabetical_order_and_each_name_has_one():
    found = entries(
        "Josefa Lang was a singer at the court of the Elector.",
        "Ferdinand Ries, a pianist from Bonn, wrote about him later.",
        "Ferdinand Ries was a pupil of Beethoven.",
        "Count Waldstein was a young nobleman and a friend of music.",
    )
    assert [entry.term for entry in found] == ["Count Waldstein", "Ferdinand Ries", "Josefa Lang"]


def test_spanish_has_its_own_words():
    told = "Luis Simarro vino. Simarro se fue. Cajal vio a Simarro."
    found = entries(
        "Luis Simarro fue un médico que enseñó a Cajal un método nuevo.",
        language="es",
        told=told,
        subject="Santiago Ramón y Cajal",
    )
    assert [entry.term for entry in found] == ["Luis Simarro"]


@pytest.mark.parametrize(
    ("brief", "corpus"), [(lives.ANNING, lives.anning()), (lives.PERAL, lives.peral())]
)
def test_a_book_with_its_glossary_says_nothing_twice(brief: Brief, corpus):
    book = asyncio.run(write_biography(brief, corpus, ExtractiveWriter()))
    passed = {check.name: check.passed for check in review(book, corpus).checks}
    assert passed["sentences once"]
    assert passed["entries cited"]
