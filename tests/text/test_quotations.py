"""Cited text comes apart into statements and their citations, and quotations compare as printed."""

import pytest

from bookgen.models import PartialDate, TimelineEntry
from bookgen.text.quotations import (
    Statement,
    citation_ids,
    entry_citations,
    fold,
    paragraphs,
    statements,
    unquoted,
    without_citations,
)


def test_a_paragraph_is_statements_with_the_citations_behind_them():
    assert statements("“He came.” [@a:1] “He saw.” [@a:2] [@b-2:3] And so on.") == [
        Statement("“He came.”", ("a:1",)),
        Statement("“He saw.”", ("a:2", "b-2:3")),
        Statement("And so on.", ()),
    ]


def test_the_number_of_a_note_cites_too_and_foreign_markers_do_not():
    assert citation_ids("One. [@12] Two [@smith2004]. Three. [@a:3]") == ["12", "a:3"]


def test_text_without_its_citations_has_no_gap_before_the_next_mark():
    assert without_citations("“One.” [@a:1] [@a:2] “Two.” [@a:3]") == "“One.” “Two.”"


def test_paragraphs_are_parted_by_empty_lines():
    assert paragraphs("\nOne\nline.\n \nTwo.\n\n\n\nThree.\n") == ["One\nline.", "Two.", "Three."]


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("“He came.”", "He came."),
        ("«Llegó.»", "Llegó."),
        ("He came.", "He came."),
        ("“He came", "“He came"),
        ("”", "”"),
    ],
)
def test_only_a_pair_of_outer_marks_is_taken_off(text, inside):
    assert unquoted(text) == inside


@pytest.mark.parametrize(
    "text",
    [
        "‘It is mine,’ said  Ludwig’s brother",
        "“It is mine,” said\nLudwig's brother",
        "«It is mine,» said Ludwig´s brother",
        "``It is mine,'' said Ludwig's brother",
    ],
)
def test_marks_and_white_space_do_not_tell_quotations_apart(text):
    assert fold(text) == "'It is mine,' said Ludwig's brother"


def test_a_changed_letter_or_comma_does():
    assert fold("He came, alone.") != fold("He came alone.")
    assert fold("Bonn") != fold("bonn")


def test_an_entry_cites_its_passage_once():
    date = PartialDate(1770)
    assert entry_citations(TimelineEntry(date, "a:1", "“Born.” [@a:1]")) == ["a:1"]
    assert entry_citations(TimelineEntry(date, "a:2", "“Born.” [@a:1]")) == ["a:1", "a:2"]
    assert entry_citations(TimelineEntry(date, "", "Born.")) == []
