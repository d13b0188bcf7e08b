"""A biography as one tree of headings, paragraphs and notes: what EPUB, DOCX and PDF are made from.

The tree is pandoc's own (pandoc-types 1.23, in JSON). Text stands in it as text, never as source
code of any markup: nothing that a source says can become a tag, a link, a formula or an include.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any, TypeAlias
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import NAMESPACE_URL, uuid5

from bookgen import __version__
from bookgen.export.layout import (
    Book,
    Chapter,
    Definition,
    Entry,
    LaidOutNote,
    Paragraph,
    Part,
    Work,
    about,
    lay_out,
    web_address,
    years,
)
from bookgen.export.phrases import Phrases
from bookgen.models import Biography, Report
from bookgen.text.formats import format_date

__all__ = ["document", "identifier"]

Node: TypeAlias = dict[str, Any]

_API_VERSION = (1, 23, 1)
# A name, kinds and other attributes.
_PLAIN: tuple[str, list[str], list[list[str]]] = ("", [], [])
_BREAKS = re.compile(r"[\t-\r\x1c-\x1f\x85\u2028\u2029]+")
# What XML 1.0 cannot hold, the other controls, and the code points that are no characters.
_NOT_TEXT = re.compile("[^\x20-\x7e\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]")
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.?(?::\d{1,5})?")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def document(
    biography: Biography, report: Report, *, contents: bool = False, ways_back: bool = False
) -> bytes:
    """Return the book as pandoc's JSON.

    With `contents` a list of its chapters comes first. With `ways_back` a note begins with its
    number in its chapter, which leads back to the text: for EPUB, whose notes pandoc does not
    number. The same biography and report give the same bytes: no date of today, no path of this
    machine.
    """
    book = lay_out(biography)
    blocks = [*_Blocks(book, biography, report, ways_back).all()]
    if contents:
        blocks = [*_contents(blocks, book.phrases), *blocks]
    tree = {
        "pandoc-api-version": _API_VERSION,
        "meta": _metadata(book, identifier(biography)),
        "blocks": blocks,
    }
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":")).encode()


def identifier(biography: Biography) -> str:
    """Return a URN that stays the same for the same text, whatever version of bookgen sets it."""
    told = [
        biography.brief.subject,
        biography.brief.language,
        [[part.chapter, part.number, part.title, part.text] for part in biography.parts],
        sorted(source.sha256 for source in biography.sources),
    ]
    digest = sha256(json.dumps(told).encode()).hexdigest()
    return uuid5(NAMESPACE_URL, f"urn:bookgen:{digest}").urn


def _metadata(book: Book, urn: str) -> Node:
    phrases = book.phrases
    values = {
        "title": book.title,
        "subtitle": phrases.subtitle,
        "author": "bookgen",
        "subject": book.title,
        "lang": book.language,
        "identifier": urn,
        "toc-title": phrases.contents,
    }
    return {name: {"t": "MetaString", "c": _clean(value)} for name, value in values.items()}


def _contents(blocks: list[Node], phrases: Phrases) -> Iterator[Node]:
    """Yield a list of the chapters, in the styles that word processors give their own."""
    yield _div([_para([_text(phrases.contents)])], style="TOC Heading")
    headings = (block["c"] for block in blocks if block["t"] == "Header")
    entries = (_link(text, f"#{name}") for level, (name, *_), text in headings if level == 1)
    yield _div([_para([entry]) for entry in entries], style="TOC 1")


class _Blocks:
    """Builds the blocks of one book."""

    def __init__(self, book: Book, biography: Biography, report: Report, ways_back: bool) -> None:
        self._book = book
        self._phrases = book.phrases
        self._about_rows = about(book, biography.brief, report)
        self._notes = {note.number: note for note in book.notes}
        self._places: dict[tuple[int, int], str] = {}
        self._ways_back = ways_back
        # Notes of the chapter so far.
        self._count = 0

    def all(self) -> Iterator[Node]:
        """Yield the book in the order of reading; a note stands where it is referred to."""
        book, phrases = self._book, self._phrases
        if book.prologue:
            yield from self._around("prologue", phrases.prologue, book.prologue)
        for chapter in book.chapters:
            yield from self._chapter(chapter)
        if book.epilogue:
            yield from self._around("epilogue", phrases.epilogue, book.epilogue)
        if book.timeline:
            yield self._chapter_heading("timeline", phrases.timeline)
            yield _definitions(
                (format_date(entry.date, book.language), self._entry(entry))
                for entry in book.timeline
            )
        if book.glossary:
            yield self._chapter_heading("glossary", phrases.glossary)
            yield _definitions((entry.term, self._entry(entry)) for entry in book.glossary)
        yield self._chapter_heading("bibliography", phrases.bibliography)
        if book.works:
            yield _bullets(self._work(work) for work in book.works)
        if book.uncited:
            yield _para([_text(phrases.not_quoted)])
            yield _bullets(self._work(work) for work in book.uncited)
        yield from self._about()

    def _chapter_heading(self, name: str, text: str) -> Node:
        self._count = 0
        return _heading(1, name, text)

    def _around(self, name: str, title: str, part: Part) -> Iterator[Node]:
        """Yield what stands around the chapters: the prologue, the epilogue."""
        yield self._chapter_heading(name, title)
        if part.title.casefold() != title.casefold():
            yield _heading(2, f"{name}-title", part.title)
        yield from self._paragraphs(part)

    def _chapter(self, chapter: Chapter) -> Iterator[Node]:
        yield self._chapter_heading(
            f"chapter-{chapter.number}", f"{chapter.number}. {chapter.title}"
        )
        if period := years(chapter, self._book.language):
            yield _div([_para([_text(period)])], kind="period")
        for part in chapter.parts:
            if part.number and (len(chapter.parts) > 1 or part.title != chapter.title):
                name = f"section-{chapter.number}-{part.number}"
                self._places[chapter.number, part.number] = name
                yield _heading(2, name, part.title)
            yield from self._paragraphs(part)

    def _paragraphs(self, part: Part) -> Iterator[Node]:
        for paragraph in part.paragraphs:
            yield _para(self._runs(paragraph))

    def _runs(self, paragraph: Paragraph) -> list[Node]:
        inlines: list[Node] = []
        for run in paragraph:
            if inlines:
                inlines.append({"t": "Space"})
            if run.text:
                inlines.append(_text(run.text))
            inlines += self._refer(run.notes)
        return inlines

    def _refer(self, numbers: Iterable[int]) -> Iterator[Node]:
        """Yield a note for each number; a raised comma parts two, or 1 and 2 would read as 12."""
        for place, number in enumerate(numbers):
            if place:
                yield {"t": "Superscript", "c": [_text(", ")]}
            self._count += 1
            way_back = [_way_back(self._count), _text(". ")] if self._ways_back else []
            yield {"t": "Note", "c": [_para([*way_back, *self._note(self._notes[number])])]}

    def _note(self, note: LaidOutNote) -> list[Node]:
        phrases, heading = self._phrases, note.passage.heading
        quoted = f", {phrases.quoted.format(text=heading)}" if heading else ""
        place = phrases.paragraph.format(number=note.passage.number)
        return [*_label(note.work), _text(f"{quoted}, {place}.")]

    def _entry(self, entry: Entry | Definition) -> list[Node]:
        if entry.told_in is None:
            return self._runs(entry.paragraph)
        chapter, section, title = entry.told_in
        told = _text(self._phrases.told_in.format(number=chapter, title=title))
        place = self._places.get((chapter, section), f"chapter-{chapter}")
        return [_link([told], f"#{place}"), *self._refer(entry.paragraph[-1].notes[-1:])]

    def _work(self, work: Work) -> list[Node]:
        source, phrases = work.source, self._phrases
        inlines = [*_label(work), _text(". ")]
        if source.url:
            shown, target = _text(source.url), _target(source.url)
            inlines += [_link([shown], target) if target else shown, _text(". ")]
        if source.licence:
            inlines.append(_text(f"{phrases.licence}: {source.licence.removesuffix('.')}. "))
        return [*inlines, _text(f"{phrases.file}: {source.file_name}.")]

    def _about(self) -> Iterator[Node]:
        book, phrases = self._book, self._phrases
        count = len(book.works)
        drawn = phrases.drawn_from_one if count == 1 else phrases.drawn_from.format(count=count)
        written = phrases.written_by.format(version=__version__, models=", ".join(book.models))
        yield self._chapter_heading("about", phrases.about)
        yield _para([_text(f"{drawn}. {written}.")])
        yield _definitions((name, [_text(value)]) for name, value in self._about_rows)


def _label(work: Work) -> list[Node]:
    source = work.source
    date = f" ({source.date})" if source.date else ""
    key = f" [{work.key}]" if work.key else ""
    return [
        *([_text(f"{source.author}, ")] if source.author else []),
        {"t": "Emph", "c": [_text(source.title)]},
        *([_text(date + key)] if date or key else []),
    ]


def _target(url: str) -> str | None:
    """Return the URL in the letters that every reader of links takes, or None where a book must
    not, or cannot, link to it."""
    address = web_address(url)
    if address is None:
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if not _HOST.fullmatch(parts.netloc):
        return None
    rest = (
        quote(_STRAY_PERCENT.sub("%25", part), safe="%/:=&?~+!$,;@()*")
        for part in (parts.path, parts.query, parts.fragment)
    )
    return urlunsplit((parts.scheme, parts.netloc, *rest))


def _clean(text: str) -> str:
    return _NOT_TEXT.sub("", _BREAKS.sub(" ", text))


def _text(text: str) -> Node:
    return {"t": "Str", "c": _clean(text)}


def _link(inlines: list[Node], target: str) -> Node:
    return {"t": "Link", "c": [_PLAIN, inlines, [target, ""]]}


def _way_back(count: int) -> Node:
    """Return a link to where pandoc sets the reference to a chapter's note."""
    attributes = ["", ["footnote-back"], [["role", "doc-backlink"]]]
    return {"t": "Link", "c": [attributes, [_text(str(count))], [f"#fnref{count}", ""]]}


def _heading(level: int, name: str, text: str) -> Node:
    return {"t": "Header", "c": [level, [name, [], []], [_text(text)]]}


def _para(inlines: list[Node]) -> Node:
    return {"t": "Para", "c": inlines}


def _plain(inlines: list[Node]) -> Node:
    return {"t": "Plain", "c": inlines}


def _div(blocks: list[Node], *, kind: str = "", style: str = "") -> Node:
    """Return blocks of a kind, or with a style of word processors."""
    kinds = [kind] if kind else []
    styles = [["custom-style", style]] if style else []
    return {"t": "Div", "c": [["", kinds, styles], blocks]}


def _bullets(items: Iterable[list[Node]]) -> Node:
    return {"t": "BulletList", "c": [[_plain(item)] for item in items]}


def _definitions(entries: Iterable[tuple[str, list[Node]]]) -> Node:
    return {
        "t": "DefinitionList",
        "c": [[[_text(term)], [[_plain(inlines)]]] for term, inlines in entries],
    }
