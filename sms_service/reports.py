"""Delivery reports: what the gateways say became of our messages, whenever and however often they say it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from sms_service.channels.base import DeliveryReport
from sms_service.privacy import Keys
from sms_service.store import outbox, people, reach
from sms_service.store.claims import Claimed
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
        "number_failed": report.number_failed or None,
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
    rose = outbox.rise(conn, row.id, report.status, reason=report.reason[:REASON_MAX], **raised)
    _tells_of_number(conn, row.person_id, report.status, rose and report.number_failed, now)
    if report.opted_out:
        people.set_stopped(conn, row.person_id, now)
    return True


def apply_early(conn: Connection, channel: str, claimed: Claimed, gateway_id: str) -> None:
    """Raises a message just sent to what reports that came before the gateway's answer said of it."""
    if gateway_id:
        said = (
            delivery_report.c.status,
            delivery_report.c.reason,
            delivery_report.c.number_failed,
            delivery_report.c.at,
        )
        early = conn.execute(
            select(*said).where(delivery_report.c.channel == channel, delivery_report.c.gateway_id == gateway_id)
        )
        for status, reason, number_failed, at in early.all():
            rose = outbox.rise(conn, claimed.id, status, reason=reason)
            _tells_of_number(conn, claimed.person_id, status, rose and bool(number_failed), at)


def _tells_of_number(conn: Connection, person_id: int, status: str, failed: bool, now: float) -> None:
    """What a report says of the number. A failure counts when it is news: gateways repeat themselves."""
    if status == "delivered":
        reach.arrived(conn, person_id)
    elif status == "failed" and failed:
        reach.failed(conn, person_id, now)
