"""What a finished book must hold, and the report that says whether it does.

`review` looks at a book that was just written, `check_book` at one read back from its file. Both
apply the same rules; those that compare with the sources are left out where none are at hand.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bookgen.checks import rules
from bookgen.checks.contradictions import contradictions
from bookgen.checks.grounding import Grounding, ground
from bookgen.checks.manuscript import Manuscript
from bookgen.checks.shortfall import explain_shortfall
from bookgen.errors import SourceError
from bookgen.models import (
    Biography,
    BookFile,
    Brief,
    Check,
    Corpus,
    Outline,
    Passage,
    Report,
    Source,
    base_name,
)
from bookgen.text.quotations import citation_ids, entry_citations

__all__ = ["check_book", "review"]


def review(biography: Biography, corpus: Corpus) -> Report:
    """Return the report on a book that was written from `corpus`."""
    book = Manuscript.of(biography)
    return _report(
        book,
        cited=corpus.passage,
        evidence=corpus.passage,
        chapters=len({section.chapter for section in biography.sections}),
        outline=biography.outline,
        shortfall=explain_shortfall(biography.brief, book.words, biography.passages, corpus),
        failures=tuple(_told_without_folders(failure, corpus) for failure in corpus.failures),
        contradictions=_contradictions(biography.brief, corpus, biography.passages),
    )


def check_book(book: BookFile, corpus: Corpus | None = None) -> Report:
    """Return the report on a book that was read back from its file.

    With a corpus, every quotation is looked for in the paragraph that its note names; without
    one, the report's coverage is None. A work of the bibliography is found in the corpus by the
    name of its file, and by its title where several files have that name.
    """
    evidence: dict[str, Passage] | None = None
    disagreeing: tuple[str, ...] = ()
    if corpus is not None:
        evidence = _evidence(book, corpus)
        cited = {passage.id for passage in evidence.values()}
        disagreeing = _contradictions(book.brief, corpus, cited)
    return _report(
        Manuscript.of(book),
        cited={number: note for number, note in book.notes.items() if note.work is not None},
        evidence=evidence,
        chapters=len(book.chapters),
        shortfall=book.shortfall,
        contradictions=disagreeing,
    )


def _contradictions(brief: Brief, corpus: Corpus, cited: Collection[str]) -> tuple[str, ...]:
    found = contradictions(corpus, brief.subject, brief.language, cited)
    return tuple(str(one) for one in found)


def _report(
    book: Manuscript,
    *,
    cited: Mapping[str, object],
    evidence: Mapping[str, Passage] | None,
    chapters: int,
    shortfall: str,
    outline: Outline | None = None,
    failures: tuple[str, ...] = (),
    contradictions: tuple[str, ...] = (),
) -> Report:
    grounding = None if evidence is None else ground(book, evidence)
    citations = [
        *(passage_id for section in book.sections for passage_id in citation_ids(section.text)),
        *(passage_id for _, entry in book.entries for passage_id in entry_citations(entry)),
    ]
    return Report(
        words=book.words,
        chapters=chapters,
        citations=len(citations),
        coverage=None if grounding is None else grounding.coverage,
        shortfall=shortfall,
        checks=(
            rules.length(book, shortfall),
            *((rules.section_lengths(book, outline, shortfall),) if outline else ()),
            rules.citations_resolve(citations, cited),
            rules.paragraphs_cited(book),
            *_grounding_checks(grounding),
            rules.sentences_once(book),
            rules.runs_of_words(book),
            rules.chapters_apart(book),
            rules.openings(book),
            rules.timeline_in_order(book),
            rules.entries_cited(book, cited),
        ),
        failures=failures,
        contradictions=contradictions,
    )


def _grounding_checks(grounding: Grounding | None) -> tuple[Check, ...]:
    if grounding is None:
        return ()
    quoted = (rules.sentences_found(grounding), rules.sentences_whole(grounding))
    told = (rules.facts_supported(grounding),)
    return (
        *(quoted if grounding.sentences or not grounding.told else ()),
        *(told if grounding.told else ()),
    )


def _told_without_folders(failure: SourceError, corpus: Corpus) -> str:
    """Return a failure as a book may tell of it: files by name, not where they lie."""
    reason = failure.reason
    for source in corpus.sources:
        reason = reason.replace(source.location, source.file_name)
    return f"{base_name(failure.location)}: {reason}"


def _evidence(book: BookFile, corpus: Corpus) -> dict[str, Passage]:
    """Return the passages that the notes of a book point to, by the number of the note."""
    found = [_source_of(work, corpus) for work in book.works]
    evidence = {}
    for number, note in book.notes.items():
        source = None if note.work is None else found[note.work]
        passage = source and corpus.passage.get(f"{source.id}:{note.paragraph}")
        if passage:
            evidence[number] = passage
    return evidence


def _source_of(work: Source, corpus: Corpus) -> Source | None:
    same_file = [source for source in corpus.sources if source.file_name == work.file_name]
    same_title = [source for source in same_file if source.title == work.title]
    return next(iter(same_title or same_file), None)
