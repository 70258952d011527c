"""Rows by the thousand, as imports read and write them: one statement for a block, not one for each row.

PostgreSQL takes a block as arrays, one for each column (`unnest`), which costs a tenth of as many statements; SQLite has
no arrays and needs none, its statements cross no network.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, Table, bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.selectable import TableValuedAlias

BLOCK = 4_000
"""Rows of one statement. Larger ones save little, and come near the time that one statement may take (2 s)."""


def insert_rows(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]], unless: str = "") -> None:
    """Writes new rows; all have the same columns. `unless`: a unique column, whose taken values are passed over."""
    if not rows:
        return
    if conn.dialect.name == "postgresql":
        given, names = _given(table, rows), list(rows[0])
        adding = postgresql.insert(table).from_select(names, select(*(given.c[name] for name in names)))
        conn.execute(adding.on_conflict_do_nothing(index_elements=[unless]) if unless else adding)
    elif unless:
        conn.execute(sqlite.insert(table).on_conflict_do_nothing(index_elements=[unless]), list(rows))
    else:
        conn.execute(insert(table), list(rows))


def update_rows(conn: Connection, table: Table, key: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Changes the rows that `key` names; all of `rows` have it and the same other columns."""
    if not rows:
        return
    names = [name for name in rows[0] if name != key]
    if conn.dialect.name == "postgresql":
        given = _given(table, rows)
        new = {name: given.c[name] for name in names}
        conn.execute(update(table).where(table.c[key] == given.c[key]).values(new))
    else:
        change = update(table).where(table.c[key] == bindparam("of_row"))
        conn.execute(
            change.values({name: bindparam(f"to_{name}") for name in names}),
            [{"of_row": row[key], **{f"to_{name}": row[name] for name in names}} for row in rows],
        )


def rows_with(conn: Connection, query: Select[Any], column: Column[Any], values: Collection[Any]) -> list[Row[Any]]:
    """The rows of `query` whose `column` is one of `values`, looked up a block at a time."""
    wanted = list(values)
    found: list[Row[Any]] = []
    for start in range(0, len(wanted), BLOCK):
        block = wanted[start : start + BLOCK]
        if conn.dialect.name == "postgresql":
            among = column == func.any(bindparam(None, block, ARRAY(column.type)))
        else:
            among = column.in_(block)
        found += conn.execute(query.where(among)).all()
    return found


def next_ids(conn: Connection, table: Table, count: int) -> list[int]:
    """Numbers for as many new rows of `table`, which nobody else gets."""
    if conn.dialect.name == "postgresql":
        numbers = func.nextval(func.pg_get_serial_sequence(table.name, "id"))
        return list(conn.execute(select(numbers).select_from(func.generate_series(1, count))).scalars())
    last = conn.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()  # SQLite has but one writer
    return list(range(last + 1, last + 1 + count))


def one_at_a_time(conn: Connection, table: Table) -> None:
    """Makes whoever else imports into `table` wait until this transaction has ended; readers and turns do not wait. On
    SQLite every writing transaction is alone anyway."""
    if conn.dialect.name == "postgresql":
        conn.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"import {table.name}"))))


def _given(table: Table, rows: Sequence[Mapping[str, Any]]) -> TableValuedAlias:
    """A block as a table of PostgreSQL's."""
    columns = (bindparam(None, [row[name] for row in rows], ARRAY(table.c[name].type)) for name in rows[0])
    return func.unnest(*columns).table_valued(*rows[0], name="given").render_derived()
