"""An order is written from the pages that it names, from what the library holds and from what is
found on the web."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from sources.discover.catalogues import catalogues
from sources.fetch.loopback import loopback, reply

from bookgen.errors import NoSourcesError
from bookgen.jobs.gathering import Gatherer
from bookgen.jobs.order import BookOrder
from bookgen.sources.discover import PROVIDERS, Discovery, parse_providers
from bookgen.sources.fetch import Fetcher
from bookgen.sources.library import Library

pytestmark = pytest.mark.anyio

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PAGE = b"<h1>On engines</h1>" + b"<p>Ada Lovelace wrote the notes on the engine in 1843.</p>" * 3
ALL = ",".join(PROVIDERS)
ORDER = BookOrder("Ada Lovelace", chapters=3, total_words=1_000, mode="automatic")


def lookup_nowhere(host, _port):
    raise OSError(f"{host} is not known here")


@pytest.fixture
def library(tmp_path):
    folder = tmp_path / "documents"
    shutil.copytree(EXAMPLES, folder)
    return Library(folder, tmp_path / "cache")


@pytest.fixture
async def pages():
    async with loopback({"/page": reply(PAGE, **{"content-type": "text/html"})}) as server:
        yield server


async def gather(order, library, policy=None):
    async with Fetcher(policy) as fetcher:
        return await Gatherer(fetcher, library)(order)


async def test_without_a_network_the_library_serves(library):
    corpus = await gather(ORDER, library)
    locations = [source.location for source in corpus.sources]
    assert {one.partition("/")[0] for one in locations} == {"ada-lovelace"}
    assert len(locations) == len(list((EXAMPLES / "ada-lovelace").glob("*.md")))
    assert corpus.failures == ()


async def test_no_path_of_the_server_is_told(library, tmp_path):
    broken = library.folder / "ada-lovelace" / "Ada Lovelace.txt"
    broken.write_text(f"{'Ada Lovelace wrote to Babbage. ' * 9}\n", encoding="utf-8")
    library.refresh()
    corpus = await gather(ORDER, library)
    told = [source.location for source in corpus.sources]
    assert "ada-lovelace/Ada Lovelace.txt" in told
    assert not any(str(tmp_path) in one for one in told)


async def test_pages_come_first_and_the_library_fills_up(library, pages):
    url = f"{pages.url}/page"
    order = replace(ORDER, mode="hybrid", sources=(url,), min_sources=3)
    corpus = await gather(order, library, pages.policy())
    assert corpus.sources[0].location == url
    assert len(corpus.sources) == 3
    manual = await gather(replace(order, mode="manual"), library, pages.policy())
    assert [source.location for source in manual.sources] == [url]


async def test_an_order_that_names_enough_looks_for_nothing_else(library, pages):
    order = replace(ORDER, mode="hybrid", sources=(f"{pages.url}/page",), min_sources=1)
    for holding in (library, None):
        corpus = await gather(order, holding, pages.policy())
        assert len(corpus.sources) == 1
        assert corpus.failures == ()


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (ORDER, "BOOKGEN_LIBRARY"),
        (replace(ORDER, mode="hybrid"), "BOOKGEN_LIBRARY"),
        (replace(ORDER, mode="manual"), "no sources were named"),
    ],
)
async def test_without_any_source_the_reason_is_told(order, reason):
    with pytest.raises(NoSourcesError, match=reason):
        await gather(order, None)


async def test_a_subject_that_the_library_does_not_know_is_told(library):
    with pytest.raises(NoSourcesError, match="nothing was found on it"):
        await gather(replace(ORDER, character="Mary Anning"), library)


async def test_a_library_that_is_away_does_not_lose_the_pages(library, pages):
    shutil.rmtree(library.folder)
    order = replace(ORDER, mode="hybrid", sources=(f"{pages.url}/page",))
    corpus = await gather(order, library, pages.policy())
    assert len(corpus.sources) == 1
    assert "BOOKGEN_LIBRARY" in corpus.failures[0].reason


async def test_what_the_library_lacks_is_found_on_the_web(library):
    async with catalogues() as served, served.fetcher() as fetcher:
        discovery = Discovery(fetcher, served.providers)
        gather = Gatherer(fetcher, library, discovery)
        held = len(list((EXAMPLES / "ada-lovelace").glob("*.md")))
        corpus = await gather(replace(ORDER, min_sources=held + 2))
        titles = [source.title for source in corpus.sources]
        assert len(titles) == held + 2
        assert titles[held:] == ["Ada Lovelace", "Ada, Countess of Lovelace"]
        asked = len(served.server.requests)
        enough = await gather(replace(ORDER, min_sources=held))
        assert len(enough.sources) == held
        assert len(served.server.requests) == asked


async def test_without_a_network_the_library_serves_and_the_report_says_what_was_away(library):
    async with Fetcher(lookup=lookup_nowhere) as fetcher:
        corpus = await Gatherer(fetcher, library, Discovery(fetcher, parse_providers(ALL)))(ORDER)
    assert corpus.sources
    assert {one.location for one in corpus.failures} == {
        "Wikipedia",
        "Wikidata",
        "Open Library",
        "Internet Archive",
        "Crossref",
    }
    assert {one.reason for one in corpus.failures} == {"it cannot be reached from here."}


async def test_without_a_network_and_a_library_the_job_says_why_it_fails():
    async with Fetcher(lookup=lookup_nowhere) as fetcher:
        gather = Gatherer(fetcher, None, Discovery(fetcher, parse_providers(ALL)))
        with pytest.raises(NoSourcesError) as failed:
            await gather(ORDER)
    assert "Wikipedia: it cannot be reached from here." in str(failed.value)
    assert "Name some URLs" in str(failed.value)


async def test_pages_that_an_order_names_are_bounded_in_all(monkeypatch, pages):
    monkeypatch.setattr("bookgen.jobs.gathering._MOST_BYTES", 2 * len(PAGE))
    pages.default = reply(PAGE, **{"content-type": "text/html"})
    urls = tuple(f"{pages.url}/{number}" for number in range(20))
    order = replace(ORDER, mode="manual", sources=urls)
    corpus = await gather(order, None, pages.policy())
    left_out = [one.location for one in corpus.failures if "left out" in one.reason]
    assert left_out == list(urls[8:])
