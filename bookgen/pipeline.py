"""Brief, sources and a writer go in; a finished biography comes out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import TypeAlias

from bookgen.checkpoint import (
    PROLOGUE,
    Checkpoint,
    MemoryCheckpoint,
    epilogue_plan,
    introduction_plan,
)
from bookgen.errors import NoSourcesError, SourceError, WriterError
from bookgen.models import (
    Biography,
    Brief,
    Corpus,
    GlossaryEntry,
    Outline,
    Section,
    SectionPlan,
    TimelineEntry,
)
from bookgen.text.quotations import citation_ids, cited_passages, entry_citations
from bookgen.text.words import count_words, fold_accents, words
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
    """A section, or what stands around the sections, is written and its citations hold: `done` of
    the outline's `total` sections are."""

    section: Section
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class TimelineReady:
    """The timeline is written, after all sections."""

    timeline: tuple[TimelineEntry, ...]


# By how much a book may stay below its length before sections are added.
SHORT = 0.05

_Place: TypeAlias = tuple[int, int]

Event: TypeAlias = OutlineReady | SectionFinished | TimelineReady


async def write_biography(
    brief: Brief,
    corpus: Corpus,
    writer: Writer,
    *,
    outline: Outline | None = None,
    checkpoint: Checkpoint | None = None,
    on_event: Callable[[Event], None] | None = None,
    parallel: int = 20,
) -> Biography:
    """Return the book that `writer` makes of the corpus, every citation of it checked to resolve.

    An `outline` that is given is not asked of the writer, and no section is added to it. With a
    `checkpoint`, what it holds is not written again, and every finished part is kept before it is
    told of.

    `parallel` parts are in work at once: one that was begun is finished, and kept, before another
    begins, so that a crash costs little. When one fails, those in work are finished and told of
    first, and none is begun; then its error is raised, and the errors of further ones are added to
    it as notes. A book that comes out short is supplemented once, where the writer has more.

    Raises NoSourcesError where the corpus holds nothing to tell of the subject, WriterError where
    the writer cites a passage that does not exist or leaves a section empty, and what the writer
    itself raises.
    """
    if not _is_named(brief.subject, corpus):
        raise _nothing_to_tell(corpus, f"does not name {brief.subject}")
    kept = checkpoint or MemoryCheckpoint()
    notify = on_event or _ignore
    if outline is not None:
        planned = replace(outline, final=True)
    else:
        planned = await kept.outline() or await writer.outline(brief, corpus)
    if not planned.sections:
        raise _nothing_to_tell(corpus, f"says nothing of {brief.subject} that can be quoted")
    await kept.keep_outline(planned)
    notify(OutlineReady(planned))

    book = _Book(brief, corpus, writer, kept, notify, parallel)
    await book.write([*book.sections(planned, planned.sections), *book.frame(planned)])
    if not planned.final:
        before = frozenset(planned.sections)
        planned = await book.supplemented(planned)
        await kept.keep_outline(planned)
        added = [plan for plan in planned.sections if plan not in before]
        if added:
            notify(OutlineReady(planned))
            await book.write(book.sections(planned, added))

    sections = book.in_order(planned)
    timeline = await writer.timeline(brief, sections, corpus)
    _check_timeline(timeline, sections, corpus)
    notify(TimelineReady(timeline))
    glossary = await writer.glossary(brief, sections, corpus)
    _check_glossary(glossary, sections, corpus)
    finished = Biography(
        brief=brief,
        outline=planned,
        prologue=book.written.get(_place(PROLOGUE)),
        sections=sections,
        timeline=timeline,
        sources=corpus.sources,
        epilogue=book.written.get(_place(epilogue_plan(planned))),
        glossary=glossary,
    )
    return replace(finished, passages=cited_passages(finished, corpus))


@dataclass(frozen=True, slots=True)
class _Part:
    """A part to write: what it is kept under, and how it is written. What stands around the
    sections may turn out to be None."""

    plan: SectionPlan
    write: Callable[[], Awaitable[Section | None]]


class _Book:
    """The parts of a book while they are written; `written` has them by chapter and number."""

    def __init__(
        self,
        brief: Brief,
        corpus: Corpus,
        writer: Writer,
        kept: Checkpoint,
        notify: Callable[[Event], None],
        parallel: int,
    ) -> None:
        self.written: dict[_Place, Section] = {}
        self._brief = brief
        self._corpus = corpus
        self._writer = writer
        self._kept = kept
        self._notify = notify
        self._turn = asyncio.Semaphore(parallel)
        self._done = self._total = 0
        self._failed = False

    def frame(self, outline: Outline) -> list[_Part]:
        """Return what stands around the sections: prologue, introductions, epilogue."""
        asked = (self._brief, outline, self._corpus)
        return [
            _Part(PROLOGUE, partial(self._writer.prologue, *asked)),
            *(
                _Part(
                    introduction_plan(chapter),
                    partial(self._writer.introduction, chapter, *asked),
                )
                for chapter in outline.chapters
            ),
            _Part(epilogue_plan(outline), partial(self._writer.epilogue, *asked)),
        ]

    def sections(self, outline: Outline, plans: Iterable[SectionPlan]) -> list[_Part]:
        """Return the sections, the longest first: a long one that begins last would have all
        others wait for it."""
        self._total = len(outline.sections)
        asked = (self._brief, outline, self._corpus)
        return [
            _Part(plan, partial(self._writer.section, plan, *asked))
            for plan in sorted(plans, key=lambda plan: -plan.words)
        ]

    async def write(self, parts: Sequence[_Part]) -> None:
        """Write all parts. Raises the first error after all that was begun is finished."""
        # Not a TaskGroup: that would cancel the parts in work when one of them fails.
        results = await asyncio.gather(*map(self._write, parts), return_exceptions=True)
        errors = [result for result in results if isinstance(result, BaseException)]
        if errors:
            first, *others = errors
            for other in others:
                first.add_note(f"Also failed: {other}")
            raise first

    async def _write(self, part: _Part) -> None:
        async with self._turn:
            if self._failed:
                return
            try:
                section = await self._kept.section(part.plan)
                if section is None:
                    section = await part.write()
                    if section is not None:
                        _check_section(section, part.plan, self._corpus)
                        await self._kept.keep_section(part.plan, section)
            except BaseException:
                self._failed = True
                raise
            if section is None:
                return
            self.written[_place(part.plan)] = section
            self._done += bool(part.plan.words)
            self._notify(SectionFinished(section, self._done, self._total))

    async def supplemented(self, outline: Outline) -> Outline:
        """Return the outline, final now: with further sections where the book is short."""
        missing = self._brief.words - sum(count_words(one.text) for one in self.written.values())
        if missing > SHORT * self._brief.words:
            outline = await self._writer.supplement(self._brief, outline, missing, self._corpus)
        return replace(outline, final=True)

    def in_order(self, outline: Outline) -> tuple[Section, ...]:
        """Return the introductions and the sections in the order of reading."""
        chapters = {chapter.number for chapter in outline.chapters}
        return tuple(
            section for place, section in sorted(self.written.items()) if place[0] in chapters
        )


def _place(plan: SectionPlan) -> _Place:
    return plan.chapter, plan.number


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


def _check_section(section: Section, plan: SectionPlan, corpus: Corpus) -> None:
    where = f"Section {plan.chapter}.{plan.number}, “{plan.title or section.title}”,"
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
    for entry in timeline:
        _check_entry(entry, f"The timeline's entry of {entry.date}", sections, corpus)


def _check_glossary(
    glossary: tuple[GlossaryEntry, ...], sections: tuple[Section, ...], corpus: Corpus
) -> None:
    for entry in glossary:
        _check_entry(entry, f"The glossary's entry “{entry.term}”", sections, corpus)


def _check_entry(
    entry: TimelineEntry | GlossaryEntry,
    where: str,
    sections: tuple[Section, ...],
    corpus: Corpus,
) -> None:
    _check_citations(entry_citations(entry), where, corpus)
    if entry.told_in is None:
        if not entry.text.strip():
            raise WriterError(f"{where} has no text and points to no section.")
    elif not any((one.chapter, one.number) == entry.told_in for one in sections):
        raise WriterError(f"{where} points to section {entry.told_in}, which does not exist.")
