"""A job's events as they are sent to whoever follows it (server-sent events, WHATWG HTML 9.2)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable
from typing import TypeVar

import structlog
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event

from bookgen.jobs.errors import JobNotFoundError, StoreError
from bookgen.jobs.records import Event
from bookgen.jobs.store import JobStore
from bookgen.jobs.transitions import ENDED

__all__ = ["followed"]

log = structlog.get_logger(__name__)

# Seconds between two looks for what has happened.
_LOOK = 0.3
# Seconds of silence after which a comment shows that the stream is alive: proxies end idle ones.
_SILENCE = 15.0

_Found = TypeVar("_Found")


async def followed(store: JobStore, job_id: str, last: int) -> AsyncIterator[bytes]:
    """Yield what happened after the event `last`, then what happens, until the job has ended."""
    silent = 0.0
    while True:
        try:
            ended = (await _apart(store.get(job_id))).status in ENDED
            found = await _apart(store.events_after(job_id, last))
        except (JobNotFoundError, StoreError) as error:
            # The status is sent already. A client asks again from the last event on, and is told.
            log.warning("events ended", job_id=job_id, reason=str(error))
            return
        for event in found:
            last, silent = event.id, 0.0
            yield _encoded(event)
        if ended and not found:
            return
        if not found:
            await asyncio.sleep(_LOOK)
            silent += _LOOK
            if silent >= _SILENCE:
                silent = 0.0
                yield KEEPALIVE_COMMENT


def _encoded(event: Event) -> bytes:
    return format_sse_event(
        data_str=json.dumps(dict(event.data)), event=event.kind, id=str(event.id)
    )


async def _apart(work: Awaitable[_Found]) -> _Found:
    """Return what the work returns. It comes to its end although the reader hangs up meanwhile: a
    connection to the database that is left in the middle of a statement is lost for seconds."""
    return await asyncio.shield(asyncio.ensure_future(work))
