"""Forgetting a person: her key is destroyed, what others have of her is taken out, and the proof of what she decided stays.

One phone is one person here, and has one key: whoever shares it is forgotten with it. What lies outside of SQL, and what may
still be written by a turn that was under way, is noted in `erasure`; the sweeper sees to it within a minute.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, text, tuple_, update

from sms_service.enrolment import consent as decisions
from sms_service.enrolment import ledger, mentions
from sms_service.enrolment.effect_shapes import MEMBERSHIP
from sms_service.enrolment.registrations import OPEN
from sms_service.privacy import Keys
from sms_service.store import outbox as store_outbox
from sms_service.store import people
from sms_service.store.people import Person
from sms_service.store.tables import (
    ERASABLE,
    card,
    consent,
    delivery_report,
    enroler,
    erasure,
    fee_receipt,
    hold,
    member,
    outbox,
    person,
    photo,
    registration,
    timer,
    turn,
)

VERDICT = "forget"

SETTLED_SECONDS = 5.0
"""Between the two times that copies are deleted: a turn that was being taken when she was forgotten has written what it
had to Redis by then."""


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
        others=len(mentions.of(conn, keys, whom)),
        enroler=status or "",
    )


def _receipts(conn: Connection, ids: Sequence[int]) -> int:
    query = select(func.count(fee_receipt.c.id)).where(fee_receipt.c.registration_id.in_(ids))
    return conn.execute(query).scalar_one()


def forget(conn: Connection, keys: Keys, whom: Person, now: float) -> bool:
    """Forgets her, inside the caller's transaction; False if she was forgotten before. Raises Conflict where somebody who has
    her in a dialogue is just answering.

    Her turn goes on with the key that it holds in memory: what it still writes, nobody can read, but for the answer of a
    flow with `answers_stopped`, which leaves as a farewell (store/outbox.py). Questions of hers that are open in memory are
    the caller's to close (Done.closes_others).
    """
    if not people.lock(conn, whom.id):
        return False
    mentions.take_out(conn, keys, whom, mentions.of(conn, keys, whom), now)
    _withdraw(conn, keys, whom, now)
    _take(conn, whom, now, block=True)
    return True


def _withdraw(conn: Connection, keys: Keys, whom: Person, now: float) -> None:
    """Ends her memberships, and whatever else she has consented to, each with a decision in the ledger."""
    valid = (member.c.person_id == whom.id) & (member.c.status == "valid")
    memberships = conn.execute(select(member.c.registration_id).where(valid).order_by(member.c.number)).scalars().all()
    for place, registration_id in enumerate(memberships):
        conn.execute(insert(consent).values(_decision(keys, whom, MEMBERSHIP, registration_id, place, now)))
    conn.execute(update(member).where(valid).values(status="withdrawn"))
    newest = select(func.max(consent.c.id)).where(consent.c.person_id == whom.id, consent.c.purpose != MEMBERSHIP)
    given = select(consent.c.purpose, consent.c.registration_id).where(consent.c.decision == "given")
    for row in conn.execute(given.where(consent.c.id.in_(newest.group_by(consent.c.purpose)))).all():
        conn.execute(insert(consent).values(_decision(keys, whom, row.purpose, row.registration_id, 0, now)))


def _decision(
    keys: Keys, whom: Person, purpose: str, registration_id: int | None, place: int, now: float
) -> dict[str, Any]:
    """The row of the ledger. Its turn number is none that a turn has (0, -1 ...): the turn that she said it in may decide more
    about the same purpose, and one phone may have several memberships. `inbound_id` names that turn."""
    told = {
        "person_id": whom.id, "registration_id": registration_id, "purpose": purpose, "decision": "withdrawn",
        "verdict": VERDICT, "language": whom.language, "channel": whom.channel, "turn_no": -place, "at": now,
        "inbound_id": f"{whom.id}:{whom.turn_no + 1}", "wording_sealed": b"", "reply_sealed": b"",
    }  # fmt: skip
    row = {one.name: told.get(one.name, None if one.nullable else "") for one in ledger.COVERED}
    row["mac"] = keys.ledger_mac(ledger.digest(row))
    return row


def _take(conn: Connection, whom: Person, now: float, block: bool) -> None:
    """Destroys her key, and clears the plain columns that tell something of her. Her sealed ones are cleared by `clear`: a
    turn may be under way that opens them with the key it has in memory."""
    ids = _registrations(conn, whom.id)
    entered = registration.c.person_id == whom.id
    open_ = entered & registration.c.status.in_(("waiting", "held"))
    conn.execute(update(registration).where(open_).values(status="refused", decided_at=now))
    conn.execute(update(registration).where(entered).values(voter_id_index=None, flags="", erased_at=now))
    undecided = hold.c.registration_id.in_(ids) & hold.c.decided_at.is_(None)
    conn.execute(update(hold).where(undecided).values(decision="refused", decided_at=now))
    conn.execute(update(hold).where(hold.c.registration_id.in_(ids)).values(detail=""))
    hers = select(member.c.number).where(member.c.person_id == whom.id)
    pictures = {one.name: None for one in card.columns if one.name.endswith("_sealed")}
    conn.execute(
        update(card).where(card.c.member_number.in_(hers)).values(status="revoked", token_hash=None, **pictures)
    )
    waiting = photo.c.registration_id.is_(None) & (photo.c.enroler_id == whom.id)
    conn.execute(delete(photo).where(photo.c.registration_id.in_(ids) | waiting))
    told = {"status": "retired", "surplus_sealed": None, "code_index": None, "code_until": None, "hold_reason": ""}
    conn.execute(update(enroler).where(enroler.c.person_id == whom.id).values(told))
    conn.execute(delete(timer).where(timer.c.person_id == whom.id))
    named = select(outbox.c.channel, outbox.c.gateway_id).where(
        outbox.c.person_id == whom.id, outbox.c.gateway_id != ""
    )
    reported = tuple_(delivery_report.c.channel, delivery_report.c.gateway_id)
    conn.execute(delete(delivery_report).where(reported.in_(named)))
    conn.execute(insert(erasure).values(person_id=whom.id, phone_index=whom.phone_index))
    people.destroy_key(conn, whom.id, now, block)


def _registrations(conn: Connection, person_id: int) -> list[int]:
    return list(conn.execute(select(registration.c.id).where(registration.c.person_id == person_id)).scalars())


# --- what is left to do -------------------------------------------------------------------------------------------


def clear(conn: Connection, person_id: int, now: float) -> bool:
    """Clears what is sealed under a key that is no more, and what a turn that was under way has still written. True if her
    farewell may still leave: then once more."""
    hers = registration.c.person_id == person_id
    open_ = hers & registration.c.status.in_(("waiting", "held"))
    conn.execute(update(registration).where(open_).values(status="refused", decided_at=now))
    nothing = {"fields_sealed": b"", "raw_sealed": None, "voter_id_index": None, "flags": "", "erased_at": now}
    conn.execute(update(registration).where(hers).values(nothing))
    conn.execute(delete(timer).where(timer.c.person_id == person_id))
    said = {"text_sealed": b"", "reply_sealed": b"", "sessions_sealed": b""}
    conn.execute(update(turn).where(turn.c.person_id == person_id).values(said))
    conn.execute(update(enroler).where(enroler.c.person_id == person_id).values(name_sealed=b""))
    return store_outbox.drop_all(conn, person_id, now)


def left(conn: Connection, limit: int) -> list[Any]:
    """Copies that are still to be deleted: rows with id, person_id, phone_index, swept_at."""
    return list(conn.execute(select(erasure).order_by(erasure.c.id).limit(limit)).all())


def swept(conn: Connection, rows: Sequence[Any], now: float, everywhere: bool) -> None:
    """Clears what is left in SQL of one person, whose rows these are. `everywhere`: her copies elsewhere have just been
    deleted; the rows are taken out when that was the second time."""
    forgotten = people.is_forgotten(conn, rows[0].person_id)
    farewell = forgotten and clear(conn, rows[0].person_id, now)
    for row in rows if everywhere else ():
        if row.swept_at is None:
            conn.execute(update(erasure).where(erasure.c.id == row.id).values(swept_at=now))
        elif row.swept_at <= now - SETTLED_SECONDS and not farewell:
            conn.execute(delete(erasure).where(erasure.c.id == row.id))


# --- people who came to nothing -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """How far the search has come: time and id of the last registration, and of the last person, that was looked at."""

    registration: tuple[float, int] = (0.0, 0)
    person: tuple[float, int] = (0.0, 0)


def candidates(conn: Connection, place: Place, before: float, limit: int) -> tuple[list[int], Place]:
    """People who may have to be erased, and where to search on: those behind registrations that came to nothing before
    `before`, and those who sent STOP before. At its end the search begins anew: who is something else today may be nothing
    else tomorrow."""
    at, last = registration.c.decided_at, registration.c.id
    beyond = (at > place.registration[0]) | ((at == place.registration[0]) & (last > place.registration[1]))
    entered = conn.execute(
        select(registration.c.person_id, at, last)
        .where(text(ERASABLE), at >= place.registration[0], at <= before, beyond)
        .order_by(at, last)
        .limit(limit)
    ).all()
    since, who = person.c.stopped_at, person.c.id
    further = (since > place.person[0]) | ((since == place.person[0]) & (who > place.person[1]))
    stopped = conn.execute(
        select(who, since)
        .where(text("stopped_at IS NOT NULL AND wrapped_key IS NOT NULL"), since >= place.person[0])
        .where(since <= before, further)
        .order_by(since, who)
        .limit(limit)
    ).all()
    then = Place(
        (entered[-1].decided_at, entered[-1].id) if len(entered) == limit else (0.0, 0),
        (stopped[-1].stopped_at, stopped[-1].id) if len(stopped) == limit else (0.0, 0),
    )
    return list(dict.fromkeys([*(row.person_id for row in entered), *(row.id for row in stopped)])), then


def is_nothing_else(conn: Connection, person_id: int, before: float) -> bool:
    """Whether she is no member and never was, no enroler, gets no news by her own wish, has nothing open, and nothing has
    happened to her since `before`."""
    of_hers = (
        select(member.c.number).where(member.c.person_id == person_id),
        select(enroler.c.person_id).where(enroler.c.person_id == person_id),
        select(registration.c.id).where(registration.c.person_id == person_id, registration.c.status.in_(OPEN)),
        select(registration.c.id).where(registration.c.person_id == person_id, registration.c.decided_at > before),
        select(timer.c.session_id).where(timer.c.person_id == person_id),
        select(outbox.c.id).where(outbox.c.person_id == person_id, outbox.c.status.in_(("queued", "sending"))),
        select(turn.c.turn_no).where(turn.c.person_id == person_id, turn.c.at > before),
    )
    if any(conn.execute(query.limit(1)).first() for query in of_hers):
        return False
    asked_for = select(consent.c.purpose).where(consent.c.person_id == person_id).distinct()
    return all(decisions.state_of(conn, person_id, one) != "given" for one in conn.execute(asked_for).scalars().all())


def found(conn: Connection, keys: Keys, person_id: int, before: float) -> list[mentions.Mention] | None:
    """What others have of somebody who came to nothing, to be erased with her; None if she is something, or is gone."""
    whom = people.by_id(conn, keys, person_id) if is_nothing_else(conn, person_id, before) else None
    return mentions.of(conn, keys, whom) if whom else None


def erase(
    conn: Connection, keys: Keys, person_id: int, found: Sequence[mentions.Mention], before: float, now: float
) -> bool:
    """Erases somebody who came to nothing; False if she is something by now. Her number is blocked only if she sent STOP: she
    may be entered again. `found`: what others have of her, looked for before, so that nobody waits for the search."""
    if not people.lock(conn, person_id) or not is_nothing_else(conn, person_id, before):
        return False
    whom = people.by_id(conn, keys, person_id)
    assert whom, "she is locked, and has a key"
    mentions.take_out(conn, keys, whom, found, now)
    _take(conn, whom, now, block=False)
    return True
