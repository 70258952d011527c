"""Indexes on tables that have rows, for revision 0007 and later. What stands here must not change: revisions call it."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op


def build_index(name: str, table: str, columns: Sequence[str | sa.TextClause], where: str = "") -> None:
    """Builds it while everybody goes on writing (PostgreSQL: CONCURRENTLY, outside of any transaction), where it is not yet.
    What a build that was cut off has left, an index that is there and not valid, is built again.

    Indexes have a revision of their own, in which nothing else stands: what stood before them would be committed without
    the revision's number, and done once more after an upgrade that was cut off.
    """
    condition = sa.text(where) if where else None
    if op.get_bind().dialect.name != "postgresql":
        op.create_index(name, table, columns, if_not_exists=True, sqlite_where=condition)
        return
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")  # it waits for readers, and nobody waits for it
        invalid = sa.text("SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(:name) AND NOT indisvalid")
        if op.get_bind().execute(invalid, {"name": name}).first():
            op.execute(f"DROP INDEX CONCURRENTLY {name}")
        op.create_index(
            name, table, columns, if_not_exists=True, postgresql_concurrently=True, postgresql_where=condition
        )


def drop_index(name: str, table: str) -> None:
    """Takes it away, in the same manner."""
    if op.get_bind().dialect.name != "postgresql":
        op.drop_index(name, table, if_exists=True)
        return
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)
