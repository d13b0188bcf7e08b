"""How chapters are parted, called and filled."""

import asyncio
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookgen.models import Brief, Corpus, Outline, PartialDate, Passage, Source
from bookgen.text.quotations import citation_ids
from bookgen.writers.extractive import ExtractiveWriter
from bookgen.writers.extractive.chronology import lifespan, place_in_time
from bookgen.writers.extractive.duplicates import Duplicates, find_duplicates
from bookgen.writers.extractive.evidence import Evidence, Subject, gather
from bookgen.writers.extractive.partition import partition
from bookgen.writers.extractive.rank import score_passages, score_sentences
from bookgen.writers.extractive.select import in_order


def outline_of(brief: Brief, corpus: Corpus) -> Outline:
    return asyncio.run(ExtractiveWriter().outline(brief, corpus))


@given(
    st.lists(st.tuples(st.integers(1, 500), st.floats(0, 2)), min_size=1, max_size=40),
    st.data(),
)
def test_parts_cover_everything_in_order_and_none_is_empty(items, data):
    count = data.draw(st.integers(1, len(items)))
    parts = partition([size for size, _ in items], [cost for _, cost in items], count)
    assert len(parts) == count
    assert parts[0][0] == 0
    assert parts[-1][1] == len(items)
    assert all(start < stop for start, stop in parts)
    assert all(one[1] == other[0] for one, other in pairwise(parts))


def test_parts_are_even_where_breaks_cost_the_same():
    assert partition([1.0] * 12, [0.0] * 12, 3) == [(0, 4), (4, 8), (8, 12)]


def test_parts_begin_where_it_is_cheap():
    assert partition([1.0] * 8, [0, 1, 1, 1, 1, 0, 1, 1], 2) == [(0, 5), (5, 8)]


@pytest.mark.parametrize("count", [0, 4])
def test_no_part_can_be_empty(count):
    with pytest.raises(ValueError, match="cannot be parted"):
        partition([1.0] * 3, [0.0] * 3, count)


def life_in_chapters() -> Corpus:
    """Return a source of four headings with 8 passages each, told in the order of time."""
    headings = ["Childhood in Whitby", "The London Years", "A Quarrel", "Home Again"]
    places = ["Whitby", "Chelsea", "Bond Street", "Robin Hood Bay"]
    passages = [
        Passage(
            "life",
            8 * part + number,
            f"In {1820 + 15 * part + number} Ada Brook painted picture {10 * part + number} at "
            f"{places[part]}. The weather of the {part * 8 + number}th week kept the people away "
            f"from the shore and from the lanes. A boat of {number + 3} men took the picture to "
            f"the harbour, where a dealer from {places[part]} paid {7 * number + part} pounds "
            "for it and asked for another of the same kind before the end of the year.",
            headings[part],
        )
        for part in range(4)
        for number in range(1, 9)
    ]
    return Corpus((Source("life", "Ada Brook", "life.txt", "0" * 64, "en"),), tuple(passages))


def test_chapters_follow_the_headings_of_the_source_where_those_are_even():
    outline = outline_of(Brief("Ada Brook", words=20_000, chapters=4), life_in_chapters())
    assert [chapter.title for chapter in outline.chapters] == [
        "Childhood in Whitby",
        "The London Years",
        "A Quarrel",
        "Home Again",
    ]
    assert outline.chapters[0].period == (
        PartialDate(1821),
        PartialDate(1828),
    )


def test_a_book_has_no_more_chapters_than_its_evidence_fills():
    brief = Brief("Ada Brook", words=20_000, chapters=50)
    outline = outline_of(brief, life_in_chapters())
    words = sum(section.words for section in outline.sections)
    assert 1 < len(outline.chapters) <= words // 250


def test_a_short_book_of_a_long_source_keeps_its_length():
    brief = Brief("Ada Brook", words=1_000, chapters=3)
    outline = outline_of(brief, life_in_chapters())
    assert 0.9 * 1_000 <= sum(section.words for section in outline.sections) <= 1_000
    assert len(outline.chapters) == 3


def test_letters_are_called_by_whom_they_are_to_and_stand_behind_what_others_tell():
    letters = [
        Passage(
            "letters",
            number,
            f"I have painted the harbour {number} times this month, and my hands are cold. The "
            f"dealer owes me {number + 40} pounds for the last picture, and I do not think that "
            "I shall see the money. I beg you to send me brushes, paper and a little news of the "
            "house, for I am alone here and the evenings are long.",
            "To John Ruskin" if number <= 6 else "To Her Aunt, Whitby",
            PartialDate(1822, number),
        )
        for number in range(1, 10)
    ]
    life = life_in_chapters()
    source = Source("letters", "Letters of Ada Brook", "letters.txt", "1" * 64, "en")
    corpus = Corpus((*life.sources, source), (*life.passages, *letters))
    outline = outline_of(Brief("Ada Brook", words=20_000, chapters=1), corpus)
    (chapter,) = outline.chapters
    voices = [section.passages[0].split(":")[0] for section in chapter.sections]
    assert voices[-1] == "letters"
    assert set(voices[:-1]) == {"life"}
    titles = [
        section.title for section in chapter.sections if section.passages[0].startswith("letters")
    ]
    assert titles == ["Letters to John Ruskin and her aunt"]


def test_sentences_that_differ_in_a_number_or_a_negation_are_not_duplicates():
    texts = [
        "Ada Brook sold eleven pictures to the dealer from Leeds in that cold winter.",
        "Ada Brook sold twelve pictures to the dealer from Leeds in that cold winter.",
        "Ada Brook had never sold a picture to the dealer from Bond Street, said the aunt.",
        "Ada Brook had sold a picture to the dealer from Bond Street, said the aunt.",
        "Ada Brook painted the harbour of Whitby in the rain and in the snow.",
        "Ada Brook painted the harbour of Whitby in the snow and in the rain.",
    ]
    sources = tuple(Source(f"s{n}", f"S {n}", f"{n}.txt", "0" * 64, "en") for n in range(6))
    passages = tuple(Passage(f"s{n}", 1, text) for n, text in enumerate(texts))
    known = gather(Subject("Ada Brook", "en"), Corpus(sources, passages))
    found = find_duplicates(known, score_passages(known, score_sentences(known)))
    assert found.superfluous in ({4}, {5})
    assert {frozenset(pair) for pair in found.twins.items()} >= {frozenset({0, 1})}


def of_two_sources(*pairs: tuple[str, str]) -> tuple[Evidence, Duplicates]:
    """Return passages of two sources, those of one place beside each other, and what is alike."""
    sources = tuple(Source(name, name, f"{name}.txt", "0" * 64, "en") for name in "ab")
    passages = tuple(
        Passage(name, number, pair[which])
        for which, name in enumerate("ab")
        for number, pair in enumerate(pairs, 1)
        if pair[which]
    )
    known = gather(Subject("Ada Brook", "en"), Corpus(sources, passages))
    return known, find_duplicates(known, score_passages(known, score_sentences(known)))


def test_of_two_alike_the_one_is_kept_that_what_follows_leans_on():
    known, found = of_two_sources(
        (
            "Ada Brook sold the picture of the harbour to a dealer from Leeds in March 1850. He "
            "had no money with him.",
            "Ada Brook sold the picture of the harbour to a dealer from Leeds in March 1850. In "
            "May 1850 Ada Brook left for the islands of the north.",
        )
    )
    (gone,) = found.superfluous
    assert known.corpus.passages[known.sentences[gone].passage].source_id == "b"


def test_twins_stand_side_by_side_and_nothing_else_moves():
    months = ["March", "April", "May", "June", "July", "August"]
    first = [
        f"In {month} 1850 Ada Brook drew the boats that lay in the harbour and sold sheet {number}."
        for number, month in enumerate(months)
    ]
    wedding = "On {} May 1850 Ada Brook was married to a painter of ships in the church at Whitby."
    known, found = of_two_sources(
        *((text, "") for text in first[:3]),
        (wedding.format(20), wedding.format(29)),
        *((text, "") for text in first[3:]),
    )
    life = lifespan(known)
    places = list(range(len(known.by_passage)))
    order = in_order(known, places, place_in_time(known, life).years, found.twins, 400)
    assert order == [0, 1, 2, 3, 7, 4, 5, 6]


def feast(number: int) -> str:
    return " ".join(
        f"The guests at the {10 * number + table}th table drank, sang of the sea and went home to "
        f"the {90 - 10 * number - table} houses of their parish, where nobody was awake any more."
        for table in range(6)
    )


def test_no_chapter_begins_between_twins():
    wedding = "On {} May 1850 Ada Brook was married to a painter of ships in the church at Whitby."
    known, found = of_two_sources(
        (
            f"In March 1850 Ada Brook drew the harbour. {feast(1)}",
            f"{wedding.format(29)} {feast(2)}",
        ),
        (f"{wedding.format(20)} {feast(3)}", ""),
        (f"In July 1850 Ada Brook drew the moor. {feast(4)}", ""),
    )
    corpus = known.corpus
    (place, twin), *_ = found.twins.items()
    ids = {corpus.passages[place].id, corpus.passages[twin].id}
    outline = outline_of(Brief("Ada Brook", words=2_000, chapters=3), corpus)
    assert len(outline.chapters) > 1
    holding = [one for one in outline.sections if ids & set(one.passages)]
    assert len(holding) == 1


def test_a_chapter_of_one_section_has_one_title():
    outline = outline_of(Brief("Ada Brook", words=1_000, chapters=3), life_in_chapters())
    for chapter in outline.chapters:
        titles = {section.title for section in chapter.sections}
        assert (titles == {chapter.title}) == (len(chapter.sections) == 1)


def test_a_street_and_the_subjects_own_name_are_no_titles():
    passages = tuple(
        Passage(
            "a",
            number,
            f"In {1840 + number} Ada Hartley lived in the rue Lhomond with {number} cats. Tobias "
            f"Fenwick sold picture {number} for Ada Brook. Fenwick kept a tenth of the price, and "
            "the neighbours in the rue Lhomond said that Tobias Fenwick was a patient man.",
        )
        for number in range(1, 7)
    )
    source = Source("a", "Ada Brook", "a.txt", "0" * 64, "en")
    outline = outline_of(Brief("Ada Brook", words=1_000, chapters=1), Corpus((source,), passages))
    assert outline.chapters[0].title == "Tobias Fenwick"


def test_a_corpus_without_a_usable_sentence_gives_an_empty_outline():
    source = Source("a", "Notes", "a.txt", "0" * 64, "en")
    corpus = Corpus((source,), (Passage("a", 1, "ADA BROOK. NOTES AND LISTS."),))
    brief = Brief("Ada Brook")
    assert outline_of(brief, corpus) == Outline(())
    writer = ExtractiveWriter()
    assert asyncio.run(writer.prologue(brief, Outline(()), corpus)) is None
    assert asyncio.run(writer.timeline(brief, (), corpus)) == ()


def test_a_line_of_a_chronology_is_for_the_timeline_only():
    life = life_in_chapters()
    chronology = tuple(
        Passage(
            "dates", number, f"Paints harbour number {number}.", "Dates", PartialDate(1829 + number)
        )
        for number in range(1, 8)
    )
    source = Source("dates", "Dates of Ada Brook", "dates.txt", "1" * 64, "en")
    corpus = Corpus((*life.sources, source), (*life.passages, *chronology))
    brief = Brief("Ada Brook", words=20_000, chapters=2)
    writer = ExtractiveWriter()
    outline = asyncio.run(writer.outline(brief, corpus))
    assert not any("dates:" in one for section in outline.sections for one in section.passages)
    sections = tuple(
        asyncio.run(writer.section(plan, brief, outline, corpus)) for plan in outline.sections
    )
    entries = asyncio.run(writer.timeline(brief, sections, corpus))
    assert {f"dates:{n}" for n in range(1, 8)} <= {
        one for entry in entries for one in citation_ids(entry.text)
    }
