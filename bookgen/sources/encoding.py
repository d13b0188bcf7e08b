"""Bytes to text, for files that do not say how they are encoded."""

from __future__ import annotations

import codecs
import re
import unicodedata

__all__ = ["TextDecodeError", "decode"]


class TextDecodeError(ValueError):
    """The bytes are not text. The message is one sentence that says why."""


_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x19\x1c-\x1f\x7f]")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_SAMPLE = 65_536
_WESTERN = frozenset(
    "áàâäãåæçéèêëíìîïñóòôöõøœúùûüýÿßšžÁÀÂÄÃÅÆÇÉÈÊËÍÌÎÏÑÓÒÔÖÕØŒÚÙÛÜÝŠŽ‘’“”„‚«»–—…¿¡°·§£€ºª†‡•´½¼¾²³™©\xa0\xad"
)


def decode(data: bytes, declared: str | None = None) -> str:
    """Return `data` as text in Unicode NFC with `\\n` line ends.

    Tried in turn: a byte order mark, UTF-8, UTF-16 without a mark, the `declared` encoding,
    Windows-1252 (of which ISO-8859-1 is the printable part) where every character above ASCII is
    one that Western European prose uses, and then whatever charset-normalizer finds.
    Raises TextDecodeError for what is not text.
    """
    text = _decode(data, declared)
    text = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\x1a")
    return unicodedata.normalize("NFC", text)


def _decode(data: bytes, declared: str | None) -> str:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as error:
                raise TextDecodeError(
                    f"it starts as {encoding.removesuffix('-sig').upper()} text but is not: byte "
                    f"{error.start:,} cannot be read."
                ) from error
    sample = data[:_SAMPLE]
    nulls_even, nulls_odd = sample[0::2].count(0), sample[1::2].count(0)
    if nulls_even or nulls_odd:
        return _utf16_without_mark(data, nulls_even, nulls_odd)
    if len(_CONTROL.findall(sample)) > len(sample) // 200:
        raise TextDecodeError("it holds binary data, not text.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass  # the usual case for older files; the next guesses follow
    if declared and (text := _as_declared(data, declared)) is not None:
        return text
    return _single_byte(data)


def _utf16_without_mark(data: bytes, nulls_even: int, nulls_odd: int) -> str:
    half = min(len(data), _SAMPLE) // 2
    encoding = "utf-16-le" if nulls_odd > nulls_even else "utf-16-be"
    if max(nulls_even, nulls_odd) > 0.6 * half and min(nulls_even, nulls_odd) <= 0.05 * half:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            raise TextDecodeError(
                f"it looks like {encoding.upper()} text but is not: byte {error.start:,} cannot "
                "be read."
            ) from error
        if sum(character.isprintable() or character.isspace() for character in text[:2000]) > (
            0.98 * len(text[:2000])
        ):
            return text
    raise TextDecodeError("it holds binary data, not text.")


def _as_declared(data: bytes, declared: str) -> str | None:
    try:
        name = codecs.lookup(declared).name
    except LookupError:
        return None
    if name in {"iso8859-1", "ascii", "utf-8"}:
        return None  # said of many files that are Windows-1252; the guess below covers them
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        return None


def _single_byte(data: bytes) -> str:
    seen = {bytes([byte]) for byte in set(b"".join(_NOT_ASCII.findall(data)))}
    as_cp1252 = {byte: byte.decode("cp1252", errors="replace") for byte in seen}
    if all(character in _WESTERN for character in as_cp1252.values()):
        return data.decode("cp1252")
    # Loaded here: few files need it, and it costs a quarter of the start-up of this package.
    from charset_normalizer import from_bytes

    telling = b"\n".join(line for line in data.splitlines() if _NOT_ASCII.search(line))
    best = from_bytes(telling[:_SAMPLE]).best()
    if best is not None:
        try:
            return data.decode(best.encoding)
        except UnicodeDecodeError:
            pass  # the sample was not telling enough; ISO-8859-1 below reads any byte
    return data.decode("latin-1")
