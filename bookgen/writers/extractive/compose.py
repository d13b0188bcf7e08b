"""Sets sentences as quotations with their citations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bookgen.models import Language
from bookgen.writers.extractive.evidence import Evidence, Opening, Quotable, groups_of

__all__ = ["Paragraph", "arrange", "quote", "render"]

_INNER = re.compile(r'"([^"]*)"')


@dataclass(frozen=True, slots=True)
class Paragraph:
    """What is quoted of one passage (its place in the corpus): runs of consecutive sentences."""

    passage: int
    runs: tuple[tuple[Quotable, ...], ...]

    @property
    def words(self) -> int:
        return sum(sentence.words for run in self.runs for sentence in run)

    @property
    def last(self) -> Quotable:
        return self.runs[-1][-1]


def arrange(evidence: Evidence, passages: Sequence[int]) -> list[Paragraph]:
    """Return the paragraphs of a section that quotes these passages in this order.

    The first one opens with a sentence that stands alone. A later one may open with a sentence
    that leans on the paragraph before, where that is the text right before it in the source.
    """
    paragraphs: list[Paragraph] = []
    for passage in passages:
        sentences = evidence.by_passage[passage]
        previous = paragraphs[-1] if paragraphs else None
        from_start = (
            previous is not None
            and evidence.follows(passage, previous.passage)
            and previous.last is evidence.by_passage[previous.passage][-1]
        )
        at_least = Opening.STANDS
        if previous is not None and _told_of_subject(evidence, previous.passage, passage):
            at_least = Opening.FOLLOWS
        runs = groups_of(sentences, from_start=from_start, at_least=at_least)
        if runs:
            paragraphs.append(Paragraph(passage, tuple(runs)))
    return paragraphs


def _told_of_subject(evidence: Evidence, before: int, passage: int) -> bool:
    """Whether "he" in `passage` can only be the subject, or who it was in the same source."""
    if evidence.corpus.passages[before].source_id == evidence.corpus.passages[passage].source_id:
        return True
    return any(sentence.mentions for sentence in evidence.by_passage[before])


def render(evidence: Evidence, paragraphs: Sequence[Paragraph]) -> str:
    """Return the text: a quotation and its citation for each run, an empty line for each break."""
    language = evidence.subject.language
    return "\n\n".join(
        " ".join(
            quote(run, evidence.corpus.passages[paragraph.passage].id, language)
            for run in paragraph.runs
        )
        for paragraph in paragraphs
    )


def quote(run: Sequence[Quotable], passage_id: str, language: Language) -> str:
    """Return a run of sentences as a quotation with its citation.

    Quotation marks inside give way to those outside, as the language sets quotations within
    quotations; not a word is changed.
    """
    text = " ".join(sentence.text for sentence in run)
    if language == "es":
        inner = _INNER.sub(r"“\1”", text).replace("«", "“").replace("»", "”")
        return f"«{inner}» [@{passage_id}]"
    inner = _INNER.sub(r"‘\1’", text).replace("“", "‘").replace("”", "’")
    return f"“{inner}” [@{passage_id}]"
