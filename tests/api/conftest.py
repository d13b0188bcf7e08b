"""The service as a server on a free port of this machine, in a thread, on a SQLite file."""

import contextlib
import ipaddress
import socket
import threading
import time

import httpx
import pytest
import uvicorn

from bookgen.api.app import create_app
from bookgen.listening import address_of, listen
from bookgen.settings import Settings


@contextlib.contextmanager
def serving(folder, **settings):
    """Serve until the block ends, and give a client; the same folder keeps the same jobs."""
    given = {
        "bookgen_database_url": f"sqlite:///{folder}/jobs.db",
        "bookgen_discover": "",
        "rate_limit_per_minute": 10_000,
    }
    app = create_app(Settings(_env_file=None, **{**given, **settings}))
    listener = listen("127.0.0.1", 0)
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="critical", access_log=False, proxy_headers=False)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        until(lambda: server.started)
        with httpx.Client(base_url=address_of(listener), timeout=20) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()


def until(holds, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.01)


@pytest.fixture
def service(tmp_path):
    with serving(tmp_path) as client:
        yield client


@pytest.fixture(scope="session")
def off_the_net():
    """No name leads anywhere, as on a machine without a network."""
    look_up = socket.getaddrinfo

    def only_addresses(host, *more, **named):
        try:
            ipaddress.ip_address(host)
        except ValueError:
            raise socket.gaierror(socket.EAI_NONAME, "no network") from None
        return look_up(host, *more, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", only_addresses)
        yield
