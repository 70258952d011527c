"""Every message that is to go out, from the transaction that wants it to its last delivery report.

A row goes queued -> sending -> sent -> delivered, or to failed (refused for good), held (nobody can say whether it was
sent; the office decides), dropped (she sent STOP, the question was withdrawn, or the office said so) or unreachable (texts
to her number failed on too many days). It goes backwards only where the gateway said that it certainly failed, and that
another try or another channel may bring it; and to wait for the morning, where it has not left. Which row leaves next is
said in store/order.py.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, exists, func, insert, or_, select, true, update

from sms_service.privacy import Keys
from sms_service.store import channel_log, order, reach
from sms_service.store.tables import delivery_report, outbox, person

RANK = {"queued": 0, "sending": 1, "held": 1, "sent": 2, "failed": 3, "delivered": 3}
"""Reports come early, late, twice and backwards: a row only ever rises. `dropped` never changes again."""

WAITING, HANDED_OVER = ("queued", "sending", "unreachable"), ("sent", "delivered")
"""The statuses of what may yet leave, and of what the gateway has."""

WITHDRAWN = "the question was withdrawn"

COUNTED_MAX = 100_000
"""Rows that are counted: a tenth of a second. Whoever has as many on their way knows that there are many."""

REPORT_WAIT = 86_400.0
"""Seconds that a message nobody knows the fate of may still be what a report is about that brings only the number: networks
try for a day."""

PERHAPS_MAX = 5
"""Messages that such a report is told beside."""

REF_HEAD, COPIES_MAX = 29, 99
"""Of a reference (32 hexadecimal digits) a copy's has so many, and then its number: `-01`. They tell it from all others."""

COPY = re.compile(r".{1,29}-\d\d")

CLOCKS_APART = 2.0
"""Seconds by which the clocks of two of our machines may differ: one says when a worker took a message in hand, the other
when the answer came. Nobody reads a text and answers it within them."""

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


def withdraw(conn: Connection, refs: Collection[str], *, unasked: bool = False) -> None:
    """These messages (a question, and the reminders of it) stay here if they have not left. One that a worker has in hand, or
    of which nobody knows whether it left or arrived, is marked: it does not leave from now on. `unasked`: only what answers
    nobody."""
    if not refs:
        return
    which = outbox.c.ref.in_(refs) & (outbox.c.answers.is_(False) if unasked else true())
    perhaps = outbox.c.status.in_(("sending", "held") if unasked else ("sending", "held", "sent"))
    conn.execute(update(outbox).where(which, perhaps).values(withdrawn=True))
    gone = {"status": "dropped", "reason": WITHDRAWN, "farewell_sealed": None, "text_index": None}
    conn.execute(update(outbox).where(which, outbox.c.status.in_(("queued", "unreachable"))).values(gone))


@dataclass(frozen=True, slots=True)
class Left:
    """One message about a question. `waits`: it has surely not left. `left_at`: when it was handed over; None: it was not, or
    nobody knows."""

    ref: str
    written_at: float
    waits: bool
    left_at: float | None


def left(conn: Connection, refs: Collection[str]) -> list[Left]:
    """What became of these messages, oldest first."""
    columns = (outbox.c.ref, outbox.c.created_at, outbox.c.status, outbox.c.sent_at)
    rows = conn.execute(select(*columns).where(outbox.c.ref.in_(refs)).order_by(outbox.c.id))
    return [
        Left(row.ref, row.created_at, row.status in WAITING, row.sent_at if row.status in HANDED_OVER else None)
        for row in rows
    ]


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


def look_again(conn: Connection, row_id: int, since: float, at: float) -> None:
    """A row of which its gateway could not say what became of it is looked up once more, not before `at`. `since`: when that
    was first so."""
    sending = (outbox.c.id == row_id) & (outbox.c.status == "sending")
    conn.execute(update(outbox).where(sending).values(looked_since=since, lease_until=at))


def look_now(conn: Connection, channel: str, now: float) -> None:
    """The channel's gateway works again: what it could not say of a row while it was away is asked at once, for the pauses
    between two looks have grown by then."""
    asked = (outbox.c.status == "sending") & (outbox.c.channel == channel) & outbox.c.looked_since.is_not(None)
    conn.execute(update(outbox).where(asked, outbox.c.lease_until > now).values(lease_until=now))


def may_be_anothers(conn: Connection, row_id: int, person_id: int, channel: str, gateway_id: str) -> bool:
    """Whether what was found at the gateway for a row may be another message of hers, of the same words: that has this id, or
    is on its way and has none yet. Of two that are looked for the earlier one is found first."""
    under_way = (outbox.c.status == "sending") & or_(outbox.c.looked_since.is_(None), outbox.c.id < row_id)
    other = (outbox.c.person_id == person_id) & (outbox.c.channel == channel) & (outbox.c.id != row_id)
    query = select(outbox.c.id).where(other, or_(outbox.c.gateway_id == gateway_id, under_way))
    return conn.execute(query.limit(1)).first() is not None


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
    answer to it. A message that waited on our disk may be older than the question it is read after, or than its handing over:
    so `sent_at` is when a worker took it in hand, not when it had heard what became of it.

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
    return bool(row.created_at <= before and (row.sent_at is None or row.sent_at <= before + CLOCKS_APART))


def is_in_flight(conn: Connection, ref: str) -> bool:
    """Whether a worker has this message in hand right now, so that an answer to it may come before its settling."""
    return _status(conn, ref) == "sending"


def _status(conn: Connection, ref: str) -> str | None:
    return conn.execute(select(outbox.c.status).where(outbox.c.ref == ref)).scalar_one_or_none()


def copy_ref(ref: str, copy: int) -> str:
    """What copy number `copy` of a message is called at the gateway: as long as the reference, which the first one has."""
    return f"{ref[:REF_HEAD]}-{min(copy, COPIES_MAX):02}" if copy else ref


def copy_of(ref: str) -> int:
    """Which copy a reference at the gateway is of."""
    return int(ref[-2:]) if COPY.fullmatch(ref) else 0


def find_reported(conn: Connection, channel: str, ref: str, gateway_id: str) -> Row[Any] | None:
    """The row that a delivery report speaks of: by our reference, else by the gateway's id of it, or of a copy of it that was
    reported on before. Never by the number: other software on the same account texts it too."""
    rows = select(outbox).where(outbox.c.channel == channel).order_by(outbox.c.id.desc()).limit(1)
    if ref:
        head = ref[:-3]
        begins = outbox.c.ref.between(head, head + "g") if len(head) == REF_HEAD else outbox.c.ref == head
        is_it = begins if COPY.fullmatch(ref) else outbox.c.ref == ref
        return conn.execute(rows.where(is_it)).one_or_none()
    if not gateway_id:
        return None
    before = (delivery_report.c.channel == channel) & (delivery_report.c.gateway_id == gateway_id)
    of_a_copy = select(delivery_report.c.outbox_id).where(before)
    row = conn.execute(rows.where(outbox.c.gateway_id == gateway_id)).one_or_none()
    return row or conn.execute(rows.where(outbox.c.id.in_(of_a_copy))).one_or_none()


def perhaps_meant(conn: Connection, keys: Keys, channel: str, phone: str, now: float) -> Sequence[str]:
    """References of the messages to this number of which nobody knows whether they were sent."""
    query = select(outbox.c.ref).join(person, person.c.id == outbox.c.person_id)
    theirs = (person.c.phone_index == keys.index("phone", phone)) & (outbox.c.channel == channel)
    theirs &= outbox.c.status.in_(("held", "sending"))  # a report may be here before a dead worker's lease has ended
    theirs &= outbox.c.due_at > now - REPORT_WAIT  # not created_at: the office may have released an old one
    return conn.execute(query.where(theirs).order_by(outbox.c.id).limit(PERHAPS_MAX)).scalars().all()


def gateway_ids_to(conn: Connection, person_id: int, channel: str) -> Sequence[str]:
    """The gateway's ids of this person's messages that are accounted for, copies that failed too."""
    hers = (outbox.c.person_id == person_id) & (outbox.c.channel == channel)
    named = conn.execute(select(outbox.c.gateway_id).where(hers, outbox.c.gateway_id != "")).scalars().all()
    said = delivery_report.c
    of_hers = said.outbox_id.in_(select(outbox.c.id).where(hers)) & (said.channel == channel)
    failed = conn.execute(select(said.gateway_id).where(of_hers, said.status == "failed")).scalars().all()
    return [*named, *failed]


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
    if status == "queued":
        values["copy"] = outbox.c.copy + 1  # nobody knows of the one before: it may still be reported on
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
