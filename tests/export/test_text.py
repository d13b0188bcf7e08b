"""The plain text has all of the book, and is no wider than a terminal."""

from support.small_book import CORPUS, written

from bookgen.checks import review
from bookgen.export.text import render
from bookgen.models import GlossaryEntry, PartialDate, Section, TimelineEntry


def test_the_text_has_every_part_in_order_and_its_notes():
    book = written(
        prologue=Section(0, 1, "Prologue", "“The boy.” [@fischer:2]"),
        epilogue=Section(3, 1, "Epilogue", "“Never again.” [@fischer:3]"),
        timeline=(TimelineEntry(PartialDate(1770, 12), "fischer:1", told_in=(1, 1)),),
        glossary=(GlossaryEntry("Wegeler", "letters:1", "“His friend.” [@letters:1]"),),
    )
    text = render(book, review(book, CORPUS))
    parts = [
        "LUDWIG VAN BEETHOVEN",
        "\nPrologue\n========\n",
        "“The boy.”[1]",
        "\n1. From Beethoven: A Character Study\n",
        "\nEarly Promise 1\n",
        "\nEpilogue\n",
        "\n- December 1770: Told in chapter 1, “Early Promise 1”.[2]",
        "\n- Wegeler: “His friend.”[5]",
        "\nBibliography\n",
        "\n[1] George Alexander Fischer, Beethoven: A Character Study (1905)",
    ]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert max(map(len, text.splitlines())) <= 80
    assert "[@" not in text
