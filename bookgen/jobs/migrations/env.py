"""Alembic's entry: runs the revisions on the connection that bookgen.jobs.schema gives it."""

from __future__ import annotations

from alembic import context

from bookgen.jobs.tables import metadata


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """Whether a thing of the database is one of ours: the queue's tables lie beside them."""
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_name=include_name,
    render_as_batch=True,
    # A crash in the middle of an upgrade leaves the old schema whole, on SQLite too.
    transactional_ddl=True,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
