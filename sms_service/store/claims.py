"""Who sends which message: a worker claims a row of the outbox until its lease ends. In which order they leave is said in
store/order.py.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, select, update

from sms_service.engine.model import UNASKED
from sms_service.privacy import Keys, Unreadable
from sms_service.store import installation, order
from sms_service.store.outbox import FAREWELL, FAREWELL_SECONDS, WITHDRAWN, copy_ref, settle
from sms_service.store.tables import outbox, person, turn

ANOTHER_KEY_SECONDS = 300.0
"""For so long a message is left alone whose person is under a service key that this process was not given: others have it,
or this one will after its next start."""

NO_KEY = "its service key is not here"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row that this worker alone may send now, until its lease ends. `dlt_entity`, `dlt_template`: the ids of its text in
    India's registry; "" where it has none. `lease_until` is also the sign by which the worker that has it now is told from one
    that had it before."""

    id: int
    ref: str
    person_id: int
    channel: str
    phone: str
    text: str
    attempts: int
    lease_until: float
    created_at: float
    turn_no: int
    failed_days: int
    dlt_entity: str
    dlt_template: str
    due_at: float
    repeats: int
    link: str
    text_index: bytes | None
    to_stopped: bool
    copy: int = 0
    looked_since: float | None = None

    @property
    def copy_ref(self) -> str:
        """What this copy is called at the gateway: reports on those before it have another reference."""
        return copy_ref(self.ref, self.copy)

    @property
    def since(self) -> float:
        """From when on the gateway may have it: of one sent anew, what it had before is known to have failed."""
        return max(self.created_at, self.due_at) if self.repeats else self.created_at


def claim(
    conn: Connection,
    keys: Keys,
    now: float,
    lease: float,
    not_by: Collection[str] = (),
    *,
    bulk_first: bool = False,
) -> Claimed | None:
    """The next row that may go out now, taken by this worker for `lease` seconds; None if there is none.

    What answers somebody goes first, unless it is the turn of the others (`bulk_first`). Rows of the channels `not_by` are
    left alone. STOP is looked at here once more, in the same transaction: whatever was queued before it is dropped.
    """
    while True:
        row = _next_due(conn, now, not_by, bulk_first)
        if row is None:
            return None
        says_farewell = row.farewell_sealed is not None and row.created_at > now - FAREWELL_SECONDS
        if row.wrapped_key is None and not says_farewell:
            _move(conn, row.id, "queued", status="dropped", reason="forgotten", farewell_sealed=None)
            continue
        if row.stopped_at is not None and not row.to_stopped:
            _move(conn, row.id, "queued", status="dropped", reason="she sent STOP", farewell_sealed=None)
            continue
        if row.withdrawn:
            _move(conn, row.id, "queued", status="dropped", reason=WITHDRAWN, farewell_sealed=None)
            continue
        if installation.is_elsewhere(conn, keys, row.wrapped_key or row.farewell_sealed):
            _move(conn, row.id, "queued", due_at=now + ANOTHER_KEY_SECONDS, reason=NO_KEY)
            continue
        try:
            claimed = _claimed(row, keys, now + lease)
        except Unreadable:  # a damaged row must not keep everybody else's messages from leaving
            _move(conn, row.id, "queued", status="failed", reason="it cannot be decrypted")
            continue
        if _move(conn, row.id, "queued", **_taken(claimed.lease_until)):
            return claimed


def claim_equal(conn: Connection, keys: Keys, first: Claimed, now: float, lease: float, most: int) -> list[Claimed]:
    """Rows of the same text and channel as `first`, at most `most`, taken as by `claim`: they can leave in one call."""
    if first.text_index is None or first.link or most < 1:
        return []
    same = (outbox.c.text_index == first.text_index) & (outbox.c.channel == first.channel) & outbox.c.link.is_(None)
    may = person.c.wrapped_key.is_not(None) & (person.c.stopped_at.is_(None) | outbox.c.to_stopped)
    may &= outbox.c.withdrawn.is_(None)
    query = _with_person().where(outbox.c.status == order.QUEUED, outbox.c.due_at <= now, same, may)
    query = query.where(~order.waits(now))
    # As the index of equal texts has them: it ends at the last one that leaves, however many wait.
    query = query.order_by(outbox.c.due_at, outbox.c.id).limit(most).with_for_update(skip_locked=True, of=outbox)
    found = []
    for row in conn.execute(query).all():
        try:
            claimed = _claimed(row, keys, now + lease)
        except Unreadable:
            continue  # `claim` comes to it, and says so
        if claimed.text == first.text and (claimed.dlt_entity, claimed.dlt_template) == (
            first.dlt_entity,
            first.dlt_template,
        ):
            found.append(claimed)
    if found:
        ids = [one.id for one in found]
        taken = update(outbox).where(outbox.c.id.in_(ids), outbox.c.status == "queued")
        conn.execute(taken.values(_taken(now + lease)))
    return found


def expired_lease(conn: Connection, keys: Keys, now: float, lease: float) -> Claimed | None:
    """A row whose outcome nobody knows - its worker died, or the gateway gave no clear answer - taken for `lease` seconds, to
    be looked up. That is no try to send it."""
    query = (
        _with_person()
        .where(outbox.c.status == order.SENDING, outbox.c.lease_until <= now)
        .order_by(outbox.c.id)
        .limit(1)
    )
    while row := conn.execute(query).one_or_none():
        if row.wrapped_key is None:
            gone = {"lease_until": None, "farewell_sealed": None}
            _move(conn, row.id, "sending", status="dropped", reason="forgotten", **gone)
            continue
        if installation.is_elsewhere(conn, keys, row.wrapped_key):
            _move(conn, row.id, "sending", lease_until=now + ANOTHER_KEY_SECONDS)
            continue
        try:
            claimed = replace(_claimed(row, keys, now + lease), attempts=row.attempts)
        except Unreadable:  # a damaged row must not keep everybody else's from being looked up
            _move(conn, row.id, "sending", status="held", reason="it cannot be decrypted", lease_until=None)
            continue
        taken = conn.execute(
            update(outbox)
            .where(outbox.c.id == row.id, outbox.c.status == "sending", outbox.c.lease_until == row.lease_until)
            .values(lease_until=claimed.lease_until)
        )
        if taken.rowcount == 1:
            return claimed
    return None


def _taken(lease_until: float) -> dict[str, Any]:
    """What a claim writes into a row that was queued."""
    begun = {"put_off": None, "looked_since": None}
    return {"status": "sending", "lease_until": lease_until, "attempts": outbox.c.attempts + 1, **begun}


def _with_person() -> Any:
    hers = (person.c.wrapped_key, person.c.phone_sealed, person.c.stopped_at, person.c.failed_days)
    return select(outbox, *hers).join(person, person.c.id == outbox.c.person_id)


def _next_due(conn: Connection, now: float, not_by: Collection[str], bulk_first: bool) -> Row[Any] | None:
    queues = order.due_queues(conn, now, not_by)
    for queue in sorted(queues, key=lambda one: one.answers is bulk_first):
        order.let_wait(conn, queue, now)
        row = conn.execute(order.first_of(queue, _with_person(), now, not_by)).one_or_none()
        if row is not None:
            return row
    return None


def _claimed(row: Row[Any], keys: Keys, lease_until: float) -> Claimed:
    if row.wrapped_key is None:
        phone, _, text = keys.service.decrypt(FAREWELL, row.farewell_sealed).partition("\n")
    else:
        key = keys.person_key(row.wrapped_key)
        phone, text = key.decrypt("person.phone", row.phone_sealed), key.decrypt("outbox.text", row.text_sealed)
    return Claimed(
        id=row.id,
        ref=row.ref,
        person_id=row.person_id,
        channel=row.channel,
        phone=phone,
        text=text,
        attempts=row.attempts + 1,
        lease_until=lease_until,
        created_at=row.created_at,
        turn_no=row.turn_no,
        failed_days=row.failed_days or 0,
        dlt_entity=row.dlt_entity or "",
        dlt_template=row.dlt_template or "",
        due_at=row.due_at,
        repeats=row.repeats,
        link=row.link or "",
        text_index=row.text_index,
        to_stopped=row.to_stopped,
        copy=row.copy,
        looked_since=row.looked_since,
    )


def _move(conn: Connection, row_id: int, status_before: str, **values: Any) -> bool:
    moved = conn.execute(update(outbox).where(outbox.c.id == row_id, outbox.c.status == status_before).values(**values))
    return moved.rowcount == 1


def is_held(conn: Connection, claimed: Claimed) -> bool:
    """Whether this claim is still the one that counts: its lease may have ended meanwhile, and another worker taken the row.
    Until the transaction ends nobody else takes it."""
    mine = (outbox.c.id == claimed.id) & (outbox.c.status == "sending") & (outbox.c.lease_until == claimed.lease_until)
    return conn.execute(select(outbox.c.id).where(mine).with_for_update()).first() is not None


def accepted(conn: Connection, claimed: Claimed, **values: Any) -> bool:
    """The gateway has it: it is sent, also where the lease ended meanwhile and the row waits to leave once more. False if a
    report said more already, or it goes anew because this one failed, or by another channel."""
    same = (outbox.c.id == claimed.id) & (outbox.c.channel == claimed.channel) & (outbox.c.repeats == claimed.repeats)
    ended = {"status": "sent", "lease_until": None, "farewell_sealed": None, "text_index": None, "put_off": None}
    sent = update(outbox).where(same, outbox.c.status.in_(("queued", "sending", "held"))).values(ended | values)
    return conn.execute(sent).rowcount == 1


def went_on_by(conn: Connection, claimed: Claimed) -> str:
    """The other channel that has got it meanwhile; "" if none."""
    other = (outbox.c.id == claimed.id) & (outbox.c.channel != claimed.channel)
    return conn.execute(select(outbox.c.channel).where(other)).scalar_one_or_none() or ""


def is_awaited(conn: Connection, claimed: Claimed, awake_since: float, until: float = math.inf) -> bool:
    """Whether somebody waits for this message: it answers what she sent, or she sent something after `awake_since`, and by
    `until`."""
    if is_answer(conn, claimed):
        return True
    hers = (turn.c.person_id == claimed.person_id) & turn.c.channel.not_in(UNASKED) & (turn.c.at <= until)
    # From the newest backwards: not all that she ever sent.
    newest = conn.execute(select(turn.c.at).where(hers).order_by(turn.c.turn_no.desc()).limit(1)).scalar_one_or_none()
    return newest is not None and newest > awake_since


def is_answer(conn: Connection, claimed: Claimed) -> bool:
    """Whether it was said in a turn that a message of hers caused: as the turn log has it, since the release before does not
    write `outbox.answers`."""
    said_in = (turn.c.person_id == claimed.person_id) & (turn.c.turn_no == claimed.turn_no)
    return conn.execute(select(turn.c.at).where(said_in, turn.c.channel.not_in(UNASKED))).first() is not None


def put_back(conn: Connection, claimed: Claimed) -> None:
    """A message just claimed is left for later; that was no try."""
    settle(conn, claimed.id, status="queued", attempts=claimed.attempts - 1)


def put_off(conn: Connection, claimed: Claimed, until: float) -> None:
    """A message just claimed may not leave before `until`; that was no try."""
    settle(conn, claimed.id, status="queued", due_at=until, attempts=claimed.attempts - 1, put_off=True)


def wake(conn: Connection, person_id: int, now: float) -> None:
    """She is awake, for she just wrote: what was put off leaves now, before what she is answered."""
    put_off = (outbox.c.status == "queued") & outbox.c.put_off.is_(True)
    conn.execute(update(outbox).where(outbox.c.person_id == person_id, put_off).values(due_at=now, put_off=None))


def wake_all(conn: Connection, now: float) -> None:
    """What was put off is looked at anew: it leaves now, or is put off by what still holds."""
    put_off = (outbox.c.status == "queued") & outbox.c.put_off.is_(True)
    conn.execute(update(outbox).where(put_off, outbox.c.due_at > now).values(due_at=now, put_off=None))
