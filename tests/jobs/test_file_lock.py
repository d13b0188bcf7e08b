"""A SQLite file has one process at a time; the next one is told which, and what to do."""

import os
import signal
import socket
import subprocess
import sys

import pytest
from jobs.keeping import python

from bookgen.jobs.database import open_database
from bookgen.jobs.errors import StoreError

HOLD = "import sys; from bookgen.jobs.database import open_database as o; d = o(sys.argv[1]); \
print(d.name, flush=True); sys.stdin.read()"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "my jobs.db"


def holding(file):
    """Run a process that has the file until its input ends."""
    return python("-c", HOLD, f"sqlite:///{file}", stdin=subprocess.PIPE)


def test_a_second_process_is_refused_with_the_file_and_who_has_it(file):
    with holding(file) as process:
        assert process.stdout.readline().strip() == str(file)
        with pytest.raises(StoreError) as refused:
            open_database(f"sqlite:///{file}")
    message = str(refused.value)
    assert str(file) in message
    assert f"process {process.pid} has it" in message
    assert "use PostgreSQL for several" in message
    assert not refused.value.is_passing


def test_another_name_of_the_file_is_no_way_in(file, tmp_path):
    file.touch()
    link = tmp_path / "link.db"
    link.symlink_to(file)
    with holding(file) as process:
        process.stdout.readline()
        for name in (link, tmp_path / "." / "x" / ".." / file.name):
            with pytest.raises(StoreError, match=f"process {process.pid} has it"):
                open_database(f"sqlite:///{name}")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_the_file_of_a_killed_process_is_free(file):
    with holding(file) as process:
        process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.wait()
        with holding(file) as next_one:
            assert next_one.stdout.readline().strip() == str(file)


def test_a_second_service_ends_with_a_message_and_leaves_the_first_alone(file, tmp_path):
    with holding(file) as process, socket.create_server(("127.0.0.1", 0)) as listener:
        process.stdout.readline()
        port = str(listener.getsockname()[1])
        listener.close()
        serve = [sys.executable, "-m", "bookgen", "serve", "--port", port]
        ended = subprocess.run(
            serve,
            cwd=tmp_path,
            env={**os.environ, "BOOKGEN_DATABASE_URL": f"sqlite:///{file}"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert process.poll() is None
    assert ended.returncode != 0
    assert f"{file} cannot be used: process {process.pid} has it" in ended.stderr + ended.stdout


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "folder").write_text("a file")
    with pytest.raises(StoreError, match="folder that can be written") as refused:
        open_database(f"sqlite:///{tmp_path}/folder/jobs.db")
    assert str(tmp_path / "folder") in str(refused.value)
