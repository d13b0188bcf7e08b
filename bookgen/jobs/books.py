"""Finished books, and what is finished of others, put together from the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from bookgen.checks import review
from bookgen.jobs.order import BookOrder
from bookgen.jobs.store import JobStore
from bookgen.models import (
    Biography,
    ChapterPlan,
    Check,
    Corpus,
    GlossaryEntry,
    Outline,
    PartialDate,
    Report,
    Section,
    TimelineEntry,
)
from bookgen.text.quotations import cited_passages

__all__ = ["kept_book", "report_from", "result_of"]


def result_of(book: Biography, report: Report) -> dict[str, Any]:
    """Return what a job is completed with: all of its book that the store does not hold yet."""
    return {
        "timeline": [{**asdict(entry), "date": str(entry.date)} for entry in book.timeline],
        "glossary": [asdict(entry) for entry in book.glossary],
        "report": asdict(report),
    }


def report_from(result: Mapping[str, Any]) -> Report:
    """Return the report that a job was completed with."""
    plain = dict(result["report"])
    checks = tuple(
        Check(**{**check, "details": tuple(check["details"])}) for check in plain.pop("checks")
    )
    lists = {name: tuple(plain[name]) for name in ("failures", "contradictions")}
    return Report(**{**plain, **lists, "checks": checks})


async def kept_book(store: JobStore, job_id: str) -> tuple[Biography, Report] | None:
    """Return the book of a job with its report, of an unfinished job what there is of it; None
    where no section is finished. Raises JobNotFoundError."""
    order = BookOrder.from_plain(await store.request(job_id))
    kept, corpus = await store.outline(job_id), await store.corpus(job_id)
    sections = await store.sections(job_id)
    if kept is None or corpus is None or not any(one.number > 0 for one in sections):
        return None
    result = await store.result(job_id)
    book = _book(order, _written(kept.outline, sections), corpus, sections, result or {})
    return book, report_from(result) if result else review(book, corpus)


def _written(outline: Outline, sections: list[Section]) -> Outline:
    """Return the chapters of which something is written."""
    begun = {section.chapter for section in sections if section.number > 0}
    chapters: list[ChapterPlan] = [one for one in outline.chapters if one.number in begun]
    return replace(outline, chapters=tuple(chapters))


def _book(
    order: BookOrder,
    outline: Outline,
    corpus: Corpus,
    sections: list[Section],
    result: Mapping[str, Any],
) -> Biography:
    by_place = {(section.chapter, section.number): section for section in sections}
    chapters = {chapter.number for chapter in outline.chapters}
    around = [section for section in sections if section.chapter not in chapters]
    told = tuple(section for place, section in sorted(by_place.items()) if place[0] in chapters)
    timeline = tuple(
        TimelineEntry(
            PartialDate.parse(entry["date"]), entry["passage"], entry["text"], _told_in(entry)
        )
        for entry in result.get("timeline", ())
    )
    glossary = tuple(
        GlossaryEntry(entry["term"], entry["passage"], entry["text"], _told_in(entry))
        for entry in result.get("glossary", ())
    )
    book = Biography(
        brief=order.brief,
        outline=outline,
        prologue=by_place.get((0, 1)),
        sections=told,
        timeline=timeline,
        sources=corpus.sources,
        epilogue=next((one for one in around if one.chapter > max(chapters)), None),
        glossary=glossary,
    )
    return replace(book, passages=cited_passages(book, corpus))


def _told_in(entry: Mapping[str, Any]) -> tuple[int, int] | None:
    place = entry["told_in"]
    return None if place is None else (place[0], place[1])
