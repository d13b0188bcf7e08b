"""Sources that are proposed, and what was found out about them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from bookgen.api.schemas.common import Text
from bookgen.sources.assess import Assessment, Candidate, SourceType, Summary

__all__ = [
    "AdvancedValidation",
    "SourceBody",
    "ValidateAdvancedBody",
    "ValidateBody",
    "Validation",
]

_PAGE: dict[str, Any] = {
    "url": "https://www.britannica.com/biography/Ada-Lovelace",
    "title": "Ada Lovelace",
    "source_type": "url",
}
_BOOK: dict[str, Any] = {
    "url": "urn:isbn:9780306406157",
    "title": "The Letters of Ada Lovelace",
    "author": "A. Editor",
    "publication_date": "1992-03",
    "source_type": "book",
}
_FOUND: dict[str, Any] = {
    "source": {**_PAGE, "author": None, "publication_date": None},
    "is_valid": True,
    "is_accessible": True,
    "issues": [],
    "metadata": {
        "source_type": "url",
        "domain": "www.britannica.com",
        "domain_category": "encyclopedia",
        "is_trusted": True,
        "credibility_reason": "An encyclopedia whose articles are written or edited by named "
        "experts.",
        "isbn": None,
        "doi": None,
        "status": 200,
        "content_type": "text/html",
        "final_url": _PAGE["url"],
    },
}
_ANSWER: dict[str, Any] = {
    "total_sources": 1,
    "valid_sources": 1,
    "invalid_sources": 0,
    "results": [_FOUND],
    "summary": {
        "validation_rate": 1.0,
        "source_types": {"url": 1},
        "domain_categories": {"encyclopedia": 1},
        "accessibility_checked": 1,
        "accessible": 1,
        "trusted": 1,
    },
}


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
            "examples": [
                {"sources": [_PAGE, _BOOK]},
                {"sources": [_PAGE], "check_accessibility": False},
            ]
        },
    )

    sources: list[SourceBody] = Field(min_length=1, max_length=100)
    check_accessibility: bool = True


class ValidateAdvancedBody(ValidateBody):
    """And what they tell of the topic, and how far their domains are trusted."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "sources": [_PAGE, _BOOK],
                    "biography_topic": "Ada Lovelace",
                    "min_relevance": 0.6,
                    "min_credibility": 70,
                }
            ]
        },
    )

    biography_topic: Annotated[Text, Field(min_length=1, max_length=200)]
    min_relevance: float = Field(default=0.7, ge=0, le=1)
    min_credibility: int = Field(default=80, ge=0, le=100)


class Metadata(BaseModel):
    """What is known of a source. The last three are the server's answer, where one was asked."""

    source_type: SourceType
    domain: str | None
    domain_category: str
    is_trusted: bool
    credibility_reason: str
    isbn: str | None
    doi: str | None
    status: int | None
    content_type: str | None
    final_url: str | None


class Result(BaseModel):
    """What was found out about one source. `is_accessible` is null where it is not known."""

    source: SourceBody
    is_valid: bool
    is_accessible: bool | None
    issues: list[str]
    metadata: Metadata

    @classmethod
    def of(cls, found: Assessment) -> Result:
        return cls(**_plain(found))


class AdvancedResult(Result):
    """And how relevant it is, 0 to 1, null where that is not known; and how credible, 0 to 100."""

    relevance_score: float | None
    credibility_score: int
    domain_category: str
    is_trusted: bool
    warnings: list[str]

    @classmethod
    def of(cls, found: Assessment) -> AdvancedResult:
        return cls(
            **_plain(found),
            relevance_score=found.relevance,
            credibility_score=found.credibility,
            domain_category=found.metadata.domain_category,
            is_trusted=found.metadata.is_trusted,
            warnings=list(found.warnings),
        )


def _plain(found: Assessment) -> dict[str, Any]:
    return {
        "source": asdict(found.candidate),
        "is_valid": found.is_valid,
        "is_accessible": found.is_accessible,
        "issues": list(found.issues),
        "metadata": asdict(found.metadata),
    }


class Figures(BaseModel):
    """All results in a few figures; `validation_rate` is the share of valid sources, 0 to 1."""

    validation_rate: float
    source_types: dict[str, int]
    domain_categories: dict[str, int]
    accessibility_checked: int
    accessible: int
    trusted: int


class Counted(BaseModel):
    """How many sources there are, and how many are valid."""

    total_sources: int
    valid_sources: int
    invalid_sources: int
    summary: Figures


class Validation(Counted):
    """What was found out about all sources, in their order."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ANSWER]})

    results: list[Result]

    @classmethod
    def of(cls, found: list[Assessment], summary: Summary) -> Validation:
        return cls(**_figures(summary), results=[Result.of(one) for one in found])


class AdvancedValidation(Counted):
    """And which sources are below a limit, the averages, and what to do about it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_ANSWER,
                    "results": [
                        {
                            **_FOUND,
                            "relevance_score": 0.93,
                            "credibility_score": 85,
                            "domain_category": "encyclopedia",
                            "is_trusted": True,
                            "warnings": [],
                        }
                    ],
                    "rejected_sources": [],
                    "average_relevance": 0.93,
                    "average_credibility": 85.0,
                    "recommendations": [],
                }
            ]
        }
    )

    results: list[AdvancedResult]
    rejected_sources: list[SourceBody]
    average_relevance: float | None
    average_credibility: float | None
    recommendations: list[str]

    @classmethod
    def of(
        cls, found: list[Assessment], summary: Summary, rejected: list[Candidate]
    ) -> AdvancedValidation:
        return cls(
            **_figures(summary),
            results=[AdvancedResult.of(one) for one in found],
            rejected_sources=[SourceBody(**asdict(one)) for one in rejected],
            average_relevance=summary.average_relevance,
            average_credibility=summary.average_credibility,
            recommendations=list(summary.recommendations),
        )


def _figures(summary: Summary) -> dict[str, Any]:
    return {
        "total_sources": summary.total,
        "valid_sources": summary.valid,
        "invalid_sources": summary.invalid,
        "summary": Figures(
            validation_rate=summary.validation_rate,
            source_types=dict(summary.source_types),
            domain_categories=dict(summary.domain_categories),
            accessibility_checked=summary.accessibility_checked,
            accessible=summary.accessible,
            trusted=summary.trusted,
        ),
    }
