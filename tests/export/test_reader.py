"""A book is read back as it was written; anything else is refused with what is missing."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.small_book import CORPUS, FISCHER, LETTERS, corpus, written

from bookgen.checks import review
from bookgen.errors import BookFormatError
from bookgen.export.markdown import render
from bookgen.export.reader import read_markdown
from bookgen.models import Brief, GlossaryEntry, Note, PartialDate, Section, TimelineEntry
from bookgen.text.quotations import without_citations


def rendered(sources=CORPUS, **given):
    book = written(sources, **given)
    return book, render(book, review(book, sources))


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_was_written_is_read_back(language):
    brief = Brief("Ludwig van Beethoven", words=2_000, chapters=7, language=language)
    prologue = Section(0, 1, "In the beginning", "“The boy learned.” [@fischer:2]")
    timeline = (
        TimelineEntry(PartialDate(1770, 12), "fischer:1", told_in=(1, 1)),
        TimelineEntry(PartialDate(1801, 6, 29), "letters:1", "“It was told.” [@letters:1]"),
    )
    epilogue = Section(3, 1, "In the end", "“He never saw it again.” [@fischer:3]")
    glossary = (
        GlossaryEntry("Bonn (*a town*)", "fischer:1", told_in=(1, 1)),
        GlossaryEntry("Wegeler", "letters:1", "“His friend.” [@letters:1]"),
    )
    lists = {"timeline": timeline, "glossary": glossary}
    book, text = rendered(brief=brief, prologue=prologue, epilogue=epilogue, **lists)
    parsed = read_markdown(text)
    assert parsed.brief == brief
    assert parsed.chapters == tuple(chapter.title for chapter in book.outline.chapters)
    assert parsed.prologue == Section(0, 1, "In the beginning", "“The boy learned.” [@1]")
    for section, again in zip(book.sections, parsed.sections, strict=True):
        assert (again.chapter, again.number, again.title) == (
            section.chapter,
            section.number,
            section.title,
        )
        assert without_citations(again.text) == without_citations(section.text)
    assert parsed.timeline == (
        TimelineEntry(PartialDate(1770, 12), "2", told_in=(1, 1)),
        TimelineEntry(PartialDate(1801, 6, 29), "5", "“It was told.” [@5]"),
    )
    assert parsed.epilogue == replace(epilogue, text="“He never saw it again.” [@7]")
    assert parsed.glossary == (
        GlossaryEntry("Bonn (*a town*)", "2", told_in=(1, 1)),
        GlossaryEntry("Wegeler", "5", "“His friend.” [@5]"),
    )
    assert parsed.shortfall == review(book, CORPUS).shortfall


def test_what_leads_into_a_chapter_is_read_back_as_its_introduction():
    book = written()
    only = Section(2, 1, "From Beethoven's Letters", "“A letter.” [@letters:1]")
    first = [one for one in book.sections if one.chapter == 1]
    lead = Section(1, 0, "", "“So it began.” [@fischer:1]")
    other = Section(2, 0, "", "“He wrote.” [@letters:1]")
    entry = TimelineEntry(PartialDate(1770), "fischer:1", told_in=(1, 0))
    book = replace(book, sections=(lead, *first, other, only), timeline=(entry,))
    parsed = read_markdown(render(book, review(book, CORPUS)))
    assert [(one.chapter, one.number, one.title) for one in parsed.sections] == [
        (one.chapter, one.number, one.title) for one in book.sections
    ]
    assert parsed.timeline[0].told_in == (1, 0)


def test_the_only_section_of_a_chapter_that_is_called_like_it_needs_no_heading():
    only = Section(2, 1, "From Beethoven's Letters", "“A letter.” [@letters:1]")
    book = written()
    book = replace(
        book,
        sections=(*(one for one in book.sections if one.chapter == 1), only),
        timeline=(),
    )
    text = render(book, review(book, CORPUS))
    assert "## 2. From Beethoven's Letters\n" in text
    assert "### From Beethoven's Letters" not in text
    assert read_markdown(text).sections[-1].title == only.title


def test_notes_lead_to_the_works_of_the_bibliography():
    parsed = read_markdown(rendered()[1])
    assert [(work.author, work.title, work.date, work.file_name) for work in parsed.works] == [
        (None, "Beethoven's Letters", None, "letters.txt"),
        ("George Alexander Fischer", "Beethoven: A Character Study", "1905", "fischer.txt"),
    ]
    assert parsed.notes["3"] == Note(1, 3, "Vienna")
    assert parsed.notes["4"] == Note(0, 1, "To Wegeler")


line = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), min_size=1
)


@settings(max_examples=60, deadline=None)
@given(title=line, author=st.none() | line, date=st.none() | line, text=line, heading=line)
def test_no_title_or_text_can_break_the_file(title, author, date, text, heading):
    odd = replace(LETTERS, title=title, author=author, date=date)
    texts = [passage.text for passage in CORPUS.passages]
    texts[3] = text
    sources = corpus(texts, sources=(FISCHER, odd))
    passages = tuple(
        replace(passage, heading=heading) if passage.source_id == "letters" else passage
        for passage in sources.passages
    )
    book, markdown = rendered(replace(sources, passages=passages))
    parsed = read_markdown(markdown)
    assert {work.title for work in parsed.works} == {FISCHER.title, title}
    work = parsed.works[parsed.notes["4"].work]
    assert (work.title, work.author, work.date) == (title, author, date)
    assert parsed.notes["4"].heading == heading
    assert parsed.sections[3].title == book.sections[3].title
    assert parsed.sections[3].text == f"“{text}” [@4]"


def test_line_ends_of_windows_and_a_byte_order_mark_do_not_matter():
    text = rendered()[1]
    assert read_markdown("\N{BYTE ORDER MARK}" + text.replace("\n", "\r\n")) == read_markdown(text)


def without(part):
    text = rendered()[1]
    start = text.index(f"## {part}")
    end = text.find("\n## ", start)
    return text[:start] + (text[end + 1 :] if end > 0 else "")


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("", "does not begin with the front matter"),
        ("# A title\n\nText.\n", "does not begin with the front matter"),
        ("---\ntitle: [\n---\n", "not YAML"),
        ("---\n- title\n---\n", "has no title"),
        ("---\ntitle: A\nlang: en\n---\n", "has no bookgen"),
        ("---\ntitle: A\nlang: en\nbookgen: {words: many, chapters: 2}\n---\n", "has no words"),
        ("---\ntitle: A\nlang: fr\nbookgen: {words: 1000, chapters: 2}\n---\n", "'fr'"),
        ("---\ntitle: A\nlang: en\nbookgen: {words: 10, chapters: 2}\n---\n", "1,000 to 200,000"),
        ("---\ntitle: A\nlang: en\nbookgen: {words: 1000, chapters: 2}\n---\n", "no chapters"),
        (without("Bibliography"), "no part “## Bibliography”"),
        (rendered()[1].replace("## Timeline", "## Appendix"), "“## Appendix” is neither"),
        (rendered()[1].replace("**November 1792**", "**Autumn**"), "entry has no date"),
        (rendered()[1].replace(", par. 3.", "."), r"note \[\^3\] names no paragraph"),
        (rendered()[1].replace("- *Beethoven's Letters*", "- Letters"), r"entry has no \*title\*"),
    ],
)
def test_what_is_no_book_is_refused_with_what_is_missing(text, missing):
    with pytest.raises(BookFormatError, match=missing):
        read_markdown(text)


def test_the_refusal_names_the_line():
    text = rendered()[1].replace("## Timeline", "## Appendix")
    number = text.split("\n").index("## Appendix") + 1
    with pytest.raises(BookFormatError, match=f"Line {number}: "):
        read_markdown(text)


def test_notes_may_have_been_moved_about():
    text = rendered()[1]
    definition = next(line for line in text.split("\n") if line.startswith("[^1]:"))
    moved = text.replace(definition + "\n", "").replace(
        "### Vienna 3", f"{definition}\n\n### Vienna 3"
    )
    assert read_markdown(moved).notes == read_markdown(text).notes
