"""Sources are checked before a book is ordered from them."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Depends

from bookgen.api.deps import Open, require_key
from bookgen.api.schemas.sources import (
    AdvancedValidation,
    ValidateAdvancedBody,
    ValidateBody,
    Validation,
)
from bookgen.sources.assess import Assessment, assess, is_accepted, summarise

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/sources", tags=["sources"], dependencies=[Depends(require_key)])

_SECONDS = 20.0


@router.post("/validate")
async def validate(body: ValidateBody, service: Open) -> Validation:
    """Check sources. What is not known within 20 seconds stays unknown."""
    found = await _assessed(body, service, topic=None)
    return Validation.of(found, summarise(found))


@router.post("/validate-advanced")
async def validate_advanced(body: ValidateAdvancedBody, service: Open) -> AdvancedValidation:
    """Check sources, and judge them by a topic and by the class of their domains."""
    found = await _assessed(body, service, topic=body.biography_topic)
    relevance, credibility = body.min_relevance, body.min_credibility
    rejected = [
        one.candidate
        for one in found
        if not is_accepted(one, min_relevance=relevance, min_credibility=credibility)
    ]
    summary = summarise(found, min_relevance=relevance, min_credibility=credibility)
    return AdvancedValidation.of(found, summary, rejected)


async def _assessed(body: ValidateBody, service: Open, topic: str | None) -> list[Assessment]:
    return await assess(
        [source.candidate() for source in body.sources],
        today=datetime.now(UTC).date(),
        fetcher=service.engine.fetcher if body.check_accessibility else None,
        topic=topic,
        seconds=_SECONDS,
    )
