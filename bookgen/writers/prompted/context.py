"""What every prompt of one book has in common, and what a section has to know of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from bookgen.models import Brief, Corpus, Language, Outline, Passage, SectionPlan
from bookgen.text.names import find_names
from bookgen.writers.prompted import prompts

__all__ = [
    "LANGUAGES",
    "before_and_after",
    "digests",
    "elsewhere",
    "fitting",
    "passage_lines",
    "rules",
    "skeleton",
]

LANGUAGES: dict[Language, str] = {"en": "English", "es": "Spanish"}
# Names that the ledger holds, the most frequent first.
_NAMES = 60
# Words of what another section tells, and how many sections on each side are told of.
_DIGEST, _NEIGHBOURS = 18, 3
# Characters of a token, on the careful side for English and Spanish.
_TOKEN = 3


def rules(brief: Brief, outline: Outline, corpus: Corpus, tone: str) -> str:
    """Return what stands before every prompt of a book, so that providers can cache it."""
    return prompts.load("rules").fill(
        subject=brief.subject,
        language_name=LANGUAGES[brief.language],
        tone=tone,
        names=", ".join(ledger(corpus, brief.language)),
        outline="\n".join(_outline_lines(outline)),
    )


def ledger(corpus: Corpus, language: Language) -> list[str]:
    """Return the names that stand most often in the sources, each as it is written most often."""
    counted = Counter(
        name for passage in corpus.passages for name in find_names(passage.text, language)
    )
    return [name for name, count in counted.most_common(_NAMES) if count > 1]


def _outline_lines(outline: Outline) -> Iterable[str]:
    for chapter in outline.chapters:
        yield f"{chapter.number}. {chapter.title}"
        yield from (f"   {chapter.number}.{plan.number} {plan.title}" for plan in chapter.sections)


def elsewhere(plan: SectionPlan, outline: Outline, corpus: Corpus) -> str:
    """Return what the sections around this one tell, a line each."""
    plans = outline.sections
    place = plans.index(plan)
    around = plans[max(0, place - _NEIGHBOURS) : place] + plans[place + 1 :][:_NEIGHBOURS]
    return digests(around, corpus)


def digests(plans: Iterable[SectionPlan], corpus: Corpus) -> str:
    """Return what sections tell, a line each."""
    lines = [f"- {plan.title}: {_digest(plan, corpus)}" for plan in plans]
    return "\n".join(lines) or "- nothing"


def before_and_after(plan: SectionPlan, outline: Outline, corpus: Corpus) -> tuple[str, str]:
    """Return what stands right before a section and what comes right after it, for a transition:
    the end of the one, the beginning of the other."""
    plans = outline.sections
    place = plans.index(plan)
    before, after = "the beginning of the chapter", "the end of the book"
    if plan.number > 1:
        last = _one_line(corpus.passage[plans[place - 1].passages[-1]]).split()[-_DIGEST:]
        before = f'"{plans[place - 1].title}", which ends with: ... {" ".join(last)}'
    if place + 1 < len(plans):
        following = plans[place + 1]
        chapter = "" if following.number > 1 else ", the first section of the next chapter"
        after = f'"{following.title}"{chapter}, which begins with: {_digest(following, corpus)}'
    return before, after


def _digest(plan: SectionPlan, corpus: Corpus) -> str:
    """The beginning of what a section is drawn from."""
    words = _one_line(corpus.passage[plan.passages[0]]).split(" ", _DIGEST)
    return " ".join(words[:_DIGEST]) + (" ..." if len(words) > _DIGEST else "")


def skeleton(outline: Outline, corpus: Corpus) -> str:
    """Return chapters and sections with an extract of each, for a model that gives titles."""
    lines = []
    for chapter in outline.chapters:
        period = f" ({chapter.period[0]} to {chapter.period[1]})" if chapter.period else ""
        lines.append(f"Chapter {chapter.number}{period}")
        lines += [
            f"  Section {chapter.number}.{plan.number}: {_digest(plan, corpus)}"
            for plan in chapter.sections
        ]
    return "\n".join(lines)


def passage_lines(passages: Sequence[Passage]) -> str:
    """Return passages as lines of a prompt, each behind its marker, and above it what its source
    says of it outside its text: a letter's addressee and date."""
    lines = []
    for passage in passages:
        if passage.date is not None:
            about = f"{passage.heading}, {passage.date}" if passage.heading else str(passage.date)
            lines.append(f"(The next passage: {' '.join(about.replace('[@', '(@').split())})")
        lines.append(f"[@{passage.id}] {_one_line(passage)}")
    return "\n".join(lines)


def _one_line(passage: Passage) -> str:
    """The passage so that nothing in it can be taken for a marker or for a line of the prompt."""
    return " ".join(passage.text.replace("[@", "(@").split())


def fitting(passages: Sequence[Passage], tokens: int) -> list[Passage]:
    """Return as many of the passages, from the first on, as a prompt has room for."""
    room = tokens * _TOKEN
    kept: list[Passage] = []
    for passage in passages:
        room -= len(passage.text) + len(passage.id) + 8
        if room < 0 and kept:
            break
        kept.append(passage)
    return kept
