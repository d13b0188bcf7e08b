"""What is finished of a book is kept at once, so that no crash costs what was paid for.

The folder of a checkpoint holds `outline.json` and one file for each section; each is written
whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from bookgen.errors import InputError
from bookgen.models import (
    Brief,
    ChapterPlan,
    Corpus,
    Outline,
    PartialDate,
    Provenance,
    Section,
    SectionPlan,
    Usage,
)

__all__ = [
    "PROLOGUE",
    "Checkpoint",
    "FolderCheckpoint",
    "MemoryCheckpoint",
    "epilogue_plan",
    "introduction_plan",
    "outline_from",
    "outline_to",
    "passages_unknown",
    "provenance_from",
]

_VERSION = 1


# The parts around the sections have no plan of their own in an outline.
PROLOGUE = SectionPlan(0, 1, "", 0, ())


def introduction_plan(chapter: ChapterPlan) -> SectionPlan:
    """Return what a chapter's introduction is kept under: a chapter that begins otherwise needs
    another one, a further section at its end changes nothing."""
    return SectionPlan(chapter.number, 0, chapter.title, 0, chapter.sections[0].passages)


def epilogue_plan(outline: Outline) -> SectionPlan:
    """Return what the epilogue is kept under."""
    return SectionPlan(len(outline.chapters) + 1, 1, "", 0, ())


class Checkpoint(Protocol):
    """Keeps the finished parts of one book."""

    async def outline(self) -> Outline | None:
        """Return the outline that was kept, None if there is none."""
        ...

    async def keep_outline(self, outline: Outline) -> None:
        """Keep the outline; it is safe when this returns."""
        ...

    async def section(self, plan: SectionPlan) -> Section | None:
        """Return the section that was kept for this plan; None if there is none, or if it was
        written for another plan of the same place."""
        ...

    async def keep_section(self, plan: SectionPlan, section: Section) -> None:
        """Keep a finished section; it is safe when this returns."""
        ...


class MemoryCheckpoint:
    """A checkpoint that lasts as long as the process."""

    def __init__(self) -> None:
        self._outline: Outline | None = None
        self._sections: dict[SectionPlan, Section] = {}

    async def outline(self) -> Outline | None:
        return self._outline

    async def keep_outline(self, outline: Outline) -> None:
        self._outline = outline

    async def section(self, plan: SectionPlan) -> Section | None:
        return self._sections.get(plan)

    async def keep_section(self, plan: SectionPlan, section: Section) -> None:
        self._sections[plan] = section


class FolderCheckpoint:
    """A checkpoint in a folder.

    What was kept for another brief, other sources or another writer is not taken for this book:
    then InputError is raised, which says what to do. `writer` names the writer and its settings.
    """

    def __init__(self, folder: Path, brief: Brief, corpus: Corpus, writer: str) -> None:
        self._folder = folder
        told = {
            "version": _VERSION,
            "brief": asdict(brief),
            "sources": sorted(source.sha256 for source in corpus.sources),
            "writer": writer,
        }
        self._key = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
        begun = self._read("book.json")
        if begun is not None and begun.get("key") != self._key:
            changed = ", ".join(
                name for name in told if begun.get("told", {}).get(name) != told[name]
            )
            raise InputError(
                f"The unfinished book in {folder} was begun with another {changed}. Finish it with "
                "the same, name another folder with --out, or remove that folder to begin anew."
            )
        if begun is None:
            self._write("book.json", {"key": self._key, "told": told})

    @classmethod
    def exists(cls, folder: Path) -> bool:
        """Whether a book was begun there."""
        return (folder / "book.json").is_file()

    async def outline(self) -> Outline | None:
        data = self._read("outline.json")
        return None if data is None else outline_from(data)

    async def keep_outline(self, outline: Outline) -> None:
        self._write("outline.json", outline_to(outline))

    async def section(self, plan: SectionPlan) -> Section | None:
        data = self._read(_name(plan))
        if data is None or data["plan"] != _plain(plan):
            return None
        kept = data["section"]
        return Section(**{**kept, "provenance": provenance_from(kept["provenance"])})

    async def keep_section(self, plan: SectionPlan, section: Section) -> None:
        self._write(_name(plan), {"plan": _plain(plan), "section": asdict(section)})

    def forget(self, chapter: int, number: int) -> None:
        """Let a section be written again. Raises InputError where none was kept for that place."""
        file = self._folder / _name(SectionPlan(chapter, number, "", 0, ()))
        try:
            file.unlink()
        except FileNotFoundError:
            raise InputError(
                f"No finished section {chapter}.{number} lies in {self._folder}."
            ) from None

    def _read(self, name: str) -> dict[str, Any] | None:
        file = self._folder / name
        try:
            data = json.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise InputError(
                f"{file} is damaged ({error}). Remove it; it is made again."
            ) from error
        if not isinstance(data, dict):
            raise InputError(f"{file} is no part of a book. Remove it; it is made again.")
        return data

    def _write(self, name: str, data: Mapping[str, Any]) -> None:
        """Write a file whole, and have it on the disk before going on: it may have been paid."""
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = self._folder / f".{name}.{os.getpid()}.part"
        try:
            with draft.open("w", encoding="utf-8") as stream:
                json.dump(data, stream, ensure_ascii=False, indent=1)
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(self._folder / name)
        finally:
            draft.unlink(missing_ok=True)


def _name(plan: SectionPlan) -> str:
    return f"section-{plan.chapter:02d}-{plan.number:02d}.json"


def _plain(plan: SectionPlan) -> dict[str, Any]:
    return {**asdict(plan), "passages": list(plan.passages)}


def provenance_from(data: Mapping[str, Any] | None) -> Provenance | None:
    """Return the provenance that `asdict` made plain values of, None for None."""
    if data is None:
        return None
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in data.items()
    }
    return Provenance(**{**values, "usage": Usage(**data["usage"])})


def outline_to(outline: Outline) -> dict[str, Any]:
    """Return an outline as plain values that people can edit."""
    final = {"final": True} if outline.final else {}
    return final | {
        "chapters": [
            {
                "number": chapter.number,
                "title": chapter.title,
                "period": [str(date) for date in chapter.period] if chapter.period else None,
                "sections": [
                    {
                        "number": plan.number,
                        "title": plan.title,
                        "words": plan.words,
                        "passages": list(plan.passages),
                    }
                    for plan in chapter.sections
                ],
            }
            for chapter in outline.chapters
        ]
    }


def outline_from(data: Mapping[str, Any]) -> Outline:
    """Return the outline of plain values. Raises InputError that names what is wrong."""
    try:
        chapters = tuple(_chapter(place, one) for place, one in enumerate(data["chapters"], 1))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"The outline does not hold: {type(error).__name__} {error}.") from error
    used: set[str] = set()
    for plan in (plan for chapter in chapters for plan in chapter.sections):
        twice = used.intersection(plan.passages)
        if twice:
            raise InputError(f"The outline gives passage {min(twice)} to two sections.")
        if plan.words < 1 or not plan.passages:
            raise InputError(
                f"Section {plan.chapter}.{plan.number} of the outline, “{plan.title}”, needs at "
                "least one word and one passage."
            )
        used.update(plan.passages)
    return Outline(chapters, final=bool(data.get("final", False)))


def _chapter(number: int, data: Mapping[str, Any]) -> ChapterPlan:
    """A chapter at its place: numbers are those of the order, whatever the file says."""
    period = data.get("period")
    return ChapterPlan(
        number=number,
        title=_title(data),
        sections=tuple(
            SectionPlan(
                chapter=number,
                number=place,
                title=_title(one),
                words=int(one["words"]),
                passages=tuple(str(passage) for passage in one["passages"]),
            )
            for place, one in enumerate(data["sections"], 1)
        ),
        # YAML reads a bare year as a number.
        period=(PartialDate.parse(str(period[0])), PartialDate.parse(str(period[1])))
        if period
        else None,
    )


def _title(data: Mapping[str, Any]) -> str:
    title = " ".join(str(data["title"]).split())
    if not title:
        raise ValueError("a title is empty")
    return title


def passages_unknown(outline: Outline, corpus: Corpus) -> Sequence[str]:
    """Return the passages that an outline names and the corpus lacks."""
    named = (passage for plan in outline.sections for passage in plan.passages)
    return [passage for passage in named if passage not in corpus.passage]
