"""PDF to blocks: running heads and page numbers cut, broken words and paragraphs joined."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Sequence
from itertools import zip_longest

from bookgen.sources import headings
from bookgen.sources.document import Block, Document, Metadata

__all__ = ["PdfError", "read"]


class PdfError(ValueError):
    """The PDF cannot be read. The message says why and what to do."""


_ENDS = re.compile(r"[.!?:…][\"'”’»)\]]*\Z")
_PAGE_NUMBER = re.compile(
    r"\W*(?:(?:page|página|pág\.?|p\.)\s*)?(?:\d{1,4}|[ivxlc]{1,7})"
    r"(?:\s*(?:/|of|de)\s*\d{1,4})?\W*\Z",
    re.IGNORECASE,
)
_BROKEN_WORD = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010]\n(?=[a-zß-öø-ÿ])")
_DIGITS = re.compile(r"\d+")
_EDGE_LINES = 2
_SHORT = 0.85
_FITS = 0.95  # letters differ in width
_FEWEST_CHARACTERS_A_PAGE = 20
_WORTHLESS_TITLE = re.compile(
    r"untitled|microsoft word|\.(?:docx?|pdf|indd|tex|qxd)\b", re.IGNORECASE
)


def read(data: bytes) -> Document:
    """Return the blocks of a PDF and the metadata it carries. The date it was made is not the
    work's, and is left out. Raises PdfError."""
    # Loaded here: only PDFs need it.
    from pypdf import PasswordType, PdfReader
    from pypdf.errors import DependencyError, PyPdfError

    # Its warnings on slightly broken files are of no use to a reader of this package's output.
    logging.getLogger("pypdf").setLevel(logging.ERROR)
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
            raise PdfError("it is encrypted. Save a copy without a password and use that.")
        pages = [page.extract_text().split("\n") for page in reader.pages]
        info = reader.metadata
        title = info.title if info else None
        author = info.author if info else None
    except DependencyError as error:
        raise PdfError(
            "it is encrypted with AES. Save a copy without a password and use that."
        ) from error
    except (PyPdfError, ValueError, KeyError, TypeError, IndexError, AttributeError,
            RecursionError, AssertionError) as error:  # fmt: skip
        if isinstance(error, PdfError):
            raise
        raise PdfError(f"it is damaged and cannot be read ({type(error).__name__}).") from error
    characters = sum(len(line) for page in pages for line in page)
    if characters < _FEWEST_CHARACTERS_A_PAGE * max(1, len(pages)):
        raise PdfError(
            f"its {len(pages)} page(s) hold pictures, not text. Run OCR over it (for example "
            "ocrmypdf) and use the result."
        )
    if title and _WORTHLESS_TITLE.search(title):
        title = None
    metadata = Metadata(title=(title or "").strip() or None, author=(author or "").strip() or None)
    return Document(_blocks(_without_edges(pages)), metadata)


def _without_edges(pages: Sequence[list[str]]) -> list[list[str]]:
    """Drop page numbers, and lines that return at the same edge of several pages."""
    stripped = [[line.strip() for line in page if line.strip()] for page in pages]

    def form(line: str) -> str:
        return _DIGITS.sub("#", line.casefold())

    seen: Counter[tuple[str, str]] = Counter()
    for page in stripped:
        seen.update({("head", form(line)) for line in page[:_EDGE_LINES]})
        seen.update({("foot", form(line)) for line in page[-_EDGE_LINES:]})
    fewest = max(3, len(pages) // 10)

    def cut(page: list[str]) -> list[str]:
        first, last = 0, len(page)
        while first < min(_EDGE_LINES, last) and (
            _PAGE_NUMBER.match(page[first]) or seen["head", form(page[first])] >= fewest
        ):
            first += 1
        while last > max(first, len(page) - _EDGE_LINES) and (
            _PAGE_NUMBER.match(page[last - 1]) or seen["foot", form(page[last - 1])] >= fewest
        ):
            last -= 1
        return page[first:last]

    return [cut(page) for page in stripped]


def _blocks(pages: Sequence[list[str]]) -> list[Block]:
    """Join lines to paragraphs. A paragraph ends where a line stops well short of the margin at
    the end of a sentence; pages do not end one."""
    lines = [line for page in pages for line in page]
    if not lines:
        return []
    lengths = sorted(len(line) for line in lines)
    full = lengths[len(lengths) * 4 // 5]
    blocks: list[Block] = []
    current: list[str] = []

    def flush() -> None:
        if current:
            text = _BROKEN_WORD.sub("", "\n".join(current))
            blocks.append(Block(tuple(text.split("\n"))))
            current.clear()

    for line, following in zip_longest(lines, lines[1:], fillvalue=""):
        short = len(line) < _SHORT * full
        if short and _is_heading(line) and (not current or headings.is_uppercase(line)):
            flush()
            blocks.append(Block((line,), "heading"))
            continue
        current.append(line)
        # In running text a line ends where the next word does not fit.
        next_word = following.split(maxsplit=1)[0] if following else ""
        fits = len(line) + 1 + len(next_word) < _FITS * full
        if _ENDS.search(line) and (fits or len(line) < _SHORT * full):
            flush()
    flush()
    return blocks


def _is_heading(line: str) -> bool:
    if headings.is_numeral(line):
        return True
    titled = line[:1].isupper() or line[:1].isdigit()
    return titled and len(line) < 70 and not line.endswith((".", ",", ";", ":", "!", "?", "-", "—"))
