"""Sources: from a file to the passages of its text, all else cut."""

from __future__ import annotations

from . import _inputs
from ._compat import find
from ._scenario import _Scenario

WORDS = 12_000


class _Extract(_Scenario):
    """Load one file of 12,000 words."""

    suffix = ""
    make = None
    # The readers take long to import under valgrind, so that the runs have to weigh more.
    counted_runs = 2

    def prepare(self):
        load = find("bookgen.sources:load_sources")
        (account,) = _inputs.lives(self.suffix, 1, WORDS)
        path = _inputs.new_folder() / f"account.{self.suffix}"
        path.write_bytes(self.make(account))
        return load, path

    def run(self, inputs):
        load, path = inputs
        return load([path])

    def verify(self, result):
        assert not result.failures, result.failures
        text = " ".join(passage.text for passage in result.passages)
        assert 0.9 * WORDS < len(text.split()) < 1.1 * WORDS, f"{len(text.split())} words"
        for boilerplate in ("Gutenberg", "Copyright", "licence:"):
            assert boilerplate not in text, f"{boilerplate} is still in the text"


class PlainText(_Extract):
    """An old e-book in ISO-8859-1, with licence, contents and index."""

    suffix = "txt"
    make = staticmethod(_inputs.plain_file)


class Markdown(_Extract):
    """Markdown with front matter, emphasis and links."""

    suffix = "md"
    make = staticmethod(_inputs.markdown_file)


class Html(_Extract):
    """A web page with menus and a footer."""

    suffix = "html"
    make = staticmethod(_inputs.html_file)


class Folder(_Scenario):
    """Load a folder of 10, 100 and 1,000 short sources: text, Markdown and HTML in turn."""

    params = ([10, 100, 1_000],)
    param_names = ("sources",)
    words_each = 150
    repeat = (2, 6, 1.0)
    # Under valgrind it takes minutes.
    track_instructions = None

    def prepare(self, sources):
        load = find("bookgen.sources:load_sources")
        folder = _inputs.new_folder()
        _inputs.write_files(folder, "folder", sources, self.words_each)
        self.expected = sources
        return load, folder

    def run(self, inputs):
        load, folder = inputs
        return load([folder])

    def verify(self, result):
        assert not result.failures, result.failures[:3]
        assert len(result.sources) == self.expected, f"{len(result.sources)} sources"
