"""Files, folders and pages to a corpus: each read, cut and numbered, duplicates left out."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from bookgen.errors import NoSourcesError, SourceError
from bookgen.models import Corpus, Language, Passage, Source
from bookgen.sources import clean, files, language, letters, passages
from bookgen.sources.document import Form, Metadata, Original

__all__ = ["load_sources", "original_of_file"]

_ENCODING_SUFFIX = re.compile(
    r"\.(?:latin-?1|utf-?8|utf-?16|ascii|cp1252|iso-?8859-?1)\Z", re.IGNORECASE
)
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_FORMS: dict[str, Form] = {
    ".pdf": "pdf",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".md": "markdown",
    ".markdown": "markdown",
}
_NOT_LETTER = re.compile(r"[\W\d_]+")
_SAME_WORK = 0.8
_LETTERS_COMPARED = 80


def load_sources(
    paths: Sequence[Path | str],
    *,
    pages: Iterable[Original] = (),
    language: Language = "en",
    on_progress: Callable[[str], None] | None = None,
) -> Corpus:
    """Return the corpus of the txt, md, html and pdf files among `paths` and in their folders, and
    of `pages` that were fetched.

    Sources are in the order of their paths, then of the pages. `language` is that of sources which
    neither name theirs nor read as English or Spanish. `on_progress` gets one line for each. One
    that cannot be used, or holds the same text as one before it, is a SourceError in
    `Corpus.failures`. Raises NoSourcesError where nothing is left.
    """
    tell = on_progress or (lambda _line: None)
    found = files.find(paths)
    failures = list(found.failures)
    sources: list[Source] = []
    all_passages: list[Passage] = []
    taken: set[str] = set()
    seen = _Seen()
    works: list[Path | Original] = [*found.files, *pages]
    for count, work in enumerate(works, 1):
        location = work.location if isinstance(work, Original) else str(work)
        tell(f"Reading {location} ({count} of {len(works)})")
        try:
            original = work if isinstance(work, Original) else original_of_file(work)
            source, own = _load(original, _slug(original.name, taken), language, seen)
        except SourceError as error:
            failures.append(error)
            continue
        taken.add(source.id)
        sources.append(source)
        all_passages.extend(own)
    if found.skipped:
        tell(f"Skipped {found.skipped} other file(s)")
    if not sources:
        raise NoSourcesError(failures)
    return Corpus(tuple(sources), tuple(all_passages), tuple(failures))


class _Seen:
    """The texts already loaded, to know them again."""

    def __init__(self) -> None:
        self.by_sha256: dict[str, str] = {}
        self.paragraphs: list[tuple[str, frozenset[str]]] = []

    def same_work(self, paragraphs: frozenset[str]) -> str | None:
        """Return the location of a work that shares most of its paragraphs with these.

        Measured against the longer of the two: an excerpt does not keep the whole work out.
        """
        for location, known in self.paragraphs:
            if len(known & paragraphs) > _SAME_WORK * max(len(known), len(paragraphs)):
                return location
        return None


def _load(
    original: Original, source_id: str, default: Language, seen: _Seen
) -> tuple[Source, list[Passage]]:
    # Loaded here: what reads HTML takes 6 MB that a service without a book to write does without.
    from bookgen.sources.readers import read_original

    location = original.location
    sha256 = hashlib.sha256(original.data).hexdigest()
    if sha256 in seen.by_sha256:
        raise SourceError(location, f"it is a duplicate of {seen.by_sha256[sha256]}.")
    document = read_original(original)
    metadata = _known(document.metadata, original)
    body = clean.cut(document.blocks)
    if letters.are_letters(body):
        body = letters.read(body)
    prose = (block.text for block in body if block.kind == "text" and len(block.text) > 40)
    spoken = language.named(metadata.language) if metadata.language else language.detect(prose)
    own = passages.build(body, source_id, spoken)
    if not own:
        raise SourceError(location, "it holds no paragraph of prose.")
    paragraphs = frozenset(_fingerprint(passage.text) for passage in own)
    if (same := seen.same_work(paragraphs)) is not None:
        raise SourceError(location, f"it has the same text as {same}.")
    seen.by_sha256[sha256] = location
    seen.paragraphs.append((location, paragraphs))
    source = Source(
        id=source_id,
        title=metadata.title or _title(original.name),
        location=location,
        sha256=sha256,
        language=spoken or default,
        author=metadata.author,
        date=metadata.date or clean.title_page_year(document.blocks),
        url=metadata.url,
        licence=metadata.licence,
    )
    return source, own


def _known(own: Metadata, original: Original) -> Metadata:
    """Return what is known of a work: a catalogue knows it better than the head of its page, and
    where it was fetched from is its address whatever it says."""
    told = original.catalogued or Metadata()
    return Metadata(
        title=told.title or own.title,
        author=told.author or own.author,
        date=told.date or own.date,
        url=told.url or original.url or own.url,
        licence=told.licence or own.licence,
        language=own.language,
    )


def original_of_file(path: Path) -> Original:
    """Return the bytes of a file, its form by its suffix. Raises SourceError where it is too large,
    OSError where it cannot be read."""
    form = _FORMS.get(path.suffix.lower(), "text")
    name = _ENCODING_SUFFIX.sub("", path.stem)
    return Original(str(path), name, form, files.read_bytes(path))


def _slug(name: str, taken: set[str]) -> str:
    """Return a new id for a work: its name in a-z, 0-9 and hyphens."""
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = _NOT_SLUG.sub("-", folded).strip("-") or "source"
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug


def _title(name: str) -> str:
    words = re.sub(r"[\s_.-]+", " ", name).strip()
    return words[:1].upper() + words[1:] or name


def _fingerprint(text: str) -> str:
    """The first letters of a paragraph: the same in every edition of one text."""
    return _NOT_LETTER.sub("", text.casefold())[:_LETTERS_COMPARED]
