"""The statements that are sent to a database, and a store with many jobs in it."""

import time
from contextlib import contextmanager
from contextvars import ContextVar

from sqlalchemy import event, text

from bookgen.jobs.tables import documents, events, idempotency_keys, job_documents, jobs, sections

_sent = ContextVar("sent", default=None)
STATUSES = ("completed", "completed", "failed", "cancelled")
IN_ONE_INSERT = 1_000


def watch(database):
    """Let `sent` see what goes to this database."""

    @event.listens_for(database.engine.sync_engine, "before_cursor_execute")
    def take(connection, cursor, statement, parameters, context, executemany):
        found = _sent.get()
        if found is not None and not statement.startswith("BEGIN"):
            found.append((statement, parameters[0] if executemany else parameters))


@contextmanager
def sent():
    """Collect the statements, with their parameters, of what is awaited within the block, and of
    nothing that runs beside it."""
    found = []
    token = _sent.set(found)
    try:
        yield found
    finally:
        _sent.reset(token)


def job_row(number, **changes):
    """Return the row of a job that was made, and ended, `number` minutes ago."""
    then = time.time() - 60.0 * number
    status = STATUSES[number % len(STATUSES)]
    row = dict.fromkeys(("created_at", "updated_at", "started_at", "completed_at"), then)
    row |= {
        "id": f"{number:08x}-0000-4000-8000-000000000000",
        "status": status,
        "phase": "done" if status == "completed" else "sections",
        "request": {"character": "Somebody"},
        "character": "Somebody",
        "chapters": 3,
        "words": 3_000,
        "language": "en",
        "lease_owner": None,
        "lease_expires_at": None,
    }
    return {**row, **changes}


async def fill(database, count):
    """Put so many ended jobs into the store, with sections, events, a key and a source of each."""
    for first in range(1, count + 1, IN_ONE_INSERT):
        made = [job_row(n) for n in range(first, min(first + IN_ONE_INSERT, count + 1))]
        rows = {
            jobs: made,
            documents: [{"sha256": job["id"], "content": b"x", "kept_at": 0.0} for job in made],
            job_documents: [
                {"job_id": job["id"], "position": 0, "document": job["id"]} for job in made
            ],
            sections: [_section(job, place) for job in made for place in range(1, 4)],
            events: [_event(job, kind) for job in made for kind in ("state", "section", "done")],
            idempotency_keys: [_key(job) for job in made],
        }
        async with database.writing() as connection:
            for table, values in rows.items():
                await connection.execute(table.insert(), values)
    async with database.reading() as connection:
        # PostgreSQL does so by itself, some time after.
        await connection.execute(text("SELECT 1" if database.is_sqlite else "ANALYZE"))


def _section(job, place):
    return {
        "job_id": job["id"],
        "chapter": 1,
        "number": place,
        "plan": {},
        "title": "A Section",
        "text": "Text.",
        "words": 1,
        "epoch": 1,
        "created_at": job["created_at"],
    }


def _event(job, kind):
    return {"job_id": job["id"], "kind": kind, "data": {}, "created_at": job["created_at"]}


def _key(job):
    return {
        "client": "api",
        "key": job["id"],
        "body_hash": "a" * 64,
        "job_id": job["id"],
        "created_at": job["created_at"],
    }
