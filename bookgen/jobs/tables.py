"""The tables of the store, and the types and the clock they share."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    false,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import TypeDecorator

from bookgen.errors import InputError

__all__ = [
    "Json",
    "database_time",
    "documents",
    "events",
    "idempotency_keys",
    "job_documents",
    "jobs",
    "metadata",
    "paces",
    "sections",
]


class database_time(GenericFunction[float]):  # noqa: N801 - it reads as the function it is
    """The database's clock: seconds since 1970 (UTC) with fractions. Workers' clocks differ; this
    one orders them all."""

    type = Double()
    inherit_cache = True


@compiles(database_time, "sqlite")
def _sqlite_time(_element: database_time, _compiler: SQLCompiler, **_options: Any) -> str:
    # unixepoch('subsec') needs SQLite 3.42; the Julian day of 1970 is 2440587.5.
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(database_time, "postgresql")
def _postgresql_time(_element: database_time, _compiler: SQLCompiler, **_options: Any) -> str:
    # clock_timestamp(), not now(): now() is when the transaction began.
    return "CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS DOUBLE PRECISION)"


def _checked(text: str) -> str:
    """Return the text. Raises InputError where a database cannot keep it."""
    if "\x00" in text:
        raise InputError(
            f"The text holds a NUL character at {text.index(chr(0))}, which no database keeps. "
            "Remove it."
        )
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InputError(
            f"The text holds half of a surrogate pair at {error.start}, which is no Unicode. "
            "Remove it."
        ) from None
    return text


class CheckedText(TypeDecorator[str]):
    """Text that comes back as it was given, from either database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        return None if value is None else _checked(value)


class Json(TypeDecorator[Any]):
    """A JSON value kept as canonical text: equal values are equal texts on either database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
        if value is None:
            return None
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return _checked(text)

    def process_result_value(self, value: Any, _dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _job() -> Column[str]:
    return Column("job_id", CheckedText, ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False)


jobs = Table(
    "jobs",
    metadata,
    Column("id", CheckedText, primary_key=True),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    Column("started_at", Double),
    Column("completed_at", Double),
    Column("status", CheckedText, nullable=False),
    Column("phase", CheckedText, nullable=False),
    Column("request", Json, nullable=False),
    Column("character", CheckedText, nullable=False),
    Column("chapters", Integer, nullable=False),
    Column("words", Integer, nullable=False),
    Column("language", CheckedText),
    Column("error", Json),
    Column("epoch", Integer, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("lease_owner", CheckedText),
    Column("lease_expires_at", Double),
    Column("outline", Json),
    Column("outline_version", Integer, nullable=False, server_default="0"),
    Column("outline_approved", Boolean, nullable=False, server_default=false()),
    Column("sections_total", Integer, nullable=False, server_default="0"),
    Column("sections_done", Integer, nullable=False, server_default="0"),
    Column("result", Json),
    Column("calls", Integer, nullable=False, server_default="0"),
    Column("prompt_tokens", BigInteger),
    Column("completion_tokens", BigInteger),
    Column("cached_tokens", BigInteger),
    Column("cost", Double),
    CheckConstraint(
        "status IN ('pending', 'in_progress', 'completed', 'failed', 'cancelled')", name="status"
    ),
    CheckConstraint(
        "phase IN ('queued', 'sources', 'outline', 'approval', 'sections', 'checks', 'done')",
        name="phase",
    ),
    Index(None, "created_at", "id"),
    Index(None, "status", "created_at", "id"),
    Index(None, "completed_at"),
)

sections = Table(
    "sections",
    metadata,
    _job(),
    Column("chapter", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("plan", Json, nullable=False),
    Column("title", CheckedText, nullable=False),
    Column("text", CheckedText, nullable=False),
    Column("words", Integer, nullable=False),
    Column("provenance", Json),
    Column("epoch", Integer, nullable=False),
    Column("created_at", Double, nullable=False),
    PrimaryKeyConstraint("job_id", "chapter", "number"),
)

documents = Table(
    "documents",
    metadata,
    # Of the content as it was before compression.
    Column("sha256", CheckedText, primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("kept_at", Double, nullable=False),
    Index(None, "kept_at"),
)

job_documents = Table(
    "job_documents",
    metadata,
    _job(),
    Column("position", Integer, nullable=False),
    Column("document", CheckedText, ForeignKey("documents.sha256"), index=True),
    Column("location", CheckedText),
    Column("reason", CheckedText),
    PrimaryKeyConstraint("job_id", "position"),
    CheckConstraint(
        "(document IS NULL) = (location IS NOT NULL AND reason IS NOT NULL)",
        name="document_or_failure",
    ),
)

events = Table(
    "events",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    _job(),
    Column("kind", CheckedText, nullable=False),
    Column("data", Json, nullable=False),
    Column("created_at", Double, nullable=False),
    Index(None, "job_id", "id"),
    # An id is never given twice, not even after the newest events were deleted.
    sqlite_autoincrement=True,
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("client", CheckedText, nullable=False),
    Column("key", CheckedText, nullable=False),
    Column("body_hash", CheckedText, nullable=False),
    # Checked at commit: the key is taken first, and its job made only where the key was free.
    Column(
        "job_id",
        CheckedText,
        ForeignKey("jobs.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED"),
        nullable=False,
        index=True,
    ),
    Column("created_at", Double, nullable=False, index=True),
    PrimaryKeyConstraint("client", "key"),
)

paces = Table(
    "paces",
    metadata,
    Column("provider", CheckedText, primary_key=True),
    Column("next_at", Double, nullable=False),
)
