"""What is looked for, and what a provider offers for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from bookgen.models import Language
from bookgen.sources.document import Metadata
from bookgen.sources.fetch import Fetcher
from bookgen.sources.names import name_words
from bookgen.text.words import fold_accents, words

__all__ = ["Found", "Provider", "Search"]


@dataclass(frozen=True)
class Search:
    """Sources in `language` that tell of `subject`; at most `limit` from each provider."""

    subject: str
    language: Language
    limit: int

    @cached_property
    def name(self) -> tuple[str, ...]:
        """The words of the subject's name, folded."""
        return name_words(self.subject)

    @property
    def phrase(self) -> str:
        """The name as one phrase of a query language: between quotation marks, none inside."""
        return f'"{" ".join(words(self.subject))}"'

    def is_named_in(self, *texts: str) -> bool:
        """Whether the texts together have the last word of the name or two others of it.

        A first name alone is anybody's: Ada County is not Ada Lovelace.
        """
        found = {fold_accents(word) for text in texts for word in words(text)}
        return bool(self.name) and (
            self.name[-1] in found or sum(word in found for word in self.name) > 1
        )


@dataclass(frozen=True, slots=True)
class Found:
    """A source that a provider offers. `url` is where its text is, `page` where people read of it,
    which a book cites; the rest is what the provider's catalogue tells."""

    provider: str
    url: str
    page: str
    title: str | None = None
    author: str | None = None
    date: str | None = None
    licence: str | None = None

    @property
    def metadata(self) -> Metadata:
        return Metadata(
            title=self.title,
            author=self.author,
            date=self.date,
            url=self.page,
            licence=self.licence,
        )


class Provider(Protocol):
    """A catalogue or an encyclopedia with a public API."""

    @property
    def name(self) -> str:
        """What it is called."""

    async def find(self, fetcher: Fetcher, search: Search, /) -> list[Found]:
        """Return what it offers, best first. Raises SourceError where it cannot be asked."""
