"""The five catalogues and their pages on one local server, with answers of the real form."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from sources.fetch.loopback import NOT_FOUND, Loopback, lookup_here, loopback, reply

from bookgen.sources.discover import (
    Crossref,
    InternetArchive,
    OpenLibrary,
    Provider,
    Wikidata,
    Wikipedia,
)
from bookgen.sources.fetch import Fetcher

RECORDED = Path(__file__).parent / "recorded"
HOSTS = {
    "WIKI": "en.wikipedia.org",
    "DATA": "www.wikidata.org",
    "LIBRARY": "openlibrary.org",
    "ARCHIVE": "archive.org",
    "CROSSREF": "api.crossref.org",
    "JOURNAL": "journal.example.org",
    "HISTORY": "mathshistory.st-andrews.ac.uk",
}
LIFE = "Ada Lovelace wrote to Babbage about the engine, and Lovelace signed her notes as Ada. "
COUNTY = "Ada County lies in Idaho. Farms of Ada County send their fruit to Boise every year. "


def page(sentence: str, place: str = "Ockham") -> bytes:
    paragraphs = "".join(f"<p>At {place}: {sentence * 3} ({number})</p>" for number in range(9))
    body = f"<html><head><title>A page</title></head><body>{paragraphs}</body></html>"
    return reply(body.encode(), **{"content-type": "text/html; charset=utf-8"})


def text(sentence: str, place: str) -> bytes:
    paragraphs = "\n\n".join(f"At {place}: {sentence * 3} ({number})" for number in range(9))
    return reply(paragraphs.encode(), **{"content-type": "text/plain; charset=utf-8"})


class Catalogues:
    """`answers` give by path what is served in the place of the usual; `url` leads to a host."""

    def __init__(self) -> None:
        self.server: Loopback | None = None
        self.answers: dict[str, bytes] = {
            "/wiki/Ada_Lovelace": page(LIFE),
            "/wiki/Analytical_engine": page(LIFE, "London"),
            "/wiki/Ada_County,_Idaho": page(COUNTY),
            "/Biographies/Lovelace/": page(LIFE, "Nottingham"),
            "/download/adacountessoflov00moor/adacountessoflov00moor_djvu.txt": text(
                LIFE, "Newstead"
            ),
            "/download/sketchofanalytic00lovelace/sketchofanalytic00lovelace_djvu.txt": text(
                LIFE, "Geneva"
            ),
            "/ada/1.html": page(LIFE, "Turin"),
            # What real ones say of their APIs to crawlers.
            "/robots.txt": reply(b"User-agent: *\nDisallow: /w/\nDisallow: /works\n"),
        }

    def url(self, name: str) -> str:
        return f"http://{HOSTS[name]}:{self.server.port}"

    @property
    def providers(self) -> list[Provider]:
        wiki = self.url("WIKI")
        return [
            Wikipedia(wiki),
            Wikidata(self.url("DATA"), wiki),
            OpenLibrary(self.url("LIBRARY"), self.url("ARCHIVE")),
            InternetArchive(self.url("ARCHIVE")),
            Crossref(self.url("CROSSREF")),
        ]

    def fetcher(self) -> Fetcher:
        return Fetcher(self.server.policy(*HOSTS.values()), lookup=lookup_here)

    def recorded(self, name: str) -> bytes:
        answer = (RECORDED / f"{name}.json").read_text(encoding="utf-8")
        for host in HOSTS:
            answer = answer.replace(f"http://{host}/", f"{self.url(host)}/")
        return reply(answer.encode(), **{"content-type": "application/json"})

    def asked_of(self, path: str) -> dict[str, list[str]]:
        """The parameters of the one request to a path."""
        (target,) = [
            one.target for one in self.server.requests if urlsplit(one.target).path == path
        ]
        return parse_qs(urlsplit(target).query)

    async def answer(self, request, writer) -> None:
        path, query = urlsplit(request.target).path, urlsplit(request.target).query
        if path in self.answers:
            writer.write(self.answers[path])
            return
        name = {
            "/search.json": "open-library",
            "/advancedsearch.php": "internet-archive",
            "/works": "crossref",
        }.get(path)
        if path == "/w/api.php":
            action = parse_qs(query)["action"][0]
            name = {
                "query": "wikipedia",
                "wbsearchentities": "wikidata-search",
                "wbgetentities": "wikidata-items",
            }[action]
        writer.write(self.recorded(name) if name else NOT_FOUND)


@asynccontextmanager
async def catalogues() -> AsyncIterator[Catalogues]:
    served = Catalogues()
    async with loopback(default=served.answer) as server:
        served.server = server
        yield served
