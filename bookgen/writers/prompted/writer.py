"""The writer itself: plans by the evidence, and says of each part what it is told from."""

from __future__ import annotations

from dataclasses import replace

from bookgen.errors import ReplyError
from bookgen.llm.base import LanguageModel, Message, Prompt
from bookgen.llm.cost import PlannedCall
from bookgen.llm.structured import complete_structured
from bookgen.models import (
    Brief,
    ChapterPlan,
    Corpus,
    GlossaryEntry,
    Outline,
    Passage,
    Section,
    SectionPlan,
    TimelineEntry,
)
from bookgen.text.quotations import citation_ids
from bookgen.text.words import count_words
from bookgen.writers.base import Offload, inline, require_passages
from bookgen.writers.extractive import ExtractiveWriter
from bookgen.writers.prompted import context, prompts
from bookgen.writers.prompted.telling import Asked, Telling, planned
from bookgen.writers.prompted.titles import OutlineTitles, entitle

__all__ = ["DEFAULT_TONE", "PromptedWriter"]

DEFAULT_TONE = "in plain, lively and precise prose"
# Tokens of a title, and of what stands around it.
_TITLE_TOKENS, _TITLES_ROOM = 60, 200
# A chapter's introduction is told from the first passage of its first section, if that has so many
# more.
_ENOUGH_LEFT = 2
_INTRODUCTION_WORDS = (60, 110)
_FRAME_WORDS = 80


class PromptedWriter:
    """Writes books through a language model.

    The plan is made from the evidence, without the model; titles and texts are the model's. Every
    sentence is looked up in the passages it cites: what they do not support is written again once,
    and then dropped. A section of which nothing holds is quoted from its passages instead.

    `temperature` None is the provider's own. `context_tokens` bounds the passages of one prompt.
    `offload` runs what takes more than some milliseconds.
    """

    def __init__(
        self,
        model: LanguageModel,
        *,
        temperature: float | None = None,
        tone: str = DEFAULT_TONE,
        context_tokens: int = 12_000,
        offload: Offload = inline,
    ) -> None:
        self._model = model
        self._temperature = temperature
        self._tone = tone
        self._context_tokens = context_tokens
        self._telling = Telling(model, temperature)
        self._quoting = ExtractiveWriter(offload)
        self._planned: tuple[Brief, Corpus, Outline] | None = None
        self._rules: tuple[Outline, str] | None = None

    @property
    def settings(self) -> str:
        """What a book of this writer depends on, besides the model."""
        return f"{self._tone}, temperature {self._temperature}"

    async def planned_calls(self, brief: Brief, plan: Outline, corpus: Corpus) -> list[PlannedCall]:
        """Return the calls that a planned book takes if nothing has to be repaired: one for the
        titles, one for each part."""
        book = (brief, plan, corpus)
        asked = [await self._section_asked(section, *book) for section in plan.sections]
        asked += [
            self._introduction_asked(chapter, first, *book)
            for chapter in plan.chapters
            if (first := await self._introducing(chapter, brief, corpus))
        ]
        if prologue := await self._quoting.prologue(*book):
            asked.append(self._frame_asked("prologue", prologue, *book))
        if epilogue := await self._quoting.epilogue(*book):
            asked.append(self._frame_asked("epilogue", epilogue, *book))
        titles = planned(self._outline_prompt(*book), share=0.5)
        return [titles, *(self._telling.planned_call(one) for one in asked)]

    async def plan(self, brief: Brief, corpus: Corpus) -> Outline:
        """Return the plan with titles drawn from the sources: what is known before any call."""
        if self._planned is None or self._planned[0] != brief or self._planned[1] is not corpus:
            self._planned = (brief, corpus, await self._quoting.outline(brief, corpus))
        return self._planned[2]

    async def outline(self, brief: Brief, corpus: Corpus) -> Outline:
        """Return the plan with the model's titles. One call, a second one to repair its form;
        where that fails too, the plan keeps its own titles."""
        plan = await self.plan(brief, corpus)
        if not plan.sections:
            return plan
        prompt = self._outline_prompt(brief, plan, corpus)
        try:
            given, _ = await complete_structured(self._model, prompt, OutlineTitles)
        except ReplyError:
            return plan
        return entitle(plan, given)

    def _outline_prompt(self, brief: Brief, plan: Outline, corpus: Corpus) -> Prompt:
        request = prompts.load("outline").fill(
            subject=brief.subject,
            language_name=context.LANGUAGES[brief.language],
            skeleton=context.skeleton(plan, corpus),
        )
        titles = len(plan.sections) + len(plan.chapters)
        return Prompt(
            (Message("user", request),),
            max_tokens=_TITLES_ROOM + _TITLE_TOKENS * titles,
            temperature=self._temperature,
        )

    async def prologue(self, brief: Brief, outline: Outline, corpus: Corpus) -> Section | None:
        """Return the opening, told from the passages that would be quoted for it."""
        quoted = await self._quoting.prologue(brief, outline, corpus)
        return await self._told_from("prologue", quoted, brief, outline, corpus)

    async def epilogue(self, brief: Brief, outline: Outline, corpus: Corpus) -> Section | None:
        """Return what looks back, told from the passages that would be quoted for it."""
        quoted = await self._quoting.epilogue(brief, outline, corpus)
        return await self._told_from("epilogue", quoted, brief, outline, corpus)

    async def _told_from(
        self, prompt: str, quoted: Section | None, brief: Brief, outline: Outline, corpus: Corpus
    ) -> Section | None:
        """Return what is told from the passages of a quoted part, None where there is none."""
        if quoted is None:
            return None
        asked = self._frame_asked(prompt, quoted, brief, outline, corpus)
        return await self._telling.write(quoted, asked, brief, corpus)

    def _frame_asked(
        self, prompt: str, quoted: Section, brief: Brief, outline: Outline, corpus: Corpus
    ) -> Asked:
        ids = dict.fromkeys(citation_ids(quoted.text))
        passages = tuple(corpus.passage[passage_id] for passage_id in ids)
        words = max(_FRAME_WORDS, sum(count_words(passage.text) for passage in passages) // 2)
        request = prompts.load(prompt).fill(
            subject=brief.subject, words=words, passages=context.passage_lines(passages)
        )
        return self._asked(brief, outline, corpus, request, passages, words)

    async def introduction(
        self, chapter: ChapterPlan, brief: Brief, outline: Outline, corpus: Corpus
    ) -> Section | None:
        """Return a paragraph told from the first passage of the chapter, which its first section
        then leaves to it; None where that section has too few."""
        require_passages(chapter.sections[0], corpus)
        first = await self._introducing(chapter, brief, corpus)
        if first is None:
            return None
        asked = self._introduction_asked(chapter, first, brief, outline, corpus)
        place = SectionPlan(chapter.number, 0, "", asked.words, (first.id,))
        return await self._told_or_quoted(place, asked, brief, outline, corpus)

    def _introduction_asked(
        self, chapter: ChapterPlan, first: Passage, brief: Brief, outline: Outline, corpus: Corpus
    ) -> Asked:
        words = _introduction_words(first)
        request = prompts.load("introduction").fill(
            chapter=chapter.number,
            title=chapter.title,
            sections=context.digests(chapter.sections, corpus),
            words=words,
            passages=context.passage_lines([first]),
        )
        return self._asked(brief, outline, corpus, request, (first,), words)

    async def section(
        self, plan: SectionPlan, brief: Brief, outline: Outline, corpus: Corpus
    ) -> Section:
        """Return the finished section, with where it came from.

        Raises WriterError where the plan names a passage that the corpus lacks, ProviderError and
        BudgetError as the model does.
        """
        require_passages(plan, corpus)
        asked = await self._section_asked(plan, brief, outline, corpus)
        return await self._told_or_quoted(plan, asked, brief, outline, corpus)

    async def _section_asked(
        self, plan: SectionPlan, brief: Brief, outline: Outline, corpus: Corpus
    ) -> Asked:
        chapter = next(one for one in outline.chapters if one.number == plan.chapter)
        given = [corpus.passage[passage_id] for passage_id in plan.passages]
        words = plan.words
        if plan.number == 1 and (first := await self._introducing(chapter, brief, corpus)):
            given = given[1:]
            words = max(words - _introduction_words(first), _INTRODUCTION_WORDS[0])
        passages = tuple(context.fitting(given, self._context_tokens))
        before, after = context.before_and_after(plan, outline, corpus)
        request = prompts.load("section").fill(
            number=plan.number,
            chapter=plan.chapter,
            title=plan.title,
            chapter_title=chapter.title,
            before=before,
            after=after,
            elsewhere=context.elsewhere(plan, outline, corpus),
            words=words,
            passages=context.passage_lines(passages),
        )
        return self._asked(brief, outline, corpus, request, passages, words)

    async def _introducing(
        self, chapter: ChapterPlan, brief: Brief, corpus: Corpus
    ) -> Passage | None:
        """Return the passage that a chapter's introduction is told from: the first one of its
        first section, where that and what is left could each be quoted alone; else None."""
        first, *left = chapter.sections[0].passages
        if len(left) < _ENOUGH_LEFT:
            return None
        for part in ([first], left):
            if not await self._quoting.can_quote(part, brief, corpus):
                return None
        return corpus.passage[first]

    async def supplement(
        self, brief: Brief, outline: Outline, words: int, corpus: Corpus
    ) -> Outline:
        """Return the outline with further sections, planned and entitled from the evidence."""
        return await self._quoting.further(brief, outline, words, corpus)

    async def timeline(
        self, brief: Brief, sections: tuple[Section, ...], corpus: Corpus
    ) -> tuple[TimelineEntry, ...]:
        """Return dated facts, quoted: a date is not left to a model."""
        return await self._quoting.timeline(brief, sections, corpus)

    async def glossary(
        self, brief: Brief, sections: tuple[Section, ...], corpus: Corpus
    ) -> tuple[GlossaryEntry, ...]:
        """Return who the people are, quoted: nor is that left to a model."""
        return await self._quoting.glossary(brief, sections, corpus)

    async def _told_or_quoted(
        self, plan: SectionPlan, asked: Asked, brief: Brief, outline: Outline, corpus: Corpus
    ) -> Section:
        place = Section(plan.chapter, plan.number, plan.title, "")
        told = await self._telling.write(place, asked, brief, corpus)
        if told.text:
            return told
        passages = tuple(passage.id for passage in asked.passages)
        narrowed = replace(plan, passages=passages)
        quoted = await self._quoting.section(narrowed, brief, outline, corpus)
        return replace(quoted, provenance=told.provenance)

    def _asked(
        self,
        brief: Brief,
        outline: Outline,
        corpus: Corpus,
        request: str,
        passages: tuple[Passage, ...],
        words: int,
    ) -> Asked:
        if self._rules is None or self._rules[0] is not outline:
            self._rules = (outline, context.rules(brief, outline, corpus, self._tone))
        messages = (Message("system", self._rules[1]), Message("user", request))
        return Asked(messages, passages, words)


def _introduction_words(passage: Passage) -> int:
    """Return how long an introduction is: as long as its passage, within bounds."""
    least, most = _INTRODUCTION_WORDS
    return min(most, max(least, count_words(passage.text)))
