"""About how many rows tables have. They are not counted: that reads a whole table, for seconds with millions of people."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, text

_KEPT_BY_POSTGRES = text(
    "SELECT live.relname, greatest(live.n_live_tup, kept.reltuples) FROM pg_stat_user_tables live "
    "JOIN pg_class kept ON kept.oid = live.relid WHERE live.schemaname = current_schema() AND live.relname IN :tables"
).bindparams(bindparam("tables", expanding=True))
"""The larger of two: the first begins at nothing when a server has crashed, the second is of the last VACUUM or ANALYZE."""


def about(conn: Connection, tables: Collection[str]) -> dict[str, int]:
    """Rows by table. PostgreSQL's own estimate; on SQLite the highest number of a row, which deleted ones leave behind."""
    if conn.dialect.name == "postgresql":
        return {name: int(rows) for name, rows in conn.execute(_KEPT_BY_POSTGRES, {"tables": list(tables)})}
    return {name: conn.execute(text(f"SELECT max(rowid) FROM {name}")).scalar_one() or 0 for name in tables}  # noqa: S608 our own names
