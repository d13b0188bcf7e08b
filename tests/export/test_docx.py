"""A DOCX whose citations are footnotes of the word processor, with its chapters on new pages."""

from lxml import etree
from support.converted import ada, cajal, entries, made, shown_in_docx

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def tree(content, name):
    return etree.fromstring(entries(content)[name])


def footnotes(content):
    """Return the footnotes by their ids, without the lines that part them from the text."""
    return {
        note.get(f"{W}id"): "".join(note.itertext(f"{W}t")).strip()
        for note in tree(content, "word/footnotes.xml")
        if note.get(f"{W}type") is None
    }


def test_every_citation_is_a_footnote():
    book, report = ada()
    content = made("docx", book, report)
    notes = footnotes(content)
    document = tree(content, "word/document.xml")
    referred = [reference.get(f"{W}id") for reference in document.iter(f"{W}footnoteReference")]
    assert sorted(referred) == sorted(notes)
    assert len(notes) == report.citations
    titles = [source.title for source in book.sources]
    assert all(any(title in note for title in titles) for note in notes.values())


def test_every_paragraph_is_there_and_every_chapter_a_heading():
    book, report = cajal()
    content = made("docx", book, report)
    shown = shown_in_docx(content)
    headings = [
        "".join(paragraph.itertext(f"{W}t"))
        for paragraph in tree(content, "word/document.xml").iter(f"{W}p")
        if paragraph.find(f"{W}pPr/{W}pStyle[@{W}val='Heading1']") is not None
    ]
    for chapter in book.outline.chapters:
        assert f"{chapter.number}. {chapter.title}" in headings
    assert headings[-2:] == ["Bibliografía", "Sobre este libro"]
    for passage in book.passages.values():
        assert passage.text[:60].split("«")[0].strip("“”«» ") in shown


def test_the_contents_lead_to_the_chapters():
    document = tree(made("docx", *ada()), "word/document.xml")
    anchors = [link.get(f"{W}anchor") for link in document.iter(f"{W}hyperlink")]
    places = {mark.get(f"{W}name") for mark in document.iter(f"{W}bookmarkStart")}
    assert {"chapter-1", "chapter-2", "bibliography", "about"} <= set(anchors)
    assert {anchor for anchor in anchors if anchor} <= places


def test_a_chapter_begins_on_a_new_page():
    styles = tree(made("docx", *ada()), "word/styles.xml")
    breaking = [
        style.get(f"{W}styleId")
        for style in styles.iter(f"{W}style")
        if style.find(f"{W}pPr/{W}pageBreakBefore") is not None
    ]
    assert breaking == ["Heading1"]


def test_the_properties_tell_the_book_and_no_date():
    properties = tree(made("docx", *cajal()), "docProps/core.xml")
    told = {etree.QName(element).localname: element.text for element in properties}
    assert (told["title"], told["language"]) == ("Santiago Ramón y Cajal", "es")
    assert not {"created", "modified"} & set(told)
