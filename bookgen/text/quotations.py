"""Quotations and the citations behind them: how cited text is taken apart and compared.

Cited text is plain text in which `[@PASSAGE_ID]` stands behind what the passage supports. In a
book read back from a file the number of a note stands in place of the passage's id: `[@12]`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bookgen.models import Biography, Corpus, GlossaryEntry, Passage, TimelineEntry

__all__ = [
    "Statement",
    "citation_ids",
    "cited_passages",
    "entry_citations",
    "fold",
    "paragraphs",
    "statements",
    "unquoted",
    "without_citations",
]

# An id ends in the passage's number, so that a writer's own `[@smith2004]` stays plain text.
_MARKER = r"\[@((?:[^\]\s]+:)?\d+)\]"
_CITATION = re.compile(_MARKER)
_CITED = re.compile(rf"(.*?)((?:\s*{_MARKER})+|\Z)", re.DOTALL)
_PARAGRAPH_BREAK = re.compile(r"\n[ \t]*\n\s*")
_SPACED_CITATION = re.compile(rf"\s*{_MARKER}")

_QUOTATION_MARKS = "\"'`´‘’‚‛“”„‟«»‹›′″＂＇"
_TO_ONE_MARK = str.maketrans(dict.fromkeys(_QUOTATION_MARKS, "'"))
_MARKS = re.compile(r"'{2,}")
_OUTER = {"“": "”", "«": "»", '"': '"', "„": "“"}


@dataclass(frozen=True, slots=True)
class Statement:
    """A run of text and the citations, in order, that stand right behind it."""

    text: str
    citations: tuple[str, ...]


def citation_ids(text: str) -> list[str]:
    """Return what the text cites, in order, with repetitions."""
    return _CITATION.findall(text)


def entry_citations(entry: TimelineEntry | GlossaryEntry) -> list[str]:
    """Return what an entry of the timeline or the glossary cites, in order: in its text, and as
    its passage."""
    cited = citation_ids(entry.text)
    if entry.passage and entry.passage not in cited:
        cited.append(entry.passage)
    return cited


def cited_passages(book: Biography, corpus: Corpus) -> dict[str, Passage]:
    """Return the passages that a book cites by id, in the order of the corpus."""
    cited = {passage_id for part in book.parts for passage_id in citation_ids(part.text)}
    entries: tuple[TimelineEntry | GlossaryEntry, ...] = (*book.timeline, *book.glossary)
    cited.update(passage_id for entry in entries for passage_id in entry_citations(entry))
    return {passage.id: passage for passage in corpus.passages if passage.id in cited}


def without_citations(text: str) -> str:
    """Return the text without its citation markers and the space before them."""
    return _SPACED_CITATION.sub("", text)


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a text, which empty lines part; none of them is blank."""
    return [part.strip() for part in _PARAGRAPH_BREAK.split(text) if part.strip()]


def statements(paragraph: str) -> list[Statement]:
    """Return a paragraph's statements in order; text that nothing is cited for has no citations."""
    found = []
    for match in _CITED.finditer(paragraph):
        text = match[1].strip()
        citations = tuple(citation_ids(match[2]))
        if text or citations:
            found.append(Statement(text, citations))
    return found


def unquoted(text: str) -> str:
    """Return a quotation without its outer quotation marks, and any other text as it is."""
    text = text.strip()
    if len(text) >= 2 and _OUTER.get(text[0]) == text[-1]:
        return text[1:-1].strip()
    return text


def fold(text: str) -> str:
    """Return the text as quotations are compared: white space is one space, and every quotation
    mark or apostrophe, single or double, is the same character."""
    return " ".join(_MARKS.sub("'", text.translate(_TO_ONE_MARK)).split())
