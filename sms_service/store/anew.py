"""Messages that certainly failed, put back in the queue: to go once more, or by another channel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, update

from sms_service.store.tables import outbox


def repeat(conn: Connection, row: Row[Any], due_at: float, gateway_id: str, reason: str) -> bool:
    """A message that certainly failed goes anew; False if something else was said of it meanwhile. It keeps the gateway's
    id of the one that failed, by which reports on that one are known."""
    moved = conn.execute(
        update(outbox)
        .where(outbox.c.id == row.id, outbox.c.status == row.status, outbox.c.repeats == row.repeats)
        .values(
            status="queued", due_at=due_at, repeats=row.repeats + 1, gateway_id=gateway_id, reason=reason,
            lease_until=None, sent_at=None, text_index=None,
        )
    )  # fmt: skip
    return moved.rowcount == 1


def others(route: str | None, channel: str) -> list[str]:
    """The channels of a row's route but this one, the best first."""
    return [one for one in (route or "").split(",") if one not in ("", channel)]


def reroute(conn: Connection, row: Row[Any], route: Sequence[str], now: float, reason: str) -> bool:
    """A message that certainly failed goes by the first channel of `route`, which it keeps; False if something else was said
    of it meanwhile."""
    moved = conn.execute(
        update(outbox)
        .where(outbox.c.id == row.id, outbox.c.status == row.status, outbox.c.channel == row.channel)
        .values(
            status="queued", channel=route[0], route=",".join(route), due_at=now, gateway_id="", reason=reason,
            attempts=0, repeats=0, lease_until=None, sent_at=None, link=None, text_index=None,
        )
    )  # fmt: skip
    return moved.rowcount == 1
