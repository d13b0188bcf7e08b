"""`bookgen db`: the database of the service."""

from __future__ import annotations

import asyncio

import typer

from bookgen.cli.failing import plain_errors
from bookgen.cli.model import settings_of_the_environment

__all__ = ["app"]

app = typer.Typer(help="The service's database.", no_args_is_help=True)


@app.callback()
def _db() -> None:
    """The service's database."""


@app.command()
def upgrade() -> None:
    """Bring the database to the schema of this version. Its jobs stay.

    On SQLite the service does it at its start; end it before. On PostgreSQL it has to be done
    before the first start, and after each update.
    """
    with plain_errors():
        for line in asyncio.run(_upgraded()):
            typer.echo(line)


async def _upgraded() -> list[str]:
    from bookgen.jobs import schema
    from bookgen.jobs.database import open_database

    database = open_database(settings_of_the_environment().bookgen_database_url)
    try:
        before, _ = await schema.revisions(database)
        await schema.upgrade(database)
        after, _ = await schema.revisions(database)
        told = f"is at {after}" if before == after else f"{before or 'empty'} -> {after}"
        lines = [f"{database.name}: {told}"]
        if not database.is_sqlite:
            from bookgen.jobs.queue import JobQueue

            async with JobQueue(database.engine.url) as queue:
                made = await queue.make_tables()
            lines.append(f"queue: {'its tables were made' if made else 'its tables are there'}")
        return lines
    finally:
        await database.close()
