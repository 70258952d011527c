"""What lies under the service's keys, and how it comes under another one: people's keys, wrapped, and what is nobody's yet.

Block by block, so that the service goes on meanwhile: a row that a turn holds is left for the next pass. What was done is
done; a rotation that is cut off goes on where it was.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, LargeBinary, Table, func, literal_column, select, true, update

from sms_service.privacy import Keys, Unreadable, number_of
from sms_service.store.outbox import FAREWELL
from sms_service.store.tables import outbox, person, photo, search

BLOCK = 500
"""Rows of one transaction: some 20 ms, in which turns of these people wait."""


ONE: ColumnElement[int] = literal_column("1")
"""Written out, not as a parameter: else the index of people by it would not be found."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A column that is under the service's keys. `bound_to`: its name when it was encrypted; "" for the keys of people.
    `where`: the rows of which that is true."""

    what: str
    table: Table
    column: Column[Any]
    bound_to: str = ""
    where: ColumnElement[bool] = field(default_factory=true)

    @property
    def id(self) -> Column[Any]:
        """The rows are walked through by it."""
        return self.table.c.id


NOBODYS = photo.c.registration_id.is_(None) & photo.c.enroler_id.is_(None)
"""Addresses of pictures of forgotten people, which are still to be deleted at the gateway."""

KEPT = (
    Kept("people", person, person.c.wrapped_key),
    Kept("farewells", outbox, outbox.c.farewell_sealed, FAREWELL),
    Kept("searches", search, search.c.sought_sealed, "search.sought"),
    Kept("photos", photo, photo.c.media_sealed, "photo.media", NOBODYS),
)
"""All that is in the database. Whatever else is sealed with `keys.service` belongs here, or a rotation loses it."""


@dataclass(frozen=True, slots=True)
class Block:
    """What came of one block: the last id that was looked at (None: there is no more), and how many rows were changed, and
    could not be read."""

    last: int | None
    changed: int
    unreadable: int


def counts(conn: Connection, kept: Kept) -> dict[int, int]:
    """How many rows are under each key, by its number."""
    named = _named(kept)
    rows = conn.execute(select(named, func.count()).where(func.length(kept.column) > 0, kept.where).group_by(named))
    return {number_of(bytes(first)): count for first, count in rows}


def is_under(conn: Connection, number: int) -> bool:
    """Whether anything that lasts is under this key. (A farewell does not: it is nothing after 40 s.)"""
    lasting = (kept for kept in KEPT if kept.table is not outbox)
    return any(
        conn.execute(select(kept.id).where(_named(kept) == bytes([number]), kept.where).limit(1)).first()
        for kept in lasting
    )


def rotate_block(conn: Connection, keys: Keys, kept: Kept, after: int) -> Block:
    """Puts the next rows behind `after` under the first key. Somebody who is forgotten in between stays so."""
    others = kept.where & (func.length(kept.column) > 0) & (_named(kept) != bytes([keys.number]))
    query = select(kept.id, kept.column).where(kept.id > after, others).order_by(kept.id).limit(BLOCK)
    rows = conn.execute(query.with_for_update(skip_locked=True)).all()
    changed = unreadable = 0
    for row_id, sealed in rows:
        try:
            value = _again(keys, kept, sealed)
        except Unreadable:
            unreadable += 1
            continue
        same = (kept.id == row_id) & (kept.column == sealed)
        changed += conn.execute(update(kept.table).where(same).values({kept.column.name: value})).rowcount
    return Block(rows[-1][0] if rows else None, changed, unreadable)


def _named(kept: Kept) -> Any:
    """The first byte of what is sealed: which key."""
    return func.substr(kept.column, ONE, ONE, type_=LargeBinary)


def _again(keys: Keys, kept: Kept, sealed: bytes) -> bytes:
    if not kept.bound_to:
        return keys.rewrapped(sealed)
    return keys.service.encrypt_bytes(kept.bound_to, keys.service.decrypt_bytes(kept.bound_to, sealed))
