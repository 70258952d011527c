"""Forgetting a person: her key is destroyed, what others have of her is taken out, and the proof of what she decided stays.

One phone is one person here, and has one key: whoever shares it is forgotten with it. What lies outside of SQL, and what may
still be written by a turn that was under way, is noted in `erasure`, what others have of her in `search` (searches.py); the
sweeper sees to both within a minute. What becomes of each table says remains.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table, case, delete, func, insert, or_, select, text, tuple_, update

from sms_service.engine.model import Inbound, Session
from sms_service.enrolment import consent as decisions
from sms_service.enrolment import mentions, photo_media, refusals, searches, sought
from sms_service.privacy import Keys
from sms_service.store import outbox as store_outbox
from sms_service.store import people
from sms_service.store.people import Person
from sms_service.store.tables import (
    ASKED_FOR_IT,
    card,
    consent,
    delivery_report,
    enroler,
    erasure,
    fee_receipt,
    hold,
    member,
    moved_registration,
    outbox,
    person,
    photo,
    registration,
    timer,
    turn,
)

SETTLED_SECONDS = searches.SETTLED_SECONDS
"""Between the two times that copies are deleted: a turn that was being taken when she was forgotten has written what it
had to Redis by then."""

TURNS = 10_000
"""Turns that are cleared in one transaction: some tenths of a second of a statement that may take two. An enroler who texts
for years has hundreds of thousands."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is known of a person, as figures: nothing of it says who she is. `members` are membership numbers that are
    valid, `others` texts of other people that speak of her, `enroler` her status as one, or ""."""

    members: list[int] = field(default_factory=list)
    registrations: int = 0
    decisions: int = 0
    turns: int = 0
    messages: int = 0
    photos: int = 0
    receipts: int = 0
    others: int = 0
    enroler: str = ""


def holdings(conn: Connection, keys: Keys, whom: Person) -> Holdings:
    """What `forget` would be about. Writes nothing."""
    ids = _registrations(conn, whom.id)

    def count(column: Any, *where: Any) -> int:
        return conn.execute(select(func.count(column)).where(*where)).scalar_one()

    status = conn.execute(select(enroler.c.status).where(enroler.c.person_id == whom.id)).scalar_one_or_none()
    valid = select(member.c.number).where(member.c.person_id == whom.id, member.c.status == "valid")
    return Holdings(
        members=list(conn.execute(valid.order_by(member.c.number)).scalars()),
        registrations=len(ids),
        decisions=count(consent.c.id, consent.c.person_id == whom.id),
        turns=count(turn.c.turn_no, turn.c.person_id == whom.id),
        messages=count(outbox.c.id, outbox.c.person_id == whom.id),
        photos=count(photo.c.id, photo.c.registration_id.in_(ids)),
        receipts=_receipts(conn, ids),
        others=len(mentions.find(conn, keys, {whom.id: sought.of(conn, whom)}).mentions),
        enroler=status or "",
    )


def _receipts(conn: Connection, ids: Sequence[int]) -> int:
    query = select(func.count(fee_receipt.c.id)).where(fee_receipt.c.registration_id.in_(ids))
    return conn.execute(query).scalar_one()


def forget(
    conn: Connection,
    keys: Keys,
    whom: Person,
    now: float,
    session: Session | None = None,
    inbound: Inbound | None = None,
) -> bool:
    """Forgets her, inside the caller's transaction; False if she was forgotten before. It takes as long for whoever is in the
    texts of many as for anybody: what others have of her is looked for afterwards.

    Her turn goes on with the key that it holds in memory: what it still writes, nobody can read, but for the answer of a
    flow with `answers_stopped`, which leaves as a farewell (store/outbox.py). Questions of hers that are open in memory are
    the caller's to close (Done.closes_others). `session` and `inbound`: where she said so; without, the office did it.
    """
    if not people.lock(conn, whom.id):
        return False
    decisions.end_all(conn, keys, whom, session, inbound, now)
    valid = (member.c.person_id == whom.id) & (member.c.status == "valid")
    conn.execute(update(member).where(valid).values(status="withdrawn"))
    take(conn, keys, whom, now, block=True)
    return True


def take(conn: Connection, keys: Keys, whom: Person, now: float, block: bool) -> None:
    """Destroys her key, and clears the plain columns that tell something of her; the caller has locked her row. `block`: she
    asked for it, and nobody is to enter her again. Her sealed columns are cleared by `clear`: a turn may be under way that
    opens them with the key it has in memory."""
    ids = _registrations(conn, whom.id)
    searches.add(conn, keys, whom.id, sought.of(conn, whom), asked=block)
    entered = registration.c.person_id == whom.id
    open_ = entered & registration.c.status.in_(("waiting", "held"))
    conn.execute(update(registration).where(open_).values(status="refused", decided_at=now))
    conn.execute(update(registration).where(entered).values(voter_id_index=None, flags="", erased_at=now))
    undecided = hold.c.registration_id.in_(ids) & hold.c.decided_at.is_(None)
    conn.execute(update(hold).where(undecided).values(decision="refused", decided_at=now))
    conn.execute(update(hold).where(hold.c.registration_id.in_(ids)).values(detail="", said_sealed=None))
    # The text that an entry came by names her number, though it is about somebody else since FIX, and under that one's key.
    left = moved_registration.c.person_id == whom.id
    entered_by = registration.c.id.in_(select(moved_registration.c.registration_id).where(left))
    conn.execute(update(registration).where(entered_by).values(raw_sealed=None))
    conn.execute(delete(moved_registration).where(left))
    hers = select(member.c.number).where(member.c.person_id == whom.id)
    pictures = {one.name: None for one in card.columns if one.name.endswith("_sealed")}
    conn.execute(
        update(card).where(card.c.member_number.in_(hers)).values(status="revoked", token_hash=None, **pictures)
    )
    photo_media.leave_to_gateway(conn, keys, whom, ids, now)
    told = {"status": "retired", "surplus_sealed": None, "code_index": None, "code_until": None, "hold_reason": ""}
    conn.execute(update(enroler).where(enroler.c.person_id == whom.id).values(told))
    conn.execute(delete(timer).where(timer.c.person_id == whom.id))
    conn.execute(insert(erasure).values(person_id=whom.id, phone_index=whom.phone_index))
    if block:  # her number is blocked instead; else what it has said no to stands on, without her name
        refusals.forget(conn, whom.phone_index)
    people.destroy_key(conn, whom.id, now, block)


def _registrations(conn: Connection, person_id: int) -> list[int]:
    return list(conn.execute(select(registration.c.id).where(registration.c.person_id == person_id)).scalars())


# --- what is left to do -------------------------------------------------------------------------------------------


def last_turns(conn: Connection, person_ids: Sequence[int]) -> dict[int, int]:
    """Up to which turn each of these people has any."""
    last = select(func.max(turn.c.turn_no)).where(turn.c.person_id == person.c.id).scalar_subquery()
    rows = conn.execute(select(person.c.id, last.label("turn_no")).where(person.c.id.in_(person_ids)))
    return {row.id: row.turn_no or 0 for row in rows}


def clear_turns(conn: Connection, person_ids: Sequence[int], first: int) -> None:
    """Clears TURNS turns of each, from `first` on, the messages that were said in them and have left, and the reports on
    those; what is clear is not written again."""
    ids = _forgotten(conn, person_ids)
    said = {"text_sealed": b"", "reply_sealed": b"", "sessions_sealed": b""}
    block = turn.c.person_id.in_(ids) & turn.c.turn_no.between(first, first + TURNS - 1)
    conn.execute(update(turn).where(block, _told(turn, said)).values(said))
    block = outbox.c.person_id.in_(ids) & outbox.c.turn_no.between(first, first + TURNS - 1)
    named = select(outbox.c.channel, outbox.c.gateway_id).where(block, outbox.c.gateway_id != "")
    reported = tuple_(delivery_report.c.channel, delivery_report.c.gateway_id)
    conn.execute(delete(delivery_report).where(reported.in_(named)))
    conn.execute(delete(delivery_report).where(delivery_report.c.outbox_id.in_(select(outbox.c.id).where(block))))
    over = outbox.c.status.not_in(("queued", "sending", "held"))
    conn.execute(update(outbox).where(block, over, outbox.c.text_sealed != b"").values(text_sealed=b""))


def clear(conn: Connection, person_ids: Sequence[int], now: float) -> set[int]:
    """Clears what else is sealed under keys that are no more, and what a turn that was under way has still written. Whose
    farewell may still leave: those once more."""
    ids = _forgotten(conn, person_ids)
    hers = registration.c.person_id.in_(ids)
    open_ = hers & registration.c.status.in_(("waiting", "held"))
    conn.execute(update(registration).where(open_).values(status="refused", decided_at=now))
    nothing = {"fields_sealed": b"", "raw_sealed": None, "voter_id_index": None, "flags": ""}
    since = func.coalesce(registration.c.erased_at, now)
    conn.execute(update(registration).where(hers, _told(registration, nothing)).values(**nothing, erased_at=since))
    conn.execute(delete(timer).where(timer.c.person_id.in_(ids)))
    name = {"name_sealed": b""}
    conn.execute(update(enroler).where(enroler.c.person_id.in_(ids), _told(enroler, name)).values(name))
    return store_outbox.drop_all(conn, ids, now)


def _forgotten(conn: Connection, person_ids: Sequence[int]) -> list[int]:
    forgotten = person.c.id.in_(person_ids) & person.c.wrapped_key.is_(None)
    return list(conn.execute(select(person.c.id).where(forgotten)).scalars())


def _told(table: Table, nothing: Mapping[str, Any]) -> Any:
    """Whether a row is not yet as `nothing` says."""
    return or_(*(table.c[name].is_distinct_from(value) for name, value in nothing.items()))


def left(conn: Connection, now: float, limit: int) -> list[Any]:
    """Copies that are to be deleted now, those of people who asked for it first: rows with id, person_id, phone_index,
    swept_at."""
    ripe = or_(erasure.c.swept_at.is_(None), erasure.c.swept_at <= now - SETTLED_SECONDS)
    query = select(erasure).join(person, person.c.id == erasure.c.person_id).where(ripe)
    asked_first = case((text(ASKED_FOR_IT), 0), else_=1)
    return list(conn.execute(query.order_by(asked_first, erasure.c.id).limit(limit)).all())


def copies_of(conn: Connection, person_id: int) -> list[bytes]:
    """Under which hashes Redis may have something of her."""
    return list(conn.execute(select(erasure.c.phone_index).where(erasure.c.person_id == person_id)).scalars())


def swept(conn: Connection, rows: Sequence[Any], now: float, everywhere: bool) -> None:
    """Clears what is left in SQL of the people whose rows these are, and whose turns are cleared. `everywhere`: their copies
    elsewhere have just been deleted; the rows are taken out when that was the second time."""
    farewells = clear(conn, sorted({row.person_id for row in rows}), now)
    if not everywhere:
        return
    over = [row.id for row in rows if row.swept_at is not None and row.person_id not in farewells]
    again = [row.id for row in rows if row.swept_at is None or row.person_id in farewells]
    conn.execute(delete(erasure).where(erasure.c.id.in_(over)))
    conn.execute(update(erasure).where(erasure.c.id.in_(again)).values(swept_at=now))
