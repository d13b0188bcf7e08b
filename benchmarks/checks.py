"""Checks: what a finished book must hold, looked up without a model."""

from __future__ import annotations

import asyncio

from . import _compat, _inputs
from ._compat import find
from ._fake_llm import FakeModel
from ._scenario import _Scenario


class Told(_Scenario):
    """Review 20,000 words that a model told: every fact of every sentence is looked up."""

    words, chapters, accounts, words_each = 20_000, 20, 10, 4_000
    repeat = (2, 6, 3.0)
    # Under valgrind it takes minutes.
    track_instructions = None

    def prepare(self):
        accounts = _inputs.lives("book", self.accounts, self.words_each)
        brief = find("bookgen.models:Brief")(_inputs.SUBJECT["en"], self.words, self.chapters)
        corpus = _compat.corpus(accounts)
        writer = find("bookgen.writers.prompted:PromptedWriter")(FakeModel())
        write = find("bookgen.pipeline:write_biography")
        return find("bookgen.checks:review"), asyncio.run(write(brief, corpus, writer)), corpus

    def run(self, inputs):
        review, book, corpus = inputs
        return review(book, corpus)

    def verify(self, result):
        assert 0.6 * self.words < result.words < 1.1 * self.words, f"{result.words} words"
        assert result.coverage > 0.95, f"coverage {result.coverage}"


class LengthValidation(_Scenario):
    """Validate the length and the style of 20 chapters of 2,550 words."""

    def prepare(self):
        service = find("bookgen.checks.length_validation:LengthValidationService")
        chapters = [_inputs.text(f"chapter {number}", 2_550) for number in range(20)]
        return service(), chapters

    def run(self, inputs):
        service, chapters = inputs
        return [service.validate_text(text, 2_550) for text in chapters]

    def verify(self, result):
        assert len(result) == 20, f"{len(result)} reports"
        assert all(report.words > 2_000 and 0 <= report.score <= 100 for report in result)
