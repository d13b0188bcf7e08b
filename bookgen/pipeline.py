"""Brief, sources and a writer go in; a finished biography comes out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeAlias

from bookgen.checkpoint import PROLOGUE, Checkpoint, MemoryCheckpoint
from bookgen.errors import NoSourcesError, SourceError, WriterError
from bookgen.models import (
    Biography,
    Brief,
    Corpus,
    Outline,
    Passage,
    Section,
    SectionPlan,
    TimelineEntry,
)
from bookgen.text.quotations import citation_ids, entry_citations
from bookgen.text.words import fold_accents, words
from bookgen.writers.base import Writer

__all__ = [
    "Event",
    "OutlineReady",
    "SectionFinished",
    "TimelineReady",
    "write_biography",
]


@dataclass(frozen=True, slots=True)
class OutlineReady:
    """The plan stands; nothing is written yet."""

    outline: Outline


@dataclass(frozen=True, slots=True)
class SectionFinished:
    """A section, or the prologue, is written and its citations hold: number `done` of `total`."""

    section: Section
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class TimelineReady:
    """The timeline is written, after all sections."""

    timeline: tuple[TimelineEntry, ...]


Event: TypeAlias = OutlineReady | SectionFinished | TimelineReady


async def write_biography(
    brief: Brief,
    corpus: Corpus,
    writer: Writer,
    *,
    outline: Outline | None = None,
    checkpoint: Checkpoint | None = None,
    on_event: Callable[[Event], None] | None = None,
) -> Biography:
    """Return the book that `writer` makes of the corpus, every citation of it checked to resolve.

    An `outline` that is given is not asked of the writer. With a `checkpoint`, what it holds is
    not written again, and every finished part is kept before it is told of.

    The prologue and the sections are written at the same time. When one fails, the others are
    finished and told of first; then its error is raised, and the errors of further ones are added
    to it as notes.

    Raises NoSourcesError where the corpus holds nothing to tell of the subject, WriterError where
    the writer cites a passage that does not exist or leaves a section empty, and what the writer
    itself raises.
    """
    notify = on_event or _ignore
    if not _is_named(brief.subject, corpus):
        raise _nothing_to_tell(corpus, f"does not name {brief.subject}")
    kept = checkpoint or MemoryCheckpoint()
    planned = outline or kept.outline() or await writer.outline(brief, corpus)
    if not planned.sections:
        raise _nothing_to_tell(corpus, f"says nothing of {brief.subject} that can be quoted")
    kept.keep_outline(planned)
    notify(OutlineReady(planned))

    plans = planned.sections
    total = len(plans) + 1
    done = 0

    def finish(section: Section) -> Section:
        nonlocal done
        done += 1
        notify(SectionFinished(section, done, total))
        return section

    async def write_prologue() -> Section | None:
        nonlocal total
        prologue = kept.section(PROLOGUE)
        if prologue is None:
            prologue = await writer.prologue(brief, planned, corpus)
            if prologue is None:
                total -= 1
                return None
            _check_citations(citation_ids(prologue.text), "The prologue", corpus)
            kept.keep_section(PROLOGUE, prologue)
        return finish(prologue)

    async def write_section(plan: SectionPlan) -> Section:
        section = kept.section(plan)
        if section is None:
            section = await writer.section(plan, brief, planned, corpus)
            _check_section(section, plan, corpus)
            kept.keep_section(plan, section)
        return finish(section)

    # The longest first: a long one that begins last would have all others wait for it.
    longest_first = sorted(plans, key=lambda plan: -plan.words)
    prologue, *sections = await _all_or_first_error(
        [write_prologue(), *(write_section(plan) for plan in longest_first)]
    )
    by_place = {(one.chapter, one.number): one for one in sections if one is not None}
    written = tuple(by_place[plan.chapter, plan.number] for plan in plans)
    timeline = await writer.timeline(brief, written, corpus)
    _check_timeline(timeline, written, corpus)
    notify(TimelineReady(timeline))
    return Biography(
        brief=brief,
        outline=planned,
        prologue=prologue,
        sections=written,
        timeline=timeline,
        sources=corpus.sources,
        passages=_cited_passages(prologue, written, timeline, corpus),
    )


def _ignore(event: Event) -> None:
    """Take an event that nobody asked for."""


def _is_named(subject: str, corpus: Corpus) -> bool:
    """Return whether any part of the subject's name stands in any source.

    A corpus about somebody else would otherwise become a book about them under a false title.
    """
    names = [fold_accents(name) for name in words(subject) if len(name) > 2]
    texts = (fold_accents(passage.text) for passage in corpus.passages)
    works = (fold_accents(f"{source.title} {source.author or ''}") for source in corpus.sources)
    return not names or any(name in text for text in chain(works, texts) for name in names)


def _nothing_to_tell(corpus: Corpus, reason: str) -> NoSourcesError:
    silent = [SourceError(source.location, reason) for source in corpus.sources]
    return NoSourcesError([*corpus.failures, *silent])


async def _all_or_first_error(
    parts: list[Coroutine[Any, Any, Section | None]],
) -> list[Section | None]:
    # Not a TaskGroup: that would cancel the sections in flight when one of them fails.
    results = await asyncio.gather(*parts, return_exceptions=True)
    errors = [result for result in results if isinstance(result, BaseException)]
    if errors:
        first, *others = errors
        for other in others:
            first.add_note(f"Also failed: {other}")
        raise first
    return [result for result in results if not isinstance(result, BaseException)]


def _check_section(section: Section, plan: SectionPlan, corpus: Corpus) -> None:
    where = f"Section {plan.chapter}.{plan.number}, “{plan.title}”,"
    if (section.chapter, section.number) != (plan.chapter, plan.number):
        raise WriterError(f"{where} came back as section {section.chapter}.{section.number}.")
    if not section.text.strip():
        raise WriterError(f"{where} came back empty.")
    _check_citations(citation_ids(section.text), where, corpus)


def _check_citations(passage_ids: Iterable[str], where: str, corpus: Corpus) -> None:
    for passage_id in passage_ids:
        if passage_id not in corpus.passage:
            raise WriterError(f"{where} cites [@{passage_id}], which is no passage of the sources.")


def _check_timeline(
    timeline: tuple[TimelineEntry, ...], sections: tuple[Section, ...], corpus: Corpus
) -> None:
    places = {(section.chapter, section.number) for section in sections}
    for entry in timeline:
        where = f"The timeline's entry of {entry.date}"
        _check_citations(entry_citations(entry), where, corpus)
        if entry.told_in is not None and entry.told_in not in places:
            raise WriterError(f"{where} points to section {entry.told_in}, which does not exist.")
        if not entry.text.strip() and entry.told_in is None:
            raise WriterError(f"{where} has no text and points to no section.")


def _cited_passages(
    prologue: Section | None,
    sections: Iterable[Section],
    timeline: Iterable[TimelineEntry],
    corpus: Corpus,
) -> dict[str, Passage]:
    """Return the cited passages by id, in the order of the corpus."""
    parts = [*([prologue] if prologue else []), *sections]
    cited = {passage_id for part in parts for passage_id in citation_ids(part.text)}
    for entry in timeline:
        cited |= set(entry_citations(entry))
    return {passage.id: passage for passage in corpus.passages if passage.id in cited}
