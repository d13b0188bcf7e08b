"""Source text never becomes Markdown: a parser shows it as it was, and the reader gets it back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bookgen.export.marks import escape, escape_start, unescape

# Space at the ends and breaks are folded before text is escaped.
plain = (
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1)
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)
markup = st.text(st.sampled_from("\\`*_[](){}<>#~^$|&;!-+=:.1a \"'@/"), min_size=1).map(
    lambda text: " ".join(text.split())
)


def shown(source):
    """Return the text of the one paragraph that a Markdown parser finds, or fail."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(source)
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    children = tokens[1].children
    assert {child.type for child in children} <= {"text", "text_special"}
    return "".join(child.content for child in children)


@given(st.one_of(plain, markup.filter(bool)))
def test_text_is_shown_as_it_is(text):
    assert shown(escape_start(text)) == text
    assert shown("x " + escape(text)) == "x " + text


@given(st.one_of(plain, markup))
def test_text_is_read_back_as_it_was(text):
    assert unescape(escape(text)) == text
    assert unescape(escape_start(text)) == text


@pytest.mark.parametrize(
    "text",
    ["He paid 5 florins (in 1792), and left.", "M. de la Rue's", "50 % & more", "one-two: three!"],
)
def test_plain_prose_is_left_alone(text):
    assert escape_start(text) == text


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("1792. A year.", "1792\\. A year."),
        ("- No.", "\\- No."),
        ("# Title", "\\# Title"),
        ("[^1]: a note", "\\[\\^1\\]: a note"),
        ("AT&amp;T", "AT\\&amp;T"),
        ("<b>", "\\<b\\>"),
    ],
)
def test_what_would_be_markup_is_escaped(text, escaped):
    assert escape_start(text) == escaped
