"""Ports that servers listen on."""

import socket

import pytest

from bookgen.errors import InputError
from bookgen.listening import address_of, listen


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_connections_do_not_wait_for_acknowledgements(host):
    with listen(host, 0) as listener, socket.create_connection(listener.getsockname()[:2]):
        connection, _ = listener.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_an_address_is_a_url():
    with listen("::1", 0) as six, listen("127.0.0.1", 0) as four:
        assert address_of(six) == f"http://[::1]:{six.getsockname()[1]}"
        assert address_of(four) == f"http://127.0.0.1:{four.getsockname()[1]}"


def test_what_is_no_port_is_named():
    with pytest.raises(InputError, match="65536"):
        listen("127.0.0.1", 65_536)
