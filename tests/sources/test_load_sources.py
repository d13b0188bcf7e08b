"""The corpus: ids, languages, duplicates, failures, and what two real books become."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from bookgen.errors import NoSourcesError
from bookgen.models import Corpus, PartialDate
from bookgen.sources import load_sources

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
real_data = pytest.mark.skipif(not DATA.is_dir(), reason="the real texts are not here")

ENGLISH = "He was born at Bonn in December of 1770, and his father sang at the court there."
SPANISH = "Nació en Movellán hacia el año de 1530, y su padre sirvió en la corte del rey."
GERMAN = "Er wurde im Dezember in Bonn geboren, und sein Vater war ein Sänger bei Hofe dort."


def write(folder: Path, **files: str | bytes) -> None:
    for name, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        (folder / name.replace("__", ".")).write_bytes(data)


def failures(corpus: Corpus) -> dict[str, str]:
    return {Path(failure.location).name: failure.reason for failure in corpus.failures}


def test_every_format_becomes_passages(tmp_path: Path) -> None:
    write(
        tmp_path,
        a__txt=ENGLISH,
        b__md=f"---\ntitle: B\nauthor: Me\ndate: 1901\nlicence: CC0\n---\n## Youth\n\n{ENGLISH} B.",
        c__html=f"<title>C</title><p>{ENGLISH} Then he left.</p>",
    )
    corpus = load_sources([tmp_path])
    assert [source.id for source in corpus.sources] == ["a", "b", "c"]
    assert [passage.id for passage in corpus.passages] == ["a:1", "b:1", "c:1"]
    assert corpus.passage["b:1"].heading == "Youth"
    b = corpus.source["b"]
    assert (b.title, b.author, b.date, b.licence) == ("B", "Me", "1901", "CC0")
    assert corpus.source["a"].sha256 == hashlib.sha256(ENGLISH.encode()).hexdigest()
    assert corpus.source["a"].location == str(tmp_path / "a.txt")


def test_ids_are_slugs_of_names_and_unique(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    write(tmp_path, **{"Él niño (2)__txt": ENGLISH, "life.latin1__txt": f"{ENGLISH} One."})
    write(tmp_path / "x", life__txt=f"{ENGLISH} Two.", 日本__txt=f"{ENGLISH} Three.")
    corpus = load_sources([tmp_path])
    assert sorted(source.id for source in corpus.sources) == [
        "el-nino-2",
        "life",
        "life-2",
        "source",
    ]
    assert corpus.source["life"].title == "Life"


def test_the_language_is_told_by_the_text_or_the_work(tmp_path: Path) -> None:
    write(
        tmp_path,
        english__txt=ENGLISH,
        german__txt=GERMAN,
        named__md=f"---\nlanguage: es-ES\n---\n{SPANISH} Y murió.",
        spanish__txt=SPANISH,
    )
    corpus = load_sources([tmp_path], language="es")
    assert {source.id: source.language for source in corpus.sources} == {
        "english": "en",
        "german": "es",  # neither: the language that was asked for
        "named": "es",
        "spanish": "es",
    }


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    write(
        tmp_path,
        bad__md="---\ntitle: [\n---\nText.",
        binary__txt=bytes(range(256)) * 20,
        blank__txt=" \n",
        broken__pdf=b"%PDF-1.4 no",
        good__txt=ENGLISH,
        list__txt="Bonn, 12.\nVienna, 14.\n",
        nobody__html="<html></html>",
    )
    corpus = load_sources([tmp_path])
    assert [source.id for source in corpus.sources] == ["good"]
    reasons = failures(corpus)
    assert sorted(reasons) == [
        "bad.md", "binary.txt", "blank.txt", "broken.pdf", "list.txt", "nobody.html",
    ]  # fmt: skip
    assert "broken on line" in reasons["bad.md"]
    assert "no paragraph of prose" in reasons["list.txt"]


def test_nothing_usable_is_an_error_with_every_reason(tmp_path: Path) -> None:
    write(tmp_path, blank__txt="", odd__txt=b"\x00\x01\x02")
    with pytest.raises(NoSourcesError) as caught:
        load_sources([tmp_path, tmp_path / "gone.txt"])
    assert len(caught.value.failures) == 3
    with pytest.raises(NoSourcesError, match="No sources were given"):
        load_sources([])


def test_the_same_file_twice_is_kept_once(tmp_path: Path) -> None:
    write(tmp_path, a__txt=ENGLISH, b__txt=ENGLISH)
    corpus = load_sources([tmp_path])
    assert len(corpus.sources) == 1
    assert failures(corpus) == {"b.txt": f"it is a duplicate of {tmp_path / 'a.txt'}."}


def test_the_same_text_in_another_format_is_kept_once(tmp_path: Path) -> None:
    paragraphs = [f"{ENGLISH[:-1]}, in house {number} of the street." for number in "abcdefghij"]
    write(
        tmp_path,
        book__html="".join(f"<p>{paragraph}</p>" for paragraph in paragraphs),
        book__txt="\n\n".join([*paragraphs, "One more paragraph stands in this edition."]),
        excerpt__txt="\n\n".join(paragraphs[:3]),
    )
    corpus = load_sources([tmp_path])
    assert [source.location for source in corpus.sources] == [
        str(tmp_path / "book.html"),
        str(tmp_path / "excerpt.txt"),
    ]
    assert failures(corpus) == {"book.txt": f"it has the same text as {tmp_path / 'book.html'}."}


def test_progress_names_every_file(tmp_path: Path) -> None:
    write(tmp_path, a__txt=ENGLISH, b__txt=f"{ENGLISH} More.", c__png="x")
    lines: list[str] = []
    load_sources([tmp_path], on_progress=lines.append)
    assert lines == [
        f"Reading {tmp_path / 'a.txt'} (1 of 2)",
        f"Reading {tmp_path / 'b.txt'} (2 of 2)",
        "Skipped 1 other file(s)",
    ]


# What must never stand in a passage of a real book.
FOREIGN = re.compile(
    r"Gutenberg|\[Footnote|\[Illustration|\[Music|\[\d+\]|\[K\.\]|Distributed Proof|Transcriber|"
    r"BEETHOVEN[.,]?$|\* \*|_|,--|\ufffc|\d, \d+, \d+[.,]|^(?:TO|DEAR|MY DEAR) [A-Z]{2}|"
    r"(?:^|\W)Your (?:friend|attached),?$|^Footnote"
)


@pytest.fixture(scope="module")
def beethoven() -> Corpus:
    return load_sources([DATA / "beethoven"])


@real_data
def test_beethoven_holds_no_boilerplate(beethoven: Corpus) -> None:
    found = [p.id for p in beethoven.passages if FOREIGN.search(p.text)]
    assert found == []
    assert not [p.id for p in beethoven.passages if p.heading and "INDEX" in p.heading.upper()]


@real_data
def test_the_text_edition_of_a_book_that_is_there_as_html_is_left_out(beethoven: Corpus) -> None:
    assert [source.id for source in beethoven.sources] == [
        "fischer-character-study",
        "letters-volume-2",
    ]
    assert "same text" in failures(beethoven)["fischer-character-study.latin1.txt"]


@real_data
def test_html_and_text_of_a_book_give_nearly_the_same_passages() -> None:
    folder = DATA / "beethoven"
    as_html = load_sources([folder / "fischer-character-study.html"])
    as_text = load_sources([folder / "fischer-character-study.latin1.txt"])
    one = {(p.heading, p.text) for p in as_html.passages}
    other = {(p.heading, p.text) for p in as_text.passages}
    assert len(one & other) > 0.97 * max(len(one), len(other))
    assert as_html.sources[0].title == as_text.sources[0].title == "Beethoven"
    assert as_html.sources[0].date == as_text.sources[0].date == "1905"
    # 62,390 words of prose stand between the licence and the index, notes and mottoes left out.
    assert 61_500 < sum(len(p.text.split()) for p in as_text.passages) < 63_000


@real_data
def test_letters_have_their_addressees_and_dates(beethoven: Corpus) -> None:
    letters = [p for p in beethoven.passages if p.source_id == "letters-volume-2"]
    dated = {str(p.date) for p in letters if p.date}
    assert len(letters) > 450
    assert sum(p.heading is None for p in letters) < 25
    assert {"1817-07-09", "1824-09-14", "1827-03-18"} <= dated
    assert all(p.date is None or 1815 <= p.date.year <= 1827 for p in letters)
    will = next(p for p in letters if p.text.startswith("I appoint my nephew Carl my sole heir."))
    assert (will.heading, will.date) == ("Codicil", PartialDate(1827, 3, 23))


@real_data
def test_franklins_autobiography_is_whole() -> None:
    corpus = load_sources([DATA / "franklin"])
    (source,) = corpus.sources
    assert (source.author, source.date, source.language) == ("Benjamin Franklin", "1909", "en")
    assert [p.id for p in corpus.passages if FOREIGN.search(p.text)] == []
    assert {p.heading for p in corpus.passages} == {
        "Introductory Note",
        "His Autobiography",
        "Chief Events in Franklin's Life",
    }
    assert sum(len(p.text.split()) for p in corpus.passages) > 64_000
    married = next(p for p in corpus.passages if p.text == "Marries Rebecca Read.")
    assert married.date == PartialDate(1730)
