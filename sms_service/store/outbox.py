"""Every message that is to go out, from the transaction that wants it to its last delivery report.

A row goes queued -> sending -> sent -> delivered, or to failed (refused for good), held (nobody can say whether it was
sent; the office decides), dropped (she sent STOP, the question was withdrawn, or the office said so) or unreachable (texts
to her number failed on too many days). It goes backwards only where the gateway said that it certainly failed, and that
another try or another channel may bring it; and to wait for the morning, where it has not left. Which row leaves next is
said in store/order.py.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, exists, func, insert, or_, select, update

from sms_service.privacy import Keys
from sms_service.store import channel_log, order, reach
from sms_service.store.tables import outbox, person

RANK = {"queued": 0, "sending": 1, "held": 1, "sent": 2, "failed": 3, "delivered": 3}
"""Reports come early, late, twice and backwards: a row only ever rises. `dropped` never changes again."""

COUNTED_MAX = 100_000
"""Rows that are counted: a tenth of a second. Whoever has as many on their way knows that there are many."""

REPORT_WAIT = 86_400.0
"""Seconds that a message nobody knows the fate of may still be settled by a report that brings only the number: networks
try for a day. All other messages to that number have ids by which their own reports find them."""

SETTLING_SECONDS = 120.0
"""How much later than the answer to it a send may be settled: a worker notes the time when the gateway has answered, and
may be slow; two leases."""

FAREWELL, FAREWELL_SECONDS = "outbox.farewell", 40.0
"""The last message to a forgotten person, that she is: its text and her number lie under the service's key until it has
left, and no longer than these seconds: all copies are gone within a minute."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A row as the office sees it: nothing of the person, but what is needed to decide."""

    ref: str
    status: str
    reason: str
    channel: str
    flow: str
    attempts: int
    created_at: float


def add(conn: Connection, values: dict[str, Any]) -> None:
    """One message to go out. `values`: ref, person_id, turn_no, channel, flow, text_sealed, to_stopped, due_at, created_at."""
    conn.execute(insert(outbox).values(status="queued", reason="", attempts=0, gateway_id="", segments=0, **values))


def farewell(keys: Keys, phone: str, text: str) -> bytes:
    """`farewell_sealed` of a message to somebody whose own key is no more."""
    return keys.service.encrypt(FAREWELL, f"{phone}\n{text}")


def withdraw(conn: Connection, person_id: int, flow: str, ref: str, others: Sequence[str]) -> None:
    """Drops a question that has not left, and the reminders of it; not what carries `others`, questions that stand."""
    asked = select(outbox.c.turn_no).where(outbox.c.ref == ref).scalar_subquery()
    conn.execute(
        update(outbox)
        .where(outbox.c.person_id == person_id, outbox.c.flow == flow, outbox.c.turn_no >= asked)
        .where(outbox.c.status == "queued", outbox.c.ref.not_in(others))
        .values(status="dropped", reason="the question was withdrawn")
    )


def drop_all(conn: Connection, person_ids: Sequence[int], now: float) -> set[int]:
    """They are forgotten: what has not left stays here, held messages too, and no text is left of any. Whose farewell may
    still leave."""
    theirs = outbox.c.person_id.in_(person_ids)
    leaving = theirs & outbox.c.status.in_(("queued", "sending")) & outbox.c.farewell_sealed.is_not(None)
    leaving &= outbox.c.created_at > now - FAREWELL_SECONDS
    still = conn.execute(select(outbox.c.id, outbox.c.person_id).where(leaving)).all()
    others = theirs & outbox.c.id.not_in([row.id for row in still])
    gone = {"status": "dropped", "reason": "forgotten", "lease_until": None}
    conn.execute(update(outbox).where(others, outbox.c.status.in_(("queued", "sending", "held"))).values(gone))
    tells = or_(outbox.c.text_sealed != b"", outbox.c.farewell_sealed.is_not(None), outbox.c.text_index.is_not(None))
    conn.execute(update(outbox).where(others, tells).values(text_sealed=b"", text_index=None, farewell_sealed=None))
    return {row.person_id for row in still}


def settle(conn: Connection, row_id: int, **values: Any) -> bool:
    """Ends the send of a claimed row (or a held one that a report explained); False if something else settled it."""
    if values.get("status") != "queued":
        values |= {"farewell_sealed": None, "text_index": None}
    moved = conn.execute(
        update(outbox)
        .where(outbox.c.id == row_id, outbox.c.status.in_(("sending", "held")))
        .values(lease_until=None, **values)
    )
    return moved.rowcount == 1


def wait_on(conn: Connection, row_id: int, attempts: int) -> None:
    """A row that nobody knows the fate of stays so until its lease ends; the look at it was no try."""
    conn.execute(update(outbox).where(outbox.c.id == row_id, outbox.c.status == "sending").values(attempts=attempts))


def rise(conn: Connection, row_id: int, status: str, **values: Any) -> bool:
    """Raises a row to `status` if that is further on than where it stands; whether it was."""
    lower = [name for name, rank in RANK.items() if rank < RANK[status]]
    raised = conn.execute(
        update(outbox)
        .where(outbox.c.id == row_id, outbox.c.status.in_(lower))
        .values(status=status, lease_until=None, farewell_sealed=None, **values)
    )
    return raised.rowcount == 1


def was_handed_over(conn: Connection, ref: str, before: float) -> bool:
    """Whether the gateway surely took this message, and by `before` (seconds since 1970): only what came after it can be an
    answer to it. A message that waited on our disk may be older than the question it is read after.

    And it is the newest that she has: where an older one left after it (the office released it), a `1` may answer that.
    """
    older = outbox.alias("older")
    left_later = exists().where(
        older.c.person_id == outbox.c.person_id, older.c.id < outbox.c.id, older.c.sent_at > outbox.c.sent_at
    )
    columns = (outbox.c.status, outbox.c.created_at, outbox.c.sent_at, left_later.label("left_later"))
    row = conn.execute(select(*columns).where(outbox.c.ref == ref)).first()
    if row is None or row.status not in ("sent", "delivered") or row.left_later:
        return False
    return bool(row.created_at <= before and (row.sent_at is None or row.sent_at <= before + SETTLING_SECONDS))


def is_in_flight(conn: Connection, ref: str) -> bool:
    """Whether a worker has this message in hand right now, so that an answer to it may come before its settling."""
    return _status(conn, ref) == "sending"


def _status(conn: Connection, ref: str) -> str | None:
    return conn.execute(select(outbox.c.status).where(outbox.c.ref == ref)).scalar_one_or_none()


def find_reported(
    conn: Connection, keys: Keys, channel: str, ref: str, gateway_id: str, phone: str, now: float
) -> Row[Any] | None:
    """The row that a delivery report speaks of: by our ref, else by the gateway's id, else - where the gateway brings
    back neither - the one row to this number on this channel of which nobody knows whether it was sent."""
    if ref:
        return conn.execute(select(outbox).where(outbox.c.ref == ref, outbox.c.channel == channel)).one_or_none()
    row = conn.execute(
        select(outbox).where(outbox.c.channel == channel, outbox.c.gateway_id == gateway_id, outbox.c.gateway_id != "")
    ).one_or_none()
    if row is not None or not phone:
        return row
    unknown = conn.execute(
        select(outbox)
        .join(person, person.c.id == outbox.c.person_id)
        .where(
            person.c.phone_index == keys.index("phone", phone),
            outbox.c.channel == channel,
            outbox.c.status.in_(("held", "sending")),  # a report may be here before a dead worker's lease has ended
            outbox.c.gateway_id == "",
            outbox.c.due_at > now - REPORT_WAIT,  # not created_at: the office may have released an old one
        )
    ).all()
    return unknown[0] if len(unknown) == 1 else None


def gateway_ids_to(conn: Connection, person_id: int, channel: str) -> Sequence[str]:
    """The gateway's ids of this person's messages that are accounted for."""
    query = select(outbox.c.gateway_id).where(
        outbox.c.person_id == person_id, outbox.c.channel == channel, outbox.c.gateway_id != ""
    )
    return conn.execute(query).scalars().all()


def listed(conn: Connection, statuses: Sequence[str], limit: int = 1000) -> list[Listed]:
    """Rows in one of `statuses`, oldest first; those that wait for nothing after all others."""
    columns = [outbox.c[name] for name in Listed.__slots__]
    query = select(*columns).where(outbox.c.status.in_(statuses))
    rows = conn.execute(query.order_by(outbox.c.status == "unreachable", outbox.c.id).limit(limit))
    return [Listed(*row) for row in rows]


def decide(conn: Connection, ref: str, status: str, reason: str, now: float) -> bool:
    """The office's word on a held row, or on one to a number that could not be reached: `queued` (send it, again) or
    `dropped`. False if there is no such row. The number is tried anew."""
    decided = update(outbox).where(outbox.c.ref == ref, outbox.c.status.in_(("held", "unreachable")))
    values = {"status": status, "reason": reason, "due_at": now, "gateway_id": "", "attempts": 0}
    moved = conn.execute(decided.values(values).returning(outbox.c.person_id, outbox.c.channel)).one_or_none()
    if moved is not None:
        channel_log.note(conn, ref, moved.channel, "released" if status == "queued" else "dropped", reason, now)
    if moved is not None and status == "queued":
        reach.arrived(conn, moved.person_id)
    return moved is not None


def counts(conn: Connection) -> dict[str, int]:
    """How many rows are in each status that is not the last, COUNTED_MAX of each at most. Each has an index of its own rows,
    which is all that is read."""
    counted = {}
    for name, status in order.OPEN.items():
        some = select(outbox.c.id).where(outbox.c.status == status).limit(COUNTED_MAX).subquery()
        counted[name] = conn.execute(select(func.count()).select_from(some)).scalar_one()
    return {name: count for name, count in counted.items() if count}


def oldest_due(conn: Connection, now: float, not_by: Collection[str] = ()) -> float:
    """Seconds that the longest-waiting row is overdue, of other channels than `not_by`; 0 if none is. Rows behind an earlier
    one of hers count too."""
    late = [queue.due_at for queue in order.due_queues(conn, now, not_by)[:1]]
    given_up = select(func.min(outbox.c.due_at)).where(outbox.c.status == order.SENDING, outbox.c.lease_until <= now)
    late += [due_at for due_at in conn.execute(given_up).scalars() if due_at is not None]
    return max(0.0, now - min(late)) if late else 0.0
