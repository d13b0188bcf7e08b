"""What a source says of its authors and its date is taken apart only where it is clear."""

import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.small_book import FISCHER, LETTERS, written

from bookgen.export.layout import lay_out
from bookgen.export.references import Name, cited_sources, issued, kind, split_names
from bookgen.models import Section


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("G. A. Fischer", Name("Fischer", "G. A.")),
        ("Lady Wallace", Name("Wallace", "Lady")),
        ("Curie, Marie", Name("Curie", "Marie")),
        ("Smith, J. R.", Name("Smith", "J. R.")),
        ("Ludwig van Beethoven", Name("Beethoven", "Ludwig", "van")),
        ("van Beethoven, Ludwig", Name("Beethoven", "Ludwig", "van")),
        ("Beethoven, Ludwig van", Name("Beethoven", "Ludwig", "van")),
        ("Charles de la Rue", Name("Rue", "Charles", "de la")),
        ("Vincent Van Gogh", Name("Van Gogh", "Vincent")),
        ("Jean d’Alembert", Name("d’Alembert", "Jean")),
        ("Santiago Ramón y Cajal", Name("Ramón y Cajal", "Santiago")),
        ("Ramón y Cajal, Santiago", Name("Ramón y Cajal", "Santiago")),
        ("Miguel de Unamuno y Jugo", Name("Unamuno y Jugo", "Miguel", "de")),
        ("García Márquez, Gabriel", Name("García Márquez", "Gabriel")),
        ("Martin Luther King, Jr.", Name("King", "Martin Luther", suffix="Jr.")),
        ("Wallace, Grace, Lady, 1804-1878", Name("Wallace", "Grace", suffix="Lady")),
        ("by Mary  Shelley", Name("Shelley", "Mary")),
    ],
)
def test_a_person_has_a_family_name_and_a_given_one(text, name):
    assert split_names(text) == (name,)


@pytest.mark.parametrize(
    "text",
    [
        "BookGen contributors",
        "Colaboradores de BookGen",
        "Ministry of Health and Social Services",
        "Harper & Brothers",
        "Academy of Arts, Sciences and Letters",
        "Bank of England",
        "The Times",
        "Plutarch",
        "毛泽东",
        "Lady Wallace (translator)",
        "Marie Curie, Pierre Curie",
        "https://example.org/",
        "1770",
        "y",
        "Ann AND",
    ],
)
def test_an_institution_and_what_is_not_clear_stay_whole(text):
    assert split_names(text) == (Name(literal=text),)


@pytest.mark.parametrize(
    ("text", "families"),
    [
        ("A. Author and B. Writer", ["Author", "Writer"]),
        ("Ann Author; Ben Writer", ["Author", "Writer"]),
        ("A. Author, B. Writer & C. Third", ["Author", "Writer", "Third"]),
        ("A. Author, B. Writer", ["Author", "Writer"]),
        ("ANN AUTHOR AND BEN WRITER", ["AUTHOR", "WRITER"]),
        ("Ann Author, Ben Writer, Cy Third", ["Author", "Writer", "Third"]),
        ("Curie, Marie, and Pierre Curie", ["Curie", "Curie"]),
        ("Curie, Marie; Langevin, Paul", ["Curie", "Langevin"]),
        ("Pedro Pérez y Juan López", ["Pérez", "López"]),
        ("Ludwig van Beethoven and Ferdinand Ries", ["Beethoven", "Ries"]),
    ],
)
def test_several_people_are_told_apart(text, families):
    assert [name.family for name in split_names(text)] == families


def test_a_person_and_an_institution_stand_side_by_side():
    assert split_names("Curie, Marie; Radium Institute") == (
        Name("Curie", "Marie"),
        Name(literal="Radium Institute"),
    )


@pytest.mark.parametrize("text", ["", "  ", " , ; "])
def test_nobody_is_nobody(text):
    assert split_names(text) == ()


@given(st.one_of(st.text(), st.text(st.sampled_from(string.ascii_letters + " .,;&'-1"))))
def test_any_text_gives_names_that_are_whole_or_have_a_family(text):
    for name in split_names(text):
        assert bool(name.literal) != bool(name.family)


@pytest.mark.parametrize(
    ("text", "dates", "circa"),
    [
        ("1905", ["1905"], False),
        ("1905-04", ["1905-04"], False),
        ("1905-04-03", ["1905-04-03"], False),
        ("2026-01-15T10:00:00Z", ["2026-01-15"], False),
        ("3 April 1905", ["1905-04-03"], False),
        ("April 1905", ["1905-04"], False),
        ("c. 1905", ["1905"], True),
        ("[1905?]", ["1905"], True),
        ("circa 1905–1907", ["1905", "1907"], True),
        ("1790-1826", ["1790", "1826"], False),
        ("1790–99", ["1790", "1799"], False),
        ("1905-02-30", ["1905-02"], False),
        ("©1905", ["1905"], False),
    ],
)
def test_a_date_is_as_precise_as_its_text(text, dates, circa):
    found = issued(text, "en")
    assert ([str(date) for date in found.dates], found.circa) == (dates, circa)
    assert found.whole


def test_a_spanish_date_is_read_in_spanish():
    assert [str(date) for date in issued("3 de abril de 1905", "es").dates] == ["1905-04-03"]
    assert issued("hacia 1905", "es").circa


def test_a_date_that_says_more_is_not_whole():
    found = issued("first printed 1905, revised 1911", "en")
    assert [date.year for date in found.dates] == [1905]
    assert not found.whole


@pytest.mark.parametrize("text", ["n.d.", "nineteenth century", "44 BC", "12345", ""])
def test_a_text_without_a_year_has_no_date(text):
    assert issued(text, "en").dates == ()


@given(st.one_of(st.text(), st.text(st.sampled_from("0123456789-–/ ?c.[]"))))
def test_any_text_has_dates_of_the_calendar_or_none(text):
    for date in issued(text, "en").dates:
        assert 1 <= date.year <= 9999
        assert 0 <= date.month <= 12
        assert 0 <= date.day <= 31


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, "book"),
        ({"url": "https://archive.org/details/x"}, "book"),
        ({"url": "https://web.archive.org/web/x"}, "webpage"),
        ({"url": "https://gutenberg.org.example.com/x"}, "webpage"),
        ({"url": "https://[broken/"}, "webpage"),
        ({"url": None}, "book"),
        ({"url": None, "date": None}, "document"),
        ({"url": None, "author": "BookGen contributors"}, "document"),
        ({"url": "file:///home/reader/x.html", "author": None}, "document"),
    ],
)
def test_what_a_source_is_follows_from_what_is_known(changes, found):
    assert kind(replace(FISCHER, **changes)) == found


def test_only_what_the_book_cites_stands_in_the_order_of_its_bibliography():
    works = cited_sources(written())
    assert works == (LETTERS, FISCHER)  # “Beethoven's Letters” stands before “George”.
    assert works == tuple(work.source for work in lay_out(written()).works)
    section = Section(1, 1, "Bonn", "“He was born.” [@fischer:1]")
    assert cited_sources(written(sections=(section,), timeline=())) == (FISCHER,)


def test_sources_are_taken_as_given_and_once():
    assert cited_sources([FISCHER, LETTERS, FISCHER]) == (FISCHER, LETTERS)
