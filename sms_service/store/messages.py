"""One message as the office looks at it, and those that a gateway billed otherwise than we counted."""

from __future__ import annotations

from dataclasses import dataclass, fields

from sqlalchemy import Connection, func, select, text

from sms_service.store.outbox import COUNTED_MAX, Listed
from sms_service.store.tables import outbox

DIFFERS = "segments > 0 AND segments <> counted"
"""As the index of these rows has it, word for word: with bound values no database would know that it serves."""


@dataclass(frozen=True, slots=True)
class Shown(Listed):
    """The same, with what the life of one message is told by. `counted`: SMS segments as we counted them, None if nobody did;
    `segments` and `price` as the gateway billed them, 0 and None if it did not say."""

    due_at: float
    sent_at: float | None
    gateway_id: str
    counted: int | None
    segments: int
    price: str | None
    repeats: int


COLUMNS = [outbox.c[one.name] for one in fields(Shown)]


def shown(conn: Connection, ref: str) -> Shown | None:
    """One row; None if no message has this reference."""
    row = conn.execute(select(*COLUMNS).where(outbox.c.ref == ref)).one_or_none()
    return Shown(*row) if row else None


def differing(conn: Connection, limit: int = 1000) -> list[Shown]:
    """Messages that a gateway billed with other segments than we counted, the newest first."""
    query = select(*COLUMNS).where(text(DIFFERS)).order_by(outbox.c.id.desc()).limit(limit)
    return [Shown(*row) for row in conn.execute(query)]


def count_differing(conn: Connection) -> int:
    """How many those are, COUNTED_MAX at most."""
    some = select(outbox.c.id).where(text(DIFFERS)).limit(COUNTED_MAX).subquery()
    return conn.execute(select(func.count()).select_from(some)).scalar_one()
