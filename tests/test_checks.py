"""Each check passes on a sound book, and fails on a book with the one fault it is there for."""

from dataclasses import replace

import pytest
from support.small_book import CORPUS, corpus, written

from bookgen.checks import check_book, review
from bookgen.checks.manuscript import Manuscript
from bookgen.checks.rules import section_lengths
from bookgen.errors import SourceError
from bookgen.export.markdown import render
from bookgen.export.reader import read_markdown
from bookgen.models import Brief, GlossaryEntry, PartialDate, Section, TimelineEntry


def with_text(book, place, text):
    sections = list(book.sections)
    sections[place] = replace(sections[place], text=text)
    return replace(book, sections=tuple(sections))


def failed(report):
    return [check.name for check in report.checks if not check.passed]


def only_failure(report):
    (failure,) = [check for check in report.checks if not check.passed]
    return failure


def test_a_sound_book_passes_every_check():
    report = review(written(), CORPUS)
    assert failed(report) == []
    assert (report.words, report.chapters, report.citations) == (93, 2, 7)
    assert report.coverage == 1.0


def test_the_same_holds_for_its_file_read_back():
    report = review(written(), CORPUS)
    parsed = read_markdown(render(written(), report))
    again = check_book(parsed, CORPUS)
    assert failed(again) == []
    # A file does not say how long each section was planned to be.
    names = [check.name for check in report.checks if check.name != "section lengths"]
    assert [check.name for check in again.checks] == names
    assert (again.words, again.chapters, again.citations, again.coverage, again.shortfall) == (
        report.words,
        report.chapters,
        report.citations,
        report.coverage,
        report.shortfall,
    )


def test_without_sources_quotations_are_not_said_to_be_found():
    report = check_book(read_markdown(render(written(), review(written(), CORPUS))))
    assert report.coverage is None
    names = [check.name for check in report.checks]
    assert "quotations found" not in names
    assert "sentences once" in names


def test_a_shortfall_says_how_much_there_was():
    report = review(written(), CORPUS)
    assert report.shortfall.startswith(
        "The sources carry 93 of the 1,000 words asked for (9.3\N{NO-BREAK SPACE}%). "
        "They hold 93 words, of which 93 stand in paragraphs that are quoted here."
    )
    assert "nothing was left" not in report.shortfall


def test_a_shortfall_explains_what_was_left_out():
    book = written()
    passages = {name: text for name, text in book.passages.items() if name != "letters:2"}
    report = review(replace(book, passages=passages), CORPUS)
    assert "of which 77 stand in paragraphs" in report.shortfall
    assert "not about Ludwig van Beethoven: nothing was left to quote." in report.shortfall


def test_a_shortfall_speaks_the_language_of_the_book():
    brief = Brief("Ludwig van Beethoven", words=51_000, chapters=2, language="es")
    shortfall = review(written(brief=brief), CORPUS).shortfall
    assert "de las 51\N{NO-BREAK SPACE}000 palabras pedidas" in shortfall


def test_failures_name_files_and_not_the_folders_of_the_machine():
    failures = [
        SourceError("/home/reader/secret/scan.pdf", "is encrypted"),
        SourceError("copy.txt", f"it has the same text as {CORPUS.sources[0].location}"),
    ]
    report = review(written(), corpus(failures=failures))
    assert report.failures == (
        "scan.pdf: is encrypted",
        "copy.txt: it has the same text as fischer.txt",
    )


def test_a_book_far_too_long_fails():
    long = with_text(
        written(),
        0,
        " ".join(f"“Word{number} is quoted here by nobody.” [@fischer:1]" for number in range(900)),
    )
    report = review(long, CORPUS)
    assert "length" in failed(report)
    assert report.shortfall == ""


def test_a_changed_word_is_not_covered():
    text = "“Ludwig van Beethoven was born at Cologne in December of 1770.” [@fischer:1]"
    report = review(with_text(written(), 0, text), CORPUS)
    assert report.coverage == pytest.approx(5 / 6)
    assert "Cologne" in only_failure(report).details[0]


def test_a_sentence_of_another_passage_than_the_cited_one_is_not_covered():
    text = f"“{CORPUS.passage['letters:2'].text}” [@fischer:1]"
    assert "quotations found" in failed(review(with_text(written(), 0, text), CORPUS))


def test_a_sentence_cut_in_two_is_told_from_one_that_is_made_up():
    text = "“Ludwig van Beethoven was born at Bonn” [@fischer:1]"
    report = review(with_text(written(), 0, text), CORPUS)
    assert only_failure(report).name == "sentences whole"
    assert report.coverage == 1.0


def test_other_quotation_marks_are_no_change():
    text = (
        "“Beethoven wrote that his hearing had grown weaker for three years. ‘I lead a miserable "
        "life,’ he told his friend.” [@letters:1]"
    )
    assert failed(review(with_text(written(), 3, text), CORPUS)) == []


def test_a_paragraph_that_ends_uncited_fails():
    text = written().sections[0].text + " And so it was."
    report = review(with_text(written(), 0, text), CORPUS)
    assert "paragraphs cited" in failed(report)


def test_a_sentence_told_twice_fails():
    book = written()
    text = book.sections[4].text + "\n\n" + book.sections[2].text
    report = review(with_text(book, 4, text), CORPUS)
    assert failed(report) == ["sentences once", "runs of words", "chapters apart"]
    repeated = next(check for check in report.checks if check.name == "sentences once")
    assert "1.3 “Vienna 3”; 2.2 “To Ries 2”" in repeated.details[0]


def test_chapters_that_tell_nearly_the_same_fail():
    texts = [None] * 5
    texts[0] = "Beethoven gave his first great concert in spring, at the Burg Theatre in Vienna."
    texts[4] = (
        "In Vienna, at the Burg Theatre, the first great concert Beethoven gave was in spring."
    )
    given = [text or passage.text for text, passage in zip(texts, CORPUS.passages, strict=True)]
    sources = corpus(given)
    report = review(written(sources), sources)
    assert only_failure(report).name == "chapters apart"


@pytest.mark.parametrize(
    ("language", "text", "passes"),
    [
        ("en", "He learned the clavier.", False),
        ("en", "‘His father was a tenor.", False),
        ("en", "Hertz learned the clavier.", True),
        ("es", "Ella aprendió el clave.", False),
        ("es", "Elena aprendió el clave.", True),
    ],
)
def test_a_section_must_not_open_with_a_pronoun(language, text, passes):
    brief = Brief("Ludwig van Beethoven", words=1_000, chapters=2, language=language)
    given = [passage.text for passage in CORPUS.passages]
    given[1] = text
    sources = corpus(given)
    report = review(written(sources, brief), sources)
    assert ("openings" not in failed(report)) is passes


def test_a_timeline_that_goes_back_fails():
    book = written()
    report = review(replace(book, timeline=book.timeline[::-1]), CORPUS)
    assert only_failure(report).details == ("1770-12 stands behind 1792-11",)


def test_a_timeline_that_cites_nothing_known_fails():
    entry = TimelineEntry(PartialDate(1800), "nowhere:1", told_in=(1, 1))
    report = review(written(timeline=(entry,)), CORPUS)
    assert failed(report) == ["citations resolve", "entries cited"]


def test_a_list_that_points_nowhere_fails():
    glossary = (GlossaryEntry("Wegeler", "letters:1", told_in=(2, 7)),)
    report = review(written(glossary=glossary), CORPUS)
    assert only_failure(report).details == (
        "glossary, Wegeler points to a section that does not exist",
    )


def test_a_glossary_is_held_to_its_passages():
    glossary = (GlossaryEntry("Wegeler", "letters:1", "“He was a doctor at Bonn.” [@letters:1]"),)
    report = review(written(glossary=glossary), CORPUS)
    assert only_failure(report).name == "quotations found"


def test_sections_that_miss_their_lengths_fail_where_the_book_does_not():
    book = written()
    plans = tuple(
        replace(chapter, sections=tuple(replace(plan, words=10) for plan in chapter.sections))
        for chapter in book.outline.chapters
    )
    fitting = replace(book, outline=replace(book.outline, chapters=plans))
    check = section_lengths(Manuscript.of(fitting), fitting.outline, shortfall="")
    assert check.value.startswith("mean S_L 71 of 5 sections, lowest 60 in 1.1 “Early Promise 1”")
    assert not check.passed
    assert section_lengths(Manuscript.of(fitting), fitting.outline, shortfall="No more.").passed


def test_a_prologue_is_checked_like_any_section():
    prologue = Section(0, 1, "Prologue", "“He was alone.” [@fischer:1]")
    report = review(written(prologue=prologue), CORPUS)
    assert failed(report) == ["quotations found", "openings"]


class TestEditedFiles:
    def text(self):
        return render(written(), review(written(), CORPUS))

    def check(self, text, sources=None):
        return check_book(read_markdown(text), sources)

    def test_a_note_without_a_definition_fails(self):
        text = self.text()
        cut = "\n".join(line for line in text.split("\n") if not line.startswith("[^2]:"))
        assert only_failure(self.check(cut)).details == ("[2]",)

    def test_a_note_on_a_work_that_is_not_in_the_bibliography_fails(self):
        text = self.text().replace("[^2]: George Alexander Fischer", "[^2]: Georg Fischer")
        assert failed(self.check(text)) == ["citations resolve"]

    def test_a_word_changed_in_the_file_is_found_with_the_sources(self):
        text = self.text().replace("was a tenor", "was a baritone")
        assert failed(self.check(text)) == []
        assert failed(self.check(text, CORPUS)) == ["quotations found"]

    def test_sources_that_are_not_the_books_support_nothing(self):
        other = corpus(sources=(replace(CORPUS.sources[0], location="other.txt"),))
        assert self.check(self.text(), other).coverage == 0.0
