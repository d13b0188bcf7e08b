"""Candidates are asked for at once, within bounds, and each gets its own answer."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date

import pytest
from sources.fetch.loopback import Request, Writer, hang, lookup_here, loopback, reply, until

from bookgen.sources.assess import Candidate, assess
from bookgen.sources.fetch import Fetcher

TODAY = date(2026, 5, 17)
LIFE = b"<html><title>x</title><p>" + b"Beethoven was born at Bonn, said Ludwig. " * 20
OTHER = b"<html><p>A page about the weather of the day, and about nothing else at all."


def html(body: bytes) -> bytes:
    return reply(body, Content_Type="text/html")


def assessed(answers, candidates, default=reply(status=404), names=(), **options):  # noqa: B008
    """Return the assessments and the server. `{url}` in an address is the server's."""

    async def play():
        async with loopback(answers, default=default) as server:
            policy = server.policy(*names, **options.pop("limits", {}))
            given = [
                replace(c, url=c.url and c.url.format(url=server.url, port=server.port))
                for c in candidates
            ]
            async with Fetcher(policy, lookup=lookup_here) as fetcher:
                return await assess(given, today=TODAY, fetcher=fetcher, **options), server

    return asyncio.run(play())


def test_ten_empty_addresses_are_ten_issues_and_no_request():
    found, server = assessed({}, [Candidate("http://")] * 10)
    assert [one.is_valid for one in found] == [False] * 10
    assert [one.is_accessible for one in found] == [None] * 10
    assert server.connections == 0


def test_each_source_gets_its_own_answer():
    found, server = assessed(
        {"/a": html(LIFE), "/old": reply(status=301, Location="/a")},
        [
            Candidate("{url}/a"),
            Candidate("{url}/gone"),
            Candidate("{url}/old", "Old"),
            Candidate("{url}/a/#part"),
            Candidate("http://10.0.0.1/"),
            Candidate("https://:443/"),
            Candidate(None, "A Life", "Ann Lee", "1927", "book"),
        ],
    )
    assert [one.is_accessible for one in found] == [True, False, True, None, False, None, None]
    assert [one.is_valid for one in found] == [True, False, True, False, False, False, True]
    first, gone, old, again, private, _, book = found
    assert (first.metadata.status, first.metadata.content_type) == (200, "text/html")
    assert old.metadata.final_url == f"{server.url}/a"
    assert gone.metadata.status == 404
    assert "404" in gone.issues[0]
    assert again.issues == ("It is the same source as number 1.",)
    assert (private.metadata.status, private.metadata.content_type) == (None, None)
    assert "10.0.0" not in private.issues[0]
    assert book.metadata.domain is None
    assert all(one.relevance is None for one in found)
    # Pages are probed by HEAD; only one that is refused is asked for again.
    assert {r.target for r in server.requests if r.method == "GET"} == {"/robots.txt", "/gone"}


def test_without_a_fetcher_nothing_is_asked_for():
    async def play():
        async with loopback(default=html(LIFE)) as server:
            url = f"{server.url}/a"
            found = await assess([Candidate(url)], today=TODAY, topic="Beethoven")
            return found[0], server.connections

    one, connections = asyncio.run(play())
    assert (one.is_valid, one.is_accessible, one.relevance, connections) == (True, None, None, 0)


def test_pages_are_read_for_a_topic():
    found, server = assessed(
        {
            "/life": html(LIFE),
            "/other": html(OTHER),
            "/image": reply(b"png", Content_Type="image/png"),
            "/paper": reply(b"%PDF-1.7", Content_Type="application/pdf"),
            "/plain": reply(b"Ludwig van Beethoven", Content_Type="text/plain"),
            "/huge": reply(b"a" * 200_001, Content_Type="text/plain"),
            "/broken": reply(b"\0" * 99, Content_Type="text/plain"),
        },
        [
            Candidate("{url}/life"),
            Candidate("{url}/other"),
            Candidate("{url}/image"),
            Candidate("{url}/paper"),
            Candidate("{url}/plain", title="Beethoven, Ludwig van"),
            Candidate("{url}/huge"),
            Candidate("{url}/broken"),
            Candidate("{url}/gone"),
        ],
        topic="Ludwig van Beethoven",
        limits={"max_bytes": 200_000},
    )
    scores = [one.relevance for one in found]
    assert scores[0] > 0.9
    assert scores[1] == 0.0
    assert scores[4] == pytest.approx(6 / 8)
    assert [place for place, score in enumerate(scores) if score is None] == [2, 3, 5, 6, 7]
    assert [one.is_accessible for one in found] == [True] * 7 + [False]
    assert [len(one.warnings) for one in found] == [0, 0, 1, 1, 0, 1, 1, 0]
    assert not any(request.method == "HEAD" for request in server.requests)


def test_only_the_beginning_of_a_page_is_judged():
    filler = b"<p>It was a day like all others, and nobody wrote a word. " * 4000
    found, _ = assessed(
        {"/early": html(LIFE + filler), "/late": html(filler + LIFE)},
        [Candidate("{url}/early"), Candidate("{url}/late")],
        topic="Beethoven",
    )
    assert found[0].relevance > 0.9
    assert found[1].relevance == 0.0


def test_a_trusted_host_lends_no_trust_to_where_it_redirects():
    found, _ = assessed(
        {"/go": reply(status=302, Location="/page"), "/page": html(LIFE)},
        [
            Candidate("http://library.harvard.edu:{port}/go"),
            Candidate("http://go.blogspot.com:{port}/away"),
        ],
        names=("library.harvard.edu", "go.blogspot.com"),
    )
    assert [one.metadata.domain_category for one in found] == ["education", "blog"]

    async def play():
        async with loopback({"/page": html(LIFE)}) as server:
            server.answers["/go"] = reply(status=302, Location=f"{server.url}/page")
            policy = server.policy("library.harvard.edu")
            async with Fetcher(policy, lookup=lookup_here) as fetcher:
                url = f"http://library.harvard.edu:{server.port}/go"
                return (await assess([Candidate(url)], today=TODAY, fetcher=fetcher))[0]

    one = asyncio.run(play())
    assert one.metadata.domain == "library.harvard.edu"
    assert (one.metadata.domain_category, one.metadata.is_trusted) == ("bare_address", False)


def test_a_hundred_sources_are_checked_at_once_within_the_bounds():
    pages = {"now": 0, "most": 0}

    async def counted(request: Request, writer: Writer) -> None:
        pages["now"] += 1
        pages["most"] = max(pages["most"], pages["now"])
        await asyncio.sleep(0.005)
        pages["now"] -= 1
        writer.write(reply(b"here"))

    names = [f"host{place}.example" for place in range(20)]
    found, server = assessed(
        {},
        [Candidate(f"http://{names[place % 20]}:{{port}}/{place}") for place in range(100)],
        default=counted,
        names=names,
        limits={"concurrency": 6, "per_host": 2},
    )
    assert [one.is_accessible for one in found] == [True] * 100
    assert pages["most"] == 6
    assert len(server.requests) == 120  # a robots.txt for each host, a HEAD for each page


def test_one_deadline_is_for_all():
    answers = {"/robots.txt": reply(status=404), "/fast": html(LIFE)}
    candidates = [Candidate("{url}/fast")] + [Candidate(f"{{url}}/{n}") for n in range(50)]
    found, server = assessed(answers, candidates, default=hang, seconds=0.4)
    assert found[0].is_accessible is True
    assert [one.is_accessible for one in found[1:]] == [None] * 50
    assert all("in time" in one.warnings[0] for one in found[1:])
    assert all(one.is_valid for one in found)
    assert len(server.requests) < 10


def test_the_loop_goes_on_while_pages_are_read():
    body = b"<nav>x</nav>" + b"<p>Beethoven was born at Bonn in the house. " * 1500

    async def play():
        async with loopback(default=html(body)) as server:
            server.answers["/robots.txt"] = reply(status=404)
            async with Fetcher(server.policy()) as fetcher:
                work = asyncio.create_task(
                    assess(
                        [Candidate(f"{server.url}/{n}") for n in range(3)],
                        today=TODAY,
                        fetcher=fetcher,
                        topic="Beethoven",
                    )
                )
                await until(lambda: len(server.requests) == 4)
                turns = 0
                while not work.done():
                    turns += 1
                    await asyncio.sleep(0.001)
                return turns, [one.relevance for one in await work]

    turns, scores = asyncio.run(play())
    assert min(scores) > 0.9
    assert turns > 10
