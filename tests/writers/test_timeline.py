"""The timeline tells the great days of the life, each at its own date, and in fresh words."""

import asyncio

import pytest
from support import lives

from bookgen.models import Biography, Brief, Corpus, Language, PartialDate, Passage, Source
from bookgen.pipeline import write_biography
from bookgen.text.quotations import fold
from bookgen.writers.extractive import ExtractiveWriter
from bookgen.writers.extractive.chronology import Lifespan
from bookgen.writers.extractive.evidence import Subject, gather
from bookgen.writers.extractive.facts import Telling, dated_fact


def telling(text: str, language: Language = "en") -> Telling | None:
    name = "Ada Brook" if language == "en" else "Isaac Peral"
    source = Source("a", "A work", "a.txt", "0" * 64, language)
    corpus = Corpus((source,), (Passage("a", 1, text),))
    known = gather(Subject(name, language), corpus)
    return dated_fact(known, known.sentences[0], Lifespan(1820, 1880))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("In March 1840 Ada Brook moved to a house in Chelsea.", "en"),
        ("In 1840 Tobias Fenwick and Ada Brook published a book of views.", "en"),
        ("At the end of 1841 Brook went to the islands of the north.", "en"),
        ("El 8 de marzo de 1860, Isaac Peral habló en Londres.", "es"),
        ("A finales de 1860, Peral llegó a la ciudad con los suyos.", "es"),
    ],
)
def test_a_fact_begins_with_the_subject(text, language):
    assert telling(text, language) is not None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("In March 1840 Tobias Fenwick moved to a house in Chelsea.", "en"),
        ("In September 1855 Irene Brook ran the post at the harbour.", "en"),
        ("Eugene Brook lived with Ada Brook until his death in February 1850.", "en"),
        ("Ada Brook (1820–1880) was a painter of the sea and of the harbour.", "en"),
        ("En 1860, Tomás Ruiz habló en Londres de los motores.", "es"),
        ("Peral vivió con su padre hasta la muerte de este en mayo de 1870.", "es"),
    ],
)
def test_the_date_of_somebody_else_or_of_a_remark_is_no_fact(text, language):
    assert telling(text, language) is None


def test_a_prize_is_greater_than_a_change_of_rooms():
    prize = telling("In May 1850 Ada Brook was awarded the medal of the academy.")
    rooms = telling("In May 1850 Ada Brook took a room with a view of the yard.")
    assert prize is not None
    assert rooms is not None
    assert prize.great
    assert not rooms.great
    assert prize.clearness > rooms.clearness


def write(brief: Brief, corpus: Corpus) -> Biography:
    return asyncio.run(write_biography(brief, corpus, ExtractiveWriter()))


def test_the_timeline_has_each_of_two_dates_on_which_sources_differ():
    dates = {entry.date for entry in write(lives.ANNING, lives.anning()).timeline}
    assert {PartialDate(1847, 3, 9), PartialDate(1847, 3, 10)} <= dates


def test_an_entry_is_told_in_words_that_the_chapters_lack_where_a_source_has_them():
    book = write(lives.ANNING, lives.medal_told_twice())
    entry = next(one for one in book.timeline if one.date == PartialDate(1830, 5, 4))
    assert entry.text
    chapters = fold(" ".join(section.text for section in book.sections))
    assert fold(entry.text.split("”")[0].lstrip("“")) not in chapters
