"""Generation: a whole book by the keyless writer, from loaded sources to its report."""

from __future__ import annotations

import asyncio
import time

from . import _compat, _inputs
from ._compat import find
from ._scenario import _Scenario, _Versioned


class _Book(_Scenario):
    """Write a book and review it."""

    words = 0
    chapters = 0
    accounts = 0
    words_each = 0
    language = "en"
    # The fastest of so many runs gives the words per second.
    timed_runs = 10

    def prepare(self):
        brief = find("bookgen.models:Brief")(
            _inputs.SUBJECT[self.language], self.words, self.chapters, self.language
        )
        write = find("bookgen.pipeline:write_biography")
        writer = find("bookgen.writers.extractive:ExtractiveWriter")
        review = find("bookgen.checks:review")
        accounts = _inputs.lives("book", self.accounts, self.words_each, self.language)
        return brief, _compat.corpus(accounts, self.language), write, writer, review

    def run(self, inputs):
        brief, corpus, write, writer, review = inputs
        biography = asyncio.run(write(brief, corpus, writer()))
        return review(biography, corpus)

    def verify(self, result):
        assert 0.6 * self.words < result.words < 1.1 * self.words, f"{result.words} words"
        assert result.coverage == 1.0, f"coverage {result.coverage}"
        self.report = result

    def track_words(self):
        return self.report.words

    track_words.unit = "words"

    def track_citations(self):
        return self.report.citations

    track_citations.unit = "citations"

    def track_coverage(self):
        return self.report.coverage

    track_coverage.unit = "share"

    def track_words_per_second(self):
        seconds = []
        for _ in range(self.timed_runs):
            start = time.perf_counter()
            self.run(*self._prepared)
            seconds.append(time.perf_counter() - start)
        return self.report.words / min(seconds)

    track_words_per_second.unit = "words/s"


class SmallBook(_Book):
    """2,000 words in 3 chapters from 4 accounts of 1,200 words."""

    words, chapters, accounts, words_each = 2_000, 3, 4, 1_200


class SpanishBook(_Book):
    """2,000 words in 3 chapters from 4 Spanish accounts of 1,200 words."""

    words, chapters, accounts, words_each = 2_000, 3, 4, 1_200
    language = "es"


class LargeBook(_Book):
    """20,000 words in 20 chapters from 10 accounts of 4,000 words."""

    words, chapters, accounts, words_each = 20_000, 20, 10, 4_000
    repeat = (2, 4, 4.0)
    timed_runs = 3
    # Under valgrind it takes minutes and tells no more than the small book does.
    track_instructions = None


class Chapters(_Book):
    """400 words a chapter, in 5, 20 and 50 chapters, from 10 accounts of 4,000 words."""

    params = ([5, 20, 50],)
    param_names = ("chapters",)
    words_a_chapter, accounts, words_each = 400, 10, 4_000
    # What one book tells, the others do: here it is how the cost grows.
    track_instructions = track_words_per_second = track_citations = track_coverage = None

    def prepare(self, chapters):
        self.chapters, self.words = chapters, self.words_a_chapter * chapters
        return super().prepare()

    def track_words(self, chapters):
        return super().track_words()

    track_words.unit = "words"


class LargeBookPrepared(_Versioned):
    """What the large book's inputs and imports hold: the ground that its peak memory stands on."""

    def setup(self):
        self.inputs = LargeBook().prepare()

    def peakmem_prepared(self):
        return self.inputs
