"""Encodings: the same text comes out of every usual way to write it."""

from __future__ import annotations

import pytest

from bookgen.sources.encoding import TextDecodeError, decode

SPANISH = "El niño nació en Córdoba; su padre, Íñigo, murió en el año siguiente. ¿Quién lo sabía?\n"
TYPOGRAPHIC = "“It isn’t so,” said Händel — and he left…\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
@pytest.mark.parametrize("text", [SPANISH, TYPOGRAPHIC])
def test_is_detected(encoding: str, text: str) -> None:
    assert decode((text * 40).encode(encoding)) == text * 40


def test_latin_1_is_detected() -> None:
    assert decode(SPANISH.encode("latin-1")) == SPANISH


def test_mac_roman_is_detected_by_charset_normalizer() -> None:
    text = ("Übermäßig große Änderungen; être à la mode, où ça? " + TYPOGRAPHIC) * 30
    assert "—" in decode(text.encode("mac_roman"))


def test_a_declared_encoding_is_used_where_the_bytes_are_not_unicode() -> None:
    text = "Бетховен родился в Бонне.\n"
    assert decode(text.encode("koi8-r"), "KOI8-R") == text
    assert decode(text.encode("utf-8"), "KOI8-R") == text
    assert decode(SPANISH.encode("latin-1"), "no-such-encoding") == SPANISH


def test_text_is_composed_and_its_lines_end_alike() -> None:
    assert decode("Cafe\u0301\r\nb\rc\n".encode()) == "Café\nb\nc\n"


@pytest.mark.parametrize(
    "data", [bytes(range(256)) * 20, b"PK\x03\x04" + b"\x00\x01" * 500, b"\x7fELF\x01\x02\x03" * 99]
)
def test_binary_data_is_refused(data: bytes) -> None:
    with pytest.raises(TextDecodeError, match="binary"):
        decode(data)


def test_a_mark_that_lies_is_refused() -> None:
    with pytest.raises(TextDecodeError, match="UTF-8"):
        decode(b"\xef\xbb\xbfabc\xff\xfe\xfd")
