"""`bookgen serve` as a process: the address it tells, and ports that cannot be had."""

import socket

import httpx
import pytest

from bookgen.cli import main
from scripts.services import served


def test_port_0_picks_one_and_tells_it(tmp_path):
    with served(tmp_path) as service:
        assert not service.url.endswith(":0")
        assert httpx.get(f"{service.url}/health").json()["status"] == "healthy"


def test_a_port_that_is_taken_is_named_with_the_way_out(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("BOOKGEN_DATABASE_URL", f"sqlite:///{tmp_path}/jobs.db")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit) as end:
            main(["serve", "--port", str(port)])
    assert end.value.code == 2
    told = capsys.readouterr().err
    assert str(port) in told
    assert "--port" in told
