"""What goes into the store and comes out of it. Times are seconds since 1970 (UTC) by the
database's clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bookgen.models import Outline, Usage

__all__ = [
    "Event",
    "Idempotency",
    "Job",
    "JobFailure",
    "JobPage",
    "KeptOutline",
    "Lease",
    "NewJob",
    "Phase",
    "Pruned",
    "Status",
    "StoreSize",
]

Status = Literal["pending", "in_progress", "completed", "failed", "cancelled"]
Phase = Literal["queued", "sources", "outline", "approval", "sections", "checks", "done"]


@dataclass(frozen=True, slots=True)
class NewJob:
    """A book that is asked for. `request` is a JSON object that the store only keeps."""

    request: Mapping[str, Any]
    character: str
    chapters: int
    words: int
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Idempotency:
    """The key of a request, which stands for one `body_hash` for each client."""

    client: str
    key: str
    body_hash: str


@dataclass(frozen=True, slots=True)
class JobFailure:
    """Why a job failed: the name of the error's class, or another short word, and its message."""

    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class Job:
    """The state of a job.

    `completed_at` is when it ended, in whichever way. `attempts` counts the runs that began since
    a section was last kept. `sections_done` and `sections_total` count the outline's sections, not
    what stands around them. `usage` is of all `calls` that were paid for it, also where their
    replies were lost; what was not known of one call is None for all.
    """

    id: str
    status: Status
    phase: Phase
    character: str
    chapters: int
    words: int
    language: str | None
    created_at: float
    updated_at: float
    started_at: float | None
    completed_at: float | None
    error: JobFailure | None
    epoch: int
    attempts: int
    lease_owner: str | None
    lease_expires_at: float | None
    outline_version: int
    outline_approved: bool
    sections_total: int
    sections_done: int
    calls: int
    usage: Usage


@dataclass(frozen=True, slots=True)
class JobPage:
    """Some jobs, the newest first. `cursor` asks for the next page, None where this is the last."""

    jobs: tuple[Job, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write a job until `expires_at`, or until it is renewed. `epoch` is the fencing
    token: it grows with every owner, and every write carries it."""

    job_id: str
    owner: str
    epoch: int
    expires_at: float


@dataclass(frozen=True, slots=True)
class KeptOutline:
    """A job's outline. `version` grows by one with every change of it."""

    outline: Outline
    version: int
    approved: bool


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a job. Ids grow; within a job they are in the order of commits."""

    id: int
    job_id: str
    kind: str
    data: Mapping[str, Any]
    created_at: float


@dataclass(frozen=True, slots=True)
class Pruned:
    """How much was removed."""

    jobs: int = 0
    events: int = 0
    documents: int = 0
    idempotency_keys: int = 0


@dataclass(frozen=True, slots=True)
class StoreSize:
    """`size_bytes` is what the database takes on its disk, a SQLite file without its log; `jobs`
    is their number by status."""

    size_bytes: int
    jobs: Mapping[str, int]
