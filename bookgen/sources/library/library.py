"""The library: keeps the index of a folder of documents up to date, and searches it."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from filelock import FileLock, Timeout

from bookgen.errors import NoSourcesError, SourceError
from bookgen.sources import files
from bookgen.sources.library.index import Document, Hit, Index, is_damage
from bookgen.sources.load import load_sources
from bookgen.sources.names import name_words

__all__ = ["Library", "Refreshed"]

# A file younger than this may change again without its time of change showing it.
_YOUNG_NS = 2_000_000_000
# The time of no file: it is looked into again at the next refresh.
_UNSETTLED = -1


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did: how many documents were read anew, unchanged or removed. `failures` are
    those that cannot be used, also where they were read at an earlier time."""

    read: int
    unchanged: int
    removed: int
    failures: tuple[SourceError, ...]


class Library:
    """A folder of documents and its index, a file in the folder `cache`.

    Safe from several threads and processes at once. All methods block, on the disk and on another
    process that indexes: call them off an event loop, as with asyncio.to_thread.
    """

    def __init__(self, folder: Path, cache: Path, *, wait: float = 600.0) -> None:
        """`wait` is the seconds to wait for another process that indexes the same folder."""
        self.folder = folder.resolve()
        self._cache = cache
        name = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        self._file = cache / f"library-{name}.sqlite3"
        self._lock = cache / f"library-{name}.lock"
        self._wait = wait

    def refresh(self, on_progress: Callable[[str], None] | None = None) -> Refreshed:
        """Read what is new or changed in the folder, and forget what is gone.

        `on_progress` gets one line for each document that is read. A damaged index is made anew.
        Raises SourceError where the folder cannot be read or the index cannot be written.
        """
        tell = on_progress or (lambda _line: None)
        with self._held():
            return self._refresh(tell)

    def search(self, subject: str, limit: int = 20) -> list[Hit]:
        """Return at most `limit` documents that name the subject, best first.

        Case, accents and punctuation of the name do not count. The index is searched as the last
        refresh left it; there is nothing to find before the first. A damaged index is made anew.
        Raises SourceError as `refresh` does.
        """
        name = name_words(subject)
        if not name or not self._file.exists():
            return []
        try:
            return self._search(name, limit)
        except sqlite3.Error as error:
            if not is_damage(error):
                raise self._unusable(error) from error
        with self._held():
            try:
                return self._search(name, limit)  # another process may have mended it
            except sqlite3.Error as error:
                if not is_damage(error):
                    raise
            Index.create(self._file)
            self._refresh(lambda _line: None)
            return self._search(name, limit)

    def _search(self, name: Sequence[str], limit: int) -> list[Hit]:
        with Index.open(self._file) as index:
            return index.search(name, limit)

    def _refresh(self, tell: Callable[[str], None]) -> Refreshed:
        if not self._file.exists():
            Index.create(self._file)
        try:
            with Index.open(self._file) as index:
                return self._update(index, tell)
        except sqlite3.Error as error:
            if not is_damage(error):
                raise
        Index.create(self._file)
        with Index.open(self._file) as index:
            return self._update(index, tell)

    def _update(self, index: Index, tell: Callable[[str], None]) -> Refreshed:
        try:
            os.scandir(self.folder).close()
        except OSError as error:
            raise SourceError(
                str(self.folder),
                f"the library cannot be read: {(error.strerror or str(error)).lower()}. Check "
                "BOOKGEN_LIBRARY.",
            ) from error
        known = index.documents()
        found = files.find([self.folder])
        failures = list(found.failures)
        read = 0
        for path in found.files:
            before = known.pop(str(path), None)
            document, is_new = self._read(index, path, before, tell)
            read += is_new
            if document.failure is not None:
                failures.append(SourceError(document.path, document.failure))
        # What lies in a folder that cannot be read now is not gone.
        shut = [Path(one.location) for one in found.failures if one.location != str(self.folder)]
        gone = [one for one in known if not any(map(Path(one).is_relative_to, shut))]
        for one in gone:
            index.remove(one)
        return Refreshed(read, len(found.files) - read, len(gone), tuple(failures))

    def _read(
        self, index: Index, path: Path, before: Document | None, tell: Callable[[str], None]
    ) -> tuple[Document, bool]:
        """Return what is known of a file now, and whether it was read into the index for that."""
        now = time.time_ns()
        document = Document(str(path), size=-1, mtime=_UNSETTLED, sha256="")
        try:
            status = path.stat()
            settled = status.st_mtime_ns < now - _YOUNG_NS
            document = replace(
                document,
                size=status.st_size,
                mtime=status.st_mtime_ns if settled else _UNSETTLED,
            )
            if before is not None and before.size == status.st_size:
                if before.mtime == status.st_mtime_ns:
                    return before, False
                if before.sha256 == hashlib.sha256(files.read_bytes(path)).hexdigest():
                    index.touch(document)
                    return before, False
            tell(f"Reading {path}")
            corpus = load_sources([path])
        except OSError as error:
            reason = f"it cannot be read: {(error.strerror or str(error)).lower()}."
            failed = replace(document, failure=reason)
        except SourceError as error:
            failed = replace(document, failure=error.reason)
        except NoSourcesError as error:
            failed = replace(document, failure=error.failures[0].reason)
        else:
            source = corpus.sources[0]
            document = replace(
                document,
                sha256=source.sha256,
                title=source.title,
                author=source.author,
                date=source.date,
                url=source.url,
            )
            label = f"{source.title} {path.relative_to(self.folder)}"
            index.put(document, label, (passage.text for passage in corpus.passages))
            return document, True
        if failed.failure is not None and not os.access(path, os.R_OK):
            failed = replace(failed, mtime=_UNSETTLED)  # a change of rights has no time
        index.put(failed, "", ())
        return failed, True

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Hold the index against other processes. Every fault of it is a SourceError."""
        try:
            self._cache.mkdir(parents=True, exist_ok=True)
            with FileLock(self._lock, timeout=self._wait):
                yield
        except Timeout as error:
            raise SourceError(
                str(self.folder),
                f"another process has been indexing this library for {self._wait:g} s. Try again "
                "when it is done.",
            ) from error
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> SourceError:
        return SourceError(
            str(self.folder),
            f"the index of this library in {self._cache} cannot be used: {error}. Make room there "
            "or name another cache folder.",
        )
