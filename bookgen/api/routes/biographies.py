"""Books: ordered, followed, stopped, gone on with, and handed out."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections.abc import AsyncIterator
from contextlib import nullcontext
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from bookgen.api.deps import FoundJob, Open, require_key
from bookgen.api.problems import ProblemError
from bookgen.api.schemas import Created, GenerateBody, JobList, JobStatus
from bookgen.api.service import Service
from bookgen.checkpoint import outline_from, outline_to, passages_unknown
from bookgen.errors import InputError
from bookgen.jobs.records import Idempotency, Job, NewJob, Status
from bookgen.jobs.transitions import ENDED
from bookgen.text.words import fold_accents

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v1/biographies", tags=["biographies"], dependencies=[Depends(require_key)]
)

Format = Literal["txt", "md", "html", "epub", "docx", "pdf", "csl", "bib", "zip"]
_FOLLOW_SECONDS = 0.3
_KEY_LENGTH = 200


@router.post("/generate", status_code=202)
async def generate(
    body: GenerateBody,
    service: Open,
    idempotency_key: Annotated[str | None, Header(max_length=_KEY_LENGTH)] = None,
) -> Created:
    """Order a book. The same Idempotency-Key and body give the same job."""
    order = body.order()
    plain = order.to_plain()
    new = NewJob(plain, order.character, order.chapters, order.total_words, order.language)
    key = None
    if idempotency_key is not None:
        body_hash = hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()
        key = Idempotency("api", idempotency_key, body_hash)
    job = await service.store.create(new, key)
    await service.runner.announce(job.id)
    return Created.of(job, order)


@router.get("")
async def page(
    service: Open,
    status: Status | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
) -> JobList:
    """List jobs, the newest first."""
    return JobList.of(await service.store.page(limit=limit, status=status, cursor=cursor))


@router.get("/{job_id}/status")
async def job_status(job: FoundJob, service: Open) -> JobStatus:
    """Say how far a job is."""
    return JobStatus.of(job, await _chapters_completed(job, service))


async def _chapters_completed(job: Job, service: Service) -> int:
    if job.status == "completed":
        return job.chapters
    if not job.sections_done:
        return 0
    kept, places = await service.store.outline(job.id), await service.store.places(job.id)
    if kept is None:
        return 0
    return sum(
        all((plan.chapter, plan.number) in places for plan in chapter.sections)
        for chapter in kept.outline.chapters
    )


@router.get("/{job_id}/download")
async def download(
    job: FoundJob,
    service: Open,
    format: Format = "txt",  # noqa: A002 - the contract's name
    partial: bool = False,
) -> Response:
    """Hand out the book; with `partial`, what is finished of one that is not complete."""
    if job.status != "completed" and not partial:
        raise ProblemError(
            409, "not-complete", f"The book is {job.status}. Ask for its status until it is done."
        )
    # What puts books together takes 15 MB, which a service that hands out none does without.
    from bookgen.export.formats import FORMATS
    from bookgen.jobs.books import kept_book

    wanted = FORMATS[format]
    wanted.require()
    async with service.conversions.turn() if wanted.converts else nullcontext():
        found = await kept_book(service.store, job.id)
        if found is None:
            raise ProblemError(409, "nothing-finished", "No section of this book is finished yet.")
        content = await wanted.render(*found)
    name = re.sub(r"[^a-z0-9]+", "-", fold_accents(job.character)).strip("-")[:80] or "book"
    disposition = f'attachment; filename="{name}{wanted.ending}"'
    headers = {"Content-Disposition": disposition}
    return Response(content, media_type=wanted.media_type, headers=headers)


@router.get("/{job_id}/report")
async def report(job: FoundJob, service: Open) -> dict[str, Any]:
    """Say what holds in the book, and what it took."""
    result = await service.store.result(job.id)
    return {
        "job_id": job.id,
        "status": job.status,
        "report": None if result is None else result["report"],
        "usage": {
            "calls": job.calls,
            "prompt_tokens": job.usage.prompt_tokens,
            "completion_tokens": job.usage.completion_tokens,
        },
        "cost": job.usage.cost if job.calls else 0.0,
    }


@router.post("/{job_id}/cancel")
async def cancel(job: FoundJob, service: Open) -> JobStatus:
    """Stop a job. What is finished of it stays."""
    cancelled = await service.store.cancel(job.id)
    service.engine.worker.drop(job.id)
    return JobStatus.of(cancelled, await _chapters_completed(cancelled, service))


@router.post("/{job_id}/resume", status_code=202)
async def resume(job: FoundJob, service: Open) -> JobStatus:
    """Go on with what is missing of a failed or cancelled job."""
    resumed = await service.store.resume(job.id)
    await service.runner.announce(job.id)
    return JobStatus.of(resumed, await _chapters_completed(resumed, service))


@router.delete("/{job_id}", status_code=204)
async def delete(job: FoundJob, service: Open) -> None:
    """Remove a job and its book."""
    await service.store.delete(job.id)
    service.engine.worker.drop(job.id)


@router.get("/{job_id}/outline")
async def outline(job: FoundJob, service: Open, response: Response) -> dict[str, Any]:
    """Hand out the outline; its version is in ETag."""
    kept = await service.store.outline(job.id)
    if kept is None:
        raise ProblemError(409, "no-outline", "The outline is not made yet.")
    response.headers["ETag"] = f'"{kept.version}"'
    return outline_to(kept.outline)


IfMatch = Annotated[str, Header(description="The version that was read: its ETag.", max_length=40)]


@router.put("/{job_id}/outline")
async def replace_outline(
    job: FoundJob, body: dict[str, Any], if_match: IfMatch, service: Open, response: Response
) -> dict[str, Any]:
    """Put another outline in the place of the one that waits for approval."""
    plan = outline_from(body)
    corpus = await service.store.corpus(job.id)
    unknown = [] if corpus is None else passages_unknown(plan, corpus)
    if unknown:
        raise InputError(f"The outline names {unknown[0]}, which is no passage of the sources.")
    version = await service.store.replace_outline(job.id, plan, _version(if_match))
    response.headers["ETag"] = f'"{version}"'
    return outline_to(plan)


@router.post("/{job_id}/outline/approve", status_code=202)
async def approve_outline(job: FoundJob, if_match: IfMatch, service: Open) -> JobStatus:
    """Let the job go on with its outline."""
    approved = await service.store.approve_outline(job.id, _version(if_match))
    await service.runner.announce(job.id)
    return JobStatus.of(approved, 0)


def _version(etag: str) -> int:
    digits = etag.strip().removeprefix("W/").strip('"')
    if not digits.isascii() or not digits.isdigit() or len(digits) > 9:
        raise InputError(f'If-Match takes the ETag of the outline, such as "3", not {etag!r}.')
    return int(digits)


@router.get("/{job_id}/events", response_class=EventSourceResponse)
async def events(
    job: FoundJob,
    service: Open,
    last_event_id: Annotated[str | None, Header(max_length=40)] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Follow a job: what has happened since Last-Event-ID, then what happens, until it ends."""
    given = last_event_id or "0"
    last = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0
    while True:
        ended = (await service.store.get(job.id)).status in ENDED
        found = await service.store.events_after(job.id, last)
        for event in found:
            last = event.id
            yield ServerSentEvent(data=dict(event.data), event=event.kind, id=str(event.id))
        if ended and not found:
            return
        if not found:
            await asyncio.sleep(_FOLLOW_SECONDS)
