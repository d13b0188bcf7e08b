"""Assesses candidates: their form, whether they can be reached, what they tell of a topic."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from bookgen.errors import SourceError
from bookgen.models import Language
from bookgen.sources.assess.candidate import Assessment, Candidate, SourceMetadata
from bookgen.sources.assess.credibility import credibility_of
from bookgen.sources.assess.duplicates import find_duplicates
from bookgen.sources.assess.form import Form, check_form, web_address
from bookgen.sources.assess.reading import beginning_of
from bookgen.sources.assess.relevance import relevance
from bookgen.sources.fetch.client import Fetcher
from bookgen.sources.fetch.failures import FetchError, FetchFailure
from bookgen.sources.fetch.originals import original_of
from bookgen.sources.fetch.replies import Fetched
from bookgen.sources.fetch.urls import host_of, parse_url

__all__ = ["assess"]

_READERS = 2


@dataclass(frozen=True, slots=True)
class _Answer:
    """What asking for one page brought."""

    is_accessible: bool | None = None
    status: int | None = None
    content_type: str | None = None
    final_url: str | None = None
    relevance: float | None = None
    issues: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


async def assess(
    candidates: Sequence[Candidate],
    *,
    today: date,
    fetcher: Fetcher | None = None,
    topic: str | None = None,
    language: Language = "en",
    seconds: float = 30.0,
) -> list[Assessment]:
    """Return one assessment for each candidate, in their order.

    Without a `fetcher` nothing is asked for. With a `topic` pages are read, not only probed, and
    their relevance is judged by HTML, Markdown and plain text; `language` is the topic's.
    `seconds` is the time for all together: what is not known by then stays unknown. How many pages
    are asked for at once is the fetcher's policy.
    """
    forms = [check_form(candidate, today) for candidate in candidates]
    same = find_duplicates(candidates)
    wanted = {
        place: url
        for place, candidate in enumerate(candidates)
        if not forms[place].issues and place not in same
        if (url := web_address(candidate)) is not None
    }
    about = _Topic(topic, language) if topic else None
    answers: dict[int, _Answer] = {}
    if fetcher is not None:
        tasks = {
            place: asyncio.create_task(_ask(fetcher, url, candidates[place].title or "", about))
            for place, url in wanted.items()
        }
        answers = await _within(seconds, tasks)
    return [
        _assessed(candidate, forms[place], same.get(place), answers.get(place, _Answer()))
        for place, candidate in enumerate(candidates)
    ]


@dataclass(frozen=True, slots=True)
class _Topic:
    topic: str
    language: Language
    # Pages are read in threads, a few at a time: reading one takes the processor for itself.
    readers: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_READERS))


async def _within(seconds: float, tasks: dict[int, asyncio.Task[_Answer]]) -> dict[int, _Answer]:
    """Return what the tasks give within the time for all; the rest is ended."""
    if not tasks:
        return {}
    try:
        _, late = await asyncio.wait(tasks.values(), timeout=seconds)
    finally:
        for task in tasks.values():
            task.cancel()
    if late:
        await asyncio.wait(late)
    too_late = _Answer(warnings=("It could not be checked in time. Check it again.",))
    return {place: too_late if task in late else task.result() for place, task in tasks.items()}


async def _ask(fetcher: Fetcher, url: str, title: str, topic: _Topic | None) -> _Answer:
    return await (_probe(fetcher, url) if topic is None else _read(fetcher, url, topic, title))


async def _probe(fetcher: Fetcher, url: str) -> _Answer:
    access = await fetcher.probe(url)
    if not access.is_accessible:
        return _Answer(False, access.status, issues=(_unreachable(access.reason),))
    return _Answer(True, access.status, access.content_type, access.final_url)


async def _read(fetcher: Fetcher, url: str, topic: _Topic, title: str) -> _Answer:
    try:
        page = await fetcher.get(url)
    except FetchError as error:
        if error.code == "too-large":
            return _Answer(True, warnings=("It is too large for its relevance to be judged.",))
        return _Answer(False, error.status, issues=(_unreachable(error.reason),))
    answer = _Answer(True, page.status, page.content_type, page.final_url)
    try:
        async with topic.readers:
            text = await asyncio.to_thread(_text, page)
    except SourceError as error:
        unread = f"Its relevance could not be judged: {error.reason}"
        return replace(answer, warnings=(unread,))
    found = relevance(topic.topic, text, title=title, language=topic.language)
    return replace(answer, relevance=found)


def _host(url: str | None) -> str | None:
    if url is None:
        return None
    try:
        return host_of(parse_url(url))
    except FetchFailure:
        return None


def _text(page: Fetched) -> str:
    original = original_of(page)
    if original.form == "pdf":
        raise SourceError(page.url, "it is a PDF, which is read only for a book.")
    return beginning_of(original)


def _unreachable(reason: str) -> str:
    return f"It cannot be fetched: {reason}"


def _assessed(candidate: Candidate, form: Form, same_as: int | None, answer: _Answer) -> Assessment:
    issues = [*form.issues]
    if same_as is not None:
        issues.append(f"It is the same source as number {same_as + 1}.")
    host = _host(web_address(candidate))
    # The text comes from where redirects end, and a trusted host may redirect to any other. What a
    # DOI leads to was registered with it.
    judged = host if form.doi else _host(answer.final_url) or host
    known = credibility_of(
        judged, candidate.source_type, has_identifier=bool(form.isbn or form.doi)
    )
    return Assessment(
        candidate=candidate,
        is_accessible=answer.is_accessible,
        issues=(*issues, *answer.issues),
        warnings=(*form.warnings, *answer.warnings),
        metadata=SourceMetadata(
            source_type=candidate.source_type,
            domain=host,
            domain_category=known.category,
            is_trusted=known.is_trusted,
            credibility_reason=known.reason,
            isbn=form.isbn,
            doi=form.doi,
            status=answer.status,
            content_type=answer.content_type,
            final_url=answer.final_url,
        ),
        relevance=answer.relevance,
        credibility=known.score,
    )
