"""Messages that certainly failed, put back in the queue to go once more by the same channel."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, update

from sms_service.store.tables import outbox


def repeat(conn: Connection, row: Row[Any], due_at: float, gateway_id: str, reason: str) -> bool:
    """A message that certainly failed goes anew; False if something else was said of it meanwhile. It keeps the gateway's
    id of the one that failed until the new one has its own, by which reports on that one are known."""
    moved = conn.execute(
        update(outbox)
        .where(outbox.c.id == row.id, outbox.c.status == row.status, outbox.c.repeats == row.repeats)
        .values(
            status="queued", due_at=due_at, repeats=row.repeats + 1, gateway_id=gateway_id, reason=reason,
            lease_until=None, sent_at=None, text_index=None, copy=row.copy + 1,
        )
    )  # fmt: skip
    return moved.rowcount == 1
