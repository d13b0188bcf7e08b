"""BibTeX is read back, by a parser that counts braces as BibTeX does, to what the source says."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.small_book import FISCHER, LETTERS, written

from bookgen.export.bibtex import citation_keys, render
from bookgen.export.references import Name, plain, split_names
from bookgen.models import Source

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
HEAD = re.compile(r"@(book|online|misc)\{([A-Za-z0-9.:+/_-]+),\n")
FIELD = re.compile(r"  ([a-z]+) = ")
FORMS = {
    "{\\textbackslash}": "\\",
    "\\{\\vphantom{\\}}": "{",
    "\\vphantom{\\{}\\}": "}",
    "{\\textasciicircum}": "^",
    "{\\textasciitilde}": "~",
    **{f"\\{character}": character for character in "%&#_$"},
}
TOKEN = re.compile("|".join([*map(re.escape, FORMS), r"[^\\{}%&#_$^~]"]), re.DOTALL)


def braced(text, start):
    """Return where the brace at `start` closes; a backslash before a brace changes nothing."""
    assert text[start] == "{"
    depth = 0
    for place in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return place
    raise AssertionError(f"never closed: {text[start:]}")


def parsed(bibtex):
    """Return entries as (kind, key, fields), or fail on anything that is not one."""
    entries, place = [], 0
    while place < len(bibtex):
        head = HEAD.match(bibtex, place)
        assert head, bibtex[place:]
        fields, place = {}, head.end()
        while field := FIELD.match(bibtex, place):
            assert field[1] not in fields
            if field[1] == "month":
                month = re.compile(r"[a-z]{3}").match(bibtex, field.end())
                fields["month"], place = MONTHS.index(month[0]) + 1, month.end()
            else:
                end = braced(bibtex, field.end())
                fields[field[1]], place = bibtex[field.end() + 1 : end], end + 1
            assert bibtex.startswith(",\n", place)
            place += 2
        assert re.compile(r"}\n(?:\n(?=@)|\Z)").match(bibtex, place), bibtex[place:]
        place = bibtex.find("@", place) if "@" in bibtex[place:] else len(bibtex)
        entries.append((head[1], head[2], fields))
    return entries


def shown(value):
    """Return what LaTeX prints of a value, or fail where it would be markup."""
    found, place = [], 0
    while place < len(value):
        token = TOKEN.match(value, place)
        assert token, value[place:]
        found.append(FORMS.get(token[0], token[0]))
        place = token.end()
    return "".join(found)


def inner(value):
    """Return a value without the pair of braces that is around all of it."""
    assert braced(value, 0) == len(value) - 1
    return value[1:-1]


def outside(delimiter, value):
    """Return the parts of a value between delimiters that stand in no braces."""
    parts, start, place = [], 0, 0
    while place < len(value):
        if value[place] == "{":
            place = braced(value, place) + 1
        elif found := re.compile(delimiter, re.IGNORECASE).match(value, place):
            parts.append(value[start:place])
            start = place = found.end()
        else:
            place += 1
    return [*parts, value[start:]] if value else []


def people(value):
    """Return the names of an author field, as BibTeX takes "von Last, Jr, First" apart."""
    return tuple(person(outside(", ", name)) for name in outside(r"\s+and\s+", value))


def person(parts):
    if len(parts) == 1 and not re.match(r"{\\text|[^{]", parts[0]) and is_braced(parts[0]):
        return Name(literal=shown(inner(parts[0])))
    words = outside(" ", parts[0])
    lower = [place for place, word in enumerate(words[:-1]) if word[0].islower()]
    von = max(lower, default=-1) + 1
    family = " ".join(words[von:])
    return Name(
        shown(inner(family) if is_braced(family) else family),
        shown(parts[-1]) if len(parts) > 1 else "",
        shown(" ".join(words[:von])),
        shown(parts[1]) if len(parts) > 2 else "",
    )


def is_braced(value):
    return value[0] == "{" and value not in FORMS and braced(value, 0) == len(value) - 1


def fields(**changes):
    ((_, key, found),) = parsed(render([replace(FISCHER, **changes)]))
    assert key == "fischer"
    return found


def test_an_entry_is_written_out():
    assert render([FISCHER]) == (
        "@book{fischer,\n"
        "  author = {Fischer, George Alexander},\n"
        "  title = {{Beethoven: A Character Study}},\n"
        "  year = {1905},\n"
        "  url = {https://www.gutenberg.org/ebooks/15141},\n"
        "  language = {english},\n"
        "  copyright = {Public domain},\n"
        "}\n"
    )


def test_what_a_source_does_not_say_is_left_out():
    assert parsed(render([LETTERS])) == [
        ("misc", "letters", {"title": "{Beethoven's Letters}", "language": "english"})
    ]


def test_a_biography_gives_its_cited_works_in_the_order_of_the_bibliography():
    assert [key for _, key, _ in parsed(render(written()))] == ["letters", "fischer"]
    assert render([]) == ""


def test_a_page_of_the_web_is_online():
    ((found, _, _),) = parsed(render([replace(FISCHER, url="https://example.org/life")]))
    assert found == "online"


@pytest.mark.parametrize(
    ("author", "value"),
    [
        ("Ludwig van Beethoven", "van Beethoven, Ludwig"),
        ("Lady Wallace", "Wallace, Lady"),
        ("A. Author; B. Writer", "Author, A. and Writer, B."),
        ("Martin Luther King, Jr.", "King, Jr., Martin Luther"),
        # BibTeX would take “Ramón y” for a particle.
        ("Santiago Ramón y Cajal", "{Ramón y Cajal}, Santiago"),
        ("Miguel de Unamuno y Jugo", "de {Unamuno y Jugo}, Miguel"),
        ("Harper & Brothers", "{Harper \\& Brothers}"),
        ("BookGen contributors", "{BookGen contributors}"),
    ],
)
def test_names_are_taken_apart_as_they_should_be(author, value):
    assert fields(author=author)["author"] == value


@pytest.mark.parametrize(
    ("text", "dated"),
    [
        ("1905", {"year": "1905"}),
        ("1905-04", {"year": "1905", "month": 4}),
        ("3 April 1905", {"year": "1905", "month": 4, "date": "1905-04-03"}),
        ("1790–1826", {"year": "1790", "date": "1790/1826"}),
        ("c. 1905", {"year": "1905", "note": "Date: c. 1905"}),
        ("1905, 2nd ed. 1911", {"year": "1905", "note": "Date: 1905, 2nd ed. 1911"}),
        ("nineteenth century", {"note": "Date: nineteenth century"}),
        (None, {}),
    ],
)
def test_dates_have_the_precision_of_the_source(text, dated):
    found = fields(date=text)
    assert {name: found[name] for name in ("year", "month", "date", "note") if name in found} == (
        dated
    )


@pytest.mark.parametrize(
    "title",
    [
        "100% of R&D: #1, a_b, $5, x^2, ~10",
        "{balanced} }unbalanced{ {{",
        "} , year = {1",
        "ends with a backslash \\",
        "\\input{/etc/passwd} \\{ \\\\",
        'He said "no", @book{x,',
        "Über Beethoven 🎹",
        "\u05d1\u05d9\u05d5\u05d2\u05e8\u05e4\u05d9\u05d4 \u200f(1905)",
    ],
)
def test_hostile_titles_are_shown_as_they_are(title):
    assert shown(inner(fields(title=title)["title"])) == title


def test_a_title_stands_in_one_line():
    assert fields(title="A\r\n\n life\x00 of one")["title"] == "{A life of one}"


texts = st.one_of(st.text(), st.text(st.sampled_from('\\{}%&#_$^~@",= \nandAbc.;-19'), max_size=40))


@given(texts, texts, texts, texts)
def test_any_source_is_read_back(title, author, date, licence):
    source = Source("own id", title, "x.txt", "", "es", author, date, None, licence)
    bibtex = render([source, replace(source, id="other")])
    bibtex.encode()
    one, other = parsed(bibtex)
    assert (one[1], other[1]) == ("own-id", "other")
    assert one[2] == other[2]
    assert shown(inner(one[2]["title"])) == plain(title)
    assert shown(one[2].get("copyright", "")) == plain(licence)
    # A family name in braces, alone, is for BibTeX a name that is not taken apart.
    assert whole(people(one[2].get("author", ""))) == whole(split_names(author))


def whole(names):
    return [
        Name(literal=name.family) if name == Name(family=name.family) else name for name in names
    ]


def test_an_address_is_kept_letter_by_letter_but_for_braces():
    url = "https://example.org/a_b?q=%7Bx%7D&y=~1#top"
    assert fields(url=url)["url"] == url
    assert fields(url="https://example.org/{x")["url"] == "https://example.org/%7Bx"
    assert fields(url="ftp://example.org/a_b")["howpublished"] == "ftp://example.org/a\\_b"


def test_a_safe_id_is_the_key():
    ids = ["fischer-character-study", "letters-2", "a.b:c_d+e/f"]
    assert citation_keys(ids) == {own: own for own in ids}


def test_keys_are_safe_and_an_id_that_was_safe_keeps_its_own():
    assert citation_keys(["a b", "a-b", "A-B", "Añó, {x}", "毛泽东", "%"]) == {
        "a b": "a-b-3",
        "a-b": "a-b",
        "A-B": "A-B-2",
        "Añó, {x}": "Ano-x",
        "毛泽东": "source",
        "%": "source-2",
    }


@given(st.lists(st.text(), unique=True))
def test_keys_are_different_for_different_ids(ids):
    keys = citation_keys(ids)
    assert len({key.casefold() for key in keys.values()}) == len(ids)
    assert all(re.fullmatch(r"[A-Za-z0-9.:+/_-]+", key) for key in keys.values())
