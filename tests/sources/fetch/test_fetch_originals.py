"""Fetched pages become sources and passages as files do."""

from __future__ import annotations

import asyncio

import pytest
from sources.fetch.loopback import loopback, reply

from bookgen.errors import SourceError
from bookgen.sources import load_sources
from bookgen.sources.fetch import Fetched, Fetcher, original_of

PROSE = "He was born at Bonn in December of 1770, and his father sang at the court there."


def page(content_type: str, url: str = "https://a.example/x", body: bytes = b"a") -> Fetched:
    return Fetched(url, url, 200, content_type, body)


def test_pages_and_files_make_one_corpus(tmp_path):
    (tmp_path / "file.txt").write_text(f"{PROSE} Then he read.")

    async def play():
        answers = {
            "/old": reply(status=301, Location="/wiki/Ludwig_van_Beethoven"),
            "/wiki/Ludwig_van_Beethoven": reply(
                f"<title>Beethoven</title><p>{PROSE}</p>".encode(), Content_Type="text/html"
            ),
            "/life.md": reply(f"{PROSE} Then he left.".encode(), Content_Type="text/plain"),
            "/same": reply(f"<p>{PROSE}</p>".encode(), Content_Type="text/html"),
            "/latin": reply(
                "Él nació en la villa de Bonn y su padre sirvió en la corte.".encode(
                    "cp1250", "replace"
                ),
                Content_Type="text/plain; charset=windows-1250",
            ),
        }
        async with loopback(answers) as server, Fetcher(server.policy()) as fetcher:
            urls = [f"{server.url}/{name}" for name in ("old", "life.md", "same", "latin")]
            return [original_of(await fetcher.get(url)) for url in urls], server.url

    pages, url = asyncio.run(play())
    corpus = load_sources([tmp_path], pages=pages)
    assert [source.id for source in corpus.sources] == [
        "file",
        "ludwig-van-beethoven",
        "life",
        "latin",
    ]
    first = corpus.source["ludwig-van-beethoven"]
    assert first.title == "Beethoven"
    assert first.location == f"{url}/old"
    assert first.url == f"{url}/wiki/Ludwig_van_Beethoven"
    assert corpus.passage["life:1"].text == f"{PROSE} Then he left."
    assert [failure.location for failure in corpus.failures] == [f"{url}/same"]
    assert "the same text" in corpus.failures[0].reason


def test_pages_alone_make_a_corpus():
    original = original_of(page("text/html", body=f"<p>{PROSE}</p>".encode()))
    assert [p.text for p in load_sources([], pages=[original]).passages] == [PROSE]


@pytest.mark.parametrize(
    ("content_type", "path", "form", "name"),
    [
        ("text/html", "wiki/J._S._Bach", "html", "J._S._Bach"),
        ("application/pdf", "a/life.pdf", "pdf", "life"),
        ("application/octet-stream", "a/life.pdf", "pdf", "life"),
        ("text/plain", "life.md", "markdown", "life"),
        ("text/plain", "life", "text", "life"),
        ("text/html", "life.txt", "html", "life"),
        ("", "El%20ni%C3%B1o.txt", "text", "El niño"),
        ("text/html", "", "html", "a.example"),
    ],
)
def test_the_form_is_told_by_the_type_and_the_name(content_type, path, form, name):
    original = original_of(page(content_type, f"https://a.example/{path}"))
    assert (original.form, original.name) == (form, name)


@pytest.mark.parametrize("content_type", ["image/png", "application/octet-stream", ""])
def test_what_cannot_be_read_is_named(content_type):
    with pytest.raises(SourceError, match=content_type or "unknown type"):
        original_of(page(content_type))


def test_an_empty_page_is_no_source():
    with pytest.raises(SourceError, match="empty"):
        original_of(page("text/html", body=b" \n"))
