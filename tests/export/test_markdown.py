"""The Markdown of a book: its parts in order, notes that lead to works, nothing of the machine."""

import re
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt
from support.small_book import CORPUS, FISCHER, LETTERS, QuotingWriter, corpus, written

from bookgen.checks import review
from bookgen.errors import SourceError
from bookgen.export import html
from bookgen.export.markdown import render
from bookgen.models import Brief, PartialDate, Provenance, Section, TimelineEntry, Usage


def rendered(sources=CORPUS, **given):
    book = written(sources, **given)
    return render(book, review(book, sources))


def headings(text):
    return re.findall(r"^#{1,3} .+$", text, re.MULTILINE)


def test_the_parts_stand_in_order():
    assert headings(rendered()) == [
        "# Ludwig van Beethoven",
        "## Contents",
        "## 1. From Beethoven: A Character Study",
        "### Early Promise 1",
        "### Early Promise 2",
        "### Vienna 3",
        "## 2. From Beethoven's Letters",
        "### To Wegeler 1",
        "### To Ries 2",
        "## Timeline",
        "## Bibliography",
        "## About this book",
        "## Notes",
    ]


def test_a_quotation_has_its_note_and_the_note_its_place():
    text = rendered()
    assert "for Vienna, and he never saw his native town again.”[^3]\n" in text
    assert (
        "[^3]: George Alexander Fischer, *Beethoven: A Character Study* (1905), “Vienna”, par. 3.\n"
        in text
    )


def test_a_spanish_book_speaks_spanish():
    brief = Brief("Ludwig van Beethoven", words=1_000, chapters=2, language="es")
    text = rendered(brief=brief, writer=QuotingWriter("«»"))
    assert {"## Índice", "## Cronología", "## Bibliografía", "## Notas"} < set(headings(text))
    assert "- **diciembre de 1770** – Se cuenta en el capítulo 1, «Early Promise 1».[^1]" in text
    assert "«Vienna», párr. 3." in text
    assert "Licencia: Public domain. Archivo: fischer.txt." in text


def test_a_passage_cited_again_keeps_its_number_in_its_chapter_only():
    first, *rest = written().sections
    again = replace(first, text="“A.” [@fischer:1] “B.” [@fischer:2] “C.” [@fischer:1]")
    other = replace(rest[-1], text="“D.” [@fischer:1]")
    text = rendered(sections=(again, *rest[:-1], other))
    assert "“A.”[^1] “B.”[^2] “C.”[^1]" in text
    assert "“D.”[^5]" in text


def test_the_timeline_shares_the_notes_of_the_chapters():
    timeline = (
        TimelineEntry(PartialDate(1792, 11), "fischer:3", told_in=(1, 3)),
        TimelineEntry(PartialDate(1801, 6, 29), "letters:1", "“It was told.” [@letters:1]"),
    )
    text = rendered(timeline=timeline)
    assert "- **November 1792** – Told in chapter 1, “Vienna 3”.[^3]\n" in text
    assert "- **29 June 1801** – “It was told.”[^4]\n" in text


def test_the_prologue_stands_before_the_chapters():
    prologue = Section(0, 1, "Prologue", "“The boy learned.” [@fischer:2]")
    text = rendered(prologue=prologue)
    assert headings(text)[2:4] == ["## Prologue", "## 1. From Beethoven: A Character Study"]


def test_the_report_closes_the_book_with_what_is_missing():
    sources = corpus(failures=[SourceError("/home/reader/scan.pdf", "is encrypted")])
    text = rendered(sources)
    assert "- Words: 93 of the 1,000 asked for\n- Chapters: 2\n- Citations: 7\n" in text
    assert "- Coverage: 100\N{NO-BREAK SPACE}% of the sentences" in text
    assert "- Shortfall: The sources carry 93 of the 1,000 words" in text
    assert "- Could not be read: scan.pdf: is encrypted\n" in text


def test_nothing_of_the_machine_or_the_day_gets_into_the_file():
    text = rendered()
    assert "/home" not in text
    assert text == rendered()


def test_works_of_the_same_name_are_told_apart():
    sources = corpus(sources=(FISCHER, replace(FISCHER, id="letters", location="copy.txt")))
    text = rendered(sources)
    label = "George Alexander Fischer, *Beethoven: A Character Study* (1905)"
    assert f"[^1]: {label} \\[fischer\\], " in text
    assert f"[^4]: {label} \\[letters\\], " in text
    assert text.count(f"- {label} \\[") == 2


def test_a_work_that_was_read_for_nothing_is_named_apart():
    unused = replace(LETTERS, id="unused", title="Unused", location="unused.txt")
    book = replace(written(), sources=(FISCHER, LETTERS, unused))
    text = render(book, review(book, CORPUS))
    assert text.index("Read, but not quoted:") < text.index("*Unused*. File: unused.txt.")


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "https://x.org/> [a](javascript:alert(1))", "data:text/html,<b>"],
)
def test_a_hostile_source_is_no_markup(url):
    hostile = replace(
        LETTERS,
        title="*Bold* [link](javascript:alert(1)) <script>",
        author="# **A**",
        url=url,
        licence="[^1]",
    )
    texts = [passage.text for passage in CORPUS.passages]
    texts[3] = "# He wrote [a](javascript:alert(1)), <img src=x> and **b** [^9]."
    sources = corpus(texts, sources=(FISCHER, hostile))
    tokens = MarkdownIt("commonmark").parse(rendered(sources).split("---\n", 2)[2])
    inline = [child for token in tokens for child in token.children or []]
    links = [child.attrs["href"] for child in inline if child.type == "link_open"]
    assert all(link.startswith(("#", "https://www.gutenberg.org/")) for link in links)
    assert not any(child.type in {"html_inline", "image"} for child in inline)
    assert not any(token.type == "html_block" for token in tokens)
    strong = [child for child in inline if child.type == "strong_open"]
    assert len(strong) == 2, "only the two dates of the timeline"


@pytest.mark.parametrize("render_as", [render, html.render])
def test_a_book_that_a_model_wrote_says_so(render_as):
    book = written()
    wrote = Provenance("0" * 16, "some/model <b>", Usage())
    told = replace(book, sections=tuple(replace(one, provenance=wrote) for one in book.sections))
    page = render_as(told, review(told, CORPUS))
    assert "A life told from its sources" in page
    assert "some/model" in page
    assert not re.search(r"(?<!\\)<b>", page)
    assert "word for word in a passage" not in page
    assert "some/model" not in render_as(book, review(book, CORPUS))
