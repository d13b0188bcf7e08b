"""The writer itself: the port of `writers.base` over the analysis of a corpus."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from bookgen.errors import WriterError
from bookgen.models import (
    Brief,
    ChapterPlan,
    Corpus,
    GlossaryEntry,
    Outline,
    Section,
    SectionPlan,
    TimelineEntry,
)
from bookgen.writers.base import Offload, inline, require_passages
from bookgen.writers.extractive.chronology import Lifespan, Times, lifespan, place_in_time
from bookgen.writers.extractive.compose import Paragraph, arrange, render
from bookgen.writers.extractive.duplicates import Duplicates, find_duplicates
from bookgen.writers.extractive.evidence import Evidence, Subject, gather
from bookgen.writers.extractive.frame import choose_epilogue, choose_prologue
from bookgen.writers.extractive.glossary import glossary
from bookgen.writers.extractive.plan import further, plan
from bookgen.writers.extractive.rank import (
    score_passages,
    score_sentences,
    with_milestones,
)
from bookgen.writers.extractive.timeline import timeline

__all__ = ["ExtractiveWriter"]

PROLOGUE_TITLE = {"en": "Prologue", "es": "Prólogo"}
EPILOGUE_TITLE = {"en": "Epilogue", "es": "Epílogo"}


@dataclass(frozen=True, eq=False)
class _Analysis:
    """All that is known of a corpus for one subject. `everything` has the duplicates too; `worth`
    is the `relevance` of the passages, with the milestones of the life raised."""

    asked: Subject
    corpus: Corpus
    everything: Evidence
    evidence: Evidence
    scores: NDArray[np.float64]
    relevance: NDArray[np.float64]
    worth: NDArray[np.float64]
    times: Times
    life: Lifespan
    duplicates: Duplicates


@dataclass(frozen=True, eq=False)
class _Frame:
    """The passages of the prologue and of the epilogue of a book of so many words, which no section
    gets."""

    known: _Analysis
    words: int
    opening: list[int]
    closing: list[int]

    @property
    def places(self) -> list[int]:
        return [*self.opening, *self.closing]

    def worth_of_others(self) -> NDArray[np.float64]:
        """Return the worth of all passages, (passages,), with these at nothing."""
        worth = self.known.worth.copy()
        worth[self.places] = 0.0
        return worth


class ExtractiveWriter:
    """Writes books that quote. Needs no key and no network; the same input gives the same book.

    The analysis of a corpus is kept for the next call; everything else follows from arguments.
    `offload` runs what takes more than some milliseconds.
    """

    def __init__(self, offload: Offload = inline) -> None:
        self._offload = offload
        self._analysing = asyncio.Lock()
        self._analysis: _Analysis | None = None
        self._frame: _Frame | None = None

    async def outline(self, brief: Brief, corpus: Corpus) -> Outline:
        """Return the plan. Its budgets are what the sections will have; their sum stays within
        `brief.words`. No chapters if nothing in the corpus can be quoted."""
        frame = await self._framed(brief, corpus)
        return await self._offload(partial(_outline, brief, frame))

    async def prologue(self, brief: Brief, outline: Outline, corpus: Corpus) -> Section | None:
        """Return up to three passages that say who the person was, or None where none does."""
        frame = await self._framed(brief, corpus)
        text = _quoted(frame.known, frame.opening, outline)
        return Section(0, 1, PROLOGUE_TITLE[brief.language], text) if text else None

    async def introduction(
        self, chapter: ChapterPlan, brief: Brief, outline: Outline, corpus: Corpus
    ) -> Section | None:
        """Return None: what a source says can be quoted once, and the sections do."""
        return None

    async def section(
        self, plan: SectionPlan, brief: Brief, outline: Outline, corpus: Corpus
    ) -> Section:
        """Return the section: its passages in the order of the plan, the least worthy left out
        where they exceed its budget.

        Raises WriterError where the plan names a passage that the corpus lacks, or nothing that
        can be quoted.
        """
        known = await self._analyse(brief, corpus)
        require_passages(plan, corpus)
        places = [known.evidence.place_of[passage] for passage in plan.passages]
        paragraphs = _within(known, places, plan.words)
        if not paragraphs:
            where = f"Section {plan.chapter}.{plan.number}, “{plan.title}”,"
            raise WriterError(
                f"{where} has no passage that can be quoted; give it others, or leave it out."
            )
        return Section(plan.chapter, plan.number, plan.title, render(known.evidence, paragraphs))

    async def epilogue(self, brief: Brief, outline: Outline, corpus: Corpus) -> Section | None:
        """Return up to three passages that look back on the life, or None where none does."""
        frame = await self._framed(brief, corpus)
        text = _quoted(frame.known, frame.closing, outline)
        chapter = len(outline.chapters) + 1
        return Section(chapter, 1, EPILOGUE_TITLE[brief.language], text) if text else None

    async def supplement(
        self, brief: Brief, outline: Outline, words: int, corpus: Corpus
    ) -> Outline:
        """Return the same outline: it holds all that can be quoted within its length."""
        return outline

    async def further(self, brief: Brief, outline: Outline, words: int, corpus: Corpus) -> Outline:
        """Return the outline with further sections of at most `words` words, each in the chapter
        of its time, for a book that tells its passages in fewer words than they have."""
        frame = await self._framed(brief, corpus)
        known, worth = frame.known, frame.worth_of_others()
        evidence, times, duplicates = known.evidence, known.times, known.duplicates
        return await self._offload(
            partial(further, brief, outline, evidence, worth, times, duplicates, words)
        )

    async def timeline(
        self, brief: Brief, sections: tuple[Section, ...], corpus: Corpus
    ) -> tuple[TimelineEntry, ...]:
        """Return the dated facts of the life; those that the sections tell are pointed to."""
        frame = await self._framed(brief, corpus)
        known = frame.known
        return await self._offload(
            partial(timeline, known.everything, known.scores, known.life, sections, frame.opening)
        )

    async def glossary(
        self, brief: Brief, sections: tuple[Section, ...], corpus: Corpus
    ) -> tuple[GlossaryEntry, ...]:
        """Return who the people are that the sections name, as the sources say it."""
        frame = await self._framed(brief, corpus)
        everything = frame.known.everything
        return await self._offload(partial(glossary, everything, sections, frame.places))

    async def can_quote(self, passages: Sequence[str], brief: Brief, corpus: Corpus) -> bool:
        """Return whether a section can be quoted from these passages."""
        evidence = (await self._analyse(brief, corpus)).evidence
        return bool(arrange(evidence, [evidence.place_of[passage] for passage in passages]))

    async def _analyse(self, brief: Brief, corpus: Corpus) -> _Analysis:
        subject = Subject(brief.subject, brief.language)
        async with self._analysing:
            known = self._analysis
            if known is None or known.corpus is not corpus or known.asked != subject:
                known = await self._offload(partial(_analyse, subject, corpus))
                self._analysis = known
        return known

    async def _framed(self, brief: Brief, corpus: Corpus) -> _Frame:
        known = await self._analyse(brief, corpus)
        async with self._analysing:
            frame = self._frame
            if frame is None or frame.known is not known or frame.words != brief.words:
                frame = await self._offload(partial(_choose_frame, known, brief.words))
                self._frame = frame
        return frame


def _analyse(subject: Subject, corpus: Corpus) -> _Analysis:
    everything = gather(subject, corpus)
    scores = score_sentences(everything)
    found = find_duplicates(everything, score_passages(everything, scores))
    evidence = everything.without(found.superfluous)
    life = lifespan(evidence)
    relevance = score_passages(evidence, scores)
    return _Analysis(
        asked=subject,
        corpus=corpus,
        everything=everything,
        evidence=evidence,
        scores=scores,
        relevance=relevance,
        worth=with_milestones(evidence, relevance, life),
        times=place_in_time(evidence, life),
        life=life,
        duplicates=found,
    )


def _choose_frame(known: _Analysis, words: int) -> _Frame:
    opening = choose_prologue(known.evidence, known.relevance, words)
    closing = choose_epilogue(known.evidence, known.relevance, known.life, words, opening)
    return _Frame(known, words, opening, closing)


def _outline(brief: Brief, frame: _Frame) -> Outline:
    known = frame.known
    reserved = sum(paragraph.words for paragraph in arrange(known.evidence, frame.places))
    worth, left = frame.worth_of_others(), brief.words - reserved
    return plan(brief, known.evidence, worth, known.times, known.duplicates, left)


def _quoted(known: _Analysis, places: list[int], outline: Outline) -> str:
    """Return what is quoted of passages, without those that the outline gives to sections."""
    taken = {passage for section in outline.sections for passage in section.passages}
    free = [place for place in places if known.corpus.passages[place].id not in taken]
    return render(known.evidence, arrange(known.evidence, free))


def _within(known: _Analysis, places: list[int], words: int) -> list[Paragraph]:
    """Return the paragraphs of these passages, without the least worthy until they fit."""
    kept = list(places)
    paragraphs = arrange(known.evidence, kept)
    while len(kept) > 1 and sum(paragraph.words for paragraph in paragraphs) > words:
        kept.remove(min(kept, key=lambda place: (known.worth[place], place)))
        paragraphs = arrange(known.evidence, kept)
    return paragraphs
