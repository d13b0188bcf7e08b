"""Each provider is asked as its API asks for it, and its answers are understood as they come."""

from urllib.parse import urlsplit

import pytest
from sources.fetch.loopback import reply

from bookgen.errors import InputError, SourceError
from bookgen.sources.discover import (
    PROVIDERS,
    Crossref,
    InternetArchive,
    OpenLibrary,
    Search,
    Wikidata,
    Wikipedia,
    parse_providers,
)

pytestmark = pytest.mark.anyio

ADA = Search("Ada Lovelace", "en", 20)


async def find(served, provider, search=ADA):
    async with served.fetcher() as fetcher:
        return await provider.find(fetcher, search)


async def test_wikipedia_gives_articles_in_the_order_of_its_search(served):
    found = await find(served, Wikipedia(served.url("WIKI")))
    assert [one.title for one in found] == [
        "Ada Lovelace",
        "Analytical engine",
        "Ada County, Idaho",
    ]
    assert found[0].url == f"{served.url('WIKI')}/wiki/Ada_Lovelace"
    assert {one.licence for one in found} == {"CC BY-SA 4.0"}
    asked = served.asked_of("/w/api.php")
    assert asked["gsrsearch"] == ['"Ada Lovelace"']
    assert asked["gsrlimit"] == ["20"]


async def test_wikipedia_without_an_article_gives_nothing(served):
    served.answers["/w/api.php"] = served.recorded("wikipedia-none")
    assert await find(served, Wikipedia(served.url("WIKI"))) == []


async def test_wikidata_knows_the_human_from_a_thing_of_the_same_name(served):
    found = await find(served, Wikidata(served.url("DATA"), served.url("WIKI")))
    assert [one.url for one in found] == [
        f"{served.url('WIKI')}/wiki/Ada_Lovelace",
        f"{served.url('HISTORY')}/Biographies/Lovelace/",
    ]
    assert [one.title for one in found] == ["Ada Lovelace", None]


async def test_wikidata_leads_to_the_article_in_the_language_of_the_book(served):
    wikidata = Wikidata(served.url("DATA"), "http://{language}.wikipedia.org")
    found = await find(served, wikidata, Search("Ada Lovelace", "es", 20))
    assert found[0].url == "http://es.wikipedia.org/wiki/Ada_Lovelace"


async def test_open_library_gives_open_scans_of_works_that_name_the_subject(served):
    found = await find(served, OpenLibrary(served.url("LIBRARY"), served.url("ARCHIVE")))
    assert [(one.title, one.author, one.date) for one in found] == [
        ("Ada, Countess of Lovelace", "Doris Langley-Levy Moore", "1977")
    ]
    assert urlsplit(found[0].url).path.endswith("/adacountessoflov00moor_djvu.txt")
    assert found[0].page == f"{served.url('LIBRARY')}/works/OL4469372W"


async def test_the_internet_archive_gives_texts_with_their_catalogue(served):
    found = await find(served, InternetArchive(served.url("ARCHIVE")))
    sketch = found[1]
    assert sketch.title == "Sketch of the Analytical Engine; With notes by Ada Lovelace"
    assert sketch.author == "Menabrea, L. F.; Lovelace, Ada King"
    assert sketch.date == "1843"
    assert sketch.licence == "http://creativecommons.org/publicdomain/mark/1.0/"
    assert sketch.page == f"{served.url('ARCHIVE')}/details/sketchofanalytic00lovelace"
    (query,) = served.asked_of("/advancedsearch.php")["q"]
    assert 'title:("ada" AND "lovelace")' in query
    assert "language:(eng OR English)" in query


async def test_crossref_gives_only_what_its_licence_lets_anybody_read(served):
    found = await find(served, Crossref(served.url("CROSSREF")))
    assert [(one.title, one.author, one.date, one.licence) for one in found] == [
        ("Ada Lovelace and the Analytical Engine", "Jane Fox; The Engine Society", "1998",
         "CC BY-SA 4.0")
    ]  # fmt: skip
    assert found[0].url == f"{served.url('JOURNAL')}/ada/1.html"
    assert found[0].page == "https://doi.org/10.1000/ada.1998.1"


PATHS = {
    "wikipedia": "/w/api.php",
    "wikidata": "/w/api.php",
    "openlibrary": "/search.json",
    "archive": "/advancedsearch.php",
    "crossref": "/works",
}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html>Sorry</html>", "not of the form that is known"),
        (b'{"query": {"pages": [{}]}, "search": [{}], "docs": [{}]}', "not of the form"),
        (b"[]", "not of the form"),
        (b"\xff\xfe{", "not of the form"),
    ],
)
@pytest.mark.parametrize("name", PROVIDERS)
async def test_an_answer_of_another_form_is_told(served, name, body, reason):
    served.answers[PATHS[name]] = reply(body)
    provider = served.providers[list(PROVIDERS).index(name)]
    with pytest.raises(SourceError, match=reason):
        await find(served, provider)


@pytest.mark.parametrize(
    "subject", ['Ada" OR "x', "Ada:Lovelace) OR (", "Ada\\Lovelace", "  Ada \n Lovelace "]
)
async def test_a_name_is_no_syntax_of_a_query(served, subject):
    search = Search(subject, "en", 20)
    assert search.phrase.count('"') == 2
    await find(served, InternetArchive(served.url("ARCHIVE")), search)
    (query,) = served.asked_of("/advancedsearch.php")["q"]
    assert query.count("(") == query.count(")") == 4
    assert query.count('"') % 4 == 0


async def test_a_name_without_a_word_is_not_asked_for(served):
    assert await find(served, InternetArchive(served.url("ARCHIVE")), Search("?!", "en", 5)) == []
    assert served.server.requests == []


@pytest.mark.parametrize(
    ("subject", "title", "is_named"),
    [
        ("Ada Lovelace", "Ada, Countess of Lovelace", True),
        ("Ada Lovelace", "Ada County, Idaho", False),
        ("Ludwig van Beethoven", "Beethoven: a memoir", True),
        ("Ludwig van Beethoven", "Ludwig II of Bavaria", False),
        ("Santiago Ramón y Cajal", "Santiago Ramon: su vida", True),
        ("Plato", "The Republic of Plato", True),
    ],
)
def test_a_first_name_alone_is_anybodys(subject, title, is_named):
    assert Search(subject, "en", 5).is_named_in(title) is is_named


def test_providers_are_chosen_by_name():
    chosen = parse_providers(" crossref, Wikipedia,crossref ")
    assert [one.name for one in chosen] == ["Crossref", "Wikipedia"]
    assert parse_providers("") == []
    with pytest.raises(InputError, match=r"takes some of wikipedia, .* not 'google'"):
        parse_providers("wikipedia,google")
