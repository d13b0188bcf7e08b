"""Sources are checked before a book is ordered from them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from bookgen.api.deps import Open, require_key
from bookgen.api.schemas import Text
from bookgen.sources.assess import (
    Assessment,
    Candidate,
    SourceType,
    Summary,
    assess,
    is_accepted,
    summarise,
)

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/sources", tags=["sources"], dependencies=[Depends(require_key)])

_SECONDS = 20.0


class SourceBody(BaseModel):
    """A source that somebody proposes."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(max_length=2048)] | None = None
    title: Annotated[str, Field(max_length=500)] | None = None
    author: Annotated[str, Field(max_length=300)] | None = None
    publication_date: Annotated[str, Field(max_length=50)] | None = None
    source_type: SourceType = "url"

    def candidate(self) -> Candidate:
        return Candidate(**self.model_dump())


class ValidateBody(BaseModel):
    """Sources to check: their form, duplicates, and whether they can be reached."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"sources": [{"url": "https://en.wikipedia.org/wiki/Ada_Lovelace"}]}]
        },
    )

    sources: list[SourceBody] = Field(min_length=1, max_length=100)
    check_accessibility: bool = True


class ValidateAdvancedBody(ValidateBody):
    """And what they tell of the topic, and how far their domains are trusted."""

    biography_topic: Annotated[Text, Field(max_length=200)]
    min_relevance: float = Field(default=0.7, ge=0, le=1)
    min_credibility: int = Field(default=80, ge=0, le=100)


@router.post("/validate")
async def validate(body: ValidateBody, service: Open) -> dict[str, Any]:
    """Check sources. What is not known within 20 seconds stays unknown."""
    found = await _assessed(body, service, topic=None)
    return _answer(found, summarise(found))


@router.post("/validate-advanced")
async def validate_advanced(body: ValidateAdvancedBody, service: Open) -> dict[str, Any]:
    """Check sources, and judge them by a topic and by the class of their domains."""
    found = await _assessed(body, service, topic=body.biography_topic)
    relevance, credibility = body.min_relevance, body.min_credibility
    summary = summarise(found, min_relevance=relevance, min_credibility=credibility)
    answer = _answer(found, summary)
    for result, one in zip(answer["results"], found, strict=True):
        result |= {
            "relevance_score": one.relevance,
            "credibility_score": one.credibility,
            "domain_category": one.metadata.domain_category,
            "is_trusted": one.metadata.is_trusted,
            "warnings": list(one.warnings),
        }
    rejected = [
        result["source"]
        for result, one in zip(answer["results"], found, strict=True)
        if not is_accepted(one, min_relevance=relevance, min_credibility=credibility)
    ]
    return answer | {
        "rejected_sources": rejected,
        "average_relevance": summary.average_relevance,
        "average_credibility": summary.average_credibility,
        "recommendations": list(summary.recommendations),
    }


async def _assessed(body: ValidateBody, service: Open, topic: str | None) -> list[Assessment]:
    return await assess(
        [source.candidate() for source in body.sources],
        today=datetime.now(UTC).date(),
        fetcher=service.engine.fetcher if body.check_accessibility else None,
        topic=topic,
        seconds=_SECONDS,
    )


def _answer(found: list[Assessment], summary: Summary) -> dict[str, Any]:
    return {
        "total_sources": summary.total,
        "valid_sources": summary.valid,
        "invalid_sources": summary.invalid,
        "results": [
            {
                "source": asdict(one.candidate),
                "is_valid": one.is_valid,
                "is_accessible": one.is_accessible,
                "issues": list(one.issues),
                "metadata": asdict(one.metadata),
            }
            for one in found
        ],
        "summary": {
            "validation_rate": summary.validation_rate,
            "source_types": dict(summary.source_types),
            "domain_categories": dict(summary.domain_categories),
            "accessibility_checked": summary.accessibility_checked,
            "accessible": summary.accessible,
            "trusted": summary.trusted,
        },
    }
