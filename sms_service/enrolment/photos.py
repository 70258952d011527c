"""Photos that enrolers send: the gateway's address of each, with the registration it belongs to. The pictures themselves are
still at the gateway."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, insert, select, update

from sms_service.enrolment.own import Own
from sms_service.store.people import Person
from sms_service.store.tables import photo

SEALED = "photo.media"

DRAFT = 24 * 3600
"""Seconds for which a photo waits for the entry that it came with: so long waits the entry itself (flows/register.yaml)."""


def keep(conn: Connection, enroler: Person, entered: Own | None, media: Sequence[str], now: float) -> None:
    """Keeps the addresses, for this registration, sealed with its person's key; None: for the entry that the enroler is
    making, sealed with her own until there is a registration."""
    whose = entered.person if entered else enroler
    rows = [
        {
            "registration_id": entered.id if entered else None, "enroler_id": enroler.id, "received_at": now,
            "media_sealed": whose.key.encrypt(SEALED, address), "status": "received",
        }
        for address in media
    ]  # fmt: skip
    if rows:
        conn.execute(insert(photo), rows)


def has_some(conn: Connection, enroler_id: int, now: float) -> bool:
    """Whether a photo of hers waits for her entry."""
    return conn.execute(select(photo.c.id).where(_waiting(enroler_id, now)).limit(1)).first() is not None


def attach(conn: Connection, enroler: Person, entered: Own, now: float) -> int:
    """Gives the photos that wait for her entry to the registration that came of it; how many."""
    rows = conn.execute(select(photo.c.id, photo.c.media_sealed).where(_waiting(enroler.id, now))).all()
    for row in rows:
        sealed = entered.person.key.encrypt(SEALED, enroler.key.decrypt(SEALED, row.media_sealed))
        values = {"registration_id": entered.id, "media_sealed": sealed}
        conn.execute(update(photo).where(photo.c.id == row.id).values(values))
    return len(rows)


def _waiting(enroler_id: int, now: float) -> ColumnElement[bool]:
    return (photo.c.enroler_id == enroler_id) & photo.c.registration_id.is_(None) & (photo.c.received_at >= now - DRAFT)
