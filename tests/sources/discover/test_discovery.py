"""What the providers offer is fetched, judged, and kept from a quality on."""

import pytest
from sources.discover.catalogues import COUNTY, LIFE, page
from sources.fetch.loopback import hang, reply

from bookgen.errors import SourceError
from bookgen.sources import load_sources
from bookgen.sources.discover import Discovery, Search
from bookgen.sources.document import Original

pytestmark = pytest.mark.anyio

ADA = Search("Ada Lovelace", "en", 20)


async def discover(served, search=ADA, threshold=0.8, known=(), **limits):
    async with served.fetcher() as fetcher:
        discovery = Discovery(fetcher, served.providers, **limits)
        found = await discovery.find(search, threshold, known)
    taken = [one for one in found if isinstance(one, Original)]
    return taken, [one for one in found if isinstance(one, SourceError)]


async def test_each_provider_gives_its_best_and_no_text_comes_twice(served):
    taken, failures = await discover(served)
    assert [one.name for one in taken] == [
        "Ada Lovelace",
        "Ada, Countess of Lovelace",
        "Ada Lovelace and the Analytical Engine",
        "Analytical engine",
        "Lovelace",
        "Sketch of the Analytical Engine; With notes by Ada Lovelace",
    ]
    asked = served.server.asked
    assert len(asked) == len(set(asked)) + asked.count("GET /robots.txt") - 1
    assert [one.location for one in failures] == [f"{served.url('WIKI')}/wiki/Ada_County,_Idaho"]


async def test_a_page_that_tells_little_of_the_subject_is_left_out_with_its_figures(served):
    _, failures = await discover(served)
    assert "its quality is 0.6" in failures[0].reason
    assert "quality_threshold is 0.8" in failures[0].reason


async def test_a_site_that_cannot_be_good_enough_is_not_asked(served):
    taken, _ = await discover(served, threshold=0.95)
    assert not any("/wiki/" in one for one in served.server.asked)
    assert taken
    assert all("archive.org" in one.url for one in taken)


async def test_a_book_cites_the_catalogue_not_the_file(served):
    taken, _ = await discover(served)
    corpus = load_sources((), pages=taken)
    by_title = {source.title: source for source in corpus.sources}
    sketch = by_title["Sketch of the Analytical Engine; With notes by Ada Lovelace"]
    assert sketch.author == "Menabrea, L. F.; Lovelace, Ada King"
    assert sketch.date == "1843"
    assert sketch.url == f"{served.url('ARCHIVE')}/details/sketchofanalytic00lovelace"
    assert by_title["Ada Lovelace"].licence == "CC BY-SA 4.0"


async def test_no_more_is_fetched_than_is_wanted(served):
    taken, failures = await discover(served, Search("Ada Lovelace", "en", 2))
    assert [one.name for one in taken] == ["Ada Lovelace", "Ada, Countess of Lovelace"]
    assert failures == []
    assert not any("/ada/1.html" in one for one in served.server.asked)


async def test_what_does_not_hold_is_replaced_by_the_next(served):
    served.answers["/wiki/Ada_Lovelace"] = reply(status=404)
    taken, failures = await discover(served, Search("Ada Lovelace", "en", 2))
    assert [one.name for one in taken] == [
        "Ada, Countess of Lovelace",
        "Ada Lovelace and the Analytical Engine",
    ]
    assert "status 404" in failures[0].reason


async def test_what_the_order_names_is_not_found_again(served):
    named = f"{served.url('WIKI')}/wiki/Ada_Lovelace#Life"
    taken, _ = await discover(served, known=[named])
    assert not any(one.url == f"{served.url('WIKI')}/wiki/Ada_Lovelace" for one in taken)


async def test_a_redirect_from_a_trusted_site_to_another_is_judged_by_where_it_ends(served):
    elsewhere = f"{served.url('JOURNAL')}/copy"
    served.answers["/wiki/Ada_Lovelace"] = reply(status=302, Location=elsewhere)
    served.answers["/copy"] = page(LIFE)
    taken, failures = await discover(served)
    assert "Ada Lovelace" not in [one.name for one in taken if "/wiki/" in one.location]
    (failure,) = [one for one in failures if one.location.endswith("/wiki/Ada_Lovelace")]
    assert "its quality is 0.7" in failure.reason


async def test_a_provider_that_is_away_leaves_the_others(served):
    served.answers["/search.json"] = reply(status=503)
    served.answers["/works"] = reply(b"{")
    taken, failures = await discover(served)
    assert len(taken) == 5
    told = {one.location: one.reason for one in failures}
    assert "status 503" in told["Open Library"]
    assert "not of the form" in told["Crossref"]


async def test_the_time_for_all_is_bounded_and_what_was_found_is_used(served):
    served.server.answers["/ada/1.html"] = hang
    taken, failures = await discover(served, seconds=3)
    assert "Ada Lovelace" in [one.name for one in taken]
    assert failures[-1].reason == "looking for sources took 3 s; what was found is used."


async def test_the_room_for_all_is_bounded(served):
    served.answers |= {
        f"/wiki/{number}": page(COUNTY if number % 2 else LIFE) for number in range(99)
    }
    pages = ",".join(
        f'{{"title": "Ada Lovelace {number}", "fullurl": "{served.url("WIKI")}/wiki/{number}",'
        f'"index": {number}}}'
        for number in range(99)
    )
    served.answers["/w/api.php"] = reply(f'{{"query": {{"pages": [{pages}]}}}}'.encode())
    taken, _ = await discover(served, Search("Ada Lovelace", "en", 50), max_bytes=10_000)
    assert 0 < sum(len(one.data) for one in taken) < 10_000 + 8 * 5_000
    assert len(taken) < 20
