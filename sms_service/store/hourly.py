"""How much a person was sent within an hour, and when she may be sent more."""

from __future__ import annotations

from sqlalchemy import Connection, select

from sms_service.store.tables import outbox

HOUR = 3600.0
"""Seconds looked back on from each message, not an hour of the clock: no twenty before and twenty after the stroke."""


def allows_from(conn: Connection, person_id: int, most: int, now: float) -> float | None:
    """When she may be sent another message, if `most` went to her within the last hour; None: now. Walks `most` entries of
    the index on her messages by their time at most, however many she ever got. `most` 0: always now."""
    if not most:
        return None
    hers = (outbox.c.person_id == person_id) & (outbox.c.sent_at > now - HOUR)
    newest = select(outbox.c.sent_at).where(hers).order_by(outbox.c.sent_at.desc())
    sent_at: float | None = conn.execute(newest.offset(most - 1).limit(1)).scalar_one_or_none()
    return None if sent_at is None else sent_at + HOUR
