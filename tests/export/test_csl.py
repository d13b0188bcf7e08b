"""CSL-JSON holds to the schema and gives back what the source says."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.small_book import FISCHER, LETTERS, written

from bookgen.export.csl import render
from bookgen.models import Source

# The parts of CSL's schema, csl-data.json 1.0.2, that a source can fill.
TEXTS = {"title", "URL", "language", "note"}
NAME_PARTS = {"family", "given", "literal"}
DATE_PARTS = {"date-parts", "circa", "literal"}


def parsed(works):
    """Return the items, which are valid, by id."""
    items = json.loads(render(works))
    for item in items:
        assert set(item) <= {"id", "type", "author", "issued", *TEXTS}
        assert item["type"] in {"book", "webpage", "document"}
        assert isinstance(item["id"], str)
        assert all(isinstance(item[name], str) for name in TEXTS & set(item))
        for name in item.get("author", []):
            assert set(name) <= NAME_PARTS
            assert ("literal" in name) != ("family" in name)
            assert all(isinstance(part, str) and part for part in name.values())
        if "issued" in item:
            check_date(item["issued"])
    by_id = {item["id"]: item for item in items}
    assert len(by_id) == len(items)
    return by_id


def check_date(date):
    assert set(date) <= DATE_PARTS
    assert ("literal" in date) != ("date-parts" in date)
    assert 1 <= len(date.get("date-parts", [[]])) <= 2
    for parts in date.get("date-parts", []):
        assert 1 <= len(parts) <= 3
        assert all(type(part) is int and part > 0 for part in parts)


def item(**changes):
    return parsed([replace(FISCHER, **changes)])["fischer"]


def test_a_book_is_what_zotero_reads():
    assert item() == {
        "id": "fischer",
        "type": "book",
        "title": "Beethoven: A Character Study",
        "author": [{"family": "Fischer", "given": "George Alexander"}],
        "issued": {"date-parts": [[1905]]},
        "URL": "https://www.gutenberg.org/ebooks/15141",
        "language": "en",
        "note": "License: Public domain",
    }


def test_what_a_source_does_not_say_is_left_out():
    assert parsed([LETTERS])["letters"] == {
        "id": "letters",
        "type": "document",
        "title": "Beethoven's Letters",
        "language": "en",
    }


def test_a_biography_gives_its_cited_works_in_the_order_of_the_bibliography():
    assert list(parsed(written())) == ["letters", "fischer"]


def test_no_path_of_this_machine_is_told():
    assert "/home/reader" not in render(written())


@pytest.mark.parametrize(
    ("author", "names"),
    [
        # Where Zotero, citeproc-js and pandoc look for particles and suffixes.
        ("Ludwig van Beethoven", [{"family": "van Beethoven", "given": "Ludwig"}]),
        ("Martin Luther King, Jr.", [{"family": "King", "given": "Martin Luther, Jr."}]),
        ("BookGen contributors", [{"literal": "BookGen contributors"}]),
        (
            "A. Author and B. Writer",
            [{"family": "Author", "given": "A."}, {"family": "Writer", "given": "B."}],
        ),
        ("Ortega y Gasset", [{"family": "Ortega y Gasset"}]),
    ],
)
def test_names_are_parts_or_literal(author, names):
    assert item(author=author)["author"] == names


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("1905-04", {"date-parts": [[1905, 4]]}),
        ("1905-04-03", {"date-parts": [[1905, 4, 3]]}),
        ("c. 1905", {"date-parts": [[1905]], "circa": True}),
        ("1790–1826", {"date-parts": [[1790], [1826]]}),
        ("nineteenth century", {"literal": "nineteenth century"}),
    ],
)
def test_dates_have_the_precision_of_the_source(text, date):
    assert item(date=text, licence=None) == item(date="1905", licence=None) | {"issued": date}


def test_what_has_no_field_is_noted():
    assert item(date="1905, revised 1911", url="ftp://example.org/x")["note"] == (
        "Date: 1905, revised 1911\nAddress: ftp://example.org/x\nLicense: Public domain"
    )


@pytest.mark.parametrize(
    "title",
    [
        'He said "no" {twice} \\ and </script>',
        "Über Beethoven 🎹 – \u05d1\u05d9\u05d5\u05d2\u05e8\u05e4\u05d9\u05d4 \u200f(1905)",
        "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    ],
)
def test_hostile_titles_come_back_as_they_were(title):
    assert item(title=title)["title"] == title


def test_a_title_stands_in_one_line_without_control_characters():
    assert item(title="A\r\n\tlife\x00 of\x1b one\ud800")["title"] == "A life of one"


texts = st.one_of(st.none(), st.text())


@given(st.text(), texts, texts, texts, texts)
def test_every_source_gives_a_valid_item(title, author, date, url, licence):
    source = Source("own id", title, "x.txt", "", "es", author, date, url, licence)
    assert list(parsed([source])) == ["own id"]
    render([source]).encode()
