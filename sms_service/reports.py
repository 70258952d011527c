"""Delivery reports: what the gateways say became of our messages, whenever and however often they say it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from sms_service.channels.base import DeliveryReport
from sms_service.privacy import Keys
from sms_service.store import outbox, people
from sms_service.store.tables import delivery_report

WORD_MAX, REASON_MAX, ID_MAX = 32, 64, 64
"""What is kept of a gateway's own words: column widths."""


def take_report(conn: Connection, keys: Keys, report: DeliveryReport, now: float) -> bool:
    """Notes one report and raises the message it speaks of; False if that message is not known (yet).

    A report may overtake the answer to the send it is about: it is kept, and `apply_early` finds it then.
    """
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    values = {
        "channel": report.channel, "gateway_id": report.gateway_id[:ID_MAX], "ref": report.ref[:32],
        "word": report.word[:WORD_MAX], "status": report.status, "reason": report.reason[:REASON_MAX], "at": now,
    }  # fmt: skip
    conn.execute(dialect.insert(delivery_report).values(values).on_conflict_do_nothing())
    row = outbox.find_reported(conn, keys, report.channel, report.ref, report.gateway_id, report.phone, now)
    if row is None:
        return False
    raised: dict[str, Any] = {"gateway_id": row.gateway_id or report.gateway_id[:ID_MAX]}
    if report.segments:
        raised["segments"] = report.segments
    if row.sent_at is None:
        raised["sent_at"] = now
    outbox.rise(conn, row.id, report.status, reason=report.reason[:REASON_MAX], **raised)
    if report.opted_out:
        people.set_stopped(conn, row.person_id, now)
    return True


def apply_early(conn: Connection, channel: str, row_id: int, gateway_id: str) -> None:
    """Raises a message just sent to what reports that came before the gateway's answer said of it."""
    if gateway_id:
        early = conn.execute(
            select(delivery_report.c.status, delivery_report.c.reason).where(
                delivery_report.c.channel == channel, delivery_report.c.gateway_id == gateway_id
            )
        )
        for status, reason in early:
            outbox.rise(conn, row_id, status, reason=reason)
