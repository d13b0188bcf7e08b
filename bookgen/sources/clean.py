"""Cuts from a work what is not its text: licence, title page, contents, notes, index, adverts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bookgen.sources import gutenberg, headings, inline, language
from bookgen.sources.document import Block

__all__ = ["cut", "title_page_year"]

_CREDITS = re.compile(
    r"(?:E-?text prepared by|Produced by|Transcribed (?:by|from)|This e-?(?:text|book) (?:was|is)|"
    r"Scanned (?:by|and)|Digitized by|Digitalizado por|HTML version by|\[?Transcriber'?s? Note|"
    r"\[?Nota del transcriptor|Copyright\b|All rights reserved|Printed (?:in|by|at)|ISBN\b)",
    re.IGNORECASE,
)
_TRANSCRIBER = re.compile(r"\W*Transcriber'?s? Note|\W*Nota del transcriptor", re.IGNORECASE)
_CONTENTS = re.compile(
    r"(?:TABLE OF )?CONTENTS\b|LIST OF (?:ILLUSTRATIONS|PLATES|MAPS|FIGURES|PORTRAITS)|"
    r"ILLUSTRATIONS\W*\Z|TABLA DE (?:CONTENIDO|MATERIAS)|[ÍI]NDICE(?: GENERAL)?\W*\Z|"
    r"CONTENIDOS?\W*\Z|SUMARIO\W*\Z",
    re.IGNORECASE,
)
_INDEX = re.compile(
    r"(?:(?:GENERAL|ALPHABETICAL|ANALYTICAL) )?INDEX\b(?: OF .*)?\W*\Z|"
    r"[ÍI]NDICE (?:ONOMÁSTICO|ALFABÉTICO|ANALÍTICO|DE NOMBRES)\W*\Z",
    re.IGNORECASE,
)
_THE_END = re.compile(r"(?:THE END|FINIS|FIN|END)\W*\Z")
_ADVERTS = re.compile(
    r"(?:BY THE SAME AUTHOR|ADVERTISEMENTS?|OTHER (?:BOOKS|WORKS)|BOOKS (?:BY|PUBLISHED)|"
    r"WORKS (?:BY|PUBLISHED)|PUBLICATIONS OF|DEL MISMO AUTOR|OBRAS DEL MISMO)\b",
    re.IGNORECASE,
)
_BACK_MATTER = re.compile(
    r"(?:FOOT ?NOTES|ENDNOTES|NOTES|REFERENCES|BIBLIOGRAPHY|WORKS CITED|SOURCES|FURTHER READING|"
    r"SEE ALSO|EXTERNAL LINKS|ERRATA|GLOSSARY|LIST OF (?:WORKS|COMPOSITIONS|SUBSCRIBERS)|"
    r"CATALOGUE OF WORKS|TRANSCRIBER'?S? NOTES?|NOTAS|REFERENCIAS|BIBLIOGRAF[ÍI]A|FUENTES|"
    r"ENLACES EXTERNOS|V[ÉE]ASE TAMBI[ÉE]N|GLOSARIO|FE DE ERRATAS|LISTA DE OBRAS)\W*\Z",
    re.IGNORECASE,
)
_NOTE_BLOCK = re.compile(
    r"\s*(?:\[(?:\d{1,3}|[A-Za-z]|[*†‡]+|note \d+)\]|[*†‡]{1,3} ?(?=[A-Z\"“]))"
)
_ATTRIBUTION = re.compile(r"[—–-]{1,2}\s?[^\W\d_]")
_ENDS_IN_NAME = re.compile(r"[.!?\"”]\s?—\s?[A-Z][A-Z.' ]{3,60}[,.]?\Z")
_YEAR_AT_END = re.compile(r"(?<!\d)(1[4-9]\d\d|20\d\d)\W*(?:by\b.*)?\Z", re.IGNORECASE)
_YEARS = re.compile(r"\d{4}\s*(?:[-–—]+|to|a)\s*\d{4}")
_PUBLISHER = re.compile(
    r"\b(?:PRESS|COMPANY|CO\.|SONS?|PUBLISHERS?|PUBLISHED|PRINTED|EDITION|COPYRIGHT|NEW YORK|"
    r"LONDON|BOSTON|PHILADELPHIA|CHICAGO|EDINBURGH|OXFORD|CAMBRIDGE|IMPRENTA|EDITORIAL|EDICIÓN|LIBRERÍA|"
    r"MADRID|BARCELONA|MÉXICO|BUENOS AIRES)(?:\b|(?<=\.))",
    re.IGNORECASE,
)
_TITLE_PAGE_WORDS = 6
_KEY = re.compile(r"[^\W\d_]+")
_PROSE_WORDS = 40
_BOOK_BLOCKS = 200
_TITLE_PAGE_BLOCKS = 80
_EPIGRAPH_BLOCKS = 6
_EPIGRAPH_WORDS = 120
_BRACKET_BLOCKS = 15


def cut(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks of the work's own text with their headings, in order."""
    kept = _without_credits(blocks)
    kept = _without_editor(kept)
    kept = _without_back(kept)
    kept = _without_contents(kept)
    kept = _without_sections(kept)
    return _without_epigraphs(kept)


def title_page_year(blocks: Sequence[Block]) -> str | None:
    """Return the year that the title page sets by the publisher, None where there is none or
    several.

    Years of a range ("1790-1826") tell of the subject, not of the book.
    """
    years: set[str] = set()
    published = False
    for block in blocks[:_TITLE_PAGE_BLOCKS]:
        text = block.text
        if gutenberg.is_licence_text(text) or _TRANSCRIBER.match(text) or block.kind == "quote":
            continue
        if _CONTENTS.match(text) or (text.endswith(".") and _is_prose(block, _TITLE_PAGE_WORDS)):
            break
        before, published = published, bool(_PUBLISHER.search(text))
        if before or published:
            for line in block.lines:
                years.update(_YEAR_AT_END.findall(_YEARS.sub(" ", line)))
    return years.pop() if len(years) == 1 else None


def _without_credits(blocks: Sequence[Block]) -> list[Block]:
    kept: list[Block] = []
    in_notes = False
    for block in blocks:
        in_notes = bool(_TRANSCRIBER.match(block.text)) or (
            in_notes
            and (block.kind == "verse" or (block.kind == "quote" and block.text[:1].isdigit()))
        )
        if not in_notes and not _is_credit(block):
            kept.append(block)
    return kept


def _is_credit(block: Block) -> bool:
    return gutenberg.is_licence_text(block.text) or bool(_CREDITS.match(block.text))


def _is_prose(block: Block, fewest: int) -> bool:
    """Whether a block is running text of at least so many words, in a language known here."""
    if block.kind not in ("text", "quote"):
        return False
    text = block.text
    if len(text.split()) < fewest:
        return False
    return max(language.common_share(text, "en"), language.common_share(text, "es")) > 0.25


def _without_editor(blocks: list[Block]) -> list[Block]:
    """Drop notes below the text and paragraphs in square brackets."""
    kept: list[Block] = []
    depth = 0
    since = 0
    in_note = False
    for block in blocks:
        text = block.text
        balance = text.count("[") - text.count("]")
        if depth:
            depth = max(0, depth + balance)
            since += 1
            if since > _BRACKET_BLOCKS:
                depth = 0  # a bracket that was never closed
            continue
        bare = inline.clean(text)
        if bare.startswith("[") and balance > 0:
            depth, since = balance, 0
            continue
        whole = bare.startswith("[") and bare.rstrip(".").endswith("]") and bare.count("[") == 1
        mark = _NOTE_BLOCK.match(text) if block.kind != "heading" else None
        is_note = mark is not None and (block.kind != "text" or text[mark.end() :][:1] == " ")
        if whole or is_note or in_note:
            in_note = (is_note or in_note) and text.endswith((":", ":--"))  # a quotation follows
            continue
        kept.append(block)
    return kept


def _without_back(blocks: list[Block]) -> list[Block]:
    """Drop the index, advertisements and whatever follows "The End"."""
    words = [len(block.text.split()) if block.kind in ("text", "quote") else 0 for block in blocks]
    total = sum(words)
    before = 0
    for place, block in enumerate(blocks):
        before += words[place]
        done = before / total if total else 0.0
        if done < 0.6 or words[place] > 8:
            continue
        text = inline.clean(block.text)
        if (
            _INDEX.match(text)
            or (done > 0.7 and _THE_END.match(text))
            or (done > 0.85 and _ADVERTS.match(text) and headings.is_uppercase(text))
        ):
            return blocks[:place]
    return blocks


def _without_contents(blocks: list[Block]) -> list[Block]:
    """Drop lists of chapters or pictures: from their heading to the first heading that repeats
    one of their lines, or to the headings above the first real prose."""
    kept: list[Block] = []
    place = 0
    while place < len(blocks):
        block = blocks[place]
        if _CONTENTS.match(block.text) and len(block.text) < 80 and block.kind != "text":
            place = _contents_end(blocks, place)
            continue
        kept.append(block)
        place += 1
    return kept


def _contents_end(blocks: list[Block], start: int) -> int:
    lines: set[str] = set()
    # A book's contents may tell what happens in a chapter; a short text has short paragraphs.
    fewest = _PROSE_WORDS if len(blocks) > _BOOK_BLOCKS else _PROSE_WORDS // 3
    for place, block in enumerate(blocks[start + 1 :], start + 1):
        if block.kind == "heading" and _key(block.text) in lines:
            return _before(
                blocks, start, place, lambda b: headings.is_numeral(inline.clean(b.text))
            )
        if _is_prose(block, fewest):
            return _before(blocks, start, place, lambda b: b.kind != "text")
        lines.update(key for line in block.lines if (key := _key(line)))
    return len(blocks)


def _before(blocks: list[Block], start: int, place: int, also: Callable[[Block], bool]) -> int:
    """Return the first of the blocks above `place`, and after `start`, that belong to it."""
    while place - 1 > start and also(blocks[place - 1]):
        place -= 1
    return place


def _key(text: str) -> str:
    """The letters of a line of contents, without its numbers, to compare it with a heading."""
    words = _KEY.findall(text.casefold())
    return "".join(word for word in words if not headings.is_numeral(word))


def _without_sections(blocks: list[Block]) -> list[Block]:
    """Drop bibliographies, notes and lists, each up to the next heading of its level."""
    kept: list[Block] = []
    level: int | None = None
    for place, block in enumerate(blocks):
        if block.kind == "heading":
            title = headings.title_of(block.text) or ""
            notes_early = title.casefold() in {"notes", "sources", "notas", "fuentes"}
            early = place < len(blocks) // 2 and notes_early
            if _BACK_MATTER.match(title) and not early:
                level = block.level if level is None else min(level, block.level)
                continue
            if level is not None and block.level <= level:
                level = None
        if level is None:
            kept.append(block)
    return kept


def _without_epigraphs(blocks: list[Block]) -> list[Block]:
    """Drop mottoes: what stands between a heading, or the end of a paragraph, and a line that
    names its author."""
    kept: list[Block] = []
    place = 0
    while place < len(blocks):
        after_heading = place > 0 and blocks[place - 1].kind == "heading"
        end = _epigraph_end(blocks, place, after_heading)
        if end == place:
            kept.append(blocks[place])
            end = place + 1
        place = end
    return kept


def _epigraph_end(blocks: list[Block], start: int, after_heading: bool) -> int:
    """Return the place behind the mottoes that start here, or `start` where there is none."""
    introduced = start > 0 and inline.clean(blocks[start - 1].text).endswith((":", "—", ","))
    if not after_heading and (blocks[start].kind not in ("quote", "verse") or introduced):
        return start
    words = 0
    end = start
    for place in range(start, min(start + _EPIGRAPH_BLOCKS, len(blocks))):
        block = blocks[place]
        if block.kind == "heading" or (not after_heading and block.kind == "text"):
            break
        text = inline.clean(block.text)
        own = len(text.split())
        words += own
        if words > _EPIGRAPH_WORDS or (block.kind == "text" and own > _EPIGRAPH_WORDS // 2):
            break
        named = _ATTRIBUTION.match(text) and own < 15
        if named or (_ENDS_IN_NAME.search(text) and not headings.is_uppercase(text)):
            end = place + 1
    # The rest of the attribution: the name of the work, set at the right.
    while start < end < len(blocks) and blocks[end].kind == "verse" and len(blocks[end].lines) == 1:
        end += 1
    return end
