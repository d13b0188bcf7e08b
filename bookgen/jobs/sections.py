"""The finished sections of a job: each is committed, with its provenance, before anything else
happens to it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, case, exists, select

from bookgen.checkpoint import provenance_from
from bookgen.jobs.records import Lease
from bookgen.jobs.statements import Topic, fenced, held, insert, tell, whole
from bookgen.jobs.tables import database_time, jobs
from bookgen.jobs.tables import sections as table
from bookgen.models import Section, SectionPlan
from bookgen.text.words import count_words

__all__ = ["Sections"]


class Sections(Topic):
    """Keeps one section for each place of a book, with the plan that it was written for."""

    async def section(self, job_id: str, plan: SectionPlan) -> Section | None:
        """Return the section that was kept for this plan; None if there is none, or if it was
        written for another plan of the same place."""
        statement = select(table).where(
            table.c.job_id == job_id,
            table.c.chapter == plan.chapter,
            table.c.number == plan.number,
            table.c.plan == asdict(plan),
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return None if row is None else _section(row)

    async def sections(self, job_id: str) -> list[Section]:
        """Return all finished sections in the order of reading, of a job that may be unfinished."""
        statement = (
            select(table).where(table.c.job_id == job_id).order_by(table.c.chapter, table.c.number)
        )
        async with self._database.reading() as connection:
            return [_section(row) for row in await connection.execute(statement)]

    async def places(self, job_id: str) -> frozenset[tuple[int, int]]:
        """Return the chapter and number of each finished section, without their texts."""
        statement = select(table.c.chapter, table.c.number).where(table.c.job_id == job_id)
        async with self._database.reading() as connection:
            found = await connection.execute(statement)
            return frozenset((row.chapter, row.number) for row in found)

    @whole
    async def keep_section(self, lease: Lease, plan: SectionPlan, section: Section) -> None:
        """Keep a finished section; it is durable when this returns. Raises LeaseLostError.

        What is there for the same plan stays, so that the call may be made again where a lost
        connection left its outcome unknown. What is there for another plan is replaced.
        """
        words = count_words(section.text)
        # What stands around the sections has no budget of words, and is not counted as one.
        counted = 1 if plan.words else 0
        async with self._database.writing() as connection:
            job = await held(
                connection,
                lease,
                fenced(
                    lease,
                    attempts=1,
                    sections_done=jobs.c.sections_done
                    + case((_is_kept(lease, plan), 0), else_=counted),
                ).returning(jobs.c.sections_done, jobs.c.sections_total),
            )
            statement = insert(connection, table).values(
                job_id=lease.job_id,
                chapter=plan.chapter,
                number=plan.number,
                plan=asdict(plan),
                title=section.title,
                text=section.text,
                words=words,
                provenance=None if section.provenance is None else asdict(section.provenance),
                epoch=lease.epoch,
                created_at=database_time(),
            )
            replaced = ("plan", "title", "text", "words", "provenance", "epoch", "created_at")
            statement = statement.on_conflict_do_update(
                index_elements=["job_id", "chapter", "number"],
                set_={name: statement.excluded[name] for name in replaced},
                where=table.c.plan != statement.excluded.plan,
            )
            written = await connection.execute(statement.returning(table.c.number))
            if written.one_or_none() is None:
                return
            await tell(
                connection,
                lease.job_id,
                "section",
                {
                    "chapter": plan.chapter,
                    "number": plan.number,
                    "title": section.title,
                    "words": words,
                    "done": job.sections_done,
                    "total": job.sections_total,
                },
            )


def _is_kept(lease: Lease, plan: SectionPlan) -> Any:
    return exists().where(
        table.c.job_id == lease.job_id,
        table.c.chapter == plan.chapter,
        table.c.number == plan.number,
    )


def _section(row: Row[Any]) -> Section:
    provenance = provenance_from(row.provenance)
    return Section(row.chapter, row.number, row.title, row.text, provenance)
