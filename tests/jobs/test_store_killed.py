"""What the store has said is kept is there, however the process that kept it has ended."""

import itertools
import signal
import sys

import pytest
from jobs.examples import NEW
from jobs.keeping import python

from bookgen.jobs.database import open_database
from bookgen.jobs.schema import upgrade
from bookgen.jobs.store import JobStore

pytestmark = pytest.mark.anyio


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize("sections", [1, 7, 20])
async def test_a_section_is_kept_though_the_process_is_killed_the_moment_after(
    url, sections, anyio_backend
):
    with python("-m", "jobs.keeping", url) as process:
        job_id, *told = [line.strip() for line in itertools.islice(process.stdout, 1 + sections)]
        process.send_signal(signal.SIGKILL)
        told += process.stdout.read().split()
        assert process.wait() == -signal.SIGKILL

    database = open_database(url)
    try:
        await upgrade(database)
        store = JobStore(database)
        kept = await store.sections(job_id)
        # The one that was being kept may be there as well.
        assert len(told) <= len(kept) <= len(told) + 1
        assert [one.number for one in kept] == list(range(1, len(kept) + 1))
        assert all(one.text == f"Text {one.number}. " * 500 for one in kept)
        assert (await store.get(job_id)).sections_done == len(kept)
        events = [one for one in await store.events_after(job_id, 0, 1000) if one.kind == "section"]
        assert [one.data["number"] for one in events] == [one.number for one in kept]
        if database.is_sqlite:
            async with database.reading() as connection:
                (answer,) = await connection.exec_driver_sql("PRAGMA integrity_check")
            assert tuple(answer) == ("ok",)
        assert (await store.create(NEW)).status == "pending"
    finally:
        await database.close()


async def test_sqlite_writes_through_to_the_disk(database):
    if not database.is_sqlite:
        pytest.skip("PostgreSQL does, as it is set up")
    async with database.reading() as reading, database.writing() as writing:
        for connection in (reading, writing):
            for pragma, wanted in (("synchronous", 2), ("journal_mode", "wal")):
                found = await connection.exec_driver_sql(f"PRAGMA {pragma}")
                assert found.scalar_one() == wanted
