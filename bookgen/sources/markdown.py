"""Markdown to blocks, and YAML front matter to metadata."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import yaml

from bookgen.sources.document import Block, Document, Metadata

__all__ = ["FrontMatterError", "read"]


class FrontMatterError(ValueError):
    """The front matter cannot be read. The message is one sentence that names the line."""


_FENCE = re.compile(r"^ {0,3}(```+|~~~+).*?^ {0,3}\1[`~]*[ \t]*$", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_DEFINITION = re.compile(
    r"^ {0,3}\[\^[^\]]+\]:.*(?:\n(?:[ \t]+\S.*|\s*(?=\n[ \t]{2,}\S)))*"
    r"|^ {0,3}\[[^\]^]+\]:[ \t]*\S+.*$",
    re.MULTILINE,
)
_HTML_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_ATX = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*\Z")
_SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*\Z")
_RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})\Z")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]+")
_QUOTE = re.compile(r" {0,3}>[ ]?")
_IMAGE = re.compile(r"!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])")
_LINK = re.compile(r"\[((?:[^\[\]]|\[[^\[\]]*\])*)\](?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\]]*\])")
_AUTOLINK = re.compile(r"<(?:https?|mailto):[^>\s]+>")
_NOTE = re.compile(r"\[\^[^\]]+\]")
_STRONG = re.compile(r"(?<![\w\\*])(\*{1,3})(?=\S)(.+?)(?<=[^\s\\])\1(?!\*)", re.DOTALL)
_UNDER = re.compile(r"(?<![\w\\])(_{1,3})(?=\S)(.+?)(?<=[^\s\\])\1(?!\w)", re.DOTALL)
_CODE = re.compile(r"`+([^`]+)`+")
_STRIKE = re.compile(r"~~(.+?)~~", re.DOTALL)
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!>~|\"'])")
_FIELDS = frozenset({"title", "author", "date", "url", "licence", "license", "language"})


def read(text: str) -> Document:
    """Return the blocks of a Markdown file, its markup reduced to plain text, and its metadata.

    A first heading of level 1 is the title where the front matter gives none, and not a heading of
    the text. Raises FrontMatterError.
    """
    metadata, body = _front_matter(text)
    blocks = list(_blocks(body))
    if blocks and blocks[0].kind == "heading" and blocks[0].level == 1:
        title = blocks[0].text
        if metadata.title is None:
            metadata = Metadata(
                title, metadata.author, metadata.date, metadata.url, metadata.licence,
                metadata.language,
            )  # fmt: skip
        blocks = blocks[1:]
    return Document(blocks, metadata)


def _front_matter(text: str) -> tuple[Metadata, str]:
    lines = text.lstrip("\ufeff").split("\n")
    if lines[0].rstrip() != "---":
        return Metadata(), text
    end = next((i for i, line in enumerate(lines[1:], 1) if line.rstrip() in ("---", "...")), None)
    if end is None:
        raise FrontMatterError("the front matter opened on line 1 is never closed by a line '---'.")
    try:
        data = yaml.safe_load("\n".join(lines[1:end]))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 2
        problem = error.problem or "it is not YAML"
        raise FrontMatterError(f"the front matter is broken on line {line}: {problem}.") from error
    except (yaml.YAMLError, ValueError) as error:
        raise FrontMatterError(f"the front matter is broken: {error}.") from error
    if data is None:
        data = {}
    if not isinstance(data, dict):
        raise FrontMatterError(
            "the front matter on line 2 is not a list of 'name: value' lines, such as "
            "'title: A Life'."
        )
    values = {
        str(key).casefold(): value for key, value in data.items() if str(key).casefold() in _FIELDS
    }
    fields = {name: _as_text(name, value) for name, value in values.items()}
    return (
        Metadata(
            title=fields.get("title"),
            author=fields.get("author"),
            date=fields.get("date"),
            url=fields.get("url"),
            licence=fields.get("licence") or fields.get("license"),
            language=fields.get("language"),
        ),
        "\n".join(lines[end + 1 :]),
    )


def _as_text(name: str, value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, list) and all(isinstance(item, str | int) for item in value):
        return ", ".join(str(item) for item in value) or None
    if isinstance(value, dict | list):
        raise FrontMatterError(f"the front matter's {name!r} must be text, not {value!r}.")
    return " ".join(str(value).split()) or None


def _blocks(text: str) -> Iterator[Block]:
    text = _COMMENT.sub("", _FENCE.sub("", text))
    text = _DEFINITION.sub("", text)
    lines: list[str] = []
    quoted = False

    def flush() -> Iterator[Block]:
        nonlocal lines
        if lines:
            content = _plain("\n".join(lines))
            if content:
                yield Block(tuple(content.split("\n")), "quote" if quoted else "text")
        lines = []

    for raw in text.split("\n"):
        line = raw.rstrip()
        inside = bool(_QUOTE.match(line))
        if inside:
            line = _QUOTE.sub("", line, count=1)
        if inside != quoted and (inside or not line):
            yield from flush()
            quoted = inside
        if not line:
            yield from flush()
        elif heading := _ATX.match(line):
            yield from flush()
            if title := _plain(heading[2]):
                yield Block((title,), "heading", len(heading[1]))
        elif lines and (under := _SETEXT.match(line)):
            title = _plain("\n".join(lines))
            lines = []
            yield Block((" ".join(title.split()),), "heading", 1 if under[1][0] == "=" else 2)
        elif _RULE.match(line) or line.lstrip().startswith("|"):
            yield from flush()
        elif _ITEM.match(line):
            yield from flush()
            lines.append(_ITEM.sub("", line, count=1))
        else:
            lines.append(line.strip())
    yield from flush()


def _plain(text: str) -> str:
    """Return inline Markdown without its marks."""
    text = _LINK.sub(r"\1", _IMAGE.sub("", text))
    text = _AUTOLINK.sub("", _NOTE.sub("", text))
    text = _HTML_TAG.sub("", text)
    text = _CODE.sub(r"\1", text)
    for _ in range(2):  # emphasis inside emphasis
        text = _UNDER.sub(r"\2", _STRONG.sub(r"\2", text))
    text = _ESCAPE.sub(r"\1", _STRIKE.sub(r"\1", text))
    return html.unescape(text).strip()
