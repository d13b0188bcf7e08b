"""Books: what is ordered, how far it is, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bookgen.api.schemas.common import EXAMPLE_JOB, Moment, Text, Url, moment
from bookgen.jobs.order import BookOrder, Mode
from bookgen.jobs.records import Job, JobPage, Phase, Status

__all__ = ["BookReport", "Created", "GenerateBody", "JobList", "JobStatus"]

# A book of the default length takes about so long, by a provider of usual speed or by quoting.
_SECONDS_A_WORD = 0.003
_LEAST_SECONDS = 15
_QUEUED = "The biography is queued. Ask for its status until it is completed."

_IN_PROGRESS: dict[str, Any] = {
    "job_id": EXAMPLE_JOB,
    "status": "in_progress",
    "character": "Ada Lovelace",
    "progress": {
        "chapters_completed": 7,
        "total_chapters": 20,
        "percentage": 40.0,
        "sections_completed": 32,
        "total_sections": 80,
        "phase": "sections",
    },
    "created_at": "2026-03-01T12:00:00.250000+00:00",
    "started_at": "2026-03-01T12:00:00.310000+00:00",
    "completed_at": None,
    "error": None,
    "download_url": None,
}
_COMPLETED: dict[str, Any] = {
    **_IN_PROGRESS,
    "status": "completed",
    "progress": {
        "chapters_completed": 20,
        "total_chapters": 20,
        "percentage": 100.0,
        "sections_completed": 80,
        "total_sections": 80,
        "phase": "done",
    },
    "completed_at": "2026-03-01T12:01:34.500000+00:00",
    "download_url": f"/api/v1/biographies/{EXAMPLE_JOB}/download",
}


class GenerateBody(BaseModel):
    """A book that is asked for."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"character": "Ada Lovelace", "chapters": 20, "total_words": 51_000},
                {
                    "character": "Ada Lovelace",
                    "chapters": 8,
                    "total_words": 20_000,
                    "sources": ["https://www.britannica.com/biography/Ada-Lovelace"],
                    "approve_outline": True,
                },
            ]
        },
    )

    character: Annotated[Text, Field(min_length=1, max_length=200)]
    chapters: int = Field(default=20, ge=1, le=50)
    total_words: int = Field(default=51_000, ge=1_000, le=200_000)
    language: Literal["en", "es"] = "en"
    model: Annotated[Text, Field(min_length=1, max_length=200)] | None = None
    temperature: float = Field(default=0.7, ge=0, le=2)
    mode: Mode | None = None
    sources: list[Url] = Field(default_factory=list, max_length=200)
    min_sources: int = Field(default=40, ge=10, le=100)
    quality_threshold: float = Field(default=0.8, ge=0, le=1)
    approve_outline: bool = False

    def order(self) -> BookOrder:
        """Return what the job is made from."""
        values: dict[str, Any] = self.model_dump()
        mode = values.pop("mode") or ("manual" if self.sources else "automatic")
        return BookOrder(**{**values, "mode": mode, "sources": tuple(self.sources)})


class Created(BaseModel):
    """A job that was made."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "job_id": EXAMPLE_JOB,
                    "status": "pending",
                    "message": _QUEUED,
                    "character": "Ada Lovelace",
                    "chapters": 20,
                    "created_at": "2026-03-01T12:00:00.250000+00:00",
                    "estimated_completion_time": "2026-03-01T12:02:33.250000+00:00",
                    "mode": "automatic",
                    "sources_generated_automatically": True,
                    "source_count": 0,
                }
            ]
        }
    )

    job_id: str
    status: Status
    message: str
    character: str
    chapters: int
    created_at: Moment
    estimated_completion_time: Moment
    mode: Mode
    sources_generated_automatically: bool
    source_count: int

    @classmethod
    def of(cls, job: Job, order: BookOrder) -> Created:
        seconds = max(_LEAST_SECONDS, _SECONDS_A_WORD * order.total_words)
        return cls(
            job_id=job.id,
            status=job.status,
            message=_QUEUED,
            character=job.character,
            chapters=job.chapters,
            created_at=moment(job.created_at),
            estimated_completion_time=moment(job.created_at + seconds),
            mode=order.mode,
            sources_generated_automatically=order.mode != "manual",
            source_count=len(order.sources),
        )


class Progress(BaseModel):
    """How far a job is. `percentage` is of its sections."""

    chapters_completed: int
    total_chapters: int
    percentage: float
    sections_completed: int
    total_sections: int
    phase: Phase


class JobStatus(BaseModel):
    """The state of a job."""

    model_config = ConfigDict(json_schema_extra={"examples": [_IN_PROGRESS, _COMPLETED]})

    job_id: str
    status: Status
    character: str
    progress: Progress
    created_at: Moment
    started_at: Moment | None
    completed_at: Moment | None
    error: str | None
    download_url: str | None

    @classmethod
    def of(cls, job: Job, chapters_completed: int) -> JobStatus:
        completed = job.status == "completed"
        share = job.sections_done / job.sections_total if job.sections_total else 0.0
        return cls(
            job_id=job.id,
            status=job.status,
            character=job.character,
            progress=Progress(
                chapters_completed=chapters_completed,
                total_chapters=job.chapters,
                percentage=100.0 if completed else round(100 * share, 1),
                sections_completed=job.sections_done,
                total_sections=job.sections_total,
                phase=job.phase,
            ),
            created_at=moment(job.created_at),
            started_at=None if job.started_at is None else moment(job.started_at),
            completed_at=None if job.completed_at is None else moment(job.completed_at),
            error=None if job.error is None else job.error.message,
            download_url=f"/api/v1/biographies/{job.id}/download" if completed else None,
        )


class JobList(BaseModel):
    """Some jobs, the newest first; `cursor` asks for the next."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"biographies": [_COMPLETED], "cursor": f"1772366400.25_{EXAMPLE_JOB}"},
                {"biographies": [_IN_PROGRESS], "cursor": None},
            ]
        }
    )

    biographies: list[JobStatus]
    cursor: str | None

    @classmethod
    def of(cls, page: JobPage) -> JobList:
        return cls(
            biographies=[
                JobStatus.of(job, job.chapters if job.status == "completed" else 0)
                for job in page.jobs
            ],
            cursor=page.cursor,
        )


class CheckResult(BaseModel):
    """One check of a finished book: what was measured, and the limit it had to keep, in words."""

    name: str
    value: str
    limit: str
    passed: bool
    details: list[str] = []


class Findings(BaseModel):
    """What holds in a finished book. `coverage` is the share, 0 to 1, of the sentences that are
    found in a passage they cite."""

    words: int
    chapters: int
    citations: int
    coverage: float | None
    shortfall: str = ""
    checks: list[CheckResult] = []
    failures: list[str] = []
    contradictions: list[str] = []


class Paid(BaseModel):
    """What the provider was asked for. Tokens are null where it did not say how many they were."""

    calls: int
    prompt_tokens: int | None
    completion_tokens: int | None


class BookReport(BaseModel):
    """What holds in a book, null until it is completed, and what it took. `cost` is in US dollars,
    null where the provider did not say."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "job_id": EXAMPLE_JOB,
                    "status": "completed",
                    "report": {
                        "words": 50_870,
                        "chapters": 20,
                        "citations": 1_462,
                        "coverage": 0.99,
                        "shortfall": "",
                        "checks": [
                            {
                                "name": "length",
                                "value": "50,870 words",
                                "limit": "51,000 ± 5 %",
                                "passed": True,
                                "details": [],
                            }
                        ],
                        "failures": [],
                        "contradictions": [],
                    },
                    "usage": {
                        "calls": 101,
                        "prompt_tokens": 310_400,
                        "completion_tokens": 84_200,
                    },
                    "cost": 0.42,
                }
            ]
        }
    )

    job_id: str
    status: Status
    report: Findings | None
    usage: Paid
    cost: float | None

    @classmethod
    def of(cls, job: Job, result: Mapping[str, Any] | None) -> BookReport:
        return cls(
            job_id=job.id,
            status=job.status,
            report=None if result is None else Findings(**result["report"]),
            usage=Paid(
                calls=job.calls,
                prompt_tokens=job.usage.prompt_tokens,
                completion_tokens=job.usage.completion_tokens,
            ),
            cost=job.usage.cost if job.calls else 0.0,
        )
