"""Numbers and dates are written as the language writes them, and dates can be read again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookgen.models import PartialDate
from bookgen.text.formats import format_date, format_number, format_share, parse_date

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("number", "english", "spanish"),
    [(7, "7", "7"), (8_412, "8,412", "8412"), (51_000, "51,000", f"51{NBSP}000")],
)
def test_thousands(number, english, spanish):
    assert format_number(number, "en") == english
    assert format_number(number, "es") == spanish


@pytest.mark.parametrize(
    ("share", "written"),
    [(0, "0"), (0.5, "50"), (0.9731, "97.3"), (1, "100"), (0.99999, "99.9"), (1.25, "125")],
)
def test_only_the_whole_is_a_hundred_per_cent(share, written):
    assert format_share(share, "en") == f"{written}{NBSP}%"
    assert format_share(share, "es") == f"{written.replace('.', ',')}{NBSP}%"


@pytest.mark.parametrize(
    ("date", "english", "spanish"),
    [
        (PartialDate(1770, 12, 16), "16 December 1770", "16 de diciembre de 1770"),
        (PartialDate(1770, 12), "December 1770", "diciembre de 1770"),
        (PartialDate(1770), "1770", "1770"),
        (PartialDate(-43, 3, 15), "15 March 44 BC", "15 de marzo de 44 a. C."),
    ],
)
def test_dates_are_written_out(date, english, spanish):
    assert format_date(date, "en") == english
    assert format_date(date, "es") == spanish


@given(
    st.integers(-3000, 3000),
    st.one_of(
        st.just((0, 0)), st.tuples(st.integers(1, 12), st.one_of(st.just(0), st.integers(1, 28)))
    ),
    st.sampled_from(["en", "es"]),
)
def test_what_is_written_is_read_back(year, month_and_day, language):
    date = PartialDate(year, *month_and_day)
    assert parse_date(format_date(date, language), language) == date


@pytest.mark.parametrize("text", ["", "Spring 1770", "16 Decembre 1770", "16 December", "1770?"])
def test_other_text_is_no_date(text):
    assert parse_date(text, "en") is None
