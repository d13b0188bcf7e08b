"""The port that every writer implements; the pipeline knows nothing else of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

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

__all__ = ["Offload", "Writer", "inline", "require_passages"]

_Made = TypeVar("_Made")


class Offload(Protocol):
    """Runs work that takes seconds of computing: `asyncio.to_thread` does, where a loop has others
    to serve meanwhile."""

    def __call__(self, work: Callable[[], _Made], /) -> Awaitable[_Made]:
        """Return what the work returns."""
        ...


async def inline(work: Callable[[], _Made], /) -> _Made:
    """Run the work at once, in the loop itself: for a loop that serves nobody else."""
    return work()


class Writer(Protocol):
    """Plans a book and writes its parts.

    Sections may be written in any order and at the same time: each depends only on its plan, the
    outline and the corpus. A writer never writes what the passages it cites do not say.
    """

    async def outline(self, brief: Brief, corpus: Corpus) -> Outline:
        """Return the plan: at most `brief.chapters` chapters whose budgets sum to at most
        `brief.words`, and to less where the corpus cannot carry that."""
        ...

    async def prologue(self, brief: Brief, outline: Outline, corpus: Corpus) -> Section | None:
        """Return the opening, or None where nothing in the corpus serves as one."""
        ...

    async def introduction(
        self, chapter: ChapterPlan, brief: Brief, outline: Outline, corpus: Corpus
    ) -> Section | None:
        """Return what leads into a chapter, its section 0, or None where it needs nothing."""
        ...

    async def section(
        self, plan: SectionPlan, brief: Brief, outline: Outline, corpus: Corpus
    ) -> Section:
        """Return the finished section of `plan`."""
        ...

    async def epilogue(self, brief: Brief, outline: Outline, corpus: Corpus) -> Section | None:
        """Return what looks back on the life, section 1 of the chapter after the last, or None
        where nothing in the corpus does."""
        ...

    async def supplement(
        self, brief: Brief, outline: Outline, words: int, corpus: Corpus
    ) -> Outline:
        """Return the outline with further sections at the ends of its chapters, of at most `words`
        words, from passages that it does not use; the same outline where there are none."""
        ...

    async def timeline(
        self, brief: Brief, sections: tuple[Section, ...], corpus: Corpus
    ) -> tuple[TimelineEntry, ...]:
        """Return dated facts in the order of time, each citing a passage. A sentence that the
        sections already tell is pointed to, not repeated."""
        ...

    async def glossary(
        self, brief: Brief, sections: tuple[Section, ...], corpus: Corpus
    ) -> tuple[GlossaryEntry, ...]:
        """Return who the people are that the sections name, in alphabetical order, each citing a
        passage. A sentence that the sections already tell is pointed to, not repeated."""
        ...


def require_passages(plan: SectionPlan, corpus: Corpus) -> None:
    """Raise WriterError where the plan names a passage that the corpus lacks."""
    for passage_id in plan.passages:
        if passage_id not in corpus.passage:
            raise WriterError(
                f"Section {plan.chapter}.{plan.number}, “{plan.title}”, is to use {passage_id}, "
                "which is no passage of the sources."
            )
