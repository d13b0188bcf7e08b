"""A finished book is handed out in every format, over real HTTP, by few conversions at once."""

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from api.conftest import serving
from api.test_service import GENERATE, ended, library, order, problem
from support.converted import entries, pages_of, shown_in_docx, shown_in_epub

from bookgen.api.conversions import WAITING, Conversions
from bookgen.api.problems import ProblemError

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MEDIA_TYPES = {
    "txt": "text/plain; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "epub": "application/epub+zip",
    "docx": DOCX,
    "pdf": "application/pdf",
    "csl": "application/json",
    "bib": "application/x-bibtex",
    "zip": "application/zip",
}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A service with a finished book, whose address it gives beside a client."""
    folder = tmp_path_factory.mktemp("service")
    with (
        library() as (urls, host),
        serving(folder, bookgen_fetch_allow=host, bookgen_conversions=1) as client,
    ):
        job_id = client.post(GENERATE, json=order(urls)).json()["job_id"]
        state = ended(client, job_id)
        assert state["status"] == "completed"
        yield client, state["download_url"]


@pytest.mark.parametrize("name", MEDIA_TYPES)
def test_a_download_has_its_media_type_and_a_name(finished, name):
    client, url = finished
    answer = client.get(url, params={"format": name})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == MEDIA_TYPES[name]
    ending = {"csl": "json"}.get(name, name)
    assert answer.headers["content-disposition"] == f'attachment; filename="ada-lovelace.{ending}"'
    assert int(answer.headers["content-length"]) == len(answer.content) > 0


def test_each_is_the_book(finished):
    client, url = finished
    sentence = "Ada was born on 10 December 1815"

    def download(name):
        return client.get(url, params={"format": name}).content

    # At the same time, of which the service converts one after the other.
    with ThreadPoolExecutor() as pool:
        epub, docx, pdf, packed = pool.map(download, ("epub", "docx", "pdf", "zip"))
    assert sentence in shown_in_epub(epub)
    assert sentence in shown_in_docx(docx)
    assert "Ada Lovelace" in pages_of(pdf)[0]
    files = entries(packed)
    assert (files["book.epub"], files["book.docx"], files["book.pdf"]) == (epub, docx, pdf)
    assert {"book.md", "report.json", "references.json", "references.bib"} <= set(files)


def test_without_the_extra_a_format_is_a_conflict_with_the_way_out(finished, monkeypatch):
    for name in ("pypandoc", "typst"):
        monkeypatch.setitem(sys.modules, name, None)
    client, url = finished
    for name in ("epub", "docx", "pdf"):
        body = problem(client.get(url, params={"format": name}), 409)
        assert body["type"] == "urn:bookgen:problem:missing-extra"
        assert "pip install 'bookgen[export]'" in body["detail"]
    assert "book.epub" not in entries(client.get(url, params={"format": "zip"}).content)


def test_a_conversion_that_fails_is_a_conflict_that_says_so(finished, monkeypatch, tmp_path):
    (tmp_path / "nothing.py").write_text("raise SystemExit('no room for the pages')")
    monkeypatch.setattr("bookgen.export.programs._TYPESETTING", tmp_path / "nothing.py")
    client, url = finished
    body = problem(client.get(url, params={"format": "pdf"}), 409)
    assert body["type"] == "urn:bookgen:problem:export-failed"
    assert "into pdf: typst ended with 1: no room for the pages" in body["detail"]
    assert client.get(url, params={"format": "epub"}).status_code == 200


def test_an_unknown_format_is_refused(finished):
    client, url = finished
    problem(client.get(url, params={"format": "mobi"}), 422)


def test_conversions_run_a_few_at_once_and_only_so_many_wait():
    async def crowd():
        conversions, running, most = Conversions(2), 0, 0
        done = asyncio.Event()

        async def convert():
            nonlocal running, most
            async with conversions.turn():
                running += 1
                most = max(most, running)
                try:
                    await done.wait()
                finally:
                    running -= 1

        tasks = [asyncio.create_task(convert()) for _ in range(2 + WAITING)]
        while running < 2:
            await asyncio.sleep(0)
        with pytest.raises(ProblemError) as refused:
            async with conversions.turn():
                pass
        assert (refused.value.status, refused.value.type) == (429, "too-many-conversions")
        assert int(refused.value.headers["Retry-After"]) > 0
        # Whoever leaves, whether at work or in the queue, makes room.
        for task in (tasks[0], tasks[-1]):
            task.cancel()
        await asyncio.wait((tasks[0], tasks[-1]))
        tasks += [asyncio.create_task(convert()) for _ in range(2)]
        done.set()
        await asyncio.wait(tasks)
        return most, sum(task.cancelled() for task in tasks)

    assert asyncio.run(crowd()) == (2, 2)
