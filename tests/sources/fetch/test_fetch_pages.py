"""Pages and probes: what comes back, and what is told where nothing does."""

from __future__ import annotations

import asyncio

import pytest
from sources.fetch.loopback import Request, Writer, failure, hang, loopback, reply, until

import bookgen
from bookgen.sources.fetch import Fetcher


def with_server(answers, act, **limits):
    async def play():
        async with loopback(answers) as server, Fetcher(server.policy(**limits)) as fetcher:
            return await act(fetcher, server)

    return asyncio.run(play())


def test_a_page_comes_with_its_type_and_its_bytes():
    async def act(fetcher, server):
        return await fetcher.get(f"{server.url}/a?b=%C3%A9#part"), server

    answer = reply("é".encode(), Content_Type='Text/HTML; Charset="UTF-8"')
    page, server = with_server({"/a?b=%C3%A9": answer}, act)
    assert page.url == f"{server.url}/a?b=%C3%A9#part"
    assert page.final_url == f"{server.url}/a?b=%C3%A9"
    assert (page.status, page.content_type, page.charset) == (200, "text/html", "UTF-8")
    assert page.body == "é".encode()
    assert page.redirects == ()


def test_the_user_agent_names_the_product_and_the_site():
    async def act(fetcher, server):
        await fetcher.get(f"{server.url}/a")
        return [request.headers for request in server.requests]

    for headers in with_server({"/a": reply()}, act, site="https://books.example/about"):
        expected = f"bookgen/{bookgen.__version__} (+https://books.example/about)"
        assert headers["user-agent"] == expected
        assert headers["host"].startswith("127.0.0.1:")
    assert with_server({"/a": reply()}, act)[0]["user-agent"] == f"bookgen/{bookgen.__version__}"


def test_no_cookie_is_kept_and_no_connection_is_used_twice():
    async def act(fetcher, server):
        for _ in range(2):
            await fetcher.get(f"{server.url}/a")
        return server

    server = with_server(
        {"/a": reply(b"a", Set_Cookie="id=1; Path=/", Connection="keep-alive")}, act
    )
    assert server.asked == ["GET /robots.txt", "GET /a", "GET /a"]
    assert server.connections == 3
    assert not any("cookie" in request.headers for request in server.requests)


@pytest.mark.parametrize(
    ("status", "way_out"),
    [(404, "Check"), (403, "save the page"), (500, "later"), (429, "later"), (304, "Check")],
)
def test_another_status_is_an_error_that_says_what_to_do(status, way_out):
    async def act(fetcher, server):
        return await failure(fetcher, f"{server.url}/a")

    error = with_server({"/a": reply(b"secret body", status=status)}, act)
    assert (error.code, error.status) == ("status", status)
    assert str(status) in error.reason
    assert way_out in error.reason
    assert "secret" not in str(error)


@pytest.mark.parametrize("answer", [b"SSH-2.0-OpenSSH_9.6\r\n\r\n", b"\0\1\2\r\n\r\n", b""])
def test_what_is_not_http_is_told_without_its_bytes(answer):
    async def act(fetcher, server):
        return await failure(fetcher, f"{server.url}/a")

    error = with_server({"/a": answer}, act)
    assert error.code == "reply"
    assert "SSH" not in str(error)


def test_a_reply_that_is_cut_off_is_an_error():
    async def act(fetcher, server):
        return (await failure(fetcher, f"{server.url}/a")).code

    cut = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"
    assert with_server({"/a": cut}, act) == "reply"


def test_a_server_that_is_not_there_is_told():
    async def play():
        async with loopback() as server:
            policy = server.policy()
        async with Fetcher(policy) as fetcher:
            return await failure(fetcher, f"{server.url}/a"), await fetcher.probe(f"{server.url}/a")

    error, probe = asyncio.run(play())
    assert error.code == probe.code == "connection"
    assert not probe.is_accessible


def test_a_probe_asks_for_the_head_only():
    async def act(fetcher, server):
        return await fetcher.probe(f"{server.url}/a"), server

    access, server = with_server({"/a": reply(b"a" * 999, Content_Type="text/plain")}, act)
    assert access.is_accessible
    assert (access.status, access.content_type, access.code) == (200, "text/plain", None)
    assert server.asked == ["GET /robots.txt", "HEAD /a"]


@pytest.mark.parametrize("status", [400, 403, 404, 405, 500, 501])
def test_a_probe_asks_for_a_few_bytes_where_head_is_refused(status):
    async def picky(request: Request, writer: Writer) -> None:
        if request.method == "HEAD":
            writer.write(reply(status=status))
        else:
            writer.write(b"HTTP/1.1 206 Partial\r\nContent-Type: text/html\r\n\r\n")
            while not writer.transport.is_closing():
                writer.write(b"a" * 1000)
                await writer.drain()

    async def act(fetcher, server):
        return await fetcher.probe(f"{server.url}/a"), server

    access, server = with_server({"/a": picky}, act)
    assert (access.is_accessible, access.status) == (True, 206)
    assert server.asked == ["GET /robots.txt", "HEAD /a", "GET /a"]
    assert server.requests[-1].headers["range"] == "bytes=0-1023"


def test_a_probe_asks_for_a_few_bytes_where_head_is_not_answered():
    async def picky(request: Request, writer: Writer) -> None:
        if request.method == "HEAD":
            await hang(request, writer)
        else:
            writer.write(reply(b"page"))

    async def dropping(request: Request, writer: Writer) -> None:
        if request.method != "HEAD":
            writer.write(reply(status=416))

    async def act(fetcher, server):
        return [await fetcher.probe(f"{server.url}/{name}") for name in "ab"]

    hung, dropped = with_server({"/a": picky, "/b": dropping}, act, seconds=0.6)
    assert (hung.is_accessible, hung.status) == (True, 200)
    assert (dropped.is_accessible, dropped.status) == (True, 416)


@pytest.mark.parametrize(
    ("status", "asked"), [(404, ["HEAD /a", "GET /a"]), (410, ["HEAD /a"]), (429, ["HEAD /a"])]
)
def test_a_page_that_is_not_there_is_told_with_its_status(status, asked):
    async def act(fetcher, server):
        return await fetcher.probe(f"{server.url}/a"), server

    access, server = with_server({"/a": reply(status=status)}, act)
    assert (access.is_accessible, access.status, access.code) == (False, status, "status")
    assert str(status) in access.reason
    assert server.asked[1:] == asked


def test_a_probe_tells_where_redirects_end():
    async def act(fetcher, server):
        return await fetcher.probe(f"{server.url}/a"), server.url

    answers = {"/a": reply(status=301, Location="/b"), "/b": reply(b"b")}
    access, url = with_server(answers, act)
    assert (access.is_accessible, access.final_url) == (True, f"{url}/b")


def test_a_cancelled_fetch_frees_its_slot():
    async def act(fetcher, server):
        task = asyncio.create_task(fetcher.get(f"{server.url}/hang"))
        await until(lambda: "GET /hang" in server.asked)
        task.cancel()
        await asyncio.wait([task])
        return (await fetcher.get(f"{server.url}/a")).body

    answers = {"/hang": hang, "/a": reply(b"here")}
    assert with_server(answers, act, concurrency=1, per_host=1) == b"here"
