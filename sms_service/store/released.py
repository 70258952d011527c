"""Messages that failed for what an operator has put right since (a wrong token), sent again because the office says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, Connection, select, update

from sms_service.engine.model import Sessions
from sms_service.privacy import Keys
from sms_service.store import channel_log, people, sessions
from sms_service.store.tables import outbox

AT_ONCE = 500
"""Rows that are released with one statement."""

REASON = "released by the office"


def failed_with(conn: Connection, keys: Keys, code: str, since: float) -> list[tuple[int, str]]:
    """Ids and channels of the messages written from `since` on (seconds since 1970) that failed with this reason, oldest
    first: those that were never sent anew, whose text is still there, and that are no question whose session is over."""
    columns = (outbox.c.id, outbox.c.channel, outbox.c.ref, outbox.c.person_id, outbox.c.turn_no)
    query = select(*columns).where(_may_go(), outbox.c.reason == code, outbox.c.created_at >= since)
    rows = conn.execute(query.order_by(outbox.c.id)).all()
    return [(row.id, row.channel) for row in rows if not _is_over(conn, keys, row.ref, row.person_id, row.turn_no)]


def release(conn: Connection, ids: Sequence[int], now: float) -> int:
    """They are due at once, by the channel that refused them; how many still were failed."""
    count = 0
    for some in _in_parts(ids):
        fresh = {"status": "queued", "due_at": now, "reason": REASON, "attempts": 0, "gateway_id": "", "sent_at": None}
        moved = update(outbox).where(outbox.c.id.in_(some), _may_go()).values(**fresh, copy=outbox.c.copy + 1)
        for ref, channel in conn.execute(moved.returning(outbox.c.ref, outbox.c.channel)).all():
            channel_log.note(conn, ref, channel, "released", REASON, now)
            count += 1
    return count


def _in_parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[first : first + AT_ONCE] for first in range(0, len(ids), AT_ONCE))


def _may_go() -> ColumnElement[bool]:
    never_anew = (outbox.c.repeats == 0) & outbox.c.withdrawn.is_not(True)
    return (outbox.c.status == "failed") & never_anew & (outbox.c.text_sealed != b"")


def _is_over(conn: Connection, keys: Keys, ref: str, person_id: int, turn_no: int) -> bool:
    """Whether it asked something that nobody waits for any more: its session has ended, or asks something else."""
    her = people.by_id(conn, keys, person_id)
    if her is None:
        return True
    return _asks(sessions.after(conn, her, turn_no), ref) and not _asks(sessions.after(conn, her, her.turn_no), ref)


def _asks(open_then: Sessions, ref: str) -> bool:
    return any(ref == one.prompt or ref in one.reminders for one in open_then.open)
