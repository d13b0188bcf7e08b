"""Nothing but the open web is connected to, however the way there is spelled."""

from __future__ import annotations

import asyncio
import pickle
import socket
import threading

import pytest
from sources.fetch.loopback import failure, loopback, reply

from bookgen.errors import InputError, SourceError
from bookgen.sources.fetch import Fetcher, FetchPolicy, parse_allow
from bookgen.sources.fetch.addresses import is_public
from bookgen.sources.fetch.failures import FetchFailure
from bookgen.sources.fetch.guard import Guard

PRIVATE = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.254 127.0.0.1 127.8.9.1 169.254.1.1
169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.9 192.0.2.1 192.88.99.1 192.168.0.1
198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 224.0.1.1 239.255.255.255 240.0.0.1 255.255.255.255
:: ::1 ::7f00:1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:0:127.0.0.1 64:ff9b::7f00:1
64:ff9b::8.8.8.8 64:ff9b:1::1 100::1 2001::1 2001:0:5ef5:79fb::1 2001:10::1 2001:20::1 2001:db8::1
2002:7f00:1:: 2002:808:808::1 3fff::1 5f00::1 fc00::1 fd12:3456::1 fe80::1 fe80::1%lo fec0::1
ff02::1 ff0e::1
""".split()
PUBLIC = """
1.1.1.1 8.8.8.8 93.184.216.34 100.63.255.255 100.128.0.1 172.15.255.255 172.32.0.1 192.0.1.1
223.255.255.254 2001:4860:4860::8888 2606:4700:4700::1111 2a00:1450:4001::1
""".split()
# Counts as public and is given to nobody: a guard that fails would reach no one there.
NOWHERE = "2d00::1"
# Hosts that lead to this machine, or look as if they could.
SPELLINGS = """
127.0.0.1 127.1 127.0.1 2130706433 0x7f000001 0x7f.0.0.1 0x7F.1 0177.0.0.1 017700000001 127.0.0.1.
0 0.0.0.0 0x0 127.0.0.01 1.2.3.4.5 localhost localhost. LOCALHOST localhost.localdomain
a.localhost printer.local db.internal intranet metadata [::1] [::] [0:0:0:0:0:0:0:1]
[::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1] [fe80::1%25lo] [fe80::1%lo] [::1%25lo]
[64:ff9b::7f00:1] [2002:7f00:1::] [2001:0:0:0:0:0:80ff:fffe] 127。0。0。1 １２７.0.0.1 ⓛocalhost
①②⑦.⓪.⓪.① %6c%6f%63%61%6c%68%6f%73%74 %31%32%37.0.0.1 127.0.0.1%00 a..b xn--
good.example@127.0.0.1 127.0.0.1\\@good.example 127.0.0.1#@good.example
""".split()


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_of_the_open_internet_is_told(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_open_internet_is_told(address):
    assert is_public(address)


def refusals(urls, lookup=None):
    """Return the errors of all URLs; `{port}` is that of two listeners. None is connected to."""

    async def play():
        async with (
            loopback(default=reply(b"secret")) as four,
            loopback(default=reply(b"secret"), host="::1", port=four.port) as six,
        ):
            # Another host and another port of these are allowed: that must not help.
            allow = frozenset({("127.0.0.2", four.port), ("127.0.0.1", four.port + 1)})
            options = {"lookup": lookup} if lookup else {}
            async with Fetcher(FetchPolicy(allow=allow), **options) as fetcher:
                errors = [await failure(fetcher, url.format(port=four.port)) for url in urls]
                probes = [await fetcher.probe(url.format(port=four.port)) for url in urls]
            assert (four.connections, six.connections) == (0, 0)
        assert [probe.code for probe in probes] == [error.code for error in errors]
        assert not any(probe.is_accessible or probe.status for probe in probes)
        return errors

    return asyncio.run(play())


def test_no_spelling_of_this_machine_is_connected_to():
    errors = refusals([f"http://{host}:{{port}}/" for host in SPELLINGS])
    assert {error.code for error in errors} == {"refused-address", "url"}
    by_host = dict(zip(SPELLINGS, errors, strict=True))
    for host in ("127.0.0.1", "127.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "intranet"):
        assert by_host[host].code == "refused-address"
    assert isinstance(errors[0], SourceError)


def test_a_name_that_resolves_to_a_private_address_is_not_connected_to():
    answers = {f"cdn{place}.example.com": address for place, address in enumerate(PRIVATE)}

    def lookup(host, port):
        return [NOWHERE, answers[host]]  # one public address does not excuse the other

    errors = refusals([f"http://{host}:{{port}}/" for host in answers], lookup)
    assert {error.code for error in errors} == {"refused-address"}
    assert len({error.reason for error in errors}) == 1  # so it names none of them


def test_names_of_the_inside_are_not_even_looked_up():
    asked = []

    def lookup(host, port):
        asked.append(host)
        return [NOWHERE]

    hosts = "intranet redis a.local a.internal a.localhost a.lan a.home.arpa a.onion".split()
    errors = refusals([f"http://{host}:{{port}}/" for host in hosts], lookup)
    assert [error.code for error in errors] == ["refused-address"] * len(hosts)
    assert asked == []


def test_all_refusals_read_the_same():
    errors = refusals(["http://127.0.0.1:{port}/", "http://10.0.0.1/", "http://a.internal/"])
    assert len({error.reason for error in errors}) == 1
    assert "BOOKGEN_FETCH_ALLOW" in errors[0].reason


@pytest.mark.parametrize("port", [1, 22, 25, 445, 587])
def test_ports_of_other_services_are_refused(port):
    (error,) = refusals([f"http://[{NOWHERE}]:{port}/"])
    assert error.code == "refused-address"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://example.com/a", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("gopher://example.com/", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("unix:///run/x", "scheme"),
        ("example.com/a", "url"),
        ("example.com:80/a", "url"),
        ("//example.com/a", "url"),
        ("", "url"),
        ("http://", "url"),
        ("http:///a", "url"),
        ("http:a", "url"),
        ("http://user:secret@example.com/", "url"),
        ("http://@example.com/", "url"),
        ("http://example.com:0/", "url"),
        ("http://example.com:65536/", "url"),
        ("http://example.com:x/", "url"),
        ("http://exa mple.com/", "url"),
        ("http://example.com/a\r\nHost: b", "url"),
        ("http://example.com\\@b/", "url"),
        ("http://example.com/a b", "url"),
        ("http://example.com/a\\b", "url"),
        (f"http://[{NOWHERE}%25lo]/", "refused-address"),
        ("http://example.com/\x00", "url"),
        ("http://example.com/\ud800", "url"),
        ("http://" + "a" * 64 + ".com/", "url"),
        ("http://example.com/" + "a" * 4096, "url"),
    ],
)
def test_what_is_not_a_plain_web_address_is_refused_without_a_lookup(url, code):
    def lookup(host, port):
        raise AssertionError(f"{host} was looked up")

    async def play():
        async with Fetcher(lookup=lookup) as fetcher:
            return await failure(fetcher, url)

    error = asyncio.run(play())
    assert error.code == code
    assert "secret" not in str(error)
    assert len(str(error)) < 600


def test_a_host_is_allowed_only_with_its_port_and_its_spelling():
    async def play():
        async with loopback({"/a": reply(b"open")}) as server:
            async with Fetcher(server.policy("localhost")) as fetcher:
                page = await fetcher.get(f"{server.url}/a")
                named = await fetcher.get(f"http://localhost:{server.port}/a")
                before = server.connections
                codes = [
                    (await failure(fetcher, url)).code
                    for url in (
                        f"http://127.0.0.1:{server.port + 1}/a",
                        f"http://127.1:{server.port}/a",
                        f"http://localhost.:{server.port}/a",
                        f"http://127.0.0.2:{server.port}/a",
                        f"http://[::ffff:127.0.0.1]:{server.port}/a",
                    )
                ]
            assert server.connections == before
            return page.body, named.body, codes

    assert asyncio.run(play()) == (b"open", b"open", ["refused-address"] * 5)


def test_the_address_that_was_checked_is_the_one_connected_to():
    """DNS rebinding: every look-up gives another answer, and each connection has just one."""
    answers = iter(["127.0.0.1", "127.0.0.2", "127.0.0.1", "127.0.0.2"])
    asked = []

    def lookup(host, port):
        asked.append((host, port))
        return [next(answers)]

    async def play():
        async with (
            loopback(default=reply(b"first")) as first,
            loopback(default=reply(b"other"), host="127.0.0.2", port=first.port) as other,
        ):
            policy = first.policy("rebind.example")
            async with Fetcher(policy, lookup=lookup) as fetcher:
                page = await fetcher.get(f"http://rebind.example:{first.port}/a")
            hosts = [request.headers["host"] for request in other.requests]
            return first.asked, other.asked, page.body, hosts, first.port

    first, other, body, hosts, port = asyncio.run(play())
    assert (first, other) == (["GET /robots.txt"], ["GET /a"])
    assert asked == [("rebind.example", port)] * 2
    assert body == b"other"
    assert hosts == [f"rebind.example:{port}"]


def test_a_second_answer_that_is_private_is_refused():
    answers = iter([[NOWHERE], ["127.0.0.1"]])

    async def play():
        guard = Guard(frozenset(), 5, lambda *_: next(answers))
        try:
            first = await guard.addresses("rebind.example.com", 80)
            with pytest.raises(FetchFailure) as refused:
                await guard.addresses("rebind.example.com", 80)
        finally:
            guard.close()
        return first, refused.value.code

    assert asyncio.run(play()) == ([NOWHERE], "refused-address")


def test_the_next_address_is_tried_where_one_does_not_answer():
    async def play():
        async with loopback({"/a": reply(b"here")}) as server:
            policy = server.policy("two.example")
            both = ["127.0.0.3", "127.0.0.1"]
            async with Fetcher(policy, lookup=lambda *_: both) as fetcher:
                return (await fetcher.get(f"http://two.example:{server.port}/a")).body

    assert asyncio.run(play()) == b"here"


def test_a_redirect_from_an_allowed_host_does_not_lead_inside():
    async def play():
        async with loopback() as inside, loopback() as server:
            for place, target in enumerate(
                (
                    f"http://127.0.0.1:{inside.port}/",
                    f"http://localhost:{inside.port}/",
                    f"//127.0.0.1:{inside.port}/",
                    "http://169.254.169.254/latest/meta-data/",
                    "file:///etc/passwd",
                    "http://user:secret@example.com/",
                )
            ):
                server.answers[f"/{place}"] = reply(status=302, Location=target)
            async with Fetcher(server.policy()) as fetcher:
                errors = [await failure(fetcher, f"{server.url}/{place}") for place in range(6)]
                probe = await fetcher.probe(f"{server.url}/0")
            assert inside.connections == 0
            return errors, probe

    errors, probe = asyncio.run(play())
    codes = [error.code for error in errors]
    assert codes == ["refused-address"] * 4 + ["scheme", "url"]
    assert not probe.is_accessible
    assert (probe.code, probe.status, probe.final_url) == ("refused-address", None, None)
    assert not any(error.status for error in errors)
    assert not any("secret" in str(error) or "169.254" in str(error) for error in errors)


def test_a_robots_file_does_not_lead_inside_either():
    async def play():
        async with loopback() as inside, loopback() as server:
            server.answers["/robots.txt"] = reply(status=301, Location=f"{inside.url}/robots.txt")
            async with Fetcher(server.policy()) as fetcher:
                error = await failure(fetcher, f"{server.url}/a")
            return inside.connections, server.asked, error.code

    assert asyncio.run(play()) == (0, ["GET /robots.txt"], "refused-address")


def test_proxies_of_the_environment_are_not_used(monkeypatch):
    async def play():
        async with loopback(default=reply(b"proxied")) as proxy, loopback() as server:
            server.answers["/a"] = reply(b"direct")
            for name in ("http_proxy", "https_proxy", "all_proxy"):
                monkeypatch.setenv(name, proxy.url)
                monkeypatch.setenv(name.upper(), proxy.url)
            async with Fetcher(server.policy()) as fetcher:
                page = await fetcher.get(f"{server.url}/a")
            return page.body, proxy.connections

    assert asyncio.run(play()) == (b"direct", 0)


def test_a_lookup_that_hangs_stops_nothing_else():
    release = threading.Event()

    def lookup(host, port):
        if host == "hangs.example.com":
            release.wait(30)
        return ["127.0.0.1"]

    async def play():
        async with loopback({"/a": reply(b"here")}) as server:
            policy = server.policy("works.example", connect_seconds=0.3)
            async with Fetcher(policy, lookup=lookup) as fetcher:
                hanging = asyncio.create_task(failure(fetcher, "http://hangs.example.com/"))
                turns = 0
                page = await fetcher.get(f"http://works.example:{server.port}/a")
                while not hanging.done():
                    turns += 1
                    await asyncio.sleep(0.005)
                return (await hanging).code, page.body, turns

    try:
        code, body, turns = asyncio.run(play())
    finally:
        release.set()
    assert (code, body) == ("dns", b"here")
    assert turns > 5


def test_a_name_without_an_address_is_told():
    def unknown(host, port):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    for lookup in (unknown, lambda *_: []):
        (error,) = refusals(["http://nowhere.example.com/"], lookup)
        assert error.code == "dns"
        assert "host name" in error.reason


def test_an_internationalised_name_is_looked_up_in_ascii():
    asked = []

    def lookup(host, port):
        asked.append(host)
        return ["127.0.0.1"]

    (error,) = refusals(["http://españa.example.com/"], lookup)
    assert error.code == "refused-address"
    assert set(asked) == {"xn--espaa-rta.example.com"}


def test_the_allow_list_is_read():
    assert parse_allow("") == frozenset()
    assert parse_allow("LocalHost:8080, 10.0.0.1:80 ,[0:0::1]:443,") == {
        ("localhost", 8080),
        ("10.0.0.1", 80),
        ("::1", 443),
    }


@pytest.mark.parametrize(
    "text", ["localhost", "localhost:", "*:80", ":80", "a:0", "a:65536", "http://a:80", "[::g]:1"]
)
def test_an_allow_list_of_another_form_is_named(text):
    with pytest.raises(InputError, match=r"host:port|IPv6"):
        parse_allow(text)


@pytest.mark.parametrize(
    "limits", [{"seconds": 0}, {"max_bytes": -1}, {"concurrency": 0}, {"site": "a\r\nb"}]
)
def test_a_policy_that_makes_no_sense_is_refused(limits):
    with pytest.raises(InputError):
        FetchPolicy(**limits)


def test_an_error_survives_a_process_boundary():
    (error,) = refusals(["http://127.0.0.1:{port}/"])
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.code, copy.status) == (str(error), error.code, None)
