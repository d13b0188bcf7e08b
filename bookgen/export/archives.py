"""Zip archives, EPUB and DOCX among them, of which the same entries give the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

__all__ = ["pack", "repack"]

# The first moment that a zip archive can tell.
_TIME = (1980, 1, 1, 0, 0, 0)
_FILE_MODE = 0o100644
_UNIX = 3
# An EPUB's first entry, by which its kind is known without unpacking.
_STORED = frozenset({"mimetype"})
_TEXTS = (".css", ".opf", ".xhtml", ".xml")


def pack(entries: Mapping[str, bytes]) -> bytes:
    """Return an archive of the entries, in their order, without the time and the machine."""
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name, content in entries.items():
            entry = ZipInfo(name, _TIME)
            entry.compress_type = ZIP_STORED if name in _STORED else ZIP_DEFLATED
            entry.create_system = _UNIX
            entry.external_attr = _FILE_MODE << 16
            archive.writestr(entry, content)
    return buffer.getvalue()


def repack(archive: bytes, changed: Callable[[str, str], str]) -> bytes:
    """Return the archive with what `changed` gives for the name and the text of each of its texts,
    which are UTF-8."""
    with ZipFile(BytesIO(archive)) as opened:
        entries = {name: opened.read(name) for name in opened.namelist()}
    for name, content in entries.items():
        if name.endswith(_TEXTS):
            entries[name] = changed(name, content.decode()).encode()
    return pack(entries)
