"""Photos that enrolers send: the gateway's address of each, with the registration it belongs to, or the dialogue that is to
make it. The pictures themselves are still at the gateway."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, delete, exists, insert, select, update

from sms_service.enrolment.own import Own
from sms_service.store.people import Person
from sms_service.store.tables import photo, timer

SEALED = "photo.media"


def keep(conn: Connection, enroler: Person, entered: Own, media: Sequence[str], now: float) -> None:
    """Keeps the addresses for this registration, sealed with its person's key."""
    _keep(conn, enroler, entered.person, media, now, registration_id=entered.id, session_id=None)


def keep_waiting(conn: Connection, enroler: Person, session_id: str, media: Sequence[str], now: float) -> None:
    """Keeps them for the entry that the enroler is making in this session, sealed with her own key until then."""
    _keep(conn, enroler, enroler, media, now, registration_id=None, session_id=session_id)


def _keep(
    conn: Connection, enroler: Person, whose: Person, media: Sequence[str], now: float, **of: int | str | None
) -> None:
    rows = [
        {
            **of, "enroler_id": enroler.id, "received_at": now, "status": "received",
            "media_sealed": whose.key.encrypt(SEALED, address),
        }
        for address in media
    ]  # fmt: skip
    if rows:
        conn.execute(insert(photo), rows)


def waited_for(conn: Connection, sessions: Collection[str]) -> list[str]:
    """Those of these sessions that photos wait for."""
    if not sessions:
        return []
    return list(conn.execute(select(photo.c.session_id).where(photo.c.session_id.in_(sessions)).distinct()).scalars())


def attach(conn: Connection, enroler: Person, session_id: str, entered: Own) -> int:
    """Gives the photos that wait for this session to the registration that came of it; how many."""
    rows = conn.execute(select(photo.c.id, photo.c.media_sealed).where(photo.c.session_id == session_id)).all()
    for row in rows:
        sealed = entered.person.key.encrypt(SEALED, enroler.key.decrypt(SEALED, row.media_sealed))
        values = {"registration_id": entered.id, "session_id": None, "media_sealed": sealed}
        conn.execute(update(photo).where(photo.c.id == row.id).values(values))
    return len(rows)


def drop(conn: Connection, session_id: str) -> int:
    """Forgets the photos that wait for a session of which no registration came: nothing of that person is kept. How many."""
    return conn.execute(delete(photo).where(photo.c.session_id == session_id)).rowcount


# --- whose session ended unseen -----------------------------------------------------------------------------------

_LOST = photo.c.session_id.is_not(None) & ~exists().where(timer.c.session_id == photo.c.session_id)
"""Every open session has a timer."""


def any_lost(conn: Connection) -> bool:
    """Whether photos wait for sessions that are over."""
    return conn.execute(select(photo.c.id).where(_LOST).limit(1)).first() is not None


def drop_lost(conn: Connection) -> int:
    """Forgets them; how many."""
    return conn.execute(delete(photo).where(_LOST)).rowcount
