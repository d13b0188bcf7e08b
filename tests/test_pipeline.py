"""A book is what its writer wrote, every citation of it checked, and nothing finished is lost."""

import asyncio
from dataclasses import replace

import pytest
from support.small_book import BRIEF, CORPUS, QuotingWriter

from bookgen.checkpoint import MemoryCheckpoint
from bookgen.errors import NoSourcesError, WriterError
from bookgen.models import (
    Brief,
    GlossaryEntry,
    Outline,
    PartialDate,
    Section,
    SectionPlan,
    TimelineEntry,
)
from bookgen.pipeline import OutlineReady, SectionFinished, TimelineReady, write_biography
from bookgen.text.words import count_words


def write(writer, on_event=None):
    return asyncio.run(write_biography(BRIEF, CORPUS, writer, on_event=on_event))


def test_the_book_has_every_section_in_the_order_of_its_outline():
    book = write(QuotingWriter())
    assert [(section.chapter, section.number) for section in book.sections] == [
        (plan.chapter, plan.number) for plan in book.outline.sections
    ]
    assert book.prologue is None
    assert list(book.passages) == [passage.id for passage in CORPUS.passages]
    assert book.sources == CORPUS.sources


def test_only_cited_passages_are_kept():
    class Short(QuotingWriter):
        async def outline(self, brief, corpus):
            first, _ = (await super().outline(brief, corpus)).chapters
            return Outline((first,))

    assert list(write(Short()).passages) == ["fischer:1", "fischer:2", "fischer:3"]


def test_events_tell_how_far_the_book_is():
    events = []
    write(QuotingWriter(), events.append)
    assert isinstance(events[0], OutlineReady)
    assert isinstance(events[-1], TimelineReady)
    told = events[1:-1]
    assert all(isinstance(event, SectionFinished) for event in told)
    assert [event.done for event in told] == [1, 2, 3, 4, 5]
    assert told[-1].total == 5


def test_sections_are_written_at_the_same_time():
    class Waiting(QuotingWriter):
        def __init__(self):
            super().__init__()
            self.waiting = 0
            self.all_there = asyncio.Event()

        async def section(self, plan, brief, outline, corpus):
            self.waiting += 1
            if self.waiting == len(outline.sections):
                self.all_there.set()
            await self.all_there.wait()
            return await super().section(plan, brief, outline, corpus)

    assert len(write(Waiting()).sections) == 5


class Failing(QuotingWriter):
    """Has no ink for the first sections of chapters."""

    async def section(self, plan, brief, outline, corpus):
        await asyncio.sleep(0)
        if plan.number == 1:
            raise WriterError(f"no ink for {plan.title}")
        return await super().section(plan, brief, outline, corpus)


def test_a_section_that_fails_does_not_stop_those_in_work():
    events = []
    with pytest.raises(WriterError, match="no ink for Early Promise 1") as error:
        write(Failing(), events.append)
    assert error.value.__notes__ == ["Also failed: no ink for To Wegeler 1"]
    assert sum(isinstance(event, SectionFinished) for event in events) == 3


def test_after_a_failure_nothing_is_begun():
    begun = []

    class Counted(Failing):
        async def section(self, plan, brief, outline, corpus):
            begun.append((plan.chapter, plan.number))
            return await super().section(plan, brief, outline, corpus)

    with pytest.raises(WriterError, match="no ink for Early Promise 1"):
        asyncio.run(write_biography(BRIEF, CORPUS, Counted(), parallel=1))
    assert begun == [(1, 1)]


def test_no_more_parts_are_in_work_than_may_be():
    at_once = most = 0

    class Slow(QuotingWriter):
        async def section(self, plan, brief, outline, corpus):
            nonlocal at_once, most
            at_once += 1
            most = max(most, at_once)
            await asyncio.sleep(0)
            at_once -= 1
            return await super().section(plan, brief, outline, corpus)

    asyncio.run(write_biography(BRIEF, CORPUS, Slow(), parallel=2))
    assert most == 2


class Framing(QuotingWriter):
    """Has something to say around the sections."""

    async def prologue(self, brief, outline, corpus):
        return Section(0, 1, "Prologue", "“The boy.” [@fischer:2]")

    async def introduction(self, chapter, brief, outline, corpus):
        passage = chapter.sections[0].passages[0]
        return Section(chapter.number, 0, "", f"“So it began.” [@{passage}]")

    async def epilogue(self, brief, outline, corpus):
        return Section(len(outline.chapters) + 1, 1, "Epilogue", "“Never again.” [@fischer:3]")


def test_what_stands_around_the_sections_is_written_kept_and_in_its_place():
    kept = MemoryCheckpoint()
    book = asyncio.run(write_biography(BRIEF, CORPUS, Framing(), checkpoint=kept))
    places = [(part.chapter, part.number) for part in book.parts]
    assert places == sorted(places)
    assert places[:3] == [(0, 1), (1, 0), (1, 1)]
    assert places[-1] == (3, 1)
    assert [one.number for one in book.sections].count(0) == len(book.outline.chapters)
    again = asyncio.run(write_biography(BRIEF, CORPUS, QuotingWriter(), checkpoint=kept))
    assert again == book


class Supplementing(QuotingWriter):
    """Plans the first chapter only, and has one more section when asked for it."""

    def __init__(self):
        super().__init__()
        self.asked = []

    async def outline(self, brief, corpus):
        first, _ = (await super().outline(brief, corpus)).chapters
        return Outline((first,))

    async def supplement(self, brief, outline, words, corpus):
        self.asked.append(words)
        (chapter,) = outline.chapters
        more = SectionPlan(1, len(chapter.sections) + 1, "More", words, ("letters:1",))
        return Outline((replace(chapter, sections=(*chapter.sections, more)),))


def test_a_short_book_is_supplemented_once():
    kept, writer, events = MemoryCheckpoint(), Supplementing(), []
    book = asyncio.run(
        write_biography(BRIEF, CORPUS, writer, checkpoint=kept, on_event=events.append)
    )
    assert [section.title for section in book.sections][-1] == "More"
    assert book.outline.final
    assert [len(one.outline.sections) for one in events if isinstance(one, OutlineReady)] == [3, 4]
    assert events[-2].done == events[-2].total == 4
    again = asyncio.run(write_biography(BRIEF, CORPUS, writer, checkpoint=kept))
    assert again == book
    assert writer.asked == [BRIEF.words - sum(count_words(one.text) for one in book.sections[:3])]


def test_nothing_is_added_to_an_outline_that_was_given():
    writer = Supplementing()
    outline = asyncio.run(writer.outline(BRIEF, CORPUS))
    book = asyncio.run(write_biography(BRIEF, CORPUS, writer, outline=outline))
    assert len(book.sections) == 3
    assert writer.asked == []


class Altered(QuotingWriter):
    """Changes one part of what it writes."""

    def __init__(self, change_section=None, timeline=None, prologue=None, glossary=()):
        super().__init__()
        self._glossary = glossary
        self._change = change_section or (lambda section: section)
        self._timeline = timeline
        self._prologue = prologue

    async def prologue(self, brief, outline, corpus):
        return self._prologue

    async def section(self, plan, brief, outline, corpus):
        return self._change(await super().section(plan, brief, outline, corpus))

    async def timeline(self, brief, sections, corpus):
        return self._timeline or await super().timeline(brief, sections, corpus)

    async def glossary(self, brief, sections, corpus):
        return self._glossary


@pytest.mark.parametrize(
    ("writer", "message"),
    [
        (
            Altered(lambda section: replace(section, text="“A.” [@nowhere:9]")),
            r"Section 1\.1, “Early Promise 1”, cites \[@nowhere:9\]",
        ),
        (Altered(lambda section: replace(section, text="  \n")), "came back empty"),
        (Altered(lambda section: replace(section, number=7)), r"came back as section 1\.7"),
        (Altered(prologue=Section(0, 1, "Prologue", "“A.” [@fischer:99]")), "“Prologue”, cites"),
        (
            Altered(timeline=(TimelineEntry(PartialDate(1770), "fischer:99", "“A.”"),)),
            "timeline's entry of 1770 cites",
        ),
        (
            Altered(timeline=(TimelineEntry(PartialDate(1770), "fischer:1", "“A.” [@no:1]"),)),
            r"cites \[@no:1\]",
        ),
        (
            Altered(timeline=(TimelineEntry(PartialDate(1770), "fischer:1", told_in=(9, 9)),)),
            r"points to section \(9, 9\)",
        ),
        (Altered(timeline=(TimelineEntry(PartialDate(1770), "fischer:1"),)), "has no text"),
        (
            Altered(glossary=(GlossaryEntry("Ries", "letters:9", "“A.”"),)),
            r"glossary's entry “Ries” cites \[@letters:9\]",
        ),
        (Altered(glossary=(GlossaryEntry("Ries", "letters:2"),)), "has no text"),
    ],
)
def test_a_broken_promise_of_the_writer_never_becomes_a_book(writer, message):
    with pytest.raises(WriterError, match=message):
        write(writer)


def test_a_prologue_is_told_of_with_the_count_of_the_sections():
    events = []
    prologue = Section(0, 1, "Prologue", "“The boy.” [@fischer:2]")
    book = write(Altered(prologue=prologue), events.append)
    assert book.prologue == prologue
    finished = [event for event in events if isinstance(event, SectionFinished)]
    assert [event.done for event in finished if event.section == prologue] == [5]
    assert {event.total for event in finished} == {5}


def test_sources_about_somebody_else_make_no_book():
    brief = Brief("Clara Schumann", words=1_000)
    with pytest.raises(NoSourcesError, match=r"fischer\.txt: does not name Clara Schumann"):
        asyncio.run(write_biography(brief, CORPUS, QuotingWriter()))


def test_part_of_the_name_is_enough_for_a_source():
    brief = Brief("Béethoven, Karl", words=1_000)
    assert asyncio.run(write_biography(brief, CORPUS, QuotingWriter())).sections


def test_sources_that_say_nothing_of_the_subject_are_named():
    class Silent(QuotingWriter):
        async def outline(self, brief, corpus):
            return Outline(())

    with pytest.raises(NoSourcesError, match=r"fischer\.txt: says nothing of Ludwig van Beethoven"):
        write(Silent())
