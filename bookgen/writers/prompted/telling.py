"""Asks for one part of a book, holds the reply to its passages, and repairs it once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bookgen.llm.base import Completion, LanguageModel, Message, Prompt
from bookgen.llm.cost import PlannedCall, estimate_prompt, total
from bookgen.models import Brief, Corpus, Passage, Provenance, Section
from bookgen.writers.prompted import context, draft, prompts
from bookgen.writers.prompted.draft import Draft, Problem

__all__ = ["Asked", "Telling", "planned"]

# Shorter or longer than these shares of what was asked, a part is repaired.
_SHORT, _LONG = 0.7, 1.35
# Tokens of a word of English or Spanish with its markers, on the careful side, and room to end.
_TOKENS_A_WORD, _ROOM = 2.0, 200
_PROBLEMS_NAMED = 12


@dataclass(frozen=True)
class Asked:
    """One conversation: the messages, and the passages that its replies may cite."""

    messages: tuple[Message, ...]
    passages: tuple[Passage, ...]
    words: int


class Telling:
    """Has a model tell what passages say."""

    def __init__(self, model: LanguageModel, temperature: float | None) -> None:
        self._model = model
        self._temperature = temperature

    def planned_call(self, asked: Asked) -> PlannedCall:
        """Return what a part takes if nothing has to be repaired."""
        return planned(self._prompt(asked.messages, asked.words), share=1 / _LONG)

    async def write(self, place: Section, asked: Asked, brief: Brief, corpus: Corpus) -> Section:
        """Return the part that is told: asked for, checked, repaired once, and without what still
        does not hold. Where nothing holds, it has the text of `place`."""
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
        # What follows a sentence that is dropped may point back to it.
        while problems:
            notes += [f"dropped: {problem}" for problem in problems]
            written = draft.without(written, problems)
            problems = problems_of(written)
        text = draft.render(written)
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


def planned(prompt: Prompt, share: float) -> PlannedCall:
    """Return a call whose reply is a share of the longest that it may be."""
    return PlannedCall(estimate_prompt(prompt), int(share * prompt.max_tokens), prompt.max_tokens)


def _whole(reply: Completion) -> str:
    """The text of a reply; of one that was cut off, what comes before its last sentence end."""
    if reply.finish_reason != "length":
        return reply.text
    return reply.text[: reply.text.rfind("]") + 1]


def _repair(
    asked: Asked, reply: str, written: Draft, problems: Sequence[Problem]
) -> tuple[Message, ...]:
    lines = [f"- {problem}" for problem in problems[:_PROBLEMS_NAMED]]
    if written.words > _LONG * asked.words:
        lines.append(f"- It has {written.words} words; {asked.words} were asked for.")
    if not written.paragraphs:
        lines.append("- It holds no sentence with the marker of a passage.")
    repair = prompts.load("repair").fill(problems="\n".join(lines), words=asked.words)
    return (*asked.messages, Message("assistant", reply), Message("user", repair))


def _extend(asked: Asked, reply: str, left: Sequence[Passage], words: int) -> tuple[Message, ...]:
    extend = prompts.load("extend").fill(words=words, passages=context.passage_lines(left))
    return (*asked.messages, Message("assistant", reply), Message("user", extend))


def _provenance(
    asked: Asked, replies: Sequence[Completion], corpus: Corpus, notes: Sequence[str]
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
