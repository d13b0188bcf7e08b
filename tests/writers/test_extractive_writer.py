"""What the keyless writer promises, on short lives and on corpora made by hypothesis."""

import asyncio
import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import lives

from bookgen.errors import WriterError
from bookgen.models import Biography, Brief, Corpus, Outline, Passage, Section, Source
from bookgen.pipeline import write_biography
from bookgen.text.quotations import citation_ids, fold, paragraphs, statements, unquoted
from bookgen.text.sentences import split_sentences
from bookgen.text.words import count_words, fold_accents, words
from bookgen.writers.extractive import ExtractiveWriter

BOTH = pytest.mark.parametrize(
    ("brief", "corpus"),
    [(lives.ANNING, lives.anning()), (lives.PERAL, lives.peral())],
    ids=["en", "es"],
)
UNRESOLVED = {
    "en": set("he she it they him her his its their this that these those but and".split()),
    "es": set("ella ellos ellas su sus este esta estos estas eso ese pero".split()),
}


def write(brief: Brief, corpus: Corpus) -> Biography:
    return asyncio.run(write_biography(brief, corpus, ExtractiveWriter()))


def parts(book: Biography) -> list[Section]:
    return [*([book.prologue] if book.prologue else []), *book.sections]


def quotations(book: Biography) -> list[tuple[str, str]]:
    """Return every quotation of the book with the id of the passage it cites."""
    texts = [part.text for part in parts(book)] + [entry.text for entry in book.timeline]
    found = []
    for text in texts:
        for paragraph in paragraphs(text):
            for statement in statements(paragraph):
                (cited,) = statement.citations
                found.append((unquoted(statement.text), cited))
    return found


@BOTH
def test_a_quotation_is_verbatim_and_of_whole_sentences(brief, corpus):
    for quotation, cited in quotations(write(brief, corpus)):
        passage = corpus.passage[cited]
        assert fold(quotation) in fold(passage.text)
        whole = {fold(one.text) for one in split_sentences(passage.text, brief.language)}
        assert {fold(one.text) for one in split_sentences(quotation, brief.language)} <= whole


@BOTH
def test_no_section_opens_with_what_has_nothing_to_refer_to(brief, corpus):
    for part in parts(write(brief, corpus)):
        first = words(part.text)[0]
        assert fold_accents(first) not in UNRESOLVED[brief.language]
        assert first != "Él"


@BOTH
def test_nothing_stands_in_the_book_twice(brief, corpus):
    said = [
        fold(sentence.text)
        for quotation, _ in quotations(write(brief, corpus))
        for sentence in split_sentences(quotation, brief.language)
    ]
    assert len(said) == len(set(said))


@BOTH
def test_a_passage_belongs_to_one_section(brief, corpus):
    outline = write(brief, corpus).outline
    planned = [passage for section in outline.sections for passage in section.passages]
    assert len(planned) == len(set(planned))


@BOTH
def test_sections_have_the_words_that_the_outline_gives_them(brief, corpus):
    book = write(brief, corpus)
    planned = [section.words for section in book.outline.sections]
    assert [count_words(section.text) for section in book.sections] == planned
    assert sum(count_words(part.text) for part in parts(book)) <= brief.words


@BOTH
def test_versions_that_contradict_each_other_both_stand_side_by_side(brief, corpus):
    book = "\n".join(section.text for section in write(brief, corpus).sections)
    days = {"en": ("on 9 March 1847", "on 10 March 1847"), "es": ("22 de mayo", "24 de mayo")}
    first, second = sorted(book.index(day) for day in days[brief.language])
    assert book[first:second].count("\n\n") == 1


@BOTH
def test_the_life_is_told_in_the_order_of_time(brief, corpus):
    text = "\n".join(section.text for section in write(brief, corpus).sections)
    years = {"en": ["1799", "1811", "1823", "1847"], "es": ["1851", "1885", "1888", "1891", "1895"]}
    places = [text.index(year) for year in years[brief.language]]
    assert places == sorted(places)


@BOTH
def test_the_timeline_goes_forward_and_cites(brief, corpus):
    book = write(brief, corpus)
    dates = [entry.date for entry in book.timeline]
    assert dates == sorted(dates)
    assert len(dates) >= 5
    for entry in book.timeline:
        assert entry.passage in corpus.passage
        if entry.told_in is None:
            assert citation_ids(entry.text) == [entry.passage]
        else:
            section = next(
                one for one in book.sections if (one.chapter, one.number) == entry.told_in
            )
            assert entry.passage in citation_ids(section.text)
            assert not entry.text


@BOTH
def test_the_prologue_says_who_the_person_was(brief, corpus):
    prologue = write(brief, corpus).prologue
    assert prologue is not None
    assert unquoted(prologue.text).startswith(
        {
            "en": "“Mary Anning was an English collector of fossils",
            "es": "«Isaac Peral fue un marino e inventor español",
        }[brief.language]
    )


@BOTH
def test_titles_are_unique_and_begin_with_a_capital(brief, corpus):
    outline = write(replace(brief, chapters=1), corpus).outline
    titles = [chapter.title for chapter in outline.chapters]
    titles += [
        section.title
        for chapter in outline.chapters
        for section in chapter.sections
        if len(chapter.sections) > 1
    ]
    assert len(set(titles)) == len(titles)
    for title in titles:
        assert title[0].isupper()
        assert title == title.strip()


def test_the_same_sentence_of_two_sources_is_told_once_and_its_sequels_are_kept():
    text = "\n\n".join(part.text for part in parts(write(lives.ANNING, lives.anning())))
    assert text.count("uncovered the first whole skeleton") == 1
    assert text.index("uncovered the first whole") < text.index("It was nine feet long")
    assert text.index("uncovered the first whole") < text.index("suspected a forgery")


def test_a_book_is_no_longer_than_its_sources():
    book = write(replace(lives.ANNING, words=5_000), lives.anning())
    available = sum(count_words(passage.text) for passage in lives.anning().passages)
    assert 0.9 * available < sum(count_words(part.text) for part in parts(book)) <= available


def test_quotation_marks_inside_give_way_to_those_outside():
    passages = (
        *lives.anning().passages,
        Passage("cliffs", 9, 'Mary Anning said "Take it" to the "Duke" at Lyme Regis in 1824.'),
    )
    book = write(lives.ANNING, replace(lives.anning(), passages=passages))
    text = "\n".join(section.text for section in book.sections)
    assert "“Mary Anning said ‘Take it’ to the ‘Duke’ at Lyme Regis in 1824.” [@cliffs:9]" in text


def test_what_is_about_somebody_else_is_left_out_first():
    stranger = Source("other", "A neighbour", "other.md", "1" * 64, "en")
    digression = tuple(
        Passage(
            "other",
            number,
            f"Tobias Fenwick kept bees in the year 18{number + 30}. Fenwick sold the honey at "
            f"market number {number}. Fenwick was proud of every hive, and Fenwick said so.",
        )
        for number in range(1, 12)
    )
    corpus = lives.anning()
    corpus = Corpus((*corpus.sources, stranger), (*corpus.passages, *digression))
    book = write(lives.ANNING, corpus)
    assert "Fenwick" not in "".join(part.text for part in parts(book))


def test_a_section_follows_from_its_plan_alone():
    corpus = lives.anning()
    book = write(lives.ANNING, corpus)
    plan = replace(
        book.outline.sections[0], passages=("cliffs:3", "portrait:3"), words=200, title="Edited"
    )
    edited = Outline((replace(book.outline.chapters[0], sections=(plan,)),))
    section = asyncio.run(ExtractiveWriter().section(plan, lives.ANNING, edited, corpus))
    assert section.title == "Edited"
    assert citation_ids(section.text) == ["cliffs:3", "portrait:3"]


def test_a_section_leaves_out_what_exceeds_its_budget():
    corpus = lives.anning()
    plan = write(lives.ANNING, corpus).outline.sections[0]
    tight = replace(plan, words=plan.words // 2)
    section = asyncio.run(ExtractiveWriter().section(tight, lives.ANNING, Outline(()), corpus))
    assert 0 < count_words(section.text) <= tight.words


def test_a_plan_for_a_passage_that_does_not_exist_is_refused():
    corpus = lives.anning()
    plan = write(lives.ANNING, corpus).outline.sections[0]
    wrong = replace(plan, passages=("nowhere:1",))
    with pytest.raises(WriterError, match="nowhere:1"):
        asyncio.run(ExtractiveWriter().section(wrong, lives.ANNING, Outline(()), corpus))


def test_two_processes_with_other_hash_seeds_write_the_same_book():
    program = (
        "import asyncio\n"
        "from support import lives\n"
        "from bookgen.pipeline import write_biography\n"
        "from bookgen.writers.extractive import ExtractiveWriter\n"
        "for brief, corpus in ((lives.ANNING, lives.anning()), (lives.PERAL, lives.peral())):\n"
        "    book = asyncio.run(write_biography(brief, corpus, ExtractiveWriter()))\n"
        "    print(book.outline, book.prologue, book.sections, book.timeline)\n"
    )
    tests = Path(__file__).parents[1]
    written = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={
                **os.environ,
                "PYTHONHASHSEED": seed,
                "PYTHONPATH": f"{tests}{os.pathsep}{tests.parent}",
                "PYTHONIOENCODING": "utf-8",
            },
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(written) == 1


# What a made-up corpus is put together from: what stands, what leans, what cannot be quoted.
SENTENCES = [
    "Ada Brook was a painter from the north of the country.",
    "Ada Brook was born at Whitby in May of {year}.",
    "In {year} Ada Brook moved to London with {n} pictures under her arm.",
    "She sold {n} of them before the summer was over.",
    "But the money did not last for more than {n} weeks.",
    "However, her friends in the town bought {n} drawings.",
    "He had promised to pay {n} pounds for the portrait.",
    "This was the {n}th time that a dealer had deceived her.",
    "The gallery in Bond Street showed {n} of her landscapes in {year}.",
    "WHITBY AND THE SEA {n}",
    'The critic wrote that "the sea of Brook is not wet on page {n}.',
    "Brook died at Whitby in {year}, and {n} people followed her coffin.",
    "They went back to the harbour when the {n} boats came in.",
    "Two of Ada Brook's letters, which are dated {year}, speak of {n} nights without sleep.",
]


@st.composite
def corpora(draw: st.DrawFn) -> Corpus:
    sources, passages = [], []
    for name in draw(st.sampled_from([["a"], ["a", "b"], ["a", "b", "c"]])):
        sources.append(Source(name, f"Work {name}", f"{name}.txt", name * 64, "en"))
        for number in range(1, draw(st.integers(1, 12)) + 1):
            chosen = draw(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=6))
            text = " ".join(
                sentence.format(year=draw(st.integers(1820, 1890)), n=draw(st.integers(2, 99)))
                for sentence in chosen
            )
            heading = draw(st.sampled_from([None, "Whitby", "London and the sea"]))
            passages.append(Passage(name, number, text, heading))
    return Corpus(tuple(sources), tuple(passages))


@settings(max_examples=60, deadline=None)
@given(corpora(), st.integers(1, 6))
def test_any_corpus_gives_a_book_that_keeps_the_promises(corpus, chapters):
    brief = Brief("Ada Brook", words=1_000, chapters=chapters)
    writer = ExtractiveWriter()
    outline = asyncio.run(writer.outline(brief, corpus))
    assert len(outline.chapters) <= chapters
    planned = [passage for section in outline.sections for passage in section.passages]
    assert len(planned) == len(set(planned))
    prologue = asyncio.run(writer.prologue(brief, outline, corpus))
    written = [
        asyncio.run(writer.section(plan, brief, outline, corpus)) for plan in outline.sections
    ]
    timeline = asyncio.run(writer.timeline(brief, tuple(written), corpus))
    sections = [*([prologue] if prologue else []), *written]
    assert sum(count_words(section.text) for section in sections) <= brief.words
    for plan, section in zip(outline.sections, written, strict=True):
        assert count_words(section.text) == plan.words
    for section in sections:
        assert words(section.text)[0].casefold() not in UNRESOLVED["en"] | {"however"}
    book = Biography(brief, outline, prologue, tuple(written), timeline, corpus.sources)
    said = []
    for quotation, cited in quotations(book):
        found = [one.text for one in split_sentences(corpus.passage[cited].text, "en")]
        for sentence in split_sentences(quotation, "en"):
            assert fold(sentence.text) in map(fold, found)
            said.append(fold(sentence.text))
    assert len(said) == len(set(said))
    assert [entry.date for entry in timeline] == sorted(entry.date for entry in timeline)


@BOTH
def test_work_that_is_offloaded_gives_the_same_book(brief, corpus):
    threads = set()

    def offloaded(work):
        def recorded():
            threads.add(threading.current_thread())
            return work()

        return asyncio.to_thread(recorded)

    book = asyncio.run(write_biography(brief, corpus, ExtractiveWriter(offloaded)))
    assert book == write(brief, corpus)
    assert threading.main_thread() not in threads
    assert threads
