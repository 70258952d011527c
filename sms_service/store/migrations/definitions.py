"""Columns that may be empty from a revision on, for the revisions that say so. What stands here must not change."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op


def allow_null(table: str, column: str, allowed: bool, existing_type: sa.types.TypeEngine[int]) -> None:
    """Drops the NOT NULL of a column, or (not `allowed`) puts it back.

    SQLite drops one only with its table, and with that all its triggers; what it allows is to write the definition anew,
    inside a transaction (sqlite.org/lang_altertable.html, section 7). The rows are as they were.
    """
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        op.alter_column(table, column, existing_type=existing_type, nullable=allowed)
        return
    this = {"table": table}
    one = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :table"
    before = str(bind.execute(sa.text(one), this).scalar_one())
    name = re.escape(column)
    pattern = rf"(\b{name} \w+) NOT NULL" if allowed else rf"(\b{name} \w+)"
    after, found = re.subn(pattern, r"\1" if allowed else r"\1 NOT NULL", before, count=1)
    if not found:
        raise RuntimeError(f"the table {table} has not the definition that the revisions before gave it")
    number = bind.execute(sa.text("PRAGMA schema_version")).scalar_one()
    bind.execute(sa.text("PRAGMA writable_schema = ON"))
    bind.execute(
        sa.text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = :table"), {**this, "sql": after}
    )
    bind.execute(sa.text(f"PRAGMA schema_version = {number + 1}"))  # every connection reads it anew
    bind.execute(sa.text("PRAGMA writable_schema = OFF"))
