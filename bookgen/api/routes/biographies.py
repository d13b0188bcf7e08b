"""Books: ordered, followed, stopped, gone on with, and handed out."""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import nullcontext
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Response
from fastapi.responses import JSONResponse, StreamingResponse

from bookgen.api.deps import FoundJob, Open, require_key
from bookgen.api.following import followed
from bookgen.api.openapi import ETAG, FILE, answer, binaries, problems, texts
from bookgen.api.problems import ProblemError
from bookgen.api.schemas.books import BookReport, Created, GenerateBody, JobList, JobStatus
from bookgen.api.schemas.common import EXAMPLE_JOB
from bookgen.api.schemas.outlines import OutlineBody
from bookgen.api.service import Service
from bookgen.checkpoint import outline_to, passages_unknown
from bookgen.errors import InputError
from bookgen.jobs.records import Idempotency, Job, NewJob, Status
from bookgen.models import Outline
from bookgen.text.words import fold_accents

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v1/biographies",
    tags=["biographies"],
    dependencies=[Depends(require_key)],
    responses=problems(503),
)

Format = Literal["txt", "md", "html", "epub", "docx", "pdf", "csl", "bib", "zip"]
_KEY_LENGTH = 200


IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=_KEY_LENGTH,
        description="The same key and body give the same job, however often they are sent.",
        examples=["order-2026-03-01-17"],
    ),
]


@router.post("/generate", status_code=202, responses=problems(409))
async def generate(
    body: GenerateBody, service: Open, idempotency_key: IdempotencyKey = None
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


OfStatus = Annotated[Status | None, Query(description="Only these.", examples=["completed"])]
Limit = Annotated[int, Query(ge=1, le=100, description="How many.", examples=[20])]
Cursor = Annotated[
    str | None,
    Query(
        max_length=100,
        description="From where the page before ended.",
        examples=[f"1772366400.25_{EXAMPLE_JOB}"],
    ),
]


@router.get("")
async def list_jobs(
    service: Open, status: OfStatus = None, limit: Limit = 20, cursor: Cursor = None
) -> JobList:
    """List jobs, the newest first."""
    return JobList.of(await service.store.page(limit=limit, status=status, cursor=cursor))


@router.get("/{job_id:uuid}/status", responses=problems(404))
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


BookFormat = Annotated[
    Format,
    Query(description="The book in a form to read or to edit, or its references.", examples=["md"]),
]
Partial = Annotated[bool, Query(description="What is finished, too.", examples=[True])]
_BOOKS = {
    "text/plain": "ADA LOVELACE\n",
    "text/markdown": "# Ada Lovelace\n",
    "text/html": "<!doctype html>\n<title>Ada Lovelace</title>\n",
    "application/x-bibtex": "@book{letters,\n  title = {Letters}\n}\n",
}
_CONVERTED = (
    "application/epub+zip",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/pdf",
    "application/zip",
)
_REFERENCES = {
    "application/json": {
        "schema": {"type": "array", "items": {"type": "object"}},
        "example": [{"id": "letters", "type": "book", "title": "Letters"}],
    }
}


@router.get(
    "/{job_id:uuid}/download",
    response_class=Response,
    responses=answer(200, content=texts(_BOOKS) | _REFERENCES | binaries(_CONVERTED), headers=FILE)
    | problems(404, 409),
)
async def download(
    job: FoundJob,
    service: Open,
    format: BookFormat = "txt",  # noqa: A002 - the contract's name
    partial: Partial = False,
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


@router.get("/{job_id:uuid}/report", responses=problems(404))
async def report(job: FoundJob, service: Open) -> BookReport:
    """Say what holds in the book, and what it took."""
    return BookReport.of(job, await service.store.result(job.id))


@router.post("/{job_id:uuid}/cancel", responses=problems(404, 409))
async def cancel(job: FoundJob, service: Open) -> JobStatus:
    """Stop a job. What is finished of it stays."""
    cancelled = await service.store.cancel(job.id)
    service.engine.worker.drop(job.id)
    return JobStatus.of(cancelled, await _chapters_completed(cancelled, service))


@router.post("/{job_id:uuid}/resume", status_code=202, responses=problems(404, 409))
async def resume(job: FoundJob, service: Open) -> JobStatus:
    """Go on with what is missing of a failed or cancelled job."""
    resumed = await service.store.resume(job.id)
    await service.runner.announce(job.id)
    return JobStatus.of(resumed, await _chapters_completed(resumed, service))


@router.delete("/{job_id:uuid}", status_code=204, responses=problems(404))
async def delete(job: FoundJob, service: Open) -> None:
    """Remove a job and its book."""
    await service.store.delete(job.id)
    service.engine.worker.drop(job.id)


def _outline(plan: Outline, version: int) -> JSONResponse:
    return JSONResponse(outline_to(plan), headers={"ETag": f'"{version}"'})


@router.get(
    "/{job_id:uuid}/outline",
    response_model=OutlineBody,
    responses=answer(200, headers=ETAG) | problems(404, 409),
)
async def outline(job: FoundJob, service: Open) -> JSONResponse:
    """Hand out the outline; its version is in ETag."""
    kept = await service.store.outline(job.id)
    if kept is None:
        raise ProblemError(409, "no-outline", "The outline is not made yet.")
    return _outline(kept.outline, kept.version)


def _if_match(example: str) -> Any:
    description = "The version that was read: its ETag."
    return Header(description=description, max_length=40, examples=[example])


ToReplace = Annotated[str, _if_match('"1"')]
ToApprove = Annotated[str, _if_match('"2"')]


@router.put(
    "/{job_id:uuid}/outline",
    response_model=OutlineBody,
    responses=answer(200, headers=ETAG) | problems(404, 409, 412),
)
async def replace_outline(
    job: FoundJob, body: OutlineBody, if_match: ToReplace, service: Open
) -> JSONResponse:
    """Put another outline in the place of the one that waits for approval."""
    plan = body.outline()
    corpus = await service.store.corpus(job.id)
    unknown = [] if corpus is None else passages_unknown(plan, corpus)
    if unknown:
        raise InputError(f"The outline names {unknown[0]}, which is no passage of the sources.")
    version = await service.store.replace_outline(job.id, plan, _version(if_match))
    return _outline(plan, version)


@router.post("/{job_id:uuid}/outline/approve", status_code=202, responses=problems(404, 409, 412))
async def approve_outline(job: FoundJob, if_match: ToApprove, service: Open) -> JobStatus:
    """Let the job go on with its outline."""
    approved = await service.store.approve_outline(job.id, _version(if_match))
    await service.runner.announce(job.id)
    return JobStatus.of(approved, 0)


def _version(etag: str) -> int:
    digits = etag.strip().removeprefix("W/").strip('"')
    if not digits.isascii() or not digits.isdigit() or len(digits) > 9:
        raise InputError(f'If-Match takes the ETag of the outline, such as "3", not {etag!r}.')
    return int(digits)


LastEventId = Annotated[
    str | None,
    Header(max_length=40, description="The last event that was received.", examples=["41"]),
]
_EVENTS = {
    "text/event-stream": "event: section\n"
    'data: {"chapter": 1, "number": 2, "title": "Lessons", "words": 400, "done": 2, "total": 80}\n'
    "id: 42\n\n"
}


@router.get(
    "/{job_id:uuid}/events",
    response_class=StreamingResponse,
    responses=answer(200, content=texts(_EVENTS)) | problems(404),
)
async def events(
    job: FoundJob, service: Open, last_event_id: LastEventId = None
) -> StreamingResponse:
    """Follow a job: what has happened since Last-Event-ID, then what happens, until it ends."""
    given = last_event_id or "0"
    last = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0
    return StreamingResponse(
        followed(service.store, job.id, last),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )
