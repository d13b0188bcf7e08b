"""A book that is ordered from the service: what its job is made from, and how it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from bookgen.models import Brief, Language

__all__ = ["BookOrder", "Mode"]

Mode = Literal["manual", "automatic", "hybrid"]


@dataclass(frozen=True, slots=True)
class BookOrder:
    """What is asked for. `sources` are URLs; `mode` says whether they are all (manual), none
    (automatic: all are discovered) or to be added to (hybrid, up to `min_sources`).

    `model` None is the service's own. A discovered source is taken from a `quality_threshold` of 0
    to 1 on. With `approve_outline` the job waits for its outline to be approved before anything is
    paid for.
    """

    character: str
    chapters: int = 20
    total_words: int = 51_000
    language: Language = "en"
    model: str | None = None
    temperature: float = 0.7
    mode: Mode = "automatic"
    sources: tuple[str, ...] = ()
    min_sources: int = 40
    quality_threshold: float = 0.8
    approve_outline: bool = False

    @property
    def brief(self) -> Brief:
        """What the pipeline is asked for. Raises InputError for a value out of range."""
        return Brief(self.character.strip(), self.total_words, self.chapters, self.language)

    def to_plain(self) -> dict[str, Any]:
        """Return the order as a JSON object."""
        return {**asdict(self), "sources": list(self.sources)}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> BookOrder:
        """Return the order of a JSON object; what an older version did not know has its default."""
        known = {field.name for field in fields(cls)}
        values = {name: value for name, value in plain.items() if name in known}
        return cls(**{**values, "sources": tuple(values.get("sources", ()))})
