"""What routes depend on: the open service, a job by its id, a key."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Request

from bookgen.api.clients import ApiKeys
from bookgen.api.problems import ProblemError
from bookgen.api.schemas.common import EXAMPLE_JOB
from bookgen.api.service import Service
from bookgen.jobs.records import Job

__all__ = ["FoundJob", "Open", "require_key"]


async def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


Open = Annotated[Service, Depends(_service)]


JobId = Annotated[UUID, Path(description="As the order was answered.", examples=[EXAMPLE_JOB])]


async def _job(job_id: JobId, service: Open) -> Job:
    return await service.store.get(str(job_id))


FoundJob = Annotated[Job, Depends(_job)]


async def require_key(request: Request) -> None:
    """Refuse a request without a known key, where keys are required."""
    keys: ApiKeys = request.app.state.keys
    if keys.are_required and request.state.key_owner is None:
        raise ProblemError(
            401,
            "key-required",
            "This service needs a key: Authorization: Bearer KEY, or X-API-Key.",
            headers={"WWW-Authenticate": "Bearer"},
        )
