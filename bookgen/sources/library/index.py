"""The index of a library: one SQLite file with the documents and the full text of their passages.

Text is folded before it is kept, so that neither case nor accents tell names apart. The file can be
made again from the documents at any time; it is a cache, not a store.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bookgen.text.words import fold_accents

__all__ = ["Document", "Hit", "Index", "is_damage"]

_VERSION = 1
_BUSY_SECONDS = 60.0
# A passage's row is its document's number, shifted, and its own: both are known from either.
_ROWS = 24
_BEST_PASSAGES = 10
_SCHEMA = """
PRAGMA journal_mode = WAL;
BEGIN;
CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    path BLOB NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    mtime INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    title TEXT,
    author TEXT,
    date TEXT,
    url TEXT,
    failure TEXT
);
CREATE VIRTUAL TABLE passages USING fts5(label, text, tokenize = "unicode61 remove_diacritics 0");
INSERT INTO passages (passages, rank) VALUES ('rank', 'bm25(4.0, 1.0)');
COMMIT;
"""
# BM25 is a sum over the terms, so a passage's score is the sum of what each term alone gives it.
_SEARCH = """
WITH terms AS MATERIALIZED (
    SELECT json_extract(value, '$.match') AS match, json_extract(value, '$.word') AS word
    FROM json_each(:terms)
), matched AS MATERIALIZED (
    SELECT passages.rowid AS row, -passages.rank AS score, terms.word AS word
    FROM terms JOIN passages ON passages MATCH terms.match
), scored AS (
    SELECT row >> :shift AS document, sum(score) AS score, sum(word) AS named
    FROM matched GROUP BY row
), placed AS (
    SELECT document, score, named,
           row_number() OVER (PARTITION BY document ORDER BY score DESC) AS place
    FROM scored
)
SELECT documents.path, documents.title, documents.author, documents.date, documents.url,
       sum(placed.score) FILTER (WHERE placed.place <= :best) AS score,
       sum(placed.named * 2 > :words) AS passages
FROM placed JOIN documents ON documents.id = placed.document
GROUP BY documents.id
HAVING max(placed.named) * 2 > :words
ORDER BY score DESC, documents.path
LIMIT :limit
"""


@dataclass(frozen=True, slots=True)
class Document:
    """What the index knows of a file. `mtime` is in nanoseconds, -1 where the file was so young
    when it was read that another change may have the same time. `failure` says why it cannot be
    read, else None."""

    path: str
    size: int
    mtime: int
    sha256: str
    title: str | None = None
    author: str | None = None
    date: str | None = None
    url: str | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that tells of a subject. `location` is a path that `load_sources` reads.

    `score` is above 0 and only compares hits of one search. `passages` is how many passages name
    the subject, its title counted as one. `url` is where the document says it comes from.
    """

    location: str
    title: str
    author: str | None
    date: str | None
    url: str | None
    score: float
    passages: int


class _OtherVersionError(sqlite3.DatabaseError):
    """The file is the index of another version of bookgen, or empty."""


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file itself is at fault, so that a new one helps.

    The SQL here never changes: an error in it, such as a table that is not there, can only come
    from the file.
    """
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)
    return isinstance(error, _OtherVersionError) or code & 0xFF in (
        sqlite3.SQLITE_ERROR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
    )


class Index:
    """An open index. Every method raises sqlite3.Error."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @staticmethod
    def create(file: Path) -> None:
        """Make an empty index in `file`, in place of what is there.

        It appears whole. One process at a time may do this.
        """
        draft = file.with_suffix(".part")
        for path in (draft, *_beside(draft), *_beside(file)):
            path.unlink(missing_ok=True)
        with closing(sqlite3.connect(draft)) as connection:
            connection.executescript(_SCHEMA)
            connection.execute(f"PRAGMA user_version = {_VERSION}")
        draft.replace(file)

    @classmethod
    @contextmanager
    def open(cls, file: Path) -> Iterator[Index]:
        """Give the index in `file`, which must be there."""
        uri = f"{file.absolute().as_uri()}?mode=rw"
        with closing(
            sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)
        ) as connection:
            connection.execute("PRAGMA synchronous = NORMAL")
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version != _VERSION:
                raise _OtherVersionError(f"the index is of version {version}, not {_VERSION}")
            yield cls(connection)

    def documents(self) -> dict[str, Document]:
        """Return all documents by their paths."""
        rows = self._connection.execute(
            "SELECT path, size, mtime, sha256, title, author, date, url, failure FROM documents"
        )
        found = (Document(os.fsdecode(path), *rest) for path, *rest in rows)
        return {document.path: document for document in found}

    def put(self, document: Document, label: str, passages: Iterable[str]) -> None:
        """Keep a document and its text in place of what was there for its path.

        `label` is what names it as a whole: its title and the folders it lies in.
        """
        with self._transaction():
            number = self._drop_passages(document.path)
            values = (
                os.fsencode(document.path),
                document.size,
                document.mtime,
                document.sha256,
                *map(_storable, (document.title, document.author, document.date, document.url)),
                _storable(document.failure),
            )
            if number is None:
                number = self._connection.execute(
                    "INSERT INTO documents (path, size, mtime, sha256, title, author, date, url, "
                    "failure) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    values,
                ).lastrowid
                assert number is not None
            else:
                self._connection.execute(
                    "UPDATE documents SET path = ?, size = ?, mtime = ?, sha256 = ?, title = ?, "
                    "author = ?, date = ?, url = ?, failure = ? WHERE id = ?",
                    (*values, number),
                )
            first = number << _ROWS
            rows = [(first, _folded(label), "")]
            rows += [(first + place, "", _folded(text)) for place, text in enumerate(passages, 1)]
            self._connection.executemany(
                "INSERT INTO passages (rowid, label, text) VALUES (?, ?, ?)", rows
            )

    def touch(self, document: Document) -> None:
        """Keep the new size and time of a file whose bytes are as they were."""
        self._connection.execute(
            "UPDATE documents SET size = ?, mtime = ? WHERE path = ?",
            (document.size, document.mtime, os.fsencode(document.path)),
        )

    def remove(self, path: str) -> None:
        """Forget a document and its text."""
        with self._transaction():
            number = self._drop_passages(path)
            self._connection.execute("DELETE FROM documents WHERE id = ?", (number,))

    def search(self, name: Sequence[str], limit: int) -> list[Hit]:
        """Return the documents that name the subject in some passage or their label, best first.

        A passage names the subject where it holds more than half of the words of `name`. It scores
        BM25 of those words and of the name as a phrase; a document scores the sum of its ten best
        passages (Robertson & Zaragoza, The Probabilistic Relevance Framework, 2009).
        """
        terms = [{"match": f'"{word}"', "word": 1} for word in name]
        if len(name) > 1:
            terms.append({"match": f'"{" ".join(name)}"', "word": 0})
        rows = self._connection.execute(
            _SEARCH,
            {
                "terms": json.dumps(terms),
                "shift": _ROWS,
                "best": _BEST_PASSAGES,
                "words": len(name),
                "limit": limit,
            },
        )
        return [Hit(os.fsdecode(path), *rest) for path, *rest in rows]

    def _drop_passages(self, path: str) -> int | None:
        """Forget the text of a document; return its number, None where there is none."""
        row = self._connection.execute(
            "SELECT id FROM documents WHERE path = ?", (os.fsencode(path),)
        ).fetchone()
        if row is None:
            return None
        number: int = row[0]
        self._connection.execute(
            "DELETE FROM passages WHERE rowid >= ? AND rowid < ?",
            (number << _ROWS, number + 1 << _ROWS),
        )
        return number

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")


def _beside(file: Path) -> tuple[Path, Path]:
    """The files that SQLite keeps beside a database in WAL mode."""
    return file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")


def _storable(text: str | None) -> str | None:
    """Half of a surrogate pair, as a broken source or a file's name may hold it, is no UTF-8."""
    return None if text is None else text.encode("utf-8", "replace").decode()


def _folded(text: str) -> str:
    return fold_accents(_storable(text) or "")
