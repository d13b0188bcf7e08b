"""HTML to blocks: books and simple pages by their paragraphs, pages with menus by trafilatura."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree
from lxml import html as lxml_html

from bookgen.sources import gutenberg, plain
from bookgen.sources.document import Block, Document, Kind, Metadata
from bookgen.sources.encoding import decode

__all__ = ["HtmlError", "read"]


class HtmlError(ValueError):
    """The file has no text that could be read. The message is one sentence."""


_META_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_DROPPED = frozenset(
    "script style noscript template head nav footer aside form button select textarea iframe "
    "object embed svg math audio video canvas figure figcaption map area link meta table "
    "sup rp rt dialog menu".split()
)
_BLOCK = frozenset(
    "address article aside blockquote body center dd details div dl dt fieldset h1 h2 h3 h4 h5 h6 "
    "header hr html li main ol p pre section summary table tbody td th tr ul".split()
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
# Classes and ids of what is on a page but not of its text.
_NOT_TEXT = re.compile(
    r"(?:^|[\s_-])(?:footnotes?|fnanchor|noteref|footnote-ref|pagenum|pageno|page-number|pagebreak|"
    r"toc|totoc|toindex|contents|index|caption|transnote|tnote|transcriber|illustration|figcenter|"
    r"pg-?header|pg-?footer|pg-boilerplate|nav|navbar|navigation|menu|sidebar|breadcrumbs?|"
    r"comments?|share|sharing|social|cookies?|related|newsletter|advert|ads?|banner|"
    r"mw-editsection|reference|reflist|infobox|hatnote|noprint|navbox|catlinks)(?:$|[\s_-])",
    re.IGNORECASE,
)
_VERSE = re.compile(
    r"(?:^|[\s_-])(?:poem|poetry|verse|stanza|sig|signature|address|date)(?:$|[\s_-])"
)
_QUOTE = re.compile(r"(?:^|[\s_-])(?:blockquote?|quote|letter|extract|citation)(?:$|[\s_-])")
_CHROME = ("nav", "aside", "footer", "form", "button", "article", "main")
_SHORT_LINE = 60
_ORDINAL = re.compile(r"(?:st|nd|rd|th|er|re|e|o|a|ème)\.?\Z", re.IGNORECASE)


def read(data: bytes) -> Document:
    """Return the blocks of an HTML file, and the metadata of its head or of its licence header.

    Raises HtmlError where there is no element or no text, TextDecodeError for what is not text.
    """
    charset = _META_CHARSET.search(data[:4096])
    text = decode(data, charset[1].decode("ascii") if charset else None)
    try:
        root = lxml_html.document_fromstring(_XML_DECLARATION.sub("", text))
    except (etree.ParserError, ValueError) as error:
        raise HtmlError("it has no HTML element that could be read.") from error
    metadata = _metadata(root)
    body = root.find("body")
    blocks = list(_Walk().blocks(root if body is None else body))
    head = "\n\n".join(block.text for block in blocks[:200])
    if book := gutenberg.metadata(head):
        return Document(_within_markers(blocks), book)
    typed = ["".join(map(str, element.itertext())) for element in root.iter("pre")]
    if sum(len(text) for text in typed) > 0.8 * len("".join(map(str, root.itertext()))):
        return Document(plain.read_body("\n\n".join(typed)), metadata)
    if any(root.find(f".//{tag}") is not None for tag in _CHROME):
        extracted = _main_content(text)
        # A book with a few menus must not lose its text to a reader made for web pages.
        if _words(extracted) >= 0.7 * _words(blocks):
            blocks = extracted
    if not blocks:
        raise HtmlError("it holds no text.")
    return Document(blocks, metadata)


def _words(blocks: list[Block]) -> int:
    return sum(len(block.text.split()) for block in blocks)


def _within_markers(blocks: list[Block]) -> list[Block]:
    start = next((i for i, block in enumerate(blocks) if gutenberg.is_start(block.text)), -1)
    rest = blocks[start + 1 :]
    end = next((i for i, block in enumerate(rest) if gutenberg.is_end(block.text)), len(rest))
    return rest[:end]


def _metadata(root: lxml_html.HtmlElement) -> Metadata:
    named: dict[str, str] = {}
    for meta in root.iter("meta"):
        name = meta.get("name") or meta.get("property") or meta.get("itemprop")
        content = (meta.get("content") or "").strip()
        if name and content:
            named.setdefault(name.casefold(), content)
    title = root.find(".//title")

    def first(*names: str) -> str | None:
        return next((named[name] for name in names if name in named), None)

    link = next((e for e in root.iter("link") if e.get("rel") == "canonical"), None)
    return Metadata(
        title=first("og:title", "dc.title", "citation_title", "twitter:title")
        or (" ".join(title.text_content().split()) or None if title is not None else None),
        author=first("author", "dc.creator", "article:author", "citation_author"),
        date=first("date", "dc.date", "article:published_time", "datepublished", "citation_date"),
        url=first("og:url") or (link.get("href") if link is not None else None),
        licence=first("dc.rights", "rights", "license", "licence"),
        language=root.get("lang") or first("language", "dc.language", "og:locale"),
    )


class _Walk:
    """Collects paragraphs in the order of the page."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._initial = ""

    def blocks(self, body: lxml_html.HtmlElement) -> Iterator[Block]:
        yield from self._element(body, "text", 0)
        yield from self._flush("text", 0)

    def _element(self, element: lxml_html.HtmlElement, kind: Kind, level: int) -> Iterator[Block]:
        """Yield the blocks of an element; text that is not closed yet stays in the buffer."""
        tag = element.tag
        label = f"{element.get('class') or ''} {element.get('id') or ''}"
        is_block = tag in _BLOCK
        if is_block:
            yield from self._flush(kind, level)
        inner = self._kind(tag, label, kind)
        inner_level = _HEADINGS.get(tag, level)
        if tag == "pre":
            yield from plain.read_body(element.text_content())
            return
        self._parts.append(_spaced(element.text))
        for child in element:
            if isinstance(child.tag, str):
                if child.tag == "br":
                    self._parts.append("\n")
                elif child.tag == "img":
                    self._picture(child)
                elif not self._is_dropped(child):
                    yield from self._element(child, inner, inner_level)
                elif child.tag == "sup" and _ORDINAL.match(child.text_content().strip()):
                    self._parts.append(child.text_content())
                elif child.tag in _BLOCK:
                    yield from self._flush(inner, inner_level)
            self._parts.append(_spaced(child.tail))
        if is_block:
            yield from self._flush(inner, inner_level)

    @staticmethod
    def _kind(tag: str, label: str, kind: Kind) -> Kind:
        if tag in _HEADINGS:
            return "heading"
        if _VERSE.search(label):
            return "verse"
        if tag == "blockquote" or _QUOTE.search(label):
            return "quote" if kind == "text" else kind
        return kind

    @staticmethod
    def _is_dropped(element: lxml_html.HtmlElement) -> bool:
        if element.tag == "table":
            return not _is_layout(element)
        if element.tag in _DROPPED or element.get("hidden") is not None:
            return True
        label = f"{element.get('class') or ''} {element.get('id') or ''}"
        return bool(_NOT_TEXT.search(label)) and element.find(".//h1") is None

    def _picture(self, image: lxml_html.HtmlElement) -> None:
        """An initial letter set as a picture belongs to the word that follows."""
        alt = (image.get("alt") or "").strip()
        if len(alt) == 1 and alt.isalpha():
            self._initial = alt

    def _flush(self, kind: Kind, level: int) -> Iterator[Block]:
        raw = "".join(self._parts)
        self._parts.clear()
        # Two <br> part paragraphs.
        for paragraph in re.split(r"\n\s*\n", raw) if kind == "text" else [raw]:
            lines = tuple(
                line for part in paragraph.split("\n") if (line := " ".join(part.split()))
            )
            if not lines:
                continue
            if self._initial:
                if lines[0][:1].islower() or lines[0][:1] in "'’":
                    lines = (self._initial + lines[0], *lines[1:])
                self._initial = ""
            if kind == "text" and len(lines) > 1 and all(len(x) < _SHORT_LINE for x in lines):
                yield Block(lines, "verse")
            else:
                yield Block(lines, kind, level or 1)


def _spaced(text: str | None) -> str:
    """Line ends of the file are white space; only <br> breaks a line."""
    return text.replace("\n", " ") if text else ""


def _is_layout(table: lxml_html.HtmlElement) -> bool:
    """Whether a table only arranges the page: its text stands in paragraphs."""
    in_paragraphs = sum(len(p.text_content()) for p in table.iter("p"))
    return in_paragraphs > 0.5 * len(table.text_content()) and in_paragraphs > 500


# Characters of a page from which its main content is looked for once only.
_LONG = 200_000


def _main_content(text: str) -> list[Block]:
    # Loaded here: it costs more to import than all the rest of this package.
    import trafilatura

    xml = trafilatura.extract(
        text,
        output_format="xml",
        include_comments=False,
        include_tables=False,
        favor_recall=True,
        # Its second opinion takes time by the square of the length: 23 s for 0.9 MB.
        fast=len(text) > _LONG,
    )
    if not xml:
        return []
    blocks: list[Block] = []
    for element in etree.fromstring(xml.encode()).iter("head", "p", "item", "quote"):
        content = " ".join("".join(map(str, element.itertext())).split())
        if not content or (element.tag == "quote" and element.find(".//p") is not None):
            continue
        if element.tag == "head":
            rend = element.get("rend") or "h2"
            blocks.append(Block((content,), "heading", _HEADINGS.get(rend, 2)))
        else:
            blocks.append(Block((content,), "quote" if element.tag == "quote" else "text"))
    return blocks
