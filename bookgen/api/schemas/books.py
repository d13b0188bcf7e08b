"""Bodies of requests and answers: the contract's fields, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from bookgen.jobs.order import BookOrder, Mode
from bookgen.jobs.records import Job, JobPage

__all__ = ["Created", "GenerateBody", "JobList", "JobStatus", "Progress", "Text", "moment"]

# A book of the default length takes about so long, by a provider of usual speed or by quoting.
_SECONDS_A_WORD = 0.003
_LEAST_SECONDS = 15


def moment(seconds: float | None) -> str | None:
    """Return a time as ISO 8601 in UTC."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()


def _printable(text: str) -> str:
    stripped = text.strip()
    if not stripped:
        raise ValueError("it must not be blank")
    if not all(character.isprintable() for character in stripped):
        raise ValueError("it must not hold control characters")
    return stripped


def _web_url(url: str) -> str:
    if not url.lower().startswith(("http://", "https://")) or not url.isprintable():
        raise ValueError("it must be an http or https URL")
    return url


Text = Annotated[str, AfterValidator(_printable)]
Url = Annotated[str, Field(max_length=2048), AfterValidator(_web_url)]


class GenerateBody(BaseModel):
    """A book that is asked for."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"character": "Ada Lovelace", "chapters": 20, "total_words": 51000}]
        },
    )

    character: Annotated[Text, Field(min_length=1, max_length=200)]
    chapters: int = Field(default=20, ge=1, le=50)
    total_words: int = Field(default=51_000, ge=1_000, le=200_000)
    language: Literal["en", "es"] = "en"
    model: Annotated[Text, Field(max_length=200)] | None = None
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

    job_id: str
    status: str
    message: str
    character: str
    chapters: int
    created_at: str
    estimated_completion_time: str
    mode: str
    sources_generated_automatically: bool
    source_count: int

    @classmethod
    def of(cls, job: Job, order: BookOrder) -> Created:
        seconds = max(_LEAST_SECONDS, _SECONDS_A_WORD * order.total_words)
        created = datetime.fromtimestamp(job.created_at, UTC)
        return cls(
            job_id=job.id,
            status=job.status,
            message="The biography is queued. Ask for its status until it is completed.",
            character=job.character,
            chapters=job.chapters,
            created_at=created.isoformat(),
            estimated_completion_time=(created + timedelta(seconds=seconds)).isoformat(),
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
    phase: str


class JobStatus(BaseModel):
    """The state of a job."""

    job_id: str
    status: str
    character: str
    progress: Progress
    created_at: str | None
    started_at: str | None
    completed_at: str | None
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
            started_at=moment(job.started_at),
            completed_at=moment(job.completed_at),
            error=None if job.error is None else job.error.message,
            download_url=f"/api/v1/biographies/{job.id}/download" if completed else None,
        )


class JobList(BaseModel):
    """Some jobs, the newest first; `cursor` asks for the next."""

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
