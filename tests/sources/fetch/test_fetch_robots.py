"""What a site forbids is not fetched, and its robots.txt cannot be used against the reader."""

from __future__ import annotations

import asyncio
import tracemalloc

import httpx
import pytest
from sources.fetch.loopback import Request, Writer, failure, hang, loopback, reply

from bookgen.sources.fetch import Fetcher, FetchError
from bookgen.sources.fetch.failures import FetchFailure
from bookgen.sources.fetch.limits import Budget
from bookgen.sources.fetch.replies import Reply
from bookgen.sources.fetch.robots import ROBOTS_BYTES, Robots, _parse

RULES = b"""
User-agent: othercrawler
Disallow: /

User-agent: *
Disallow: /private
Allow: /private/open
"""


def codes(robots, *paths, **limits):
    """Return for each path None where it is fetched, else the code of the error; and the server."""

    async def play():
        answers = {} if robots is None else {"/robots.txt": robots}
        async with loopback(answers, default=reply(b"page")) as server:
            if robots is None:
                server.answers["/robots.txt"] = reply(status=404)
            found = []
            async with Fetcher(server.policy(**limits)) as fetcher:
                for path in paths:
                    try:
                        await fetcher.get(server.url + path)
                    except Exception as error:
                        found.append(error.code)
                    else:
                        found.append(None)
            return found, server

    return asyncio.run(play())


def test_what_is_disallowed_is_not_fetched():
    found, server = codes(reply(RULES), "/a", "/private/x", "/private/open/x")
    assert found == [None, "robots", None]
    assert server.asked == ["GET /robots.txt", "GET /a", "GET /private/open/x"]


@pytest.mark.parametrize("name", ["bookgen", "BookGen", "bookgen/1.0", "BOOKGEN # us"])
def test_rules_for_this_program_go_before_those_for_all(name):
    rules = f"User-agent: *\nDisallow: /\nUser-agent: {name}\nDisallow: /b".encode()
    assert codes(reply(rules), "/a", "/b")[0] == [None, "robots"]


@pytest.mark.parametrize("name", ["notbookgen", "bookgen-news", "book", "others"])
def test_rules_for_other_programs_do_not_count(name):
    assert codes(reply(f"User-agent: {name}\nDisallow: /".encode()), "/a")[0] == [None]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_without_a_robots_file_all_is_allowed(status):
    assert codes(reply(RULES, status=status), "/private")[0] == [None]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_robots_file_that_the_server_fails_to_give_forbids_all(status):
    found, server = codes(reply(b"", status=status), "/a", "/b")
    assert found == ["robots", "robots"]
    assert server.asked == ["GET /robots.txt"]


def test_a_robots_file_is_read_once_for_many_pages_at_once():
    async def play():
        async with loopback({"/robots.txt": reply(RULES)}, default=reply(b"page")) as server:
            async with Fetcher(server.policy()) as fetcher:
                urls = [f"{server.url}/{place}" for place in range(20)]
                await asyncio.gather(*map(fetcher.get, urls))
            return server.asked.count("GET /robots.txt"), len(server.asked)

    assert asyncio.run(play()) == (1, 21)


def test_redirects_of_a_robots_file_are_followed_and_end():
    async def play():
        async with loopback(default=reply(b"page")) as server:
            server.answers["/robots.txt"] = reply(status=302, Location="/rules")
            server.answers["/rules"] = reply(RULES)
            async with Fetcher(server.policy()) as fetcher:
                first = await failure(fetcher, f"{server.url}/private")
            server.answers["/rules"] = reply(status=302, Location="/rules")
            async with Fetcher(server.policy()) as fetcher:
                second = await fetcher.get(f"{server.url}/private")
            return first.code, second.body

    assert asyncio.run(play()) == ("robots", b"page")


def test_each_site_of_a_redirect_is_asked():
    async def play():
        async with loopback({"/robots.txt": reply(RULES)}) as strict, loopback() as server:
            server.answers["/a"] = reply(status=302, Location=f"{strict.url}/private")
            policy = server.policy()
            allow = policy.allow | strict.policy().allow
            async with Fetcher(type(policy)(allow=allow)) as fetcher:
                return (await failure(fetcher, f"{server.url}/a")).code, strict.asked

    assert asyncio.run(play()) == ("robots", ["GET /robots.txt"])


def test_a_probe_keeps_to_the_rules_too():
    async def play():
        async with loopback({"/robots.txt": reply(RULES)}) as server:
            async with Fetcher(server.policy()) as fetcher:
                access = await fetcher.probe(f"{server.url}/private")
            return access.code, access.is_accessible, server.asked

    assert asyncio.run(play()) == ("robots", False, ["GET /robots.txt"])


def test_only_the_beginning_of_a_huge_file_is_read():
    line = b"# nothing to see here\n"
    filler = line * (ROBOTS_BYTES // len(line) + 10_000)
    huge = b"User-agent: *\nDisallow: /private\n" + filler + b"Disallow: /late\n"
    found, _ = codes(reply(huge), "/private", "/late", max_bytes=1000)
    assert found == ["robots", None]


def test_an_endless_file_ends_too():
    async def endless(request: Request, writer: Writer) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nUser-agent: *\nDisallow: /private\n")
        while not writer.transport.is_closing():
            writer.write(b"#" * 10_000)
            await writer.drain()

    assert codes(endless, "/private", "/a")[0] == ["robots", None]


def test_a_file_that_never_comes_fails_the_page_and_is_not_asked_for_again_at_once():
    found, server = codes(hang, "/a", "/b", seconds=0.3)
    assert found == ["timeout", "timeout"]
    assert server.asked == ["GET /robots.txt"]


@pytest.mark.parametrize("form", ["User-agent: bot{}\n", "useragent bot{}\n", "User agent: b{}*\n"])
def test_thousands_of_names_do_not_multiply_thousands_of_rules(form):
    text = "".join(map(form.format, range(8000)))
    text += "".join(f"Disallow: /{place}\n" for place in range(8000))
    tracemalloc.start()
    try:
        rules = _parse(text + "User-agent: *\nDisallow: /private")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 40_000_000
    assert not rules.can_fetch("http://a.example/private", "bookgen")
    assert rules.can_fetch("http://a.example/5", "bookgen")


def test_what_is_kept_is_bounded_and_expires():
    """Under a clock of its own: the file is asked for again after a day, or when it had to go."""
    asked = []

    async def read(url: httpx.URL, budget: Budget) -> Reply:
        asked.append(str(url))
        return Reply(200, httpx.Headers(), b"#" * 500_000)

    async def play():
        loop = asyncio.get_running_loop()
        start, shift = loop.time, [0.0]
        loop.time = lambda: start() + shift[0]
        robots = Robots(read)
        counts = []
        for hours, name in ((0, "a"), (23, "a"), (25, "a"), (25, "bcde"), (25, "e"), (25, "a")):
            shift[0] = hours * 3600.0
            for host in name:
                await robots.check(httpx.URL(f"http://{host}.example/x"), Budget(5))
            counts.append(len(asked))
        return counts, asked[0]

    counts, first = asyncio.run(play())
    assert first == "http://a.example/robots.txt"
    assert counts == [1, 1, 2, 6, 6, 7]


def test_many_sites_are_forgotten_again():
    async def read(url: httpx.URL, budget: Budget) -> Reply:
        return Reply(404, httpx.Headers())

    async def play():
        robots = Robots(read)
        for place in range(3000):
            await robots.check(httpx.URL(f"http://a{place}.example/x"), Budget(5))
        return len(robots._entries)

    assert asyncio.run(play()) <= 2048


def test_time_spent_elsewhere_says_nothing_of_a_site():
    """A file that could not be read in the rest of a spent budget is asked for again."""
    asked = []

    async def read(url: httpx.URL, budget: Budget) -> Reply:
        asked.append(str(url))
        async with budget.spending():
            await asyncio.sleep(0.05 if len(asked) == 1 else 0)
        return Reply(404, httpx.Headers())

    async def play():
        robots = Robots(read)
        spent = Budget(0.06)
        async with spent.spending():
            await asyncio.sleep(0.04)
        url = httpx.URL("http://a.example/x")
        with pytest.raises(FetchFailure) as failed:
            await robots.check(url, spent)
        await robots.check(url, Budget(5))
        return failed.value.code, len(asked)

    assert asyncio.run(play()) == ("timeout", 2)


def test_an_api_is_asked_whatever_robots_txt_says_to_crawlers_and_stays_guarded():
    async def play():
        answers = {
            "/robots.txt": reply(b"User-agent: *\nDisallow: /"),
            "/api": reply(b"{}"),
            "/moved": reply(status=302, Location="http://10.0.0.1/api"),
        }
        async with loopback(answers) as server, Fetcher(server.policy()) as fetcher:
            answer = await fetcher.get(f"{server.url}/api", is_api=True)
            with pytest.raises(FetchError) as moved:
                await fetcher.get(f"{server.url}/moved", is_api=True)
            return answer.body, moved.value.code, server.asked

    body, code, asked = asyncio.run(play())
    assert body == b"{}"
    assert code == "refused-address"
    assert asked == ["GET /api", "GET /moved"]
