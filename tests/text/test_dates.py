"""Dates are found as precisely as they are said, and other numbers are left alone."""

import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookgen.models import PartialDate
from bookgen.text.dates import find_dates


def found(text, language="en"):
    return [str(mention.date) for mention in find_dates(text, language)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("born at Bonn, December 16, 1770.", ["1770-12-16"]),
        ("on 16 December 1770 and the 3d of May, 1801", ["1770-12-16", "1801-05-03"]),
        ("the 16th of December, 1770", ["1770-12-16"]),
        ("in March of 1733", ["1733-03"]),
        ("In 1792 he left; by 1795 he was known (1796).", ["1792", "1795", "1796"]),
        ("Letters, 1815-1822", ["1815"]),
        ("Vienna, Sept. 5, 1816", ["1816-09-05"]),
    ],
)
def test_english_dates(text, expected):
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nació el 1.º de mayo de 1852 en Petilla", ["1852-05-01"]),
        ("el 17 de octubre de 1934", ["1934-10-17"]),
        ("en abril de 1605", ["1605-04"]),
        ("En 1906 recibió el premio; hacia 1880 dudaba.", ["1906", "1880"]),
    ],
)
def test_spanish_dates(text, expected):
    assert found(text, "es") == expected


@pytest.mark.parametrize(
    "text",
    [
        "He was paid 1500 florins.",
        "the sum of 1200 dollars",
        "page 1204 of the catalogue",
        "No. 1805",
        "more than 1900 letters",
        "£1800",
        "in 12345",
    ],
)
def test_money_numbers_and_counts_are_no_dates(text):
    assert found(text) == []


def test_a_day_that_no_month_has_is_not_believed():
    assert found("on February 31, 1801") == ["1801"]


def test_a_mention_says_where_it_stands():
    text = "He died on 26 March 1827 in Vienna."
    (mention,) = find_dates(text, "en")
    assert text[mention.start : mention.end] == mention.text == "26 March 1827"


@given(st.dates(min_value=date(1000, 1, 1), max_value=date(2099, 12, 31)))
def test_every_written_out_date_is_read_back(day):
    months = (
        "January February March April May June July August September October November December"
    ).split()
    text = f"On {day.day} {months[day.month - 1]} {day.year} it rained."
    assert [mention.date for mention in find_dates(text, "en")] == [
        PartialDate(day.year, day.month, day.day)
    ]


@given(st.text(max_size=200), st.sampled_from(["en", "es"]))
def test_any_text_gives_mentions_in_order_that_do_not_overlap(text, language):
    mentions = find_dates(text, language)
    assert all(one.end <= other.start for one, other in itertools.pairwise(mentions))
    assert all(text[mention.start : mention.end] == mention.text for mention in mentions)
