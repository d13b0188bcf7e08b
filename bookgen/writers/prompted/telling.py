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
_NOTHING = Draft(())


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
        does not hold. A reply that was cut off is asked for again, with more room, and never kept.
        Where nothing holds, it has the text of `place`."""
        allowed = frozenset(passage.id for passage in asked.passages)
        replies: list[Completion] = []
        notes: list[str] = []

        def problems_of(written: Draft) -> tuple[Problem, ...]:
            return draft.check(written, corpus.passage, brief.language, brief.subject)

        async def ask(messages: tuple[Message, ...], words: int, room: int = 1) -> Draft:
            reply = await self._model.complete(self._prompt(messages, words, room))
            replies.append(reply)
            if reply.is_cut_off:
                notes.append("a reply was cut off")
                return _NOTHING
            found = draft.parse(reply.text, allowed, brief.language)
            notes.extend(f"cited unknown {one}" for one in found.unknown)
            return found

        written = await ask(asked.messages, asked.words)
        problems = problems_of(written)
        if problems or written.words > _LONG * asked.words or not written.paragraphs:
            again = _repair(asked, replies[-1], written, problems)
            repaired = await ask(again, asked.words, room=2 if replies[-1].is_cut_off else 1)
            if repaired.words >= written.words / 2:
                written, problems = repaired, problems_of(repaired)
                notes.append("written again")
        elif written.words < _SHORT * asked.words:
            left = [one for one in asked.passages if one.id not in written.cited]
            if left:
                words = asked.words - written.words
                more = await ask(_extend(asked, replies[-1], left, words), words)
                written = replace(written, paragraphs=written.paragraphs + more.paragraphs)
                problems = problems_of(written)
                notes += ["extended"] if more.paragraphs else []
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

    def _prompt(self, messages: tuple[Message, ...], words: int, room: int = 1) -> Prompt:
        return Prompt(
            messages,
            max_tokens=room * int(_ROOM + _TOKENS_A_WORD * words * _LONG),
            temperature=self._temperature,
            session=hashlib.sha256(messages[0].content.encode()).hexdigest()[:32],
        )


def planned(prompt: Prompt, share: float) -> PlannedCall:
    """Return a call whose reply is a share of the longest that it may be."""
    return PlannedCall(estimate_prompt(prompt), int(share * prompt.max_tokens), prompt.max_tokens)


def _repair(
    asked: Asked, reply: Completion, written: Draft, problems: Sequence[Problem]
) -> tuple[Message, ...]:
    lines = [f"- {problem}" for problem in problems[:_PROBLEMS_NAMED]]
    if written.words > _LONG * asked.words:
        lines.append(f"- It has {written.words} words; {asked.words} were asked for.")
    if reply.is_cut_off:
        lines.append("- It breaks off before its end.")
    elif not written.paragraphs:
        lines.append("- It holds no sentence with the marker of a passage.")
    repair = prompts.load("repair").fill(problems="\n".join(lines), words=asked.words)
    return (*asked.messages, *_said(reply), Message("user", repair))


def _extend(
    asked: Asked, reply: Completion, left: Sequence[Passage], words: int
) -> tuple[Message, ...]:
    extend = prompts.load("extend").fill(words=words, passages=context.passage_lines(left))
    return (*asked.messages, *_said(reply), Message("user", extend))


def _said(reply: Completion) -> tuple[Message, ...]:
    """The reply as a message; none where it is empty, which providers refuse."""
    return (Message("assistant", reply.text),) if reply.text.strip() else ()


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
