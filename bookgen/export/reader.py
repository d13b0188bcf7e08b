"""Reads a book back from the Markdown that `bookgen.export.markdown` wrote, edited or not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

import yaml

from bookgen.errors import BookFormatError, InputError
from bookgen.export.marks import ESCAPED, unescape
from bookgen.export.phrases import PHRASES, Phrases
from bookgen.models import (
    BookFile,
    Brief,
    GlossaryEntry,
    Language,
    Note,
    Section,
    Source,
    TimelineEntry,
)
from bookgen.text.formats import parse_date

__all__ = ["read_markdown"]

_FRONT_MATTER = re.compile(r"---\n(.*?\n)---\n", re.DOTALL)
_CHAPTER = re.compile(r"(\d+)\\?\. (.*)")
_DEFINITION = re.compile(r"\[\^([^\]\s]+)\]:\s*(.*)")
_REFERENCES = re.compile(rf"({ESCAPED})|\s*\[\^([^\]\s]+)\]")
_ENTRY = re.compile(r"[-*+] \*\*(.+?)\*\* – (.*)")
_ITEM = re.compile(r"[-*+] (.*)")
# A work as notes and the bibliography name it: Author, *Title* (date) [key].
_LABEL = re.compile(
    rf"(?:(?P<author>(?:{ESCAPED}|[^\\*])+), )?\*(?P<title>(?:{ESCAPED}|[^\\*])+)\*"
    rf"(?: \((?P<date>(?:{ESCAPED}|[^\\()])+)\))?(?: \\\[(?P<key>(?:{ESCAPED}|[^\\])+?)\\\])?"
)


def read_markdown(text: str) -> BookFile:
    """Return the book that a Markdown file holds.

    Raises BookFormatError, which says what is missing or where the file is not understood, for
    any text that is not such a book.
    """
    text = text.removeprefix("\N{BYTE ORDER MARK}").replace("\r\n", "\n")
    brief, version, rest, first_line = _read_front_matter(text)
    phrases = PHRASES[brief.language]
    parts = _Parts(phrases)
    for number, line in enumerate(rest.split("\n"), first_line):
        parts.take(line.strip(), number)
    if not parts.chapters:
        raise BookFormatError("The book has no chapters: no heading of the form “## 1. Title”.")
    for heading in (phrases.bibliography, phrases.notes):
        if heading not in parts.lists:
            raise BookFormatError(f"The book has no part “## {heading}”.")
    written = [part.section() for part in parts.sections]
    sections = [section for section in written if section.chapter in parts.chapters]
    prologue = next((section for section in written if section.chapter == 0), None)
    epilogue = next((section for section in written if section.chapter > max(parts.chapters)), None)
    told = _Told(phrases, parts.chapters, sections)
    labels, works = _read_bibliography(parts.lists[phrases.bibliography], brief.language)
    return BookFile(
        brief=brief,
        version=version,
        chapters=tuple(parts.chapters.values()),
        prologue=prologue,
        sections=tuple(sections),
        timeline=tuple(_read_timeline(parts.lists.get(phrases.timeline, []), brief.language, told)),
        works=tuple(works),
        notes=dict(_read_notes(parts.lists[phrases.notes], labels, phrases)),
        shortfall=_read_shortfall(parts.lists.get(phrases.about, []), phrases),
        epilogue=epilogue,
        glossary=tuple(_read_glossary(parts.lists.get(phrases.glossary, []), told)),
    )


@dataclass
class _Part:
    """A section while it is being read."""

    chapter: int
    number: int
    title: str
    headed: bool = False
    lines: list[str] = field(default_factory=list)

    def section(self) -> Section:
        text = re.sub(r"\n{3,}", "\n\n", "\n".join(self.lines).strip())
        return Section(self.chapter, self.number, self.title, text)


class _Parts:
    """Sorts the lines of a book into sections and lists, by the headings above them."""

    def __init__(self, phrases: Phrases) -> None:
        self.chapters: dict[int, str] = {}
        self.sections: list[_Part] = []
        self.lists: dict[str, list[tuple[int, str]]] = {}
        self._phrases = phrases
        self._list: list[tuple[int, str]] | None = []

    def take(self, line: str, number: int) -> None:
        if definition := _DEFINITION.match(line):
            # Editors move the notes' definitions about; they count wherever they stand.
            self.lists.setdefault(self._phrases.notes, []).append((number, definition[0]))
        elif line.startswith("## "):
            self._open(line.removeprefix("## ").strip(), number)
        elif self._list is not None:
            if line:
                self._list.append((number, line))
        elif line.startswith("### "):
            self._open_section(unescape(line.removeprefix("### ").strip()))
        else:
            self.sections[-1].lines.append(_with_markers(line))

    def _open(self, heading: str, number: int) -> None:
        phrases = self._phrases
        if heading == phrases.prologue:
            self._list = None
            self.sections.append(_Part(0, 1, heading))
        elif heading == phrases.epilogue:
            self._list = None
            self.sections.append(_Part(max(self.chapters, default=0) + 1, 1, heading))
        elif chapter := _CHAPTER.fullmatch(heading):
            self._list = None
            self.chapters[int(chapter[1])] = unescape(chapter[2])
            self.sections.append(_Part(int(chapter[1]), 1, unescape(chapter[2])))
        elif heading in (
            phrases.contents,
            phrases.timeline,
            phrases.glossary,
            phrases.bibliography,
            phrases.about,
            phrases.notes,
        ):
            self._list = self.lists.setdefault(heading, [])
        else:
            raise BookFormatError(
                f"Line {number}: “## {heading}” is neither a chapter (“## 1. Title”) nor another "
                "part of a book."
            )

    def _open_section(self, title: str) -> None:
        last = self.sections[-1]
        if not any(last.lines):
            last.title, last.headed = title, True
            return
        if not last.headed and last.chapter in self.chapters:
            # What stands above the first section of a chapter leads into it.
            last.number, last.title = 0, ""
        self.sections.append(_Part(last.chapter, last.number + 1, title, headed=True))


def _with_markers(line: str) -> str:
    """Return plain text, with `[@12]` for the reference `[^12]`."""
    return _REFERENCES.sub(lambda match: match[1][1:] if match[1] else f" [@{match[2]}]", line)


def _read_front_matter(text: str) -> tuple[Brief, str, str, int]:
    """Return the brief, bookgen's version, the text behind and the number of its first line."""
    match = _FRONT_MATTER.match(text)
    if match is None:
        raise BookFormatError(
            "The file does not begin with the front matter of a book: title, lang and bookgen "
            "between two lines of “---”."
        )
    try:
        values = yaml.safe_load(match[1])
    except yaml.YAMLError as error:
        raise BookFormatError(f"The front matter is not YAML: {error}") from error
    title = _value(values, "title", str)
    language = _value(values, "lang", str)
    made = _value(values, "bookgen", dict)
    words, chapters = _value(made, "words", int), _value(made, "chapters", int)
    version = str(made.get("version", ""))
    if language not in get_args(Language):
        raise BookFormatError(f"The front matter's lang is {language!r}, not en or es.")
    try:
        brief = Brief(title, words=words, chapters=chapters, language=language)
    except InputError as error:
        raise BookFormatError(f"The front matter does not hold: {error}") from error
    return brief, version, text[match.end() :], match[0].count("\n") + 1


def _value(values: Any, name: str, kind: type[Any]) -> Any:
    value = values.get(name) if isinstance(values, dict) else None
    if not isinstance(value, kind):
        raise BookFormatError(f"The front matter has no {name}.")
    return value


def _read_bibliography(
    lines: list[tuple[int, str]], language: Language
) -> tuple[dict[str, int], list[Source]]:
    """Return the places of the works by their label, and the works."""
    labels: dict[str, int] = {}
    works: list[Source] = []
    file_name = re.compile(rf".*\. {re.escape(PHRASES[language].file)}: (.+)\.")
    for number, line in lines:
        item = _ITEM.fullmatch(line)
        label = item and _LABEL.match(item[1])
        if item is None:
            continue
        if not label:
            raise BookFormatError(f"Line {number}: the bibliography's entry has no *title*.")
        file = file_name.fullmatch(line)
        labels.setdefault(label[0], len(works))
        works.append(
            Source(
                id=unescape(label["key"] or label[0]),
                title=unescape(label["title"]),
                location=unescape(file[1]) if file else "",
                sha256="",
                language=language,
                author=label["author"] and unescape(label["author"]),
                date=label["date"] and unescape(label["date"]),
            )
        )
    return labels, works


def _read_notes(
    lines: list[tuple[int, str]], labels: dict[str, int], phrases: Phrases
) -> Iterator[tuple[str, Note]]:
    """Yield the notes with their numbers, as text."""
    paragraph = re.compile(rf"(?:.*, )?{_template(phrases.paragraph)}\.")
    heading = re.compile(rf", {_template(phrases.quoted)}, .*")
    for number, line in lines:
        definition = _DEFINITION.fullmatch(line)
        if definition is None:
            continue
        label = _LABEL.match(definition[2])
        rest = definition[2][label.end() :] if label else definition[2]
        place = paragraph.fullmatch(rest)
        if place is None:
            raise BookFormatError(
                f"Line {number}: the note [^{definition[1]}] names no paragraph "
                f"(“{phrases.paragraph.format(number=12)}”)."
            )
        title = heading.fullmatch(rest)
        yield (
            definition[1],
            Note(
                work=labels.get(label[0]) if label else None,
                paragraph=int(place["number"]),
                heading=unescape(title["text"]) if title else None,
            ),
        )


class _Told:
    """Reads what an entry of a list says: a text of its own, or where the chapters tell it."""

    def __init__(self, phrases: Phrases, chapters: Mapping[int, str], sections: list[Section]):
        self._pointer = re.compile(_template(phrases.told_in))
        self._places = {
            (section.chapter, section.title or chapters[section.chapter]): section.number
            for section in sections
        }

    def read(self, text: str) -> tuple[str, str, tuple[int, int] | None]:
        """Return the note's number, the text, and the section that is pointed to: number -1 of one
        that does not exist."""
        notes = [match[2] for match in _REFERENCES.finditer(text) if match[2]]
        passage = notes[-1] if notes else ""
        pointer = self._pointer.fullmatch(_REFERENCES.sub(lambda match: match[1] or "", text))
        if pointer is None:
            return passage, _with_markers(text), None
        chapter, title = int(pointer["number"]), unescape(pointer["title"])
        return passage, "", (chapter, self._places.get((chapter, title), -1))


def _read_timeline(
    lines: list[tuple[int, str]], language: Language, told: _Told
) -> Iterator[TimelineEntry]:
    for number, line in lines:
        match = _ENTRY.fullmatch(line)
        date = match and parse_date(match[1], language)
        if match is None or date is None:
            raise BookFormatError(f"Line {number}: the timeline's entry has no date: {line[:60]}")
        yield TimelineEntry(date, *told.read(match[2]))


def _read_glossary(lines: list[tuple[int, str]], told: _Told) -> Iterator[GlossaryEntry]:
    for number, line in lines:
        match = _ENTRY.fullmatch(line)
        if match is None:
            raise BookFormatError(f"Line {number}: the glossary's entry has no term: {line[:60]}")
        yield GlossaryEntry(unescape(match[1]), *told.read(match[2]))


def _read_shortfall(lines: list[tuple[int, str]], phrases: Phrases) -> str:
    opening = f"- {phrases.shortfall}: "
    stated = (line.removeprefix(opening) for _, line in lines if line.startswith(opening))
    return unescape(next(stated, ""))


def _template(phrase: str) -> str:
    """Return a regular expression for a phrase, with a group for each of its `{names}`."""
    pattern = re.escape(phrase).replace(r"\{number\}", r"(?P<number>\d+)")
    return re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", pattern)
