"""Plain text: what an old book's layout says of its headings, paragraphs, verse and notes."""

from __future__ import annotations

import pytest

from bookgen.models import PartialDate, Passage
from bookgen.sources import clean, letters, passages, plain

LONG = (
    "He was born at Bonn in December of 1770, and his grandfather, who had come\n"
    "from Flanders, was then the director of music at the court of the Elector,\n"
    "where his father sang and where he himself was soon to play the organ, and\n"
    "the family lived in the house of a lace-maker, near the market.\n"
)
JOINED = " ".join(LONG.split())


def read(text: str) -> list[Passage]:
    document = plain.read(text)
    body = clean.cut(document.blocks)
    if letters.are_letters(body):
        body = letters.read(body)
    return passages.build(body, "book", "en")


def texts(text: str) -> list[str]:
    return [passage.text for passage in read(text)]


def headed(text: str) -> list[tuple[str | None, str]]:
    return [(passage.heading, passage.text) for passage in read(text)]


def test_lines_are_joined_and_passages_numbered() -> None:
    assert read(f"{LONG}\n{LONG}") == [
        Passage("book", 1, JOINED),
        Passage("book", 2, JOINED),
    ]


def test_chapter_headings_become_titles_without_numbers() -> None:
    book = f"CHAPTER I\n\nEARLY PROMISE\n\n{LONG}\n\n\n\nCHAPTER II\n\nTHE NEW PATH\n\n{LONG}"
    assert headed(book) == [("Early Promise", JOINED), ("The New Path", JOINED)]


def test_a_chapter_without_a_title_does_not_keep_the_last_one() -> None:
    book = f"PREFACE\n\n{LONG}\n\n\n\nCHAPTER I\n\n{LONG}"
    assert headed(book) == [("Preface", JOINED), (None, JOINED)]


def test_headings_of_simple_files_need_no_capitals() -> None:
    book = f"Early life\n\n{LONG}\nThe court of Bonn\n\n{LONG}\nSee also\n\n{LONG}"
    assert headed(book) == [("Early life", JOINED), ("The court of Bonn", JOINED)]


def test_a_file_with_a_line_for_each_paragraph_is_read() -> None:
    assert texts(f"{JOINED}\n{JOINED} Again.\n") == [JOINED, f"{JOINED} Again."]


def test_paragraphs_may_be_told_by_their_indent() -> None:
    assert texts(f"{LONG}   {LONG}   {LONG}") == [JOINED, JOINED, JOINED]


def test_emphasis_dashes_and_note_marks_are_plain() -> None:
    source = (
        "He wrote the _Eroica_[1] in 1803--a _long\nwork_--for Herr ----, who {12} paid well.[A]"
    )
    assert texts(source) == ["He wrote the Eroica in 1803—a long work—for Herr ——, who paid well."]


def test_notes_pictures_and_rules_are_cut_and_what_they_parted_is_joined() -> None:
    book = (
        f"{LONG}\n[Footnote 1: A note of\n\ntwo paragraphs [with brackets].]\n\n"
        "The orchestra of the Elector was led by a man whom Beethoven called\n\n"
        "[Illustration: The orchestra]\n\n       *       *       *\n\n42\n\n"
        "his second father, and it played in the castle every week.\n\n"
        "[2] This is a note below the text, and it has a verb.\n\n"
        "     [3] And so is this one, which is set in.\n"
    )
    assert texts(book) == [
        JOINED,
        "The orchestra of the Elector was led by a man whom Beethoven called his second father, "
        "and it played in the castle every week.",
    ]


def test_a_sentence_with_music_in_it_is_left_out() -> None:
    source = (
        f"{LONG}\nWhen [Music: a mark] is put over a note, it is not the same as the other one.\n"
    )
    assert texts(source) == [JOINED]


def test_verse_is_cut_unless_a_sentence_runs_through_it() -> None:
    verse = "    Whom if you would\n    Forget, you never should.\n"
    assert texts(f"{LONG}\n{verse}\n{LONG}") == [JOINED, JOINED]
    assert texts(
        f"He wrote into her album the lines,\n\n{verse}\nand went home by the same way."
    ) == [
        "He wrote into her album the lines, Whom if you would / Forget, you never should. and went "
        "home by the same way."
    ]


def test_mottoes_are_cut() -> None:
    book = (
        "CHAPTER I\n\nTHE NEW PATH\n\n     Life at last has found a meaning for me and for you.\n"
        f"                                       --WAGNER: _Letter_.\n\n{LONG}"
    )
    assert headed(book) == [("The New Path", JOINED)]


def test_contents_title_page_and_index_are_cut() -> None:
    book = (
        "BEETHOVEN\n\nA Study\n\nby\n\nG. A. FISCHER\n\nNew York\n1905\n\n\n\nCONTENTS\n\n"
        "   I. Early Promise\n  II. In which he goes to the court and learns\n\n\n\n"
        f"CHAPTER I\n\nEARLY PROMISE\n\n{LONG}\n{LONG}\n\n\n\n"
        "INDEX\n\nBach, his teacher, 12, 14.\n"
        "Bonn, the city of his birth, and of his first lessons, 3, 4, 5.\n"
    )
    assert headed(book) == [("Early Promise", JOINED), ("Early Promise", JOINED)]
    assert clean.title_page_year(plain.read(book).blocks) == "1905"


@pytest.mark.parametrize(
    "front",
    [
        "LETTERS\n\n(1790-1826.)\n\nNew York, Harper & Sons",
        "1547\n\nHe was born in that year.",
        "He was born in London in 1815.",
        "London: Smith & Co.\n\n1901\n\nNew York: Dodd & Co., 1905",
    ],
)
def test_other_years_are_not_the_year_of_the_book(front: str) -> None:
    blocks = plain.read(f"{front}\n\n{LONG}").blocks
    assert clean.title_page_year(blocks) is None


def test_bibliographies_and_what_follows_the_end_are_cut() -> None:
    book = (
        f"ONE\n\n{LONG}\n{LONG}\n{LONG}\n\n\n\nBIBLIOGRAPHY\n\nThis is a book that he used, and it "
        f"is long.\n\n\n\nTWO\n\n{LONG}\n\n\nTHE END\n\nThis is an advert for another book.\n"
    )
    assert texts(book) == [JOINED] * 4


def test_a_chronology_dates_its_entries() -> None:
    book = (
        f"{LONG}\n1706    He is born, in Boston, and\n        baptized.\n\n"
        "1730    Marries Rebecca Read.\n"
    )
    assert [(p.text, p.date) for p in read(book)[1:]] == [
        ("He is born, in Boston, and baptized.", PartialDate(1706)),
        ("Marries Rebecca Read.", PartialDate(1730)),
    ]


def test_tables_and_other_languages_are_no_prose() -> None:
    german = "Er wurde im Dezember in Bonn geboren, und sein Vater war ein Sänger bei Hofe.\n"
    table = "Sugar, good.       1 kegg\nGreen tea.         2 doz.\n"
    drawn = "+---+---+\n| S.| M.|\n+---+---+\n"
    assert texts(f"{LONG}\n{german}\n{table}\n{drawn}\n{LONG}") == [JOINED, JOINED]


def test_braces_around_words_are_of_the_text_and_those_that_join_lines_are_a_drawing() -> None:
    told = "He wrote that the {sic} musick was well received at the court of {the late} elector."
    joined = "Six o'clock { Rise, wash.\n            { Breakfast.\n"
    hours = "Evening { 6 } Put things\n        { 7 } in their places.\n"
    assert texts(f"{LONG}\n{told}\n\n{joined}\n{hours}\n{LONG}") == [JOINED, told, JOINED]


GUTENBERG = f"""\
The Project Gutenberg EBook of A Life, by A. Writer

This eBook is for the use of anyone anywhere at no cost and with almost no restrictions.

Title: A Life
       of Somebody

Author: A. Writer

Release Date: May 22, 2008 [EBook #148]

Language: English

*** START OF THIS PROJECT GUTENBERG EBOOK A LIFE ***

Produced by Somebody and the Online Distributed Proofreading Team

Transcriber's Note: The spelling of the names was not changed in this edition of it.

{LONG}
End of the Project Gutenberg EBook of A Life

*** END OF THIS PROJECT GUTENBERG EBOOK A LIFE ***

Updated editions will replace the previous one--the old editions will be renamed.
"""


def test_the_licence_is_cut_and_its_header_is_the_metadata() -> None:
    assert texts(GUTENBERG) == [JOINED]
    metadata = plain.read(GUTENBERG).metadata
    assert metadata.title == "A Life of Somebody"
    assert metadata.author == "A. Writer"
    assert metadata.url == "https://www.gutenberg.org/ebooks/148"
    assert metadata.date is None
