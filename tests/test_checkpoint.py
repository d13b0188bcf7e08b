"""What is finished is kept at once, taken for the same book only, and never bought twice."""

import asyncio
import json
from dataclasses import replace

import pytest
from support.provenance import PROVENANCE
from support.small_book import BRIEF, CORPUS, QuotingWriter

from bookgen.checkpoint import (
    FolderCheckpoint,
    MemoryCheckpoint,
    introduction_plan,
    outline_from,
    outline_to,
    passages_unknown,
)
from bookgen.errors import InputError, WriterError
from bookgen.models import ChapterPlan, PartialDate, Section, SectionPlan
from bookgen.pipeline import write_biography

PLAN = SectionPlan(2, 1, "Bonn", 600, ("fischer:1", "fischer:2"))
SECTION = Section(
    2,
    1,
    "Bonn",
    "“He was born at Bonn.” [@fischer:1]",
    PROVENANCE,
)


@pytest.fixture(params=["memory", "folder"])
def checkpoint(request, tmp_path):
    if request.param == "memory":
        return MemoryCheckpoint()
    return FolderCheckpoint(tmp_path / "unfinished", BRIEF, CORPUS, "quoting")


def kept_section(checkpoint, plan=PLAN):
    return asyncio.run(checkpoint.section(plan))


def keep(checkpoint, plan=PLAN, section=SECTION):
    asyncio.run(checkpoint.keep_section(plan, section))


def opened(folder, brief=BRIEF, corpus=CORPUS, writer="quoting"):
    return FolderCheckpoint(folder, brief, corpus, writer)


def test_a_section_comes_back_as_it_was(checkpoint):
    assert kept_section(checkpoint) is None
    keep(checkpoint)
    assert kept_section(checkpoint) == SECTION


def test_a_section_of_another_plan_is_not_taken(checkpoint):
    keep(checkpoint)
    assert kept_section(checkpoint, replace(PLAN, passages=("fischer:1",))) is None


def test_the_next_process_finds_what_was_kept(tmp_path):
    first = opened(tmp_path)
    keep(first)
    assert FolderCheckpoint.exists(tmp_path)
    assert kept_section(opened(tmp_path)) == SECTION
    assert [file.name for file in tmp_path.glob(".*")] == []


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"brief": replace(BRIEF, words=2_000)}, "another brief"),
        ({"writer": "another"}, "another writer"),
        ({"corpus": replace(CORPUS, sources=CORPUS.sources[:1])}, "another sources"),
    ],
)
def test_what_was_begun_for_another_book_is_refused_and_kept(tmp_path, changes, named):
    keep(opened(tmp_path))
    with pytest.raises(InputError, match=named):
        opened(tmp_path, **changes)
    assert kept_section(opened(tmp_path)) == SECTION


def test_a_damaged_file_is_named(tmp_path):
    kept = opened(tmp_path)
    keep(kept)
    (tmp_path / "section-02-01.json").write_text('{"plan": ')
    with pytest.raises(InputError, match=r"section-02-01\.json is damaged"):
        kept_section(kept)


class Counting(QuotingWriter):
    """Counts what it is asked for, and fails at one section until told otherwise."""

    def __init__(self, fails_at=None):
        super().__init__()
        self.asked = []
        self.fails_at = fails_at

    async def outline(self, brief, corpus):
        self.asked.append("outline")
        return await super().outline(brief, corpus)

    async def prologue(self, brief, outline, corpus):
        self.asked.append("prologue")
        return await super().prologue(brief, outline, corpus)

    async def section(self, plan, brief, outline, corpus):
        if (plan.chapter, plan.number) == self.fails_at:
            raise WriterError("no reply")
        self.asked.append((plan.chapter, plan.number))
        return await super().section(plan, brief, outline, corpus)


def test_a_resumed_book_asks_only_for_what_is_missing(tmp_path):
    whole = asyncio.run(write_biography(BRIEF, CORPUS, QuotingWriter()))
    plans = whole.outline.sections
    lost = (plans[-1].chapter, plans[-1].number)

    first = Counting(fails_at=lost)
    with pytest.raises(WriterError, match="no reply"):
        asyncio.run(write_biography(BRIEF, CORPUS, first, checkpoint=opened(tmp_path)))
    second = Counting()
    book = asyncio.run(write_biography(BRIEF, CORPUS, second, checkpoint=opened(tmp_path)))

    assert first.asked == ["outline", *((plan.chapter, plan.number) for plan in plans[:-1])]
    assert [one for one in second.asked if one != "prologue" or whole.prologue] == [lost]
    assert book == whole


def test_an_edited_outline_is_followed_and_only_its_changes_are_written(tmp_path):
    asyncio.run(write_biography(BRIEF, CORPUS, QuotingWriter(), checkpoint=opened(tmp_path)))
    data = outline_to(asyncio.run(opened(tmp_path).outline()))
    data["chapters"][0]["sections"][0]["title"] = "A Better Title"

    writer = Counting()
    edited = outline_from(data)
    book = asyncio.run(
        write_biography(BRIEF, CORPUS, writer, outline=edited, checkpoint=opened(tmp_path))
    )

    assert [one for one in writer.asked if one != "prologue"] == [(1, 1)]
    assert book.sections[0].title == "A Better Title"


def test_a_chapter_that_gets_a_further_section_keeps_its_introduction():
    chapter = ChapterPlan(2, "Bonn", (PLAN,))
    longer = replace(chapter, sections=(PLAN, replace(PLAN, number=2, passages=("fischer:3",))))
    other = replace(chapter, sections=(replace(PLAN, passages=("fischer:3",)),))
    assert introduction_plan(longer) == introduction_plan(chapter)
    assert introduction_plan(other) != introduction_plan(chapter)


@pytest.mark.parametrize("final", [False, True])
def test_an_outline_survives_the_way_through_a_file(final):
    outline = asyncio.run(QuotingWriter().outline(BRIEF, CORPUS))
    period = (PartialDate(1770, 12), PartialDate(1801, 6, 29))
    outline = replace(outline, chapters=(replace(outline.chapters[0], period=period),), final=final)
    assert outline_from(json.loads(json.dumps(outline_to(outline)))) == outline


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda chapter: chapter.pop("sections"), "sections"),
        (lambda chapter: chapter.update(title="  "), "a title is empty"),
        (lambda chapter: chapter["sections"][0].update(words="many"), "many"),
        (lambda chapter: chapter["sections"][0].update(words=0), "at least one word"),
        (lambda chapter: chapter["sections"][0].update(passages=[]), "one passage"),
        (lambda chapter: chapter["sections"].append(chapter["sections"][0]), "two sections"),
    ],
)
def test_an_outline_that_does_not_hold_says_where(edit, reason):
    data = outline_to(asyncio.run(QuotingWriter().outline(BRIEF, CORPUS)))
    edit(data["chapters"][0])
    with pytest.raises(InputError, match=reason):
        outline_from(data)


def test_passages_that_the_sources_lack_are_named():
    outline = asyncio.run(QuotingWriter().outline(BRIEF, CORPUS))
    assert passages_unknown(outline, CORPUS) == []
    missing = passages_unknown(outline, replace(CORPUS, passages=CORPUS.passages[:1]))
    assert missing
    assert CORPUS.passages[0].id not in missing
