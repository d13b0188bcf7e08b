"""HTML: paragraphs of old books, and the text of pages with menus."""

from __future__ import annotations

import pytest

from bookgen.sources import html
from bookgen.sources.document import Metadata

PAGE = """\
<!DOCTYPE html>
<html lang="en"><head><title>Ada Lovelace | Site</title>
<meta property="og:title" content="Ada Lovelace"><meta name="author" content="J. Doe">
<meta property="article:published_time" content="2019-03-01">
<link rel="canonical" href="https://example.org/ada"></head>
<body><header><nav><ul><li><a href="/">Home of all our pages</a></li></ul></nav></header>
<div class="cookie-banner"><p>We use cookies to make this site better for its readers.</p></div>
<main><article><h1>Ada Lovelace</h1><h2>Early life</h2>
<p>Ada was born in London on 10 December 1815, the only child of Lord Byron and his
wife.<sup><a href="#n1">[1]</a></sup> Her mother left him a month later.</p>
<p>She was taught <b>mathematics</b> from an early age, which was rare for a girl of her time.</p>
<h2>Work</h2><p>In 1843 she translated a paper on the Analytical Engine, and added notes.</p>
</article></main>
<aside><p>Related: read our pages about other famous people of the century.</p></aside>
<footer><p>All rights are reserved by the owner of this site.</p></footer></body></html>
"""


def texts(source: str, encoding: str = "utf-8") -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in html.read(source.encode(encoding)).blocks]


def test_a_page_loses_its_menus_and_keeps_its_text() -> None:
    found = [text for _, text in texts(PAGE)]
    joined = " ".join(found)
    assert "Lord Byron" in joined
    assert "Early life" in found
    assert "Analytical Engine" in joined
    for chrome in ("Home", "cookies", "Related", "All rights"):
        assert chrome not in joined


def test_the_head_is_the_metadata() -> None:
    assert html.read(PAGE.encode()).metadata == Metadata(
        title="Ada Lovelace",
        author="J. Doe",
        date="2019-03-01",
        url="https://example.org/ada",
        language="en",
    )


def test_an_initial_set_as_a_picture_belongs_to_its_word() -> None:
    source = '<body><div><img alt="C" src="c.png"></div><p>losely following his arrival.</p></body>'
    assert texts(source) == [("text", "Closely following his arrival.")]


def test_line_breaks_make_verse_and_double_ones_paragraphs() -> None:
    source = (
        "<body><p>Ludwig van Beethoven<br>Whom if you would<br>Forget, you never should.</p>"
        "He was born at Bonn.<br><br>He died in Vienna.</body>"
    )
    assert texts(source) == [
        ("verse", "Ludwig van Beethoven Whom if you would Forget, you never should."),
        ("text", "He was born at Bonn."),
        ("text", "He died in Vienna."),
    ]


def test_notes_page_numbers_captions_and_tables_are_no_text() -> None:
    source = """<body><p><span class="pagenum">[Pg 12]</span>He left Bonn.<a class="fnanchor"
    href="#f1">[A]</a> It was the 2<sup>nd</sup> time.</p>
    <div class="footnotes"><p>A note.</p></div>
    <p class="caption">A picture.</p><table><tr><td>1792</td></tr></table>
    <ul><li>He played the organ.</li></ul><blockquote>My dear friend.</blockquote></body>"""
    assert texts(source) == [
        ("text", "He left Bonn. It was the 2nd time."),
        ("text", "He played the organ."),
        ("quote", "My dear friend."),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_the_encoding_may_be_declared_or_not(encoding: str) -> None:
    assert texts("<html><p>“Él nació en Córdoba.”</p>", encoding) == [
        ("text", "“Él nació en Córdoba.”")
    ]


def test_xhtml_with_a_declaration_is_read() -> None:
    source = '<?xml version="1.0" encoding="utf-8"?>\n<html><body><p>He came.</p></body></html>'
    assert texts(source) == [("text", "He came.")]


def test_text_without_a_body_is_read() -> None:
    assert texts("<title>A</title>Just some words.") == [("text", "Just some words.")]


@pytest.mark.parametrize("source", ["<html><body></body></html>", "<!-- nothing -->"])
def test_a_page_without_text_says_so(source: str) -> None:
    with pytest.raises(html.HtmlError, match=r"no text|no HTML element"):
        html.read(source.encode())
