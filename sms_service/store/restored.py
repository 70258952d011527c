"""After a backup was put back: of what is queued in it nobody knows whether it left between the backup and the loss."""

from __future__ import annotations

from sqlalchemy import Connection, update

from sms_service.store import order
from sms_service.store.tables import outbox

REASON = "restored from a backup"


def doubt_queued(conn: Connection, now: float) -> int:
    """Every queued message is one whose sender died before it was written down: the gateway is asked where it can tell, and
    else it is held for the office. How many. Call it before any process of the restored installation starts."""
    doubted = {"status": "sending", "lease_until": now, "reason": REASON}
    return conn.execute(update(outbox).where(outbox.c.status == order.QUEUED).values(**doubted)).rowcount
