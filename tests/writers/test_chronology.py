"""Passages find their place in time, with and without dates of their own."""

import numpy as np
import pytest
from support import lives

from bookgen.models import Corpus, PartialDate, Passage, Source
from bookgen.writers.extractive.chronology import as_year, lifespan, place_in_time
from bookgen.writers.extractive.evidence import Evidence, Subject, gather


def evidence(*texts: str | Passage, author: str | None = None) -> Evidence:
    source = Source("a", "A life", "a.txt", "0" * 64, "en", author=author)
    passages = tuple(
        text if isinstance(text, Passage) else Passage("a", number, text)
        for number, text in enumerate(texts, 1)
    )
    return gather(Subject("Ada Brook", "en"), Corpus((source,), passages))


STORY = (
    "Ada Brook was born at Whitby on 2 May 1820.",
    "Ada Brook learned to draw from her aunt in Whitby.",
    "In 1840 Ada Brook moved to London, and in 1841 to Chelsea.",
    "The statue of Ada Brook at Whitby was put up in 1870, when she was still alive.",
    "Ada Brook had seen the sea for the first time in 1825, and never forgot it.",
    "In 1850 Ada Brook showed her first landscapes.",
    "Her pictures were not sold at once.",
    "In 1860 Ada Brook returned to Whitby.",
    "Ada Brook died at Whitby on 3 June 1880.",
)


def test_years_never_go_back_in_a_source_that_goes_forward():
    known = evidence(*STORY)
    years = place_in_time(known, lifespan(known)).years
    assert (np.diff(years) >= 0).all()


def test_a_flashback_and_an_outlook_do_not_move_a_passage():
    known = evidence(*STORY)
    years = place_in_time(known, lifespan(known)).years
    assert 1840 <= years[3] <= 1851
    assert 1840 <= years[4] <= 1851


def test_an_undated_passage_lies_between_its_neighbours():
    known = evidence(*STORY)
    years = place_in_time(known, lifespan(known)).years
    assert years[5] < years[6] < years[7]


def test_what_a_passage_is_dated_outside_its_text_is_its_time():
    letter = Passage("a", 1, "I have been to Whitby and saw my aunt.", date=PartialDate(1833, 4, 9))
    known = evidence(letter, author="Ada Brook")
    assert place_in_time(known, lifespan(known)).years[0] == as_year(PartialDate(1833, 4, 9))


def test_a_passage_tells_of_its_first_date_whatever_else_it_mentions():
    summary = "In December 1845 Ada Brook began to etch. Others had done so in 1842 and in 1843."
    known = evidence(*STORY[:3], summary, *STORY[5:])
    years = place_in_time(known, lifespan(known)).years
    assert years[3] == as_year(PartialDate(1845, 12))


@pytest.mark.parametrize(
    ("when", "month"),
    [
        ("Early in 1845", 1),
        ("In the spring of 1845", 4),
        ("In the autumn of 1845", 10),
        ("Late in 1845", 12),
        ("At the end of 1845", 12),
    ],
)
def test_a_part_of_the_year_is_more_than_the_year(when, month):
    known = evidence(*STORY[:3], f"{when} Ada Brook learned to etch.", *STORY[5:])
    year = place_in_time(known, lifespan(known)).years[3]
    assert year == pytest.approx(as_year(PartialDate(1845, month)), abs=0.06)


def test_a_bare_year_lies_between_the_more_precise_dates_around_it():
    known = evidence(
        "Ada Brook was born at Whitby on 2 May 1820.",
        "In September 1845 Ada Brook learned to etch.",
        "In 1845 Ada Brook had few pupils and little money.",
        "In November 1845 Ada Brook left for the islands.",
    )
    years = place_in_time(known, lifespan(known)).years
    assert years[1] == as_year(PartialDate(1845, 9))
    assert years[3] == as_year(PartialDate(1845, 11))
    assert years[1] <= years[2] <= years[3]


def test_what_lies_after_the_death_is_placed_behind_it_at_its_own_date():
    known = evidence(
        *STORY,
        "In 1990 the letters of Ada Brook were printed in London.",
        "The edition of the letters has many notes.",
        "In 1930 the house of Ada Brook became a museum.",
    )
    years = place_in_time(known, lifespan(known)).years
    assert years[8] < years[11] < years[9] == years[10]


def test_a_corpus_without_dates_has_no_period():
    known = evidence("Ada Brook was a painter who loved the sea.")
    assert place_in_time(known, lifespan(known)).period([0]) == (0, 0)


def test_the_life_has_its_first_and_last_year():
    life = lifespan(evidence(*STORY))
    assert (life.born, life.died) == (1820, 1880)


def test_the_death_of_a_parent_is_not_the_subjects():
    story = list(STORY[:-1])
    story.insert(3, "Her father died on 4 March 1843, while Ada Brook was in London.")
    assert lifespan(evidence(*story)).died != 1843


def test_years_in_brackets_behind_the_name_are_those_of_the_life():
    life = lifespan(evidence("Ada Brook (2 May 1820 – 3 June 1880) was an English painter."))
    assert (life.born, life.died) == (1820, 1880)


def test_nobody_writes_letters_after_their_death():
    letters = [
        Passage("a", number, "I am better and shall paint again.", date=PartialDate(1881, 1, 2))
        for number in (2, 3)
    ]
    life = "Ada Brook was born in 1820 and, as the stone has it, died on 3 June 1880."
    sources = (
        Source("b", "A life", "b.txt", "1" * 64, "en"),
        Source("a", "Letters of Ada Brook", "a.txt", "0" * 64, "en"),
    )
    corpus = Corpus(sources, (Passage("b", 1, life), *letters))
    assert lifespan(gather(Subject("Ada Brook", "en"), corpus)).died == 1881


@pytest.mark.parametrize(
    ("date", "year"),
    [
        (PartialDate(1800), 1800.5),
        (PartialDate(1800, 1), 1800 + 0.5 / 12),
        (PartialDate(1800, 12, 31), 1801.0),
    ],
)
def test_a_date_is_a_year_with_fractions(date, year):
    assert as_year(date) == pytest.approx(year)


@pytest.mark.parametrize("corpus", [lives.anning(), lives.peral()], ids=["en", "es"])
def test_both_languages_tell_of_birth_and_death(corpus):
    name, language = ("Mary Anning", "en") if "cliffs" in corpus.source else ("Isaac Peral", "es")
    life = lifespan(gather(Subject(name, language), corpus))
    assert (life.born, life.died) == ((1799, 1847) if language == "en" else (1851, 1895))
