"""The writer itself: plans by the evidence, asks the model for each section, holds it to its
passages, and repairs once."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bookgen.errors import ReplyError
from bookgen.llm.base import Completion, LanguageModel, Message, Prompt
from bookgen.llm.cost import PlannedCall, estimate_prompt, total
from bookgen.llm.structured import complete_structured
from bookgen.models import (
    Brief,
    Corpus,
    Outline,
    Passage,
    Provenance,
    Section,
    SectionPlan,
    TimelineEntry,
)
from bookgen.text.quotations import citation_ids
from bookgen.writers.base import require_passages
from bookgen.writers.extractive import ExtractiveWriter
from bookgen.writers.prompted import context, draft, prompts
from bookgen.writers.prompted.draft import Draft, Problem
from bookgen.writers.prompted.titles import OutlineTitles, entitle

__all__ = ["DEFAULT_TONE", "PromptedWriter"]

DEFAULT_TONE = "in plain, lively and precise prose"
# Shorter or longer than these shares of what was asked, a section is repaired.
_SHORT, _LONG = 0.7, 1.35
# Tokens of a word of English or Spanish with its markers, on the careful side, and room to end.
_TOKENS_A_WORD, _ROOM = 2.0, 200
_TITLE_TOKENS = 60
_PROBLEMS_NAMED = 12


@dataclass(frozen=True)
class _Asked:
    """One conversation: the messages, and the passages that its replies may cite."""

    messages: tuple[Message, ...]
    passages: tuple[Passage, ...]
    words: int


class PromptedWriter:
    """Writes books through a language model.

    The plan is made from the evidence, without the model; titles, sections and the prologue are
    the model's. Every sentence is looked up in the passages it cites: what they do not support is
    written again once, and then dropped. A section of which nothing holds is quoted from its
    passages instead.

    `temperature` None is the provider's own. `context_tokens` bounds the passages of one prompt.
    `parallel` sections are in work at once: one that was begun is finished before another begins,
    so that a crash costs little.
    """

    def __init__(
        self,
        model: LanguageModel,
        *,
        temperature: float | None = None,
        tone: str = DEFAULT_TONE,
        context_tokens: int = 12_000,
        parallel: int = 20,
    ) -> None:
        self._model = model
        self._temperature = temperature
        self._tone = tone
        self._context_tokens = context_tokens
        self._turn = asyncio.Semaphore(parallel)
        self._quoting = ExtractiveWriter()
        self._planned: tuple[Brief, Corpus, Outline] | None = None
        self._rules: tuple[Outline, str] | None = None

    @property
    def settings(self) -> str:
        """What a book of this writer depends on, besides the model."""
        return f"{self._tone}, temperature {self._temperature}"

    def planned_calls(self, brief: Brief, plan: Outline, corpus: Corpus) -> list[PlannedCall]:
        """Return the calls that a planned book takes if nothing has to be repaired: one for the
        outline, one for each section, one for the prologue."""
        calls = [_planned(self._outline_prompt(brief, plan, corpus), share=0.5)]
        for section in plan.sections:
            asked = self._section_conversation(section, brief, plan, corpus)
            prompt = self._prompt(asked.messages, section.words)
            calls.append(_planned(prompt, share=1 / _LONG))
        return [*calls, calls[-1]]

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
        asked = prompts.load("outline").fill(
            subject=brief.subject,
            language_name=context.LANGUAGES[brief.language],
            skeleton=context.skeleton(plan, corpus),
        )
        titles = len(plan.sections) + len(plan.chapters)
        return Prompt(
            (Message("user", asked),),
            max_tokens=_ROOM + _TITLE_TOKENS * titles,
            temperature=self._temperature,
        )

    async def prologue(self, brief: Brief, outline: Outline, corpus: Corpus) -> Section | None:
        """Return the opening, written from the passages that would be quoted for it."""
        quoted = await self._quoting.prologue(brief, outline, corpus)
        if quoted is None:
            return None
        ids = dict.fromkeys(citation_ids(quoted.text))
        passages = tuple(corpus.passage[passage_id] for passage_id in ids)
        words = max(80, sum(len(passage.text.split()) for passage in passages) // 2)
        asked = prompts.load("prologue").fill(
            subject=brief.subject, words=words, passages=context.passage_lines(passages)
        )
        conversation = self._conversation(brief, outline, corpus, asked, passages, words)
        return await self._write(quoted, conversation, brief, corpus)

    async def section(
        self, plan: SectionPlan, brief: Brief, outline: Outline, corpus: Corpus
    ) -> Section:
        """Return the finished section, with where it came from.

        Raises WriterError where the plan names a passage that the corpus lacks, ProviderError and
        BudgetError as the model does.
        """
        require_passages(plan, corpus)
        conversation = self._section_conversation(plan, brief, outline, corpus)
        place = Section(plan.chapter, plan.number, plan.title, "")
        written = await self._write(place, conversation, brief, corpus)
        if written.text:
            return written
        fallback = await self._quoting.section(plan, brief, outline, corpus)
        return replace(fallback, provenance=written.provenance)

    def _section_conversation(
        self, plan: SectionPlan, brief: Brief, outline: Outline, corpus: Corpus
    ) -> _Asked:
        given = [corpus.passage[passage_id] for passage_id in plan.passages]
        passages = tuple(context.fitting(given, self._context_tokens))
        chapter = next(one for one in outline.chapters if one.number == plan.chapter)
        asked = prompts.load("section").fill(
            number=plan.number,
            chapter=plan.chapter,
            title=plan.title,
            chapter_title=chapter.title,
            elsewhere=context.elsewhere(plan, outline, corpus),
            words=plan.words,
            passages=context.passage_lines(passages),
        )
        return self._conversation(brief, outline, corpus, asked, passages, plan.words)

    async def timeline(
        self, brief: Brief, sections: tuple[Section, ...], corpus: Corpus
    ) -> tuple[TimelineEntry, ...]:
        """Return dated facts, quoted: a date is not left to a model."""
        return await self._quoting.timeline(brief, sections, corpus)

    def _conversation(
        self,
        brief: Brief,
        outline: Outline,
        corpus: Corpus,
        asked: str,
        passages: tuple[Passage, ...],
        words: int,
    ) -> _Asked:
        if self._rules is None or self._rules[0] is not outline:
            self._rules = (outline, context.rules(brief, outline, corpus, self._tone))
        messages = (Message("system", self._rules[1]), Message("user", asked))
        return _Asked(messages, passages, words)

    async def _write(self, place: Section, asked: _Asked, brief: Brief, corpus: Corpus) -> Section:
        async with self._turn:
            return await self._write_and_repair(place, asked, brief, corpus)

    async def _write_and_repair(
        self, place: Section, asked: _Asked, brief: Brief, corpus: Corpus
    ) -> Section:
        """Ask, check, repair once, and drop what still does not hold."""
        allowed = frozenset(passage.id for passage in asked.passages)
        replies: list[Completion] = []
        notes: list[str] = []

        def problems_of(written: Draft) -> tuple[Problem, ...]:
            return draft.check(written, corpus.passage, brief.language, brief.subject)

        def read(reply: Completion) -> Draft:
            replies.append(reply)
            if reply.finish_reason == "length":
                notes.append("a reply was cut off")
            found = draft.parse(_whole(reply), allowed, brief.language)
            notes.extend(f"cited unknown {one}" for one in found.unknown)
            return found

        written = read(await self._ask(asked.messages, asked.words))
        problems = problems_of(written)
        if problems or written.words > _LONG * asked.words or not written.paragraphs:
            again = _repair(asked, replies[-1].text, written, problems)
            repaired = read(await self._ask(again, asked.words))
            if repaired.words >= written.words / 2:
                written, problems = repaired, problems_of(repaired)
                notes.append("written again")
        elif written.words < _SHORT * asked.words:
            left = [one for one in asked.passages if one.id not in written.cited]
            if left:
                words = asked.words - written.words
                more = read(await self._ask(_extend(asked, replies[-1].text, left, words), words))
                written = replace(written, paragraphs=written.paragraphs + more.paragraphs)
                problems = problems_of(written)
                notes.append("extended")
        notes += [f"dropped: {problem}" for problem in problems]
        text = draft.render(draft.without(written, problems))
        if not text:
            notes.append("quoted instead: nothing of the reply held")
        provenance = _provenance(asked, replies, corpus, notes)
        return replace(place, text=text or place.text, provenance=provenance)

    async def _ask(self, messages: tuple[Message, ...], words: int) -> Completion:
        return await self._model.complete(self._prompt(messages, words))

    def _prompt(self, messages: tuple[Message, ...], words: int) -> Prompt:
        return Prompt(
            messages,
            max_tokens=int(_ROOM + _TOKENS_A_WORD * words * _LONG),
            temperature=self._temperature,
            session=hashlib.sha256(messages[0].content.encode()).hexdigest()[:32],
        )


def _planned(prompt: Prompt, share: float) -> PlannedCall:
    return PlannedCall(estimate_prompt(prompt), int(share * prompt.max_tokens), prompt.max_tokens)


def _whole(reply: Completion) -> str:
    """The text of a reply; of one that was cut off, what comes before its last sentence end."""
    if reply.finish_reason != "length":
        return reply.text
    return reply.text[: reply.text.rfind("]") + 1]


def _repair(
    asked: _Asked, reply: str, written: Draft, problems: Sequence[Problem]
) -> tuple[Message, ...]:
    lines = [f"- {problem}" for problem in problems[:_PROBLEMS_NAMED]]
    if written.words > _LONG * asked.words:
        lines.append(f"- It has {written.words} words; {asked.words} were asked for.")
    if not written.paragraphs:
        lines.append("- It holds no sentence with the marker of a passage.")
    repair = prompts.load("repair").fill(problems="\n".join(lines), words=asked.words)
    return (*asked.messages, Message("assistant", reply), Message("user", repair))


def _extend(asked: _Asked, reply: str, left: Sequence[Passage], words: int) -> tuple[Message, ...]:
    extend = prompts.load("extend").fill(words=words, passages=context.passage_lines(left))
    return (*asked.messages, Message("assistant", reply), Message("user", extend))


def _provenance(
    asked: _Asked, replies: Sequence[Completion], corpus: Corpus, notes: Sequence[str]
) -> Provenance:
    works = dict.fromkeys(passage.source_id for passage in asked.passages)
    return Provenance(
        prompt_hash=prompts.hash_of(asked.messages),
        model=replies[-1].model,
        provider=replies[-1].provider,
        generation_ids=tuple(reply.generation_id for reply in replies if reply.generation_id),
        usage=total(reply.usage for reply in replies),
        attempts=sum(reply.attempts for reply in replies),
        passages=tuple(passage.id for passage in asked.passages),
        source_hashes=tuple(corpus.source[work].sha256 for work in works),
        notes=tuple(notes),
    )
