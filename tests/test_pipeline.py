"""A book is what its writer wrote, every citation of it checked, and nothing finished is lost."""

import asyncio
from dataclasses import replace

import pytest
from support.small_book import BRIEF, CORPUS, QuotingWriter

from bookgen.errors import NoSourcesError, WriterError
from bookgen.models import Brief, Outline, PartialDate, Section, TimelineEntry
from bookgen.pipeline import OutlineReady, SectionFinished, TimelineReady, write_biography


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


def test_a_section_that_fails_does_not_stop_the_others():
    class Failing(QuotingWriter):
        async def section(self, plan, brief, outline, corpus):
            if plan.number == 1:
                raise WriterError(f"no ink for {plan.title}")
            await asyncio.sleep(0)
            return await super().section(plan, brief, outline, corpus)

    events = []
    with pytest.raises(WriterError, match="no ink for Early Promise 1") as error:
        write(Failing(), events.append)
    assert error.value.__notes__ == ["Also failed: no ink for To Wegeler 1"]
    assert sum(isinstance(event, SectionFinished) for event in events) == 3


class Altered(QuotingWriter):
    """Changes one part of what it writes."""

    def __init__(self, change_section=None, timeline=None, prologue=None):
        super().__init__()
        self._change = change_section or (lambda section: section)
        self._timeline = timeline
        self._prologue = prologue

    async def prologue(self, brief, outline, corpus):
        return self._prologue

    async def section(self, plan, brief, outline, corpus):
        return self._change(await super().section(plan, brief, outline, corpus))

    async def timeline(self, brief, sections, corpus):
        return self._timeline or await super().timeline(brief, sections, corpus)


@pytest.mark.parametrize(
    ("writer", "message"),
    [
        (
            Altered(lambda section: replace(section, text="“A.” [@nowhere:9]")),
            r"Section 1\.1, “Early Promise 1”, cites \[@nowhere:9\]",
        ),
        (Altered(lambda section: replace(section, text="  \n")), "came back empty"),
        (Altered(lambda section: replace(section, number=7)), r"came back as section 1\.7"),
        (Altered(prologue=Section(0, 1, "Prologue", "“A.” [@fischer:99]")), "The prologue cites"),
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
    ],
)
def test_a_broken_promise_of_the_writer_never_becomes_a_book(writer, message):
    with pytest.raises(WriterError, match=message):
        write(writer)


def test_a_prologue_counts_among_the_sections_and_its_passages_are_kept():
    events = []
    prologue = Section(0, 1, "Prologue", "“The boy.” [@fischer:2]")
    book = write(Altered(prologue=prologue), events.append)
    assert book.prologue == prologue
    finished = [event for event in events if isinstance(event, SectionFinished)]
    assert (finished[-1].done, finished[-1].total) == (6, 6)


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
