"""Every format gives a book whole: whatever its sources say stays text, and the same book gives the
same bytes."""

import io
import json
import os
import subprocess
import sys
import unicodedata
from dataclasses import replace

import pypdf
import pytest
import typst
from lxml import etree, html
from support.converted import (
    ada,
    entries,
    made,
    one_line,
    pages_of,
    shown_in_docx,
    shown_in_epub,
    unbroken,
)
from support.small_book import FISCHER, LETTERS, corpus, written

from bookgen.checks import review
from bookgen.cli.arguments import FORMAT_NAMES
from bookgen.export.formats import FORMATS
from bookgen.export.marks import unescape
from bookgen.models import Brief

CONVERTED = ("epub", "docx", "pdf")
FORMATS_OF_TEXT = ("md", "txt", "html", *CONVERTED)
HOSTILE = [
    "<script>alert(1)</script> & &amp; <b onclick=x> <!-- c --> ]]> <?php ?>",
    '#include "x" #eval("1") #read("/etc/passwd") @cite <label> $x$ \\input{/etc/passwd} \\(y\\)',
    "[a](javascript:alert(1)) ![i](/etc/passwd) `code` ``` {{x}} ${y} [^1] https://evil.example/x",
    "---",
    "-- ... \"q\" 's' * _ ~ = + - 1. a // c /* d */ %% \\ end",
]
WORLD = "e\u0301 and n\u0303 stand before שלום עולם"
EMOJI = "a smile 😀 at the end"
# Typst brings no font with emoji along.
EMOJI_FONTS = {"DejaVu Sans", "Noto Color Emoji", "Noto Emoji", "Apple Color Emoji",
               "Segoe UI Emoji", "Twitter Color Emoji"}  # fmt: skip


def hostile(texts=HOSTILE):
    """Return a book whose sources, their names and their subject attack whatever reads them."""
    works = (
        replace(FISCHER, title=HOSTILE[1], author=HOSTILE[2], date=HOSTILE[0], licence=HOSTILE[1]),
        replace(LETTERS, title=HOSTILE[0], author=HOSTILE[1], url="javascript:alert(1)"),
    )
    sources = corpus(texts, sources=works)
    book = written(sources, Brief(HOSTILE[2], words=1_000, chapters=2))
    return book, review(book, sources)


def shown(name, content):
    """Return the words that a reader of a format is shown."""
    read = {
        "md": lambda: unescape(content.decode()),
        "txt": content.decode,
        "html": lambda: html.document_fromstring(content).text_content(),
        "epub": lambda: shown_in_epub(content),
        "docx": lambda: shown_in_docx(content),
        "pdf": lambda: "".join(pages_of(content)),
    }
    return one_line(read[name]())


@pytest.mark.parametrize("name", FORMATS_OF_TEXT)
def test_what_a_source_says_stays_text(name):
    found = shown(name, made(name, *hostile()))
    assert "“---”" in found
    for text in HOSTILE:
        assert unbroken(text) in unbroken(found)


@pytest.mark.parametrize("name", FORMATS_OF_TEXT)
def test_marks_that_combine_and_letters_from_right_to_left_survive(name):
    found = unicodedata.normalize("NFC", shown(name, made(name, *hostile([*HOSTILE[:4], WORLD]))))
    assert "é and ñ" in found
    # A PDF has its letters in the order of the page.
    assert "שלום עולם" in found if name != "pdf" else set("שלוםעולם") <= set(found)


@pytest.mark.parametrize("name", CONVERTED)
def test_emoji_survive(name):
    if name == "pdf" and not EMOJI_FONTS & set(typst.Fonts().families()):
        pytest.skip("no font of this machine has emoji")
    texts = [EMOJI, *HOSTILE[1:]]
    assert EMOJI in shown(name, made(name, *hostile(texts)))


@pytest.mark.parametrize("name", CONVERTED)
def test_what_no_file_can_hold_is_left_out(name):
    texts = ["nul \x00 bell \x07 half \ud800 none \ufffe line \u2028 end", *HOSTILE[1:]]
    found = shown(name, made(name, *hostile(texts)))
    assert "“nul bell half none line end”" in one_line(found)


def test_nothing_in_an_epub_came_from_a_source_but_its_text():
    for name, page in entries(made("epub", *hostile())).items():
        if name.endswith(".xhtml"):
            tree = etree.fromstring(page)
            tags = {etree.QName(element).localname for element in tree.iter("*")}
            assert not tags & {"script", "img", "b", "code", "pre", "math", "iframe", "object"}
            assert not tree.xpath("//@onclick | //@src")
            links = tree.xpath("//@href[starts-with(., 'javascript') or contains(., 'evil')]")
            assert links == []


def test_nothing_in_a_docx_came_from_a_source_but_its_text():
    parts = entries(made("docx", *hostile()))
    relations = b"".join(part for name, part in parts.items() if name.endswith(".rels"))
    targets = etree.fromstring(parts["word/_rels/document.xml.rels"]).xpath(
        "//*[@TargetMode='External']/@Target"
    )
    assert targets == [FISCHER.url]
    assert b"evil.example" not in relations
    document = etree.fromstring(parts["word/document.xml"])
    tags = {etree.QName(element).localname for element in document.iter("*")}
    assert not tags & {"drawing", "object", "altChunk", "oMath", "instrText", "fldSimple"}


def test_nothing_in_a_pdf_came_from_a_source_but_its_text():
    reader = pypdf.PdfReader(io.BytesIO(made("pdf", *hostile())))
    actions = [
        annotation.get_object().get("/A")
        for page in reader.pages
        for annotation in page.get("/Annots", [])
    ]
    assert {one["/URI"] for one in actions if one} == {FISCHER.url}
    assert not reader.attachments
    assert "root:" not in "".join(page.extract_text() for page in reader.pages)


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_book_gives_the_same_bytes(name):
    assert made(name, *ada()) == made(name, *ada())


def test_the_archive_has_all_formats_the_report_and_the_references():
    book, report = ada()
    found = entries(made("zip", book, report))
    assert list(found) == [
        "book.md",
        "book.txt",
        "book.html",
        "book.epub",
        "book.docx",
        "book.pdf",
        "references.json",
        "references.bib",
        "report.json",
    ]
    for one in FORMATS.values():
        if one.name != "zip":
            assert found[one.file] == made(one.name, book, report)
    assert json.loads(found["report.json"])["citations"] == report.citations


def test_the_table_says_what_each_format_is():
    assert ",".join(FORMATS) == FORMAT_NAMES
    for name, one in FORMATS.items():
        content = made(name, *ada())
        assert one.name == name
        assert one.ending == "." + one.file.rpartition(".")[2]
        assert one.is_text == (name not in ("zip", *CONVERTED))
        assert one.extra == ("export" if name in CONVERTED else None)
        if one.is_text:
            assert content.decode().strip()
        else:
            assert content[:4] == (b"%PDF" if name == "pdf" else b"PK\x03\x04")


WITHOUT_THE_EXTRA = """
import asyncio, sys
sys.modules["pypandoc"] = sys.modules["typst"] = None
from support.converted import ada, entries, made
from bookgen.errors import MissingExtraError
from bookgen.export.formats import FORMATS
for one in FORMATS.values():
    try:
        one.require()
    except MissingExtraError as error:
        print(error)
print(*entries(made("zip", *ada())))
"""


def test_without_the_extra_the_others_are_there_and_the_way_out_is_named():
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_THE_EXTRA],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    *told, packed = done.stdout.splitlines()
    assert told == [
        f"The format {name} needs more than bookgen alone: pip install 'bookgen[export]'"
        for name in CONVERTED
    ]
    assert packed == "book.md book.txt book.html references.json references.bib report.json"


def test_formats_are_known_without_loading_what_makes_them():
    code = "import bookgen.export.formats, sys; print({'pypandoc', 'typst'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
