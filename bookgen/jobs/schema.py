"""Brings a database to the schema of this version, and says whether it has it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    inspect,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bookgen.jobs.database import Database
from bookgen.jobs.errors import StoreError
from bookgen.jobs.failures import translated
from bookgen.jobs.tables import metadata

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = ["SCRIPTS", "alembic_config", "require_current", "revisions", "upgrade"]

SCRIPTS = Path(__file__).parent / "migrations"

# Alembic's own table, as it makes it.
_VERSION = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)

# Any number, the same in every worker: two that start at once upgrade one after the other.
_ADVISORY_LOCK = 0x626F6F6B


def alembic_config(connection: Connection) -> Config:
    """Return Alembic's configuration, without a file, for its commands on an open connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


async def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the schema to a revision, the newest unless another is named, in one transaction. A
    database that is there already is left as it is.

    Raises StoreError where the database was made by a later version of bookgen.
    """
    with translated(database.name):
        found, newest = await revisions(database)
        if revision == "head" and found == newest:
            return
        if database.is_sqlite:
            await _upgrade_sqlite(database, revision)
            return
        async with database.writing() as connection:
            await connection.execute(
                text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK}
            )
            await _run(connection, database.name, revision)


async def _upgrade_sqlite(database: Database, revision: str) -> None:
    # SQLite changes a table by making another and dropping the old one. With foreign keys on, that
    # would delete every section with its job. They cannot be turned off within a transaction.
    async with database.reading() as connection:
        await connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        try:
            await connection.exec_driver_sql("BEGIN IMMEDIATE")
            await _run(connection, database.name, revision)
            broken = (await connection.exec_driver_sql("PRAGMA foreign_key_check")).all()
            if broken:
                raise StoreError(
                    database.name,
                    f"the upgrade would leave {len(broken)} rows without what they belong to, and "
                    "was undone. Put its last backup in its place.",
                )
            await connection.commit()
        finally:
            await connection.rollback()
            await connection.exec_driver_sql("PRAGMA foreign_keys = ON")


async def _run(connection: AsyncConnection, name: str, revision: str) -> None:
    # An empty database is given the newest tables as they are. Alembic takes 11 MB, which a service
    # that has nothing to upgrade does without.
    if revision == "head" and await connection.run_sync(_is_empty):
        await connection.run_sync(_create)
        return
    from alembic import command
    from alembic.util import CommandError

    try:
        await connection.run_sync(lambda sync: command.upgrade(alembic_config(sync), revision))
    except CommandError as error:
        raise StoreError(
            name, f"it was made by a later version of bookgen ({error}). Use that version."
        ) from error


def _is_empty(connection: Connection) -> bool:
    names = set(inspect(connection).get_table_names())
    return names.isdisjoint({_VERSION.name, *metadata.tables})


def _create(connection: Connection) -> None:
    _, newest = _revisions(connection)
    metadata.create_all(connection)
    _VERSION.create(connection)
    connection.execute(_VERSION.insert().values(version_num=newest))


async def require_current(database: Database) -> None:
    """Raise StoreError unless the database has the schema of this version."""
    found, wanted = await revisions(database)
    if found != wanted:
        raise StoreError(
            database.name,
            f"its schema is {found or 'missing'}, this version needs {wanted}. Run "
            "`bookgen db upgrade`.",
        )


async def revisions(database: Database) -> tuple[str | None, str | None]:
    """Return the revision that the schema has, None without any, and the newest."""
    async with database.reading() as connection:
        return await connection.run_sync(_revisions)


def _revisions(connection: Connection) -> tuple[str | None, str | None]:
    found = None
    if inspect(connection).has_table("alembic_version"):
        found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    # Files are named by their revisions, v0001_first_tables.py, in their order.
    newest = max(file.name for file in (SCRIPTS / "versions").glob("v*.py"))
    return found, newest.removeprefix("v").partition("_")[0]
