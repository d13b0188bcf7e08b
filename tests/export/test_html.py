"""The page stands alone, can be walked by links and landmarks, and escapes what sources hold."""

import re
from dataclasses import replace

import pytest
from lxml import html
from support.small_book import BRIEF, CORPUS, FISCHER, LETTERS, QuotingWriter, corpus, written

from bookgen.checks import review
from bookgen.errors import SourceError
from bookgen.export.html import render
from bookgen.models import Brief, PartialDate, Section, TimelineEntry


def rendered(sources=CORPUS, brief=BRIEF, **given):
    book = written(sources, brief, **given)
    return render(book, review(book, sources))


def page(*args, **kwargs):
    return html.document_fromstring(rendered(*args, **kwargs))


def text_of(element):
    return " ".join(element.text_content().split())


def test_the_page_needs_nothing_from_outside():
    tree = page()
    assert (
        tree.xpath("//script | //link | //img | //iframe | //object | //@style | //@onclick") == []
    )
    assert "@import" not in rendered()
    assert "url(" not in rendered()
    policy = tree.xpath("string(//meta[@http-equiv='Content-Security-Policy']/@content)")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


def test_every_link_within_the_page_arrives_and_ids_are_unique():
    tree = page(
        prologue=Section(0, 1, "Prologue", "“The boy.” [@fischer:2] “Again.” [@fischer:2]"),
        timeline=(
            TimelineEntry(PartialDate(1770), "fischer:1", told_in=(1, 1)),
            TimelineEntry(PartialDate(1801), "letters:1", "“Told.”"),
        ),
    )
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    targets = [href[1:] for href in tree.xpath("//a/@href") if href.startswith("#")]
    assert targets
    assert set(targets) <= set(ids)


def test_a_note_leads_there_and_back_and_says_what_it_is():
    tree = page()
    (reference,) = tree.xpath("//a[@id='ref-3']")
    note = "George Alexander Fischer, Beethoven: A Character Study (1905), “Vienna”, par. 3."
    assert reference.get("href") == "#note-3"
    assert reference.get("data-note") == note
    assert reference.get("aria-label") == "Note 3"
    (entry,) = tree.xpath("//li[@id='note-3']")
    assert text_of(entry) == f"{note} ↩ ↩"
    assert entry.xpath("a/@href") == ["#ref-3", "#ref-3-2"]


def test_landmarks_language_and_a_way_past_the_contents():
    tree = page()
    assert tree.get("lang") == "en"
    assert [len(tree.xpath(f"//{name}")) for name in ("main", "nav", "footer", "h1")] == [1] * 4
    assert tree.xpath("//body/*")[0].get("href") == "#text"
    assert len(tree.xpath("//body/header")) == 1
    for labelled in tree.xpath("//*[@aria-labelledby]"):
        assert tree.get_element_by_id(labelled.get("aria-labelledby")) is not None


def test_quotation_marks_are_set_apart_from_the_words():
    paragraph = page().xpath("//section[@id='section-1-3']/p")[0]
    assert [mark.text for mark in paragraph.xpath("span[@class='mark']")] == ["“", "”"]
    assert text_of(paragraph).startswith("“In November of 1792 Beethoven left Bonn")


def test_the_chapter_tells_its_years_and_the_timeline_its_dates():
    tree = page()
    assert text_of(tree.xpath("//section[@id='chapter-1']//p[@class='period']")[0]) == "1770–1792"
    assert tree.xpath("//section[@id='chapter-2']//p[@class='period']") == []
    dates = [(time.get("datetime"), time.text) for time in tree.xpath("//time")]
    assert dates == [("1770-12", "December 1770"), ("1792-11", "November 1792")]
    assert tree.xpath("//p[@class='told']/a/@href") == ["#ref-1", "#ref-3"]


def test_a_spanish_page_is_spanish():
    brief = Brief("Ludwig van Beethoven", words=1_000, chapters=2, language="es")
    tree = page(brief=brief, writer=QuotingWriter("«»"))
    assert tree.get("lang") == "es"
    headings = [text_of(heading) for heading in tree.xpath("//h2")]
    assert headings == [
        "Capítulo 1 From Beethoven: A Character Study",
        "Capítulo 2 From Beethoven's Letters",
        "Cronología",
        "Bibliografía",
        "Notas",
        "Sobre este libro",
    ]
    assert tree.xpath("//time")[0].text == "diciembre de 1770"


def test_the_report_tells_words_and_what_could_not_be_read():
    sources = corpus(failures=[SourceError("/home/reader/scan.pdf", "is <encrypted>")])
    rows = [text_of(row) for row in page(sources).xpath("//footer//div")]
    assert rows[0] == "Words93 of the 1,000 asked for"
    assert rows[-1] == "Could not be readscan.pdf: is <encrypted>"
    assert "/home" not in rendered(sources)


@pytest.mark.parametrize("url", ["javascript:alert(1)", 'https://x.org/"onmouseover="alert(1)'])
def test_hostile_sources_stay_text(url):
    attack = "\"><script>alert(1)</script><a href='javascript:alert(1)'>&amp;"
    hostile = replace(LETTERS, title=attack, author=attack, date=attack, licence=attack, url=url)
    texts = [passage.text for passage in CORPUS.passages]
    texts[3] = attack
    sources = corpus(texts, sources=(FISCHER, hostile))
    tree = page(sources, Brief(attack, words=1_000, chapters=2))
    assert tree.xpath("//script | //@onmouseover") == []
    assert {
        href
        for href in tree.xpath("//a/@href")
        if not re.match(r"#|https://www\.gutenberg\.org/", href)
    } == set()
    assert text_of(tree.xpath("//h1")[0]) == attack
    assert attack in text_of(tree.xpath("//section[@id='section-2-1']/p")[0])


def contrast(first, second):
    """Return the contrast ratio of WCAG 2 between two colours as #rrggbb."""

    def luminance(colour):
        channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (
            value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
            for value in channels
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_text_has_the_contrast_of_wcag_aa_in_both_themes():
    themes = re.findall(r":root \{\s*(--paper: #\w{6};.*?)\}", rendered(), re.DOTALL)
    assert len(themes) == 2
    for theme in themes:
        colours = dict(re.findall(r"--(\w+): (#\w{6});", theme))
        for name in ("ink", "quiet", "accent"):
            assert contrast(colours[name], colours["paper"]) >= 4.5, (name, colours)
            assert contrast(colours[name], colours["panel"]) >= 4.5, (name, colours)
