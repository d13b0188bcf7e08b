"""What a book is written from: kept by its content, so that jobs share it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, select

from bookgen.errors import SourceError
from bookgen.jobs.records import Lease
from bookgen.jobs.statements import Topic, fenced, held, insert, whole
from bookgen.jobs.tables import database_time, documents, job_documents, jobs
from bookgen.models import Corpus, PartialDate, Passage, Source

__all__ = ["Documents"]


class Documents(Topic):
    """Keeps the corpus of a job, one document for each source."""

    @whole
    async def keep_corpus(self, lease: Lease, corpus: Corpus) -> None:
        """Keep what the job is written from, in the place of what was kept before; it is durable
        when this returns. Raises LeaseLostError."""
        packed = await asyncio.to_thread(_packed, corpus)
        links: list[dict[str, Any]] = [
            {"document": sha256, "location": None, "reason": None} for sha256, _ in packed
        ]
        links += [
            {"document": None, "location": failure.location, "reason": failure.reason}
            for failure in corpus.failures
        ]
        async with self._database.writing() as connection:
            await held(connection, lease, fenced(lease).returning(jobs.c.id))
            if packed:
                statement = insert(connection, documents)
                # The update keeps the retention off a document that no job refers to yet.
                await connection.execute(
                    statement.values(kept_at=database_time()).on_conflict_do_update(
                        index_elements=["sha256"], set_={"kept_at": database_time()}
                    ),
                    # In one order, so that two jobs with the same sources do not block each other.
                    [{"sha256": key, "content": content} for key, content in sorted(packed)],
                )
            await connection.execute(
                delete(job_documents).where(job_documents.c.job_id == lease.job_id)
            )
            if links:
                await connection.execute(
                    insert(connection, job_documents),
                    [
                        {"job_id": lease.job_id, "position": position, **link}
                        for position, link in enumerate(links)
                    ],
                )

    async def corpus(self, job_id: str) -> Corpus | None:
        """Return what the job is written from, None where nothing was kept yet."""
        statement = (
            select(job_documents.c.location, job_documents.c.reason, documents.c.content)
            .join_from(job_documents, documents, isouter=True)
            .where(job_documents.c.job_id == job_id)
            .order_by(job_documents.c.position)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(statement)).all()
        if not rows:
            return None
        contents = [row.content for row in rows if row.content is not None]
        failures = [SourceError(row.location, row.reason) for row in rows if row.content is None]
        return await asyncio.to_thread(_unpacked, contents, failures)


def _packed(corpus: Corpus) -> list[tuple[str, bytes]]:
    """Return the address and the compressed content of each source, in order."""
    passages: dict[str, list[list[Any]]] = {source.id: [] for source in corpus.sources}
    for passage in corpus.passages:
        date = None if passage.date is None else str(passage.date)
        passages[passage.source_id].append([passage.number, passage.text, passage.heading, date])
    packed = []
    for source in corpus.sources:
        plain = {"source": asdict(source), "passages": passages[source.id]}
        # ASCII, so that no character of a source is one that the encoding cannot hold.
        content = json.dumps(plain, sort_keys=True, separators=(",", ":")).encode("ascii")
        packed.append((hashlib.sha256(content).hexdigest(), zlib.compress(content)))
    return packed


def _unpacked(contents: Sequence[bytes], failures: Sequence[SourceError]) -> Corpus:
    plain: list[Mapping[str, Any]] = [json.loads(zlib.decompress(one)) for one in contents]
    sources = tuple(Source(**one["source"]) for one in plain)
    passages = tuple(
        Passage(source.id, number, text, heading, None if date is None else PartialDate.parse(date))
        for source, one in zip(sources, plain, strict=True)
        for number, text, heading, date in one["passages"]
    )
    return Corpus(sources, passages, tuple(failures))
