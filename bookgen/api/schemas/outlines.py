"""The outline of a book, as people read and edit it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from bookgen.checkpoint import outline_from
from bookgen.models import Outline

__all__ = ["OutlineBody"]


def _without_controls(title: str) -> str:
    words = " ".join(title.split())
    if any(ord(character) < ord(" ") for character in words):
        raise ValueError("it must not hold control characters")
    return words


_Title = Annotated[str, Field(pattern=r"\S"), AfterValidator(_without_controls)]
_Date = Annotated[str, Field(pattern=r"^[0-9]{4}(-[0-9]{2}){0,2}$")]
_Number = Annotated[int | None, Field(description="Of no effect: the place in the list counts.")]


class SectionBody(BaseModel):
    """A section: its length in words, and the passages of the sources that it is written from."""

    model_config = ConfigDict(extra="forbid")

    number: _Number = None
    title: _Title
    words: int = Field(ge=1, le=200_000)
    passages: list[str] = Field(min_length=1)


class ChapterBody(BaseModel):
    """A chapter. Its period is the first and the last date of what it tells."""

    model_config = ConfigDict(extra="forbid")

    number: _Number = None
    title: _Title
    period: Annotated[list[_Date], Field(min_length=2, max_length=2)] | None = None
    sections: list[SectionBody] = Field(min_length=1)


class OutlineBody(BaseModel):
    """An outline. A passage belongs to one section at most. A `final` one gets no further sections
    where the book comes out short."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "chapters": [
                        {
                            "number": 1,
                            "title": "A Childhood of Numbers",
                            "period": ["1815-12-10", "1833"],
                            "sections": [
                                {
                                    "number": 1,
                                    "title": "Lessons at Home",
                                    "words": 400,
                                    "passages": ["letters:1", "letters:2"],
                                }
                            ],
                        }
                    ]
                }
            ]
        },
    )

    final: bool = False
    chapters: list[ChapterBody] = Field(min_length=1)

    def outline(self) -> Outline:
        """Return the outline. Raises InputError where it does not hold."""
        plain: dict[str, Any] = self.model_dump()
        return outline_from(plain)
