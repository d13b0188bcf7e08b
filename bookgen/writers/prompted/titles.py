"""Titles for a plan that stands: the one call a book's outline takes."""

from __future__ import annotations

import re
from dataclasses import replace

from pydantic import BaseModel, Field

from bookgen.models import Outline

__all__ = ["ChapterTitle", "OutlineTitles", "SectionTitle", "entitle"]

# What has no place in a title, and may come from an order within a source.
_MARKUP = re.compile(r"[\[\]<>{}|`\\]|://|\bwww\.")


class SectionTitle(BaseModel):
    """A section's title."""

    chapter: int
    section: int
    title: str = Field(min_length=1, max_length=120)


class ChapterTitle(BaseModel):
    """A chapter's title."""

    chapter: int
    title: str = Field(min_length=1, max_length=120)


class OutlineTitles(BaseModel):
    """What a model gives for a whole plan."""

    chapters: list[ChapterTitle]
    sections: list[SectionTitle]


def entitle(outline: Outline, titles: OutlineTitles) -> Outline:
    """Return the outline with the titles given; where one is missing, stands twice, or holds a link
    or markup, the plan's own stays. Nothing but titles changes: not the passages, not the budgets,
    not the order."""
    chapters = {one.chapter: _plain(one.title) for one in titles.chapters}
    sections = {(one.chapter, one.section): _plain(one.title) for one in titles.sections}
    taken: set[str] = set()

    def choose(given: str | None, own: str) -> str:
        usable = given and given.casefold() not in taken and not _MARKUP.search(given)
        title = given if given and usable else own
        taken.add(title.casefold())
        return title

    return Outline(
        tuple(
            replace(
                chapter,
                title=choose(chapters.get(chapter.number), chapter.title),
                sections=tuple(
                    replace(
                        plan,
                        title=choose(sections.get((plan.chapter, plan.number)), plan.title),
                    )
                    for plan in chapter.sections
                ),
            )
            for chapter in outline.chapters
        )
    )


def _plain(title: str) -> str:
    """A title in one line without marks of markup or quotation around it."""
    return " ".join(title.split()).strip("\"'“”«»#*_ .")
