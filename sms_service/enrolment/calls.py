"""Missed calls as evidence, weaker than any text: that her phone rang while it was asked about her. None is a consent."""

from __future__ import annotations

from sqlalchemy import Connection, select

from sms_service.store.tables import missed_call


def of_registration(conn: Connection, registration_id: int) -> list[float]:
    """When the phone rang that was asked about this registration and no other, the first call first; seconds since 1970."""
    query = select(missed_call.c.at).where(missed_call.c.registration_id == registration_id)
    return list(conn.execute(query.order_by(missed_call.c.id)).scalars())
