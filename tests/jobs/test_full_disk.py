"""Where the disk is full, what is finished stays, the error says so, and with room it goes on."""

import contextlib
import json
import os
import subprocess
import sys

import pytest
from jobs.examples import NEW, leased
from jobs.filling import TEXT, fill
from jobs.keeping import python

from bookgen.jobs.database import open_database
from bookgen.jobs.errors import StoreError
from bookgen.jobs.schema import upgrade
from bookgen.jobs.store import JobStore

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(sys.platform == "win32", reason="there is no limit on the size of files"),
]


async def assert_whole(database, store, job_id, numbers):
    """The file is sound, and holds these sections and no other, as they were written."""
    async with database.reading() as connection:
        (answer,) = await connection.exec_driver_sql("PRAGMA integrity_check")
    assert tuple(answer) == ("ok",)
    kept = await store.sections(job_id)
    assert [one.number for one in kept] == numbers
    assert all(one.text == f"{one.number}. {TEXT}" for one in kept)
    assert (await store.get(job_id)).sections_done == len(numbers)
    told = [one for one in await store.events_after(job_id, 0, 1000) if one.kind == "section"]
    assert [one.data["number"] for one in told] == numbers


async def test_a_limit_on_the_size_of_files(tmp_path, anyio_backend):
    file = tmp_path / "jobs.db"
    with python("-m", "jobs.filling", str(file)) as process:
        told = json.loads(process.stdout.read())
        assert process.wait() == 0
    assert 3 < len(told["kept"]) < 100
    assert str(file) in told["error"]
    assert "a limit on files is reached. Make room, or lift the limit" in told["error"]
    assert not told["is_passing"]
    assert told["again"] == []
    assert told["readable"] == told["kept"]
    assert len(told["after"]) == 10

    database = open_database(f"sqlite:///{file}")
    try:
        await assert_whole(
            database, JobStore(database), told["job_id"], told["kept"] + told["after"]
        )
    finally:
        await database.close()


@contextlib.contextmanager
def small_disk(folder, megabytes):
    """Mount a disk of this size until the block ends; skip the test where that is not allowed."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(mount, capture_output=True, text=True, timeout=20, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount")
    if mounted.returncode:
        pytest.skip(f"a disk cannot be mounted: {mounted.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], timeout=20, check=True)


async def test_a_full_disk(tmp_path, anyio_backend):
    disk = tmp_path / "disk"
    with small_disk(disk, 4):
        other = disk / "somebody's"
        other.write_bytes(os.urandom(1_500_000))
        database = open_database(f"sqlite:///{disk}/jobs.db")
        try:
            await upgrade(database)
            store = JobStore(database)
            lease = await leased(store)
            kept, error = await fill(store, lease, range(1, 201))
            assert 3 < len(kept) < 200
            assert "full" in str(error)
            assert f"{disk}/jobs.db" in str(error)
            assert "Make room" in str(error)
            # Nothing else is written either, and everything can be read.
            with pytest.raises(StoreError, match="full"):
                await fill_with_jobs(store)
            assert [one.number for one in await store.sections(lease.job_id)] == kept

            other.unlink()
            more, error = await fill(store, lease, range(len(kept) + 1, len(kept) + 21))
            assert (len(more), error) == (20, None)
            await assert_whole(database, store, lease.job_id, kept + more)
        finally:
            await database.close()


async def fill_with_jobs(store):
    while True:
        await store.create(NEW)
