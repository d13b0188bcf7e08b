"""The domain types refuse what no book can be made of, and their small rules hold."""

import pickle

import pytest

from bookgen.errors import BookgenError, InputError, NoSourcesError, SourceError
from bookgen.models import Brief, Corpus, PartialDate, Passage


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"subject": " "}, "0"),
        ({"subject": "x" * 201}, "201"),
        ({"chapters": 0}, "0"),
        ({"chapters": 51}, "51"),
        ({"words": 999}, "999"),
        ({"words": 200_001}, "200,001"),
        ({"language": "fr"}, "'fr'"),
    ],
)
def test_a_brief_out_of_range_names_the_value(change, named):
    with pytest.raises(InputError, match=named):
        Brief(**{"subject": "Ada Lovelace", **change})


def test_the_default_brief_is_the_default_book():
    brief = Brief("Ada Lovelace")
    assert (brief.words, brief.chapters, brief.language) == (51_000, 20, "en")


def test_partial_dates_sort_by_time_and_print_what_they_know():
    dates = [PartialDate(1770, 12, 16), PartialDate(1771), PartialDate(1770), PartialDate(1770, 12)]
    assert [str(date) for date in sorted(dates)] == ["1770", "1770-12", "1770-12-16", "1771"]


def test_passages_are_found_by_the_id_that_citations_use():
    passage = Passage("fischer", 12, "He was born at Bonn.")
    corpus = Corpus(sources=(), passages=(passage,))
    assert corpus.passage["fischer:12"] is passage


@pytest.mark.parametrize(
    "error",
    [SourceError("a.pdf", "is encrypted"), NoSourcesError([SourceError("a.pdf", "is encrypted")])],
)
def test_errors_survive_a_process_boundary_and_say_what_was_wrong(error):
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, BookgenError)
    assert str(again) == str(error)
    assert "a.pdf: is encrypted" in str(again)


def test_no_sources_at_all_says_how_to_name_one():
    assert "--sources" in str(NoSourcesError())


@pytest.mark.parametrize(
    "date", [PartialDate(1770), PartialDate(1770, 12), PartialDate(1770, 12, 16), PartialDate(476)]
)
def test_a_date_is_read_back_from_its_text(date):
    assert PartialDate.parse(str(date)) == date
