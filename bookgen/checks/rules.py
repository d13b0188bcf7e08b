"""The rules that a finished book must keep, one function each."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from itertools import pairwise

from bookgen.checks.grounding import Grounding
from bookgen.checks.manuscript import Manuscript, place_of
from bookgen.models import Check, Outline
from bookgen.text.formats import format_share
from bookgen.text.length import length_score
from bookgen.text.openings import points_back
from bookgen.text.quotations import entry_citations
from bookgen.text.repetition import duplicate_sentences, repeated_ngrams, repeated_share
from bookgen.text.similarity import near_duplicates
from bookgen.text.words import content_words, count_words, words

__all__ = [
    "chapters_apart",
    "citations_resolve",
    "entries_cited",
    "facts_supported",
    "length",
    "openings",
    "paragraphs_cited",
    "runs_of_words",
    "section_lengths",
    "sentences_found",
    "sentences_once",
    "sentences_whole",
    "timeline_in_order",
]

MIN_LENGTH_SCORE = 80.0
MAX_REPEATED_SHARE = 0.02
RUN = 8
SIMILAR = 0.8
# Two short sentences are soon alike by chance: "He went to Vienna.", "He came to Vienna."
MIN_CONTENT_WORDS = 6
SHOWN = 20


def length(book: Manuscript, shortfall: str) -> Check:
    """Near to the length asked for, or open about why it is not."""
    score = length_score(book.asked, book.words)
    return Check(
        "length",
        f"{book.words:,} of {book.asked:,} words ({format_share(book.words / book.asked, 'en')}), "
        f"S_L {score:.0f}",
        f"S_L at least {MIN_LENGTH_SCORE:.0f}, or a stated shortfall",
        score >= MIN_LENGTH_SCORE or (bool(shortfall) and book.words < book.asked),
    )


def section_lengths(book: Manuscript, outline: Outline, shortfall: str) -> Check:
    """The sections have about the lengths that they were planned to have."""
    planned = {(plan.chapter, plan.number): plan.words for plan in outline.sections}
    scores = [
        (length_score(planned[place], count_words(section.text)), place_of(section))
        for section in book.sections
        if (place := (section.chapter, section.number)) in planned
    ]
    mean = sum(score for score, _ in scores) / max(len(scores), 1)
    low = sorted(one for one in scores if one[0] < MIN_LENGTH_SCORE)
    lowest = f", lowest {min(scores)[0]:.0f} in {min(scores)[1]}" if scores else ""
    return Check(
        "section lengths",
        f"mean S_L {mean:.0f} of {len(scores)} sections{lowest}",
        f"mean at least {MIN_LENGTH_SCORE:.0f}, or a stated shortfall",
        mean >= MIN_LENGTH_SCORE or bool(shortfall),
        _some(f"{place}: S_L {score:.0f}" for score, place in low),
    )


def citations_resolve(citations: Sequence[str], known: Container[str]) -> Check:
    """Every citation leads to a passage, or by its note to a work of the bibliography."""
    lost = [citation for citation in citations if citation not in known]
    return Check(
        "citations resolve",
        f"{len(citations) - len(lost):,} of {len(citations):,}",
        "all, and at least one",
        bool(citations) and not lost,
        _some(f"[{citation}]" for citation in dict.fromkeys(lost)),
    )


def paragraphs_cited(book: Manuscript) -> Check:
    """Every paragraph cites something, behind its last words too."""
    uncited = [
        f"{place}: {statements[-1].text}"
        for place, statements in book.paragraphs
        if not statements[-1].citations
    ]
    return Check(
        "paragraphs cited",
        f"{len(book.paragraphs) - len(uncited):,} of {len(book.paragraphs):,}",
        "all",
        not uncited,
        _some(uncited),
    )


def sentences_found(grounding: Grounding) -> Check:
    """Every sentence stands, letter for letter, in a passage that it cites."""
    found = grounding.sentences - len(grounding.missing)
    share = format_share(found / max(grounding.sentences, 1), "en")
    return Check(
        "quotations found",
        f"{found:,} of {grounding.sentences:,} sentences ({share})",
        "all",
        not grounding.missing,
        _some(grounding.missing),
    )


def facts_supported(grounding: Grounding) -> Check:
    """What is told in other words has its dates, numbers and names from passages that it cites."""
    found = grounding.told - len(grounding.unsupported)
    return Check(
        "facts supported",
        f"{found:,} of {grounding.told:,} sentences",
        "all dates, numbers and names",
        not grounding.unsupported,
        _some(grounding.unsupported),
    )


def sentences_whole(grounding: Grounding) -> Check:
    """No quotation begins or ends within a sentence of its source."""
    whole = grounding.quotations - len(grounding.cut)
    return Check(
        "sentences whole",
        f"{whole:,} of {grounding.quotations:,} quotations",
        "all",
        not grounding.cut,
        _some(grounding.cut),
    )


def sentences_once(book: Manuscript) -> Check:
    """No sentence stands in the book twice."""
    groups = duplicate_sentences([line.text for line in book.lines])
    return Check(
        "sentences once",
        f"{len(groups):,} repeated",
        "none",
        not groups,
        _some(
            f"{'; '.join(book.lines[place].place for place in group)}: {book.lines[group[0]].text}"
            for group in groups
        ),
    )


def runs_of_words(book: Manuscript) -> Check:
    """Hardly any run of eight words stands in the book twice."""
    texts = [words(line.text) for line in book.lines]
    share = repeated_share(texts, n=RUN)
    repeated = repeated_ngrams(texts, n=RUN) if share else []
    return Check(
        "runs of words",
        f"{format_share(share, 'en')} of runs of {RUN} words repeated",
        f"at most {format_share(MAX_REPEATED_SHARE, 'en')}",
        share <= MAX_REPEATED_SHARE,
        _some(f"{count} times: {' '.join(run)}" for run, count in repeated),
    )


def chapters_apart(book: Manuscript) -> Check:
    """No two chapters tell the same in nearly the same words."""
    lines = []
    tokens = []
    for line in book.lines:
        if line.chapter is None:
            continue
        found = content_words(line.text, book.language)
        if len(found) >= MIN_CONTENT_WORDS:
            lines.append(line)
            tokens.append(found)
    alike = [
        (lines[first], lines[second], similarity)
        for first, second, similarity in near_duplicates(tokens, threshold=SIMILAR)
        if lines[first].chapter != lines[second].chapter
    ]
    return Check(
        "chapters apart",
        f"{len(alike):,} near-duplicate sentences between chapters",
        "none",
        not alike,
        _some(
            f"{first.place}: {first.text} — {second.place}: {second.text} ({similarity:.2f})"
            for first, second, similarity in alike
        ),
    )


def openings(book: Manuscript) -> Check:
    """No section opens with a pronoun that has nothing to refer to."""
    pointing = [
        f"{place_of(section)}: {section.text[:60]}…"
        for section in book.sections
        if points_back(section.text, book.language)
    ]
    return Check(
        "openings",
        f"{len(pointing):,} of {len(book.sections):,} sections open with a pronoun",
        "none",
        not pointing,
        _some(pointing),
    )


def timeline_in_order(book: Manuscript) -> Check:
    """The timeline goes forward."""
    wrong = [
        f"{later.date} stands behind {earlier.date}"
        for earlier, later in pairwise(book.timeline)
        if later.date < earlier.date
    ]
    return Check(
        "timeline in order",
        f"{len(book.timeline):,} entries, {len(wrong):,} out of place",
        "none out of place",
        not wrong,
        _some(wrong),
    )


def entries_cited(book: Manuscript, known: Container[str]) -> Check:
    """Every entry of the timeline and the glossary cites a passage, and points to no section that
    does not exist."""
    entries = list(book.entries)
    places = {(section.chapter, section.number) for section in book.sections}
    uncited = [
        f"{place}: {entry.text}".rstrip(": ")
        for place, entry in entries
        if not any(citation in known for citation in entry_citations(entry))
    ]
    uncited += [
        f"{place} points to a section that does not exist"
        for place, entry in entries
        if entry.told_in is not None and entry.told_in not in places
    ]
    return Check(
        "entries cited",
        f"{len(entries) - len(uncited):,} of {len(entries):,} entries",
        "all",
        not uncited,
        _some(uncited),
    )


def _some(details: Iterable[str]) -> tuple[str, ...]:
    """Return the first details, and how many more there are."""
    found = tuple(details)
    if len(found) <= SHOWN:
        return found
    return (*found[:SHOWN], f"and {len(found) - SHOWN:,} more")
