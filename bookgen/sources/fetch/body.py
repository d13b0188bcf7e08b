"""Reads a body within a limit that holds for what is sent and for what it unpacks to."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterable

from bookgen.sources.fetch.failures import FetchFailure

__all__ = ["ENCODINGS", "read_body", "too_large"]

# What is asked for. Each is unpacked here, piece by piece: a library that unpacks a whole chunk
# at once makes 64 MB of 64 kB before a limit can be looked at.
ENCODINGS = "gzip, deflate"
_GZIP_MAGIC = 0x1F
_WINDOW = {"gzip": zlib.MAX_WBITS | 16, "x-gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}


async def read_body(
    chunks: AsyncIterable[bytes], encoding: str, limit: int, *, cut: bool = False
) -> bytes:
    """Return the body, unpacked. `encoding` is the Content-Encoding header.

    Raises FetchFailure with "too-large" where it has more than `limit` bytes, as sent or unpacked,
    unless `cut` asks for its beginning; with "reply" where it cannot be unpacked.
    """
    name = encoding.strip().lower()
    unpack = None if name in ("", "identity") else _Inflate(name)
    body = bytearray()
    received = 0
    async for chunk in chunks:
        received += len(chunk)
        # One byte more than the limit tells that there is more.
        body += unpack.feed(chunk, limit + 1 - len(body)) if unpack else chunk
        if len(body) > limit or received > limit:
            if cut:
                return bytes(body[:limit])
            raise too_large(limit)
    if unpack and received and not unpack.is_done:
        raise FetchFailure("reply", "its reply was cut off. Try again later.")
    return bytes(body)


def too_large(limit: int) -> FetchFailure:
    """Return the failure for a body over `limit` bytes."""
    return FetchFailure(
        "too-large", f"it has more than {limit / 1e6:,.3g} MB. Give a smaller document."
    )


class _Inflate:
    """One layer of gzip or deflate. Layers upon layers are refused: they multiply."""

    def __init__(self, encoding: str) -> None:
        if encoding not in _WINDOW:
            raise FetchFailure(
                "reply", "its reply is packed in a way that was not asked for. Give another copy."
            )
        self._is_deflate = encoding == "deflate"
        self._window = _WINDOW[encoding]
        self._inner = zlib.decompressobj(self._window)
        self._has_begun = False

    @property
    def is_done(self) -> bool:
        return self._inner.eof

    def feed(self, data: bytes, most: int) -> bytes:
        """Return what `data` unpacks to, at most `most` bytes of it (one at the least)."""
        parts: list[bytes] = []
        while data and most > 0:
            if self._inner.eof:
                if self._is_deflate or data[0] != _GZIP_MAGIC:
                    break  # padding
                self._inner = zlib.decompressobj(self._window)
            part = self._inflate(data, most)
            parts.append(part)
            most -= len(part)
            data = self._inner.unused_data
        return b"".join(parts)

    def _inflate(self, data: bytes, most: int) -> bytes:
        try:
            part = self._inner.decompress(data, most)
        except zlib.error as error:
            if not self._is_deflate or self._has_begun:
                raise FetchFailure(
                    "reply", "its reply cannot be unpacked. Try again later."
                ) from error
            # Some servers send deflate without the header of zlib (RFC 9110, 8.4.1.2).
            self._window = -zlib.MAX_WBITS
            self._inner = zlib.decompressobj(self._window)
            self._has_begun = True
            return self._inflate(data, most)
        self._has_begun = True
        return part
