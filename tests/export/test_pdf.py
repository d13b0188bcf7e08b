"""A PDF of pages that can be read back: title, chapters, sentences, notes at the foot."""

import io
import re

import pypdf
import pytest
from support.converted import ada, cajal, made, one_line, pages_of, unbroken


@pytest.mark.parametrize(
    ("example", "subtitle", "sentence"),
    [
        (ada, "A life in the words of its sources", "Ada was born on 10 December 1815"),
        (cajal, "Una vida en palabras de sus fuentes", "nació el 1 de mayo de 1852"),
    ],
)
def test_title_chapters_and_sentences_can_be_read_back(example, subtitle, sentence):
    book, report = example()
    pages = pages_of(made("pdf", book, report))
    assert one_line(pages[0]) == f"{book.brief.subject} {subtitle} bookgen"
    text = unbroken("".join(pages))
    for chapter in book.outline.chapters:
        # In the contents, and where it begins.
        assert text.count(unbroken(f"{chapter.number}. {chapter.title}")) >= 2
    assert unbroken(sentence) in text


def test_the_notes_stand_at_the_foot_and_count_from_one_in_each_chapter():
    book, report = ada()
    pages = pages_of(made("pdf", book, report))
    for chapter in book.outline.chapters:
        page = next(one for one in pages if one.startswith(f"{chapter.number}. "))
        note = re.search(r"\n1(BookGen contributors, .*)", page, re.DOTALL)
        assert note, page
        assert "par. " in note[1]


def test_bookmarks_and_metadata_tell_the_book():
    book, report = cajal()
    reader = pypdf.PdfReader(io.BytesIO(made("pdf", book, report)))
    assert (reader.metadata.title, reader.metadata.author) == ("Santiago Ramón y Cajal", "bookgen")
    assert reader.metadata.creation_date is None
    assert reader.trailer["/Root"]["/Lang"] == "es"
    bookmarks = [one.title for one in reader.outline if not isinstance(one, list)]
    for chapter in book.outline.chapters:
        assert f"{chapter.number}. {chapter.title}" in bookmarks
    assert bookmarks[-1] == "Sobre este libro"
