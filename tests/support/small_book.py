"""A corpus that fits on a page, and a writer that quotes all of it: real ones, only small."""

import asyncio
from dataclasses import replace

from bookgen.models import (
    Brief,
    ChapterPlan,
    Corpus,
    Outline,
    PartialDate,
    Passage,
    Section,
    SectionPlan,
    Source,
    TimelineEntry,
)
from bookgen.pipeline import write_biography

BRIEF = Brief("Ludwig van Beethoven", words=1_000, chapters=2)

FISCHER = Source(
    "fischer",
    "Beethoven: A Character Study",
    "/home/reader/library/fischer.txt",
    "0" * 64,
    "en",
    author="George Alexander Fischer",
    date="1905",
    url="https://www.gutenberg.org/ebooks/15141",
    licence="Public domain",
)
LETTERS = Source("letters", "Beethoven's Letters", "letters.txt", "1" * 64, "en")

_PASSAGES = [
    (
        "fischer",
        "Early Promise",
        "Ludwig van Beethoven was born at Bonn in December of 1770. The house still stands in the "
        "street that was called Bonngasse.",
    ),
    (
        "fischer",
        "Early Promise",
        "The boy learned the clavier from his father, who was a tenor at the court of the Elector.",
    ),
    (
        "fischer",
        "Vienna",
        "In November of 1792 Beethoven left Bonn for Vienna, and he never saw his native town "
        "again.",
    ),
    (
        "letters",
        "To Wegeler",
        "Beethoven wrote that his hearing had grown weaker for three years. 'I lead a miserable "
        "life,' he told his friend.",
    ),
    (
        "letters",
        "To Ries",
        "Symphonies by Beethoven were played in London, and the Philharmonic Society paid him for "
        "one more.",
    ),
]


def passages(texts=None):
    """Return the passages, numbered from 1 in each source; `texts` replace their own."""
    counts = {}
    found = []
    own_texts = [text for *_, text in _PASSAGES]
    for (source, heading, _), text in zip(_PASSAGES, texts or own_texts, strict=True):
        counts[source] = counts.get(source, 0) + 1
        found.append(Passage(source, counts[source], text, heading))
    return tuple(found)


def corpus(texts=None, sources=(FISCHER, LETTERS), failures=()):
    return Corpus(sources, passages(texts), tuple(failures))


CORPUS = corpus()


class QuotingWriter:
    """Quotes each passage whole: one section for a passage, chapters by source."""

    def __init__(self, quotation_marks="“”"):
        self.open, self.close = quotation_marks

    async def outline(self, brief, corpus):
        chapters = []
        for number, source in enumerate(corpus.sources, 1):
            own = [passage for passage in corpus.passages if passage.source_id == source.id]
            sections = tuple(
                SectionPlan(number, place, f"{passage.heading} {place}", 100, (passage.id,))
                for place, passage in enumerate(own, 1)
            )
            period = (PartialDate(1770, 12), PartialDate(1792, 11)) if number == 1 else None
            chapters.append(ChapterPlan(number, f"From {source.title}", sections, period))
        return Outline(tuple(chapters))

    async def prologue(self, brief, outline, corpus):
        return None

    async def introduction(self, chapter, brief, outline, corpus):
        return None

    async def epilogue(self, brief, outline, corpus):
        return None

    async def supplement(self, brief, outline, words, corpus):
        return outline

    async def section(self, plan, brief, outline, corpus):
        text = "\n\n".join(self.quote(corpus.passage[passage]) for passage in plan.passages)
        return Section(plan.chapter, plan.number, plan.title, text)

    async def timeline(self, brief, sections, corpus):
        return (
            TimelineEntry(PartialDate(1770, 12), "fischer:1", told_in=(1, 1)),
            TimelineEntry(PartialDate(1792, 11), "fischer:3", told_in=(1, 3)),
        )

    async def glossary(self, brief, sections, corpus):
        return ()

    def quote(self, passage):
        return f"{self.open}{passage.text}{self.close} [@{passage.id}]"


def written(sources=CORPUS, brief=BRIEF, writer=None, **changes):
    """Return the book that the writer makes of the sources, with changes to its fields."""
    book = asyncio.run(write_biography(brief, sources, writer or QuotingWriter()))
    return replace(book, **changes)
