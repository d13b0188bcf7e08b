"""What a job's status may become: each change is one guarded update, with its event in the same
transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Update, null, update

from bookgen.jobs.records import Job, JobFailure, Lease, Phase, Status
from bookgen.jobs.statements import STATE, Topic, fenced, held, job_from, refuse, tell, whole
from bookgen.jobs.tables import database_time, jobs

__all__ = ["ACTIVE", "ENDED", "TRANSITIONS", "Transition", "Transitions"]

ACTIVE: tuple[Status, ...] = ("pending", "in_progress")
ENDED: tuple[Status, ...] = ("completed", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class Transition:
    """From which statuses to which status; None leaves the phase, which says where it ended."""

    origins: tuple[Status, ...]
    status: Status
    phase: Phase | None = None


# Every change of a status. A job that was released, or whose worker died, stays in progress.
TRANSITIONS: Mapping[str, Transition] = {
    "start": Transition(ACTIVE, "in_progress"),
    "wait for approval": Transition(("in_progress",), "pending", "approval"),
    "be approved": Transition(("pending",), "pending", "queued"),
    "complete": Transition(("in_progress",), "completed", "done"),
    "fail": Transition(("in_progress",), "failed"),
    "be cancelled": Transition(ACTIVE, "cancelled"),
    "be resumed": Transition(("failed", "cancelled"), "pending", "queued"),
}

_NO_LEASE: dict[str, Any] = {"lease_owner": null(), "lease_expires_at": null()}


def moved(name: str, *where: ColumnElement[bool], **values: Any) -> Update:
    """Return the update that makes a transition where the job's status allows it, and returns the
    columns of a Job."""
    transition = TRANSITIONS[name]
    if transition.phase is not None:
        values["phase"] = transition.phase
    if transition.status in ENDED:
        values |= _NO_LEASE | {"completed_at": database_time()}
    return (
        update(jobs)
        .where(jobs.c.status.in_(transition.origins), *where)
        .values(status=transition.status, updated_at=database_time(), **values)
        .returning(*STATE)
    )


def told(job: Job) -> tuple[Literal["state", "done"], dict[str, Any]]:
    """Return the kind and the data of the event of a job's new state."""
    data: dict[str, Any] = {"status": job.status, "phase": job.phase}
    if job.error is not None:
        data["error"] = asdict(job.error)
    return "done" if job.status in ENDED else "state", data


class Transitions(Topic):
    """Moves jobs from one status or phase to another. What needs the lease raises LeaseLostError
    where it is lost; the rest raise JobStateError where the state does not allow it, or
    JobNotFoundError."""

    async def enter(self, lease: Lease, phase: Phase) -> None:
        """Say what the job's worker is at."""
        await self._with_lease(lease, fenced(lease, phase=phase).returning(*STATE))

    async def wait_for_approval(self, lease: Lease) -> None:
        """Give the job back until its outline is approved: nobody can acquire it before."""
        await self._with_lease(lease, self._owned("wait for approval", lease, **_NO_LEASE))

    async def complete(self, lease: Lease, result: Mapping[str, Any]) -> None:
        """End the job well; `result` is a JSON object that the store only keeps."""
        await self._with_lease(lease, self._owned("complete", lease, result=dict(result)))

    async def fail(self, lease: Lease, error: JobFailure) -> None:
        """End the job with an error. What is finished stays, and it can be resumed."""
        await self._with_lease(lease, self._owned("fail", lease, error=asdict(error)))

    async def cancel(self, job_id: str) -> Job:
        """End the job, and its worker's lease with it. What is finished stays."""
        return await self._unleased("be cancelled", job_id)

    async def resume(self, job_id: str) -> Job:
        """Let a failed or cancelled job go on with what is missing."""
        return await self._unleased(
            "be resumed", job_id, error=null(), completed_at=null(), attempts=0
        )

    def _owned(self, name: str, lease: Lease, **values: Any) -> Update:
        return moved(name, jobs.c.id == lease.job_id, jobs.c.epoch == lease.epoch, **values)

    @whole
    async def _with_lease(self, lease: Lease, statement: Update) -> None:
        async with self._database.writing() as connection:
            job = job_from(await held(connection, lease, statement))
            await tell(connection, lease.job_id, *told(job))

    @whole
    async def _unleased(self, name: str, job_id: str, **values: Any) -> Job:
        async with self._database.writing() as connection:
            found = await connection.execute(moved(name, jobs.c.id == job_id, **values))
            row = found.one_or_none()
            if row is None:
                raise await refuse(connection, job_id, name)
            job = job_from(row)
            await tell(connection, job_id, *told(job))
            return job
