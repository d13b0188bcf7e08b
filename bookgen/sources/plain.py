"""Plain text, wrapped or not, to blocks. Old books are read by their layout: margins, capitals,
line lengths."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import quantiles

from bookgen.models import PartialDate
from bookgen.sources import gutenberg, headings, inline
from bookgen.sources.datelines import is_date_line
from bookgen.sources.document import Block, Document, Metadata

__all__ = ["read", "read_body"]

_APPARATUS = re.compile(
    r"\[(Footnote|Note|Illustration|Ilustración|Image|Music|Transcriber|Sidenote|Blank Page|Nota|"
    r"Editor's Note|Footnotes)\b",
    re.IGNORECASE,
)
# A brace that joins lines, "{ 7 }" too; "{sic}" and the number of a page, "{7}", are of the text.
_DRAWN, _IN_BRACES = re.compile(r"[|{}]|\+--"), re.compile(r"\{\S(?:[^{}]*\S)?\}")
_CHRONOLOGY = re.compile(r"(1\d{3}|20\d\d)[ \t]{2,}(?=\S)")
_NO_TEXT = re.compile(  # a page number, a rule
    r"[\W_]*\Z|\s*[-–—[(]*\s*(?:(?:page|pág\.?|p\.|pg\.?)\s*)?(?:\d{1,3}|[ivxlc]{2,7})\s*[])–—-]*\Z",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[.!?:;…][\"'”’»)\]]*\Z")
_WRAP_DEFAULT = 72
_SHORT = 60


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a work is set: the width of its lines, the empty lines above a heading."""

    width: int
    gap: int


def read(text: str) -> Document:
    """Return the blocks of a plain-text file, and its metadata where a header gives some."""
    metadata = gutenberg.metadata(text)
    return Document(read_body(gutenberg.body(text)), metadata or Metadata())


def read_body(text: str) -> list[Block]:
    """Return the blocks of plain text that has no header any more."""
    text = without_apparatus(text.expandtabs(8).replace("\f", "\n\n"))
    chunks = list(_chunks(text))
    layout = _Layout(
        width=_wrap_width([lines for lines, _ in chunks]),
        gap=2 if sum(gap > 1 for _, gap in chunks) > len(chunks) // 100 + 2 else 1,
    )
    blocks: list[Block] = []
    for place, (lines, gap) in enumerate(chunks):
        opens = gap >= layout.gap or place == 0 or bool(blocks and blocks[-1].kind == "heading")
        follows = " ".join(chunks[place + 1][0]) if place + 1 < len(chunks) else ""
        apart = (gap >= layout.gap or place == 0) and (layout.gap > 1 or len(follows) > 40)
        blocks.extend(_classified(lines, layout, opens, apart))
    return blocks


def without_apparatus(text: str) -> str:
    """Return `text` without bracketed notes, pictures and music, however many paragraphs long.

    Music inside a sentence leaves `inline.CUT`: that sentence cannot be quoted any more.
    """
    parts: list[str] = []
    place = 0
    for match in _APPARATUS.finditer(text):
        if match.start() < place:
            continue
        end = _bracket_end(text, match.start())
        before = text[place : match.start()]
        parts.append(before)
        inside = bool(before.strip(" ")) and not before.rstrip(" ").endswith("\n\n")
        if match[1].casefold() == "music" and inside and not before.endswith("\n"):
            parts.append(inline.CUT)
        place = end
    parts.append(text[place:])
    return "".join(parts)


def _bracket_end(text: str, start: int) -> int:
    """Return where the bracket opened at `start` is closed, or its paragraph ends if it is not."""
    depth = 0
    for match in re.compile(r"[\[\]]").finditer(text, start, start + 20_000):
        depth += 1 if match[0] == "[" else -1
        if depth == 0:
            return match.end()
    paragraph_end = text.find("\n\n", start)
    return len(text) if paragraph_end < 0 else paragraph_end


def _chunks(text: str) -> Iterator[tuple[list[str], int]]:
    """Yield runs of lines that are not empty, each with the number of empty lines before it."""
    lines: list[str] = []
    gap, next_gap = 0, 0
    for raw in text.split("\n"):
        line = raw.rstrip()
        if line:
            if not lines:
                gap = next_gap
            lines.append(line)
            next_gap = 0
        else:
            if lines:
                yield lines, gap
                lines = []
            next_gap += 1
    if lines:
        yield lines, gap


def _wrap_width(chunks: list[list[str]]) -> int:
    lengths = [len(line) for lines in chunks if len(lines) > 2 for line in lines[:-1]]
    if len(lengths) < 10:
        lengths = [len(line) for lines in chunks for line in lines]
    if len(lengths) < 2:
        return _WRAP_DEFAULT
    return int(quantiles(lengths, n=10)[-1])


def _classified(lines: list[str], layout: _Layout, opens: bool, apart: bool) -> Iterator[Block]:
    """Yield the blocks of a chunk. `opens`: capitals here are a heading; `apart`: so is any short
    line, for space stands above it."""
    if _is_table(lines) or (len(lines) == 1 and _NO_TEXT.match(lines[0])):
        return
    if max(len(line) for line in lines) > 2 * _WRAP_DEFAULT:
        for line in lines:  # not wrapped: every line is a paragraph
            yield _heading([line], opens, apart=False) or _paragraph([line], layout.width)
        return
    above, middle, below = _set_apart(lines, layout.width)
    yield from (Block((line.strip(),), "verse") for line in above)
    for part in _split_paragraphs(middle):
        yield _heading(part, opens, apart) or _paragraph(part, layout.width)
    yield from (Block((line.strip(),), "verse") for line in below)


def _is_table(lines: list[str]) -> bool:
    drawn = sum(bool(_DRAWN.search(_IN_BRACES.sub("", line))) for line in lines)
    columns = sum(bool(re.search(r"\S {4,}\S", line)) for line in lines)
    dated = _CHRONOLOGY.match(lines[0])
    return 3 * drawn > len(lines) or (2 * columns >= len(lines) and len(lines) > 1 and not dated)


def _set_apart(lines: list[str], width: int) -> tuple[list[str], list[str], list[str]]:
    """Split off what stands in one block with a text but is not of it: a salutation in capitals
    or a date above, a signature below, at the right."""
    margins = [len(line) - len(line.lstrip()) for line in lines]
    if len(lines) == 1:
        at_right = margins[0] > 30 and len(lines[0]) > width - 8
        return ([], [], lines) if at_right else ([], lines, [])
    limit = min(margins) + 15
    first, last = 0, len(lines)
    while first < last - 1 and (margins[first] >= limit or _is_salutation(lines[first])):
        first += 1
    while last > first + 1 and margins[last - 1] >= limit:
        last -= 1
    return lines[:first], lines[first:last], lines[last:]


def _is_salutation(line: str) -> bool:
    return line.endswith((",--", ",—")) and headings.is_uppercase(line)


def _split_paragraphs(lines: list[str]) -> Iterator[list[str]]:
    """Split where an indented first line, not an empty line, opens a paragraph."""
    if not lines:
        return
    indented = [line.startswith("  ") for line in lines]
    start = 0
    if len(lines) > 2 and sum(indented[1:]) <= 0.4 * len(lines):
        for place in range(1, len(lines)):
            opens = indented[place] and not indented[place - 1]
            if opens and _ENDS.search(lines[place - 1]):
                yield lines[start:place]
                start = place
    yield lines[start:]


def _heading(lines: list[str], opens: bool, apart: bool) -> Block | None:
    text = " ".join(" ".join(lines).split())
    if len(lines) > 4 or len(text) > 160 or not opens:
        return None
    bare = inline.clean(text)
    if bare.endswith((",—", ",", "—")) or bare.startswith(("-", "—", '"', "“")):
        return None
    if headings.is_uppercase(bare) or headings.is_numeral(bare):
        return Block((text,), "heading")
    indented = lines[0].startswith("   ")
    titled = bare[:1].isupper() and not bare.endswith((".", ";", ":", "!", "?", "-", '"'))
    short = len(lines) == 1 and len(bare) < _SHORT and len(bare.split()) <= 8
    if apart and titled and short and not indented and not is_date_line(bare):
        return Block((text,), "heading", 2)
    return None


def _paragraph(lines: list[str], width: int) -> Block:
    stripped = tuple(line.strip() for line in lines)
    if dated := _CHRONOLOGY.match(lines[0].lstrip()):
        rest = stripped[0][dated.end() :]
        return Block((rest, *stripped[1:]), "entry", date=PartialDate(int(dated[1])))
    margin = min(len(line) - len(line.lstrip()) for line in lines)
    if len(lines) == 1 and headings.is_uppercase(lines[0]):
        return Block(stripped, "verse")  # a signature
    if _is_verse(stripped, min(0.8 * width, _SHORT), margin):
        return Block(stripped, "verse")
    return Block(stripped, "quote" if margin >= 3 else "text")


def _is_verse(lines: tuple[str, ...], limit: float, margin: int) -> bool:
    """Whether lines end before the margin would make them."""
    if len(lines) == 1:
        return (
            margin >= 3 and len(lines[0]) < limit and not re.search(r"[.!?][\"'”’)]*\Z", lines[0])
        )
    if any(len(line) >= limit for line in lines[:-1]):
        return False
    capitals = sum(line.lstrip("\"'“‘«([{¡¿_-—")[:1].isupper() for line in lines)
    lengths = [len(line) for line in lines[:-1]]
    return capitals >= 0.6 * len(lines) or max(lengths) - min(lengths) > 15
