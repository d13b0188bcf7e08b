"""No server can make a fetch endless: bytes, time, redirects and requests at once are bounded."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
import zlib

import pytest
from sources.fetch.loopback import (
    Request,
    Writer,
    failure,
    hang,
    lookup_here,
    loopback,
    reply,
    until,
)

from bookgen.sources.fetch import Fetcher
from bookgen.sources.fetch.body import read_body
from bookgen.sources.fetch.failures import FetchFailure

LIMIT = 100_000


def fetch(answer, path="/a", **limits):
    """Return the page of a server that answers so, or the error, and what was asked."""

    async def play():
        async with loopback({path: answer}) as server:
            async with Fetcher(server.policy(**{"max_bytes": LIMIT} | limits)) as fetcher:
                try:
                    page = await fetcher.get(server.url + path)
                except AssertionError:
                    raise
                except Exception as error:
                    return error
            return page

    return asyncio.run(play())


def packed(data, encoding="gzip"):
    if encoding == "gzip":
        return gzip.compress(data, 9, mtime=0)
    raw = zlib.compressobj(9, zlib.DEFLATED, -15 if encoding == "raw" else 15)
    return raw.compress(data) + raw.flush()


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"plain", "identity"),
        (packed(b"plain"), "gzip"),
        (packed(b"plain"), "X-GZIP"),
        (packed(b"pl") + packed(b"ain"), "gzip"),
        (packed(b"plain") + b"\0\0\0", "gzip"),
        (packed(b"plain", "zlib"), "deflate"),
        (packed(b"plain", "raw"), "deflate"),
    ],
    ids="identity gzip x-gzip two-members padded zlib raw-deflate".split(),
)
def test_a_packed_body_is_unpacked(body, encoding):
    assert fetch(reply(body, Content_Encoding=encoding)).body == b"plain"


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_body_of_the_limit_passes_and_one_byte_more_does_not(encoding):
    form = "gzip" if encoding == "gzip" else "zlib"
    fits = reply(packed(b"a" * LIMIT, form), Content_Encoding=encoding)
    over = reply(packed(b"a" * (LIMIT + 1), form), Content_Encoding=encoding)
    assert len(fetch(fits).body) == LIMIT
    assert fetch(over).code == "too-large"
    assert len(fetch(reply(b"a" * LIMIT)).body) == LIMIT
    assert fetch(reply(b"a" * (LIMIT + 1))).code == "too-large"


def test_a_bomb_is_never_unpacked():
    bomb = packed(bytes(300_000_000))
    assert len(bomb) < 300_000
    tracemalloc.start()
    try:
        error = fetch(reply(bomb, Content_Encoding="gzip"), max_bytes=400_000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert error.code == "too-large"
    assert peak < 20_000_000


def test_layers_of_packing_are_refused():
    twice = packed(packed(bytes(10_000_000)))
    for encoding in ("gzip, gzip", "br", "zstd", "compress"):
        assert fetch(reply(twice, Content_Encoding=encoding)).code == "reply"


@pytest.mark.parametrize(
    "body", [b"not packed at all", packed(b"plain " * 1000)[:-20]], ids=["plain", "cut"]
)
def test_what_cannot_be_unpacked_is_told(body):
    assert fetch(reply(body, Content_Encoding="gzip")).code == "reply"


def test_many_small_members_count_like_one_body():
    async def chunks():
        while True:
            yield packed(b"a" * 100) * 50

    with pytest.raises(FetchFailure) as failed:
        asyncio.run(read_body(chunks(), "gzip", LIMIT))
    assert failed.value.code == "too-large"


def test_packing_that_yields_nothing_is_bounded_by_what_is_sent():
    async def chunks():
        while True:
            yield packed(b"") * 50

    with pytest.raises(FetchFailure) as failed:
        asyncio.run(read_body(chunks(), "gzip", LIMIT))
    assert failed.value.code == "too-large"


def test_a_body_that_announces_too_much_is_not_read():
    sent = []

    async def announce(request: Request, writer: Writer) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n")
        while not writer.transport.is_closing():
            writer.write(b"a" * 10_000)
            sent.append(10_000)
            await writer.drain()
            await asyncio.sleep(0.001)

    assert fetch(announce, max_bytes=10_000_000).code == "too-large"
    assert sum(sent) < 5_000_000


@pytest.mark.parametrize("chunked", [True, False])
def test_an_endless_body_ends_at_the_limit(chunked):
    sent = []

    async def endless(request: Request, writer: Writer) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        writer.write(b"Transfer-Encoding: chunked\r\n\r\n" if chunked else b"\r\n")
        piece = b"1000\r\n" + b"a" * 0x1000 + b"\r\n" if chunked else b"a" * 0x1000
        while not writer.transport.is_closing():
            writer.write(piece)
            sent.append(len(piece))
            await writer.drain()

    assert fetch(endless).code == "too-large"
    assert sum(sent) < 20_000_000  # what the system's buffers take


def test_an_endless_head_ends_at_a_limit():
    async def endless(request: Request, writer: Writer) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while not writer.transport.is_closing():
            writer.write(b"X-More: " + b"a" * 1000 + b"\r\n")
            await writer.drain()

    assert fetch(endless).code == "reply"
    assert fetch(reply(b"a", X_More="a" * 70_000)).code == "too-large"
    assert fetch(reply(b"a", X_More="a" * 60_000)).body == b"a"


async def drip_head(request: Request, writer: Writer) -> None:
    for byte in b"HTTP/1.1 200 OK\r\n" + b"X-Slow: a\r\n" * 10_000:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.01)


async def drip_body(request: Request, writer: Writer) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while not writer.transport.is_closing():
        writer.write(b"a")
        await writer.drain()
        await asyncio.sleep(0.01)


async def endless_hints(request: Request, writer: Writer) -> None:
    while not writer.transport.is_closing():
        writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.001)


@pytest.mark.parametrize("answer", [hang, drip_head, drip_body, endless_hints])
def test_a_slow_server_is_given_up(answer):
    error = fetch(answer, seconds=0.3)
    assert error.code == "timeout"
    assert "0.3 s" in error.reason


def test_the_time_is_for_all_redirects_together():
    """A chain of five steps, each well within the limit, takes longer than the limit."""

    async def step(request: Request, writer: Writer) -> None:
        await asyncio.sleep(0.2)
        writer.write(reply(status=302, Location=f"/{int(request.target[1:]) + 1}"))

    async def play():
        async with (
            loopback({f"/{place}": step for place in range(6)}) as server,
            Fetcher(server.policy(seconds=0.5)) as fetcher,
        ):
            return (await failure(fetcher, f"{server.url}/0")).code, server.asked

    code, asked = asyncio.run(play())
    assert code == "timeout"
    assert 2 <= len(asked) <= 4


def test_waiting_for_a_slot_takes_no_time_from_a_page():
    async def slow(request: Request, writer: Writer) -> None:
        await asyncio.sleep(0.1)
        writer.write(reply(b"late"))

    async def play():
        async with (
            loopback({f"/{place}": slow for place in range(12)}) as server,
            Fetcher(server.policy(seconds=0.6, per_host=1)) as fetcher,
        ):
            urls = [f"{server.url}/{place}" for place in range(12)]
            return [page.body for page in await asyncio.gather(*map(fetcher.get, urls))]

    assert asyncio.run(play()) == [b"late"] * 12


def test_redirects_are_followed_five_times_and_not_a_sixth():
    async def play():
        answers = {f"/{place}": reply(status=307, Location=f"{place + 1}") for place in range(9)}
        answers["/5"] = reply(b"end")
        async with loopback(answers) as server, Fetcher(server.policy()) as fetcher:
            page = await fetcher.get(f"{server.url}/0")
            server.answers["/5"] = reply(status=308, Location="6")
            server.requests.clear()
            error = await failure(fetcher, f"{server.url}/0")
            return page, error.code, server.asked, server.url

    page, code, asked, url = asyncio.run(play())
    assert page.body == b"end"
    assert page.final_url == f"{url}/5"
    assert page.redirects == tuple(f"{url}/{place}" for place in range(5))
    assert code == "redirects"
    assert asked == [f"GET /{place}" for place in range(6)]


def test_requests_at_once_are_bounded_over_all_and_for_each_host():
    most = {"all": 0, "now": 0}

    async def counted(request: Request, writer: Writer) -> None:
        most["now"] += 1
        most["all"] = max(most["all"], most["now"])
        await asyncio.sleep(0.02)
        most["now"] -= 1
        writer.write(reply(b"page"))

    async def play():
        async with loopback(default=counted) as server:
            hosts = [f"host{place}.example" for place in range(6)]
            policy = server.policy(*hosts, concurrency=5, per_host=2)
            async with Fetcher(policy, lookup=lookup_here) as fetcher:
                one = [fetcher.get(f"http://{hosts[0]}:{server.port}/{n}") for n in range(12)]
                await asyncio.gather(*one)
                one_host, server.most_in_flight, most["all"] = most["all"], 0, 0
                many = [
                    fetcher.get(f"http://{host}:{server.port}/{n}") for host in hosts for n in "123"
                ]
                await asyncio.gather(*many)
                return one_host, most["all"], fetcher._slots._hosts

    one_host, all_hosts, kept = asyncio.run(play())
    assert one_host == 2
    assert all_hosts == 5
    assert kept == {}  # hosts do not add up


def test_one_hanging_host_does_not_take_the_slots_of_others():
    async def play():
        async with loopback({"/a": reply(b"here"), "/hang": hang}) as server:
            policy = server.policy("hangs.example", concurrency=3, per_host=2)
            async with Fetcher(policy, lookup=lookup_here) as fetcher:
                hanging = [
                    asyncio.create_task(fetcher.get(f"http://hangs.example:{server.port}/hang"))
                    for _ in range(20)
                ]
                await until(lambda: server.asked.count("GET /hang") == 2)
                page = await asyncio.wait_for(fetcher.get(f"{server.url}/a"), 20)
                for task in hanging:
                    task.cancel()
                await asyncio.wait(hanging)
                return page.body, server.asked.count("GET /hang")

    assert asyncio.run(play()) == (b"here", 2)
