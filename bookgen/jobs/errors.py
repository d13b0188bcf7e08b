"""Errors of the store of jobs.

BookgenError
├── JobNotFoundError    no job has this id
├── JobStateError       the job's state does not allow what was asked
├── LeaseLostError      another worker has the job now, or it was ended: write nothing
├── ConflictError       two requests that cannot both hold: a key was used for another one
│   └── OutlineChangedError   the outline is not the one that was read
└── StoreError          the database cannot be used: which, why, and the way out
"""

from __future__ import annotations

from bookgen.errors import BookgenError

__all__ = [
    "ConflictError",
    "JobNotFoundError",
    "JobStateError",
    "LeaseLostError",
    "OutlineChangedError",
    "StoreError",
]


class JobNotFoundError(BookgenError):
    """No job has this id: there never was one, or it was deleted."""

    def __init__(self, job_id: str) -> None:
        super().__init__(job_id)
        self.job_id = job_id

    def __str__(self) -> str:
        return f"There is no job {self.job_id}. List the jobs to see which there are."


class JobStateError(BookgenError):
    """The job's state does not allow what was asked. `asked` is what: "cancel", "resume"."""

    def __init__(self, job_id: str, status: str, phase: str, asked: str) -> None:
        super().__init__(job_id, status, phase, asked)
        self.job_id = job_id
        self.status = status
        self.phase = phase
        self.asked = asked

    def __str__(self) -> str:
        return (
            f"Job {self.job_id} is {self.status} (phase {self.phase}): it cannot {self.asked} now."
        )


class LeaseLostError(BookgenError):
    """The lease no longer holds: another worker has the job, or it was ended. Nothing was written,
    and nothing may be paid for it any more."""

    def __init__(self, job_id: str, owner: str, epoch: int) -> None:
        super().__init__(job_id, owner, epoch)
        self.job_id = job_id
        self.owner = owner
        self.epoch = epoch

    def __str__(self) -> str:
        return (
            f"{self.owner} has lost job {self.job_id} (lease {self.epoch}): it was taken over, "
            "ended or deleted. Stop; nothing was written."
        )


class ConflictError(BookgenError):
    """Two requests that cannot both hold, such as an idempotency key that was used for another
    body."""


class OutlineChangedError(ConflictError):
    """The outline has changed since it was read. `version` is its version now, `expected` the one
    that was read."""

    def __init__(self, job_id: str, version: int, expected: int) -> None:
        super().__init__(job_id, version, expected)
        self.job_id = job_id
        self.version = version
        self.expected = expected

    def __str__(self) -> str:
        return (
            f"The outline of job {self.job_id} is version {self.version} now, not "
            f"{self.expected}. Read it again, and make the change to that one."
        )


class StoreError(BookgenError):
    """The database cannot be used.

    `name` is its file, or its host and name, without a password. `is_passing` says that the same
    call may succeed later: the server is away, or another process is writing. After a lost
    connection it is unknown whether the call took effect.
    """

    def __init__(self, name: str, reason: str, *, is_passing: bool = False) -> None:
        super().__init__(name, reason)
        self.name = name
        self.reason = reason
        self.is_passing = is_passing

    def __str__(self) -> str:
        return f"The database {self.name} cannot be used: {self.reason}"
