"""Several people on one phone: each is a registration of her own, and the phone is asked about one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Select, exists, select

from sms_service.engine.answers import fold
from sms_service.enrolment import holds, refusals, registrations
from sms_service.enrolment.registrations import OPEN, opened
from sms_service.privacy import Keys
from sms_service.store.people import Person
from sms_service.store.tables import hold, member, registration

TURN = "same_phone"
"""The rule by which a registration waits for nothing but its turn."""


@dataclass(frozen=True, slots=True)
class Relative:
    """Somebody who was entered with this phone, and nobody refused her. `status` waiting, held or confirmed."""

    id: int
    ref: str
    status: str
    name: str
    id_index: bytes | None


def on_phone(conn: Connection, person: Person) -> list[Relative]:
    """Who was entered with this phone, the first one first; without those who were refused or have left."""
    left = exists().where(member.c.registration_id == registration.c.id, member.c.status != "valid")
    query = (
        select(registration)
        .where(registration.c.person_id == person.id, registration.c.status.in_(OPEN), ~left)
        .order_by(registration.c.id)
    )
    return [
        Relative(row.id, row.ref, row.status, opened(person.key, row.fields_sealed).get("name", ""), row.voter_id_index)
        for row in conn.execute(query)
    ]


def same_one(relatives: Sequence[Relative], name: str, id_index: bytes | None) -> Relative | None:
    """The one of them who is entered again: by her ID, or where one of the two entries has none by her name."""
    for one in relatives:
        if id_index and one.id_index:
            if id_index == one.id_index:
                return one
        elif fold(one.name) == fold(name):
            return one
    return None


def next_in_turn(conn: Connection, person_id: int) -> int | None:
    """The id of the registration whose turn it is on this phone: the oldest that waits for nothing else."""
    undecided = (hold.c.registration_id == registration.c.id) & hold.c.decided_at.is_(None)
    query = _held(person_id).where(
        exists().where(undecided, hold.c.rule == TURN), ~exists().where(undecided, hold.c.rule != TURN)
    )
    return conn.execute(query.order_by(registration.c.id).limit(1)).scalar_one_or_none()


def distrust(conn: Connection, person_id: int, ref: str, now: float) -> None:
    """The phone says that it is not the person's of `ref`: whoever waits on it is asked only if the office says so."""
    for one in conn.execute(_held(person_id)).scalars().all():
        holds.put(conn, one, refusals.WRONG_NUMBER, f"this phone was wrong for {ref}", now)


def hold_same(conn: Connection, keys: Keys, person: Person, ref: str, now: float) -> None:
    """Who of `ref` said no, and the no is noted: whoever waits on the phone and is she once more (by the name with another ID,
    say) is asked only if the office says so."""
    for one in on_phone(conn, person):
        if one.status == "held" and refusals.since(conn, keys, person, one.name, one.id_index) is not None:
            holds.put(conn, one.id, refusals.REFUSED_BEFORE, f"said no to {ref}", now)


def refuse_all(conn: Connection, person_id: int, now: float) -> None:
    """The phone wants no messages: who waits on it cannot be asked, and so is no member."""
    for one in conn.execute(_held(person_id)).scalars().all():
        if registrations.move(conn, one, "held", "refused", now):
            holds.decide(conn, one, "refused", now)


def _held(person_id: int) -> Select[int]:
    """The ids of what is held on a phone: four, or what its enrolers entered beyond."""
    return select(registration.c.id).where(registration.c.person_id == person_id, registration.c.status == "held")
