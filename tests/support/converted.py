"""Books made into formats that other programs make, and what they are read with."""

import asyncio
import io
import re
import zipfile
from functools import cache
from pathlib import Path

import pypdf
from lxml import etree, html

from bookgen.checks import review
from bookgen.export.formats import FORMATS
from bookgen.models import Brief
from bookgen.pipeline import write_biography
from bookgen.sources import load_sources
from bookgen.writers.extractive import ExtractiveWriter

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def made(name, book, report):
    """Return the bytes of a book in a format."""
    return asyncio.run(FORMATS[name].render(book, report))


@cache
def example(folder, subject, language):
    """Return a book of 3,000 words from the example's sources, and its report."""
    corpus = load_sources([EXAMPLES / folder], language=language)
    brief = Brief(subject, words=3_000, chapters=3, language=language)
    book = asyncio.run(write_biography(brief, corpus, ExtractiveWriter()))
    return book, review(book, corpus)


def ada():
    return example("ada-lovelace", "Ada Lovelace", "en")


def cajal():
    return example("santiago-ramon-y-cajal", "Santiago Ramón y Cajal", "es")


def entries(content):
    """Return the files of an archive by their names."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def shown_in_epub(content):
    """Return the words of all pages of an EPUB, in one line."""
    pages = [page for name, page in entries(content).items() if name.endswith(".xhtml")]
    return one_line(" ".join(html.document_fromstring(page).text_content() for page in pages))


def shown_in_docx(content):
    """Return the words of a DOCX's text and footnotes, in one line."""
    parts = entries(content)
    trees = [etree.fromstring(parts[f"word/{name}.xml"]) for name in ("document", "footnotes")]
    return one_line(" ".join("".join(tree.itertext("{*}t")) for tree in trees))


def pages_of(content):
    """Return the text of each page of a PDF."""
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages]


def one_line(text):
    return " ".join(text.split())


def unbroken(text):
    """Return the text without white space and hyphens, which the ends of lines add and take."""
    return re.sub(r"[\s\-\u00ad]+", "", text)
