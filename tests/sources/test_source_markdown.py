"""Markdown: markup becomes plain text, front matter becomes metadata, mistakes name their line."""

from __future__ import annotations

import pytest

from bookgen.sources import markdown
from bookgen.sources.document import Metadata

FULL = """\
---
title: Juan de Herrera
author: [Ana Ruiz, Luis Gil]
date: 1597-01-15
url: https://example.org/herrera
licence: CC0
language: es
---
# Juan de Herrera

## Los años jóvenes

Nació en **Movellán** hacia *1530*, según [su
biografía](https://example.org/a_(b)).[^1] Era `hidalgo`.

> Yo, Juan de Herrera, criado de Su Majestad.

- Sirvió en Italia y en Flandes con el emperador.
- Volvió a España en 1559.

| año | obra |
|-----|------|
| 1563 | El Escorial |

![un retrato](retrato.png)

```
código que no es prosa
```

Segundo título
--------------

Texto con \\*asteriscos\\*, snake_case_names y a &amp; b.<br>

[^1]: Una nota al pie
    que sigue aquí.
[ref]: https://example.org
"""


def test_markup_is_reduced_to_text() -> None:
    document = markdown.read(FULL)
    assert [(block.kind, block.text) for block in document.blocks] == [
        ("heading", "Los años jóvenes"),
        ("text", "Nació en Movellán hacia 1530, según su biografía. Era hidalgo."),
        ("quote", "Yo, Juan de Herrera, criado de Su Majestad."),
        ("text", "Sirvió en Italia y en Flandes con el emperador."),
        ("text", "Volvió a España en 1559."),
        ("heading", "Segundo título"),
        ("text", "Texto con *asteriscos*, snake_case_names y a & b."),
    ]


def test_front_matter_is_the_metadata() -> None:
    assert markdown.read(FULL).metadata == Metadata(
        title="Juan de Herrera",
        author="Ana Ruiz, Luis Gil",
        date="1597-01-15",
        url="https://example.org/herrera",
        licence="CC0",
        language="es",
    )


def test_american_spelling_of_licence_is_understood() -> None:
    assert markdown.read("---\nlicense: CC BY 4.0\n---\nText.").metadata.licence == "CC BY 4.0"


def test_without_front_matter_the_first_heading_is_the_title() -> None:
    document = markdown.read("# A Life\n\nHe was born.")
    assert document.metadata.title == "A Life"
    assert [block.text for block in document.blocks] == ["He was born."]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('---\ntitle: "A Life\nauthor: B\n---\nText.', "broken on line"),
        ("---\ntitle: A\nauthor: B: C\n---\nText.", "broken on line 3"),
        ("---\n- a\n- b\n---\nText.", "name: value"),
        ("---\ntitle: A Life\n\nText.", "never closed"),
        ("---\ntitle: {a: b}\n---\nText.", "'title' must be text"),
    ],
)
def test_broken_front_matter_says_where(text: str, message: str) -> None:
    with pytest.raises(markdown.FrontMatterError, match=message):
        markdown.read(text)


def test_empty_front_matter_is_none() -> None:
    assert markdown.read("---\n---\nText.").metadata == Metadata()
