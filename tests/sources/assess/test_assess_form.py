"""What is told of a proposed source without asking anybody."""

from __future__ import annotations

from datetime import date

import pytest

from bookgen.sources.assess import Candidate, canonical_url, check_form, find_duplicates
from bookgen.sources.assess.identifiers import find_doi, find_isbn, is_doi, is_isbn

TODAY = date(2026, 5, 17)


def form(**fields):
    return check_form(Candidate(**fields), TODAY)


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "  ",
        "http://",
        "https:///path",
        "example.com/life",
        "ftp://example.com/life",
        "javascript:alert(1)",
        "http://user:secret@example.com/",
        "http://exa mple.com/",
        "http://example.com:99999/",
        "string",
        "http://2130706433/",
    ],
)
def test_what_is_no_web_address_is_an_issue(url):
    found = form(url=url)
    assert len(found.issues) == 1
    assert "secret" not in found.issues[0]


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        " http://example.com/a?b=c#d ",
        "https://españa.es/",
        "http://[::1]:8080/",
    ],
)
def test_a_web_address_is_enough_for_a_page(url):
    assert form(url=url) == check_form(Candidate(url="https://example.org/"), TODAY)


def test_a_host_without_a_dot_is_doubtful():
    assert "full name" in form(url="http://intranet/").warnings[0]


@pytest.mark.parametrize("kind", ["book", "article", "document", "other"])
def test_what_is_not_a_page_needs_a_title_and_no_address(kind):
    assert form(source_type=kind).issues == ("It has no title.",)
    assert form(source_type=kind, title="A Life", author="Ann Lee").issues == ()
    assert form(source_type=kind, title="A Life", url="somewhere").issues != ()


@pytest.mark.parametrize("title", ["?", "...", "Untitled", "string", "a\x00b", "a" * 501])
def test_a_title_that_names_no_work_is_told(title):
    assert len(form(source_type="book", title=title, author="Ann Lee").issues) == 1
    as_page = form(url="https://example.com/", title=title)
    assert (as_page.issues, len(as_page.warnings)) == ((), 1)


@pytest.mark.parametrize("title", ["1984", "Él", "Beethoven: A Character Study", "日本", "V."])
def test_a_short_or_foreign_title_is_a_title(title):
    assert form(source_type="book", title=title, author="Ann Lee").issues == ()


@pytest.mark.parametrize(
    "author", ["x", "12345", "http://a.example", "Unknown", "a" * 201, "@@@ab"]
)
def test_an_author_that_is_no_name_is_doubtful(author):
    assert len(form(source_type="book", title="A Life", author=author).warnings) == 1


@pytest.mark.parametrize("author", ["Lu Xun", "J. S. Bach", "Ο Όμηρος", "O'Neill, Eugene (1888)"])
def test_a_name_is_a_name(author):
    assert form(source_type="book", title="A Life", author=author).warnings == ()


def test_a_book_without_an_author_is_doubtful():
    assert form(source_type="book", title="A Life").warnings == ("It names no author.",)


@pytest.mark.parametrize(
    "given",
    ["1927", "1927-03", "1927-03-26", "2026-05-17", "2020-02-29T10:00:00Z", "March 26, 1927",
     "26 de marzo de 1927", "c. 1820", "(1905)"],
)  # fmt: skip
def test_a_date_is_understood(given):
    found = form(url="https://example.com/", publication_date=given)
    assert (found.issues, found.warnings) == ((), ())


@pytest.mark.parametrize("given", ["2026-05-18", "2027", "9999-12-31", "June 2026"])
def test_a_date_to_come_is_an_issue(given):
    assert "has not come" in form(url="https://example.com/", publication_date=given).issues[0]


@pytest.mark.parametrize("given", ["2021-02-29", "1927-13", "1927-04-31", "1927-00"])
def test_a_day_that_does_not_exist_is_an_issue(given):
    assert "no day" in form(url="https://example.com/", publication_date=given).issues[0]


@pytest.mark.parametrize("given", ["soon", "0098", "12", "string"])
def test_a_date_that_is_not_understood_is_doubtful(given):
    found = form(url="https://example.com/", publication_date=given)
    assert (found.issues, len(found.warnings)) == ((), 1)


@pytest.mark.parametrize("number", ["0306406152", "080442957X", "9780306406157", "9791034301119"])
def test_a_right_check_digit_proves_an_isbn(number):
    assert is_isbn(number)
    for place in range(len(number)):
        wrong = number[:place] + ("1" if number[place] != "1" else "2") + number[place + 1 :]
        assert not is_isbn(wrong)


@pytest.mark.parametrize(
    ("text", "isbn"),
    [
        ("urn:isbn:9780306406157", "9780306406157"),
        ("A Life (ISBN 0-306-40615-2)", "0306406152"),
        ("ISBN-13: 978-0-306-40615-7.", "9780306406157"),
        ("https://openlibrary.org/isbn/080442957x", "080442957X"),
        ("A Life", None),
    ],
)
def test_an_isbn_is_found(text, isbn):
    assert find_isbn(text) == isbn


@pytest.mark.parametrize(
    ("text", "name", "is_right"),
    [
        ("https://doi.org/10.1000/xyz123", "10.1000/xyz123", True),
        (
            "http://dx.doi.org/10.1002/(SICI)1%3C1::A%3E3.0",
            "10.1002/(SICI)1<1::A>3.0",
            True,
        ),
        ("doi:10.1093/ml/gcy001.", "10.1093/ml/gcy001", True),
        ("doi: 11.1093/x", "11.1093/x", False),
        ("https://doi.org/", "", False),
        ("https://doi.org/10.12/x", "10.12/x", False),
    ],
)
def test_a_doi_is_found_and_its_form_checked(text, name, is_right):
    assert find_doi(text) == name
    assert is_doi(name) is is_right


def test_a_wrong_identifier_is_an_issue_and_a_right_one_is_kept():
    wrong = form(source_type="book", url="urn:isbn:9780306406158", title="A", author="Ann Lee")
    assert ["9780306406158" in issue for issue in wrong.issues] == [True]
    right = form(source_type="book", url="urn:isbn:978-0-306-40615-7", title="A", author="Ann Lee")
    assert (right.issues, right.isbn) == ((), "9780306406157")
    article = form(source_type="article", url="doi:10.1093/ml/gcy001", title="A", author="Ann Lee")
    assert (article.issues, article.doi) == ((), "10.1093/ml/gcy001")
    assert len(form(url="https://doi.org/nothing").issues) == 1


SAME = """
https://example.com/a
http://EXAMPLE.com/a/
https://example.com:443/a#part
HTTP://example.com:80/a?
https://example.com/a?utm_source=x&utm_medium=y&fbclid=z&gclid=1
""".split()
OTHER = """
https://example.com/A
https://example.com/a?id=1
https://example.com/a?id=2
https://example.com:8443/a
https://www.example.com/a
https://example.com/
https://example.com/a/b
""".split()


def test_spellings_of_one_address_are_one():
    assert {canonical_url(url) for url in SAME} == {"example.com/a"}
    assert len({canonical_url(url) for url in [SAME[0], *OTHER]}) == 1 + len(OTHER)
    assert canonical_url("http://a.example/?b=2&a=1") == canonical_url("http://a.example?a=1&b=2")


def test_duplicates_are_found_by_address_work_and_number():
    candidates = [
        Candidate("https://example.com/a", "A Life", "Ann Lee"),
        *(Candidate(url) for url in SAME[1:]),
        Candidate("https://other.example/b", "A life!", "ANN LEE"),  # 5: the same work elsewhere
        Candidate("https://other.example/c", "A Life", "Bob Ray"),
        Candidate("https://other.example/d", "A Life"),
        Candidate("urn:isbn:0306406152", "B", source_type="book"),
        Candidate("urn:isbn:9780306406157", "Another B", source_type="book"),  # 9: as ISBN-13
        Candidate("doi:10.1000/ABC", "C", source_type="article"),
        Candidate("https://doi.org/10.1000/abc"),
        Candidate("http://other.example/b"),  # 12: as 5, which is as 0
        Candidate("http://"),
        Candidate("http://"),
        Candidate(),
        Candidate(),
    ]
    same = find_duplicates(candidates)
    assert same == {1: 0, 2: 0, 3: 0, 4: 0, 5: 0, 9: 8, 11: 10, 12: 0}
