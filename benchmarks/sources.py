"""Sources: from a file to the passages of its text, all else cut."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path

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
        folder = tempfile.mkdtemp(prefix="bookgen-benchmark-")
        # Not in a teardown: asv calls that between the samples.
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        (account,) = _inputs.lives(self.suffix, 1, WORDS)
        path = Path(folder, f"account.{self.suffix}")
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
