"""A source that somebody proposes, and what was found out about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Assessment", "Candidate", "SourceMetadata", "SourceType"]

SourceType = Literal["url", "book", "article", "document", "other"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A proposed source, as given. `url` may also be an identifier: urn:isbn:..., doi:10...."""

    url: str | None = None
    title: str | None = None
    author: str | None = None
    publication_date: str | None = None
    source_type: SourceType = "url"


@dataclass(frozen=True, slots=True)
class SourceMetadata:
    """What is known of a candidate. `domain` is its host, `domain_category` the class of sites it
    belongs to, `credibility_reason` why that class has its score. `status`, `content_type` and
    `final_url` are the server's, None where none answered."""

    source_type: SourceType
    domain: str | None
    domain_category: str
    is_trusted: bool
    credibility_reason: str
    isbn: str | None = None
    doi: str | None = None
    status: int | None = None
    content_type: str | None = None
    final_url: str | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """What was found out. `issues` are why a source cannot be used, `warnings` what is doubtful.

    `is_accessible` is None where that was not checked, or not in time. `relevance` is 0 to 1, None
    without a topic or without a text to judge by. `credibility` is 0 to 100.
    """

    candidate: Candidate
    is_accessible: bool | None
    issues: tuple[str, ...]
    warnings: tuple[str, ...]
    metadata: SourceMetadata
    relevance: float | None
    credibility: int

    @property
    def is_valid(self) -> bool:
        """Whether nothing speaks against its use."""
        return not self.issues
