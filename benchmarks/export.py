"""Export: a finished book of 30,000 words as Markdown, as one HTML page and as the tree that other
programs take, and read back.

The book does not come from a writer: what a writer does to its books is no change of the export.
"""

from __future__ import annotations

from . import _compat, _inputs
from ._compat import find
from ._scenario import _Scenario

WORDS = 30_000
CHAPTERS = 20


class _Export(_Scenario):
    """Render the book."""

    renderer = ""

    def prepare(self):
        render = find(self.renderer)
        book = _compat.book(_inputs.lives("export", 6, WORDS // 6), CHAPTERS)
        return render, book, _compat.report(book)

    def run(self, inputs):
        render, book, report = inputs
        return render(book, report)

    def verify(self, result):
        assert len(result.split()) > WORDS, f"{len(result.split())} words"
        assert result.count("Moravec was born") == 6, "a paragraph is missing"


class Markdown(_Export):
    renderer = "bookgen.export.markdown:render"


class Html(_Export):
    renderer = "bookgen.export.html:render"


class Tree(_Export):
    """Build what EPUB, DOCX and PDF are made from; what the other programs take is theirs."""

    renderer = "bookgen.export.document:document"

    def verify(self, result):
        super().verify(result.decode())


class ReadBack(_Export):
    """Read the Markdown of the book."""

    renderer = "bookgen.export.markdown:render"

    def prepare(self):
        read = find("bookgen.export.reader:read_markdown")
        render, book, report = super().prepare()
        self.sections = [section.title for section in book.sections]
        return read, render(book, report)

    def run(self, inputs):
        read, text = inputs
        return read(text)

    def verify(self, result):
        assert len(result.chapters) == CHAPTERS, f"{len(result.chapters)} chapters"
        assert [section.title for section in result.sections] == self.sections
