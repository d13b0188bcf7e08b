"""A model's reply taken apart: sentences with their citations, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache

from bookgen.models import Language, Passage
from bookgen.text.openings import points_back
from bookgen.text.quotations import paragraphs, statements
from bookgen.text.sentences import split_sentences
from bookgen.text.support import Ground, unsupported
from bookgen.text.words import count_words

__all__ = ["Draft", "Problem", "Told", "check", "parse", "render", "without"]

_HEADING = re.compile(r"^\s{0,3}#{1,6}\s.*$", re.MULTILINE)
_FENCE = re.compile(r"^\s*```.*$", re.MULTILINE)
_EMPHASIS = re.compile(r"(?<!\w)(\*{1,3}|_{1,3})(?=\S)(.+?)(?<=\S)\1(?!\w)")


@dataclass(frozen=True, slots=True)
class Told:
    """One sentence and the passages it cites."""

    text: str
    citations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """Paragraphs of sentences. `unknown` are the markers that stand for no passage given."""

    paragraphs: tuple[tuple[Told, ...], ...]
    unknown: tuple[str, ...] = ()

    @property
    def words(self) -> int:
        return sum(count_words(told.text) for part in self.paragraphs for told in part)

    @property
    def cited(self) -> frozenset[str]:
        return frozenset(
            passage for part in self.paragraphs for told in part for passage in told.citations
        )


@dataclass(frozen=True, slots=True)
class Problem:
    """A sentence that cannot stay as it is, and why."""

    told: Told
    reason: str

    def __str__(self) -> str:
        return f"{self.reason}: {self.told.text}"


def parse(reply: str, allowed: Collection[str], language: Language) -> Draft:
    """Return the reply's sentences. Headings and code fences go; a citation of what is not
    `allowed` is taken off its sentence and reported."""
    unknown: list[str] = []
    parts = []
    text = _EMPHASIS.sub(r"\2", _FENCE.sub("", _HEADING.sub("", reply)))
    for paragraph in paragraphs(text):
        sentences: list[Told] = []
        carried: tuple[str, ...] = ()
        for statement in statements(paragraph):
            unknown += [one for one in statement.citations if one not in allowed]
            known = tuple(dict.fromkeys(one for one in statement.citations if one in allowed))
            # What closes a paragraph without a marker leans on the one before.
            carried = known or carried
            found = split_sentences(" ".join(statement.text.split()), language)
            sentences += [Told(sentence.text, carried) for sentence in found]
        if sentences:
            parts.append(tuple(sentences))
    return Draft(tuple(parts), tuple(dict.fromkeys(unknown)))


def check(
    draft: Draft, passages: Mapping[str, Passage], language: Language, known: str = ""
) -> tuple[Problem, ...]:
    """Return the sentences that cannot stay, in order: what the passages that they cite do not
    support, and a first one that points back. `known` may be named everywhere: the subject."""

    @cache
    def ground(citations: tuple[str, ...]) -> Ground:
        return Ground.of((passages[one] for one in citations), language, known)

    problems = []
    for place, told in enumerate(told for part in draft.paragraphs for told in part):
        if not told.citations:
            problems.append(Problem(told, "It cites no passage"))
        elif missing := unsupported(told.text, ground(told.citations)):
            reason = f"Not in the passages it cites ({', '.join(missing)})"
            problems.append(Problem(told, reason))
        elif place == 0 and points_back(told.text, language):
            problems.append(Problem(told, "The text opens with a pronoun, not with a name"))
    return tuple(problems)


def without(draft: Draft, problems: Collection[Problem]) -> Draft:
    """Return the draft without the sentences in question, and without paragraphs that cite
    nothing then."""
    dropped = {id(problem.told) for problem in problems}
    kept = (tuple(told for told in part if id(told) not in dropped) for part in draft.paragraphs)
    return replace(
        draft, paragraphs=tuple(part for part in kept if any(told.citations for told in part))
    )


def render(draft: Draft) -> str:
    """Return the text with its citations: one marker for a run of sentences that share it."""
    return "\n\n".join(_render(part) for part in draft.paragraphs)


def _render(part: tuple[Told, ...]) -> str:
    pieces = []
    for place, told in enumerate(part):
        following = part[place + 1].citations if place + 1 < len(part) else ()
        markers = (
            ""
            if told.citations == following
            else "".join(f" [@{passage_id}]" for passage_id in told.citations)
        )
        pieces.append(f"{told.text}{markers}")
    return " ".join(pieces)
