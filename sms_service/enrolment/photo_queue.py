"""The office's queue: portraits of members that wait to be looked at, and what becomes of them.

Only whoever has consented is in it: a picture that an enroler sent of somebody who has not answered yet is seen by nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, update

from sms_service.enrolment import card_changes, cards, members, photos, registrations
from sms_service.enrolment.cards import Card
from sms_service.enrolment.effect_shapes import WHY, WHY_MAX
from sms_service.enrolment.effects.act import Start
from sms_service.enrolment.members import Member
from sms_service.enrolment.photos import PICTURE_SEALED, REASON_SEALED
from sms_service.privacy import Keys, mask_name
from sms_service.store import people
from sms_service.store.people import Person
from sms_service.store.tables import member, photo

REFUSED = "photo.refused"
"""What happens to a member whose photo is not taken; begins the flow that tells her."""


class NotWaiting(Exception):
    """No portrait of this id waits: there never was one, it was decided about, a newer one took its place, or its person
    has left or was forgotten. One sentence for all of these, as for whoever may not know."""

    def __init__(self, photo_id: int) -> None:
        super().__init__(f"no photo {photo_id} waits")


@dataclass(frozen=True, slots=True)
class Waiting:
    """One portrait that waits. `received_at` in seconds since 1970; `own`: she sent it herself, else her enroler did."""

    id: int
    received_at: float
    own: bool
    member: Member
    person: Person
    name: str

    @property
    def shown(self) -> str:
        """Her number and her name, masked."""
        return f"{self.member.number_text} {mask_name(self.name)}"


def waiting(conn: Connection, keys: Keys, limit: int) -> Iterator[Waiting]:
    """Those that wait, the oldest first."""
    for row in conn.execute(_query().order_by(photo.c.received_at, photo.c.id).limit(limit)).all():
        if found := _opened(conn, keys, row):
            yield found


def count(conn: Connection) -> int:
    """How many wait."""
    return conn.execute(select(func.count()).select_from(_query().subquery())).scalar_one()


def picture(conn: Connection, keys: Keys, photo_id: int) -> bytes:
    """The portrait, as JPEG. Raises NotWaiting."""
    found = _found(conn, keys, photo_id)
    sealed = conn.execute(select(photo.c.picture_sealed).where(photo.c.id == photo_id)).scalar_one()
    return found.person.key.decrypt_bytes(PICTURE_SEALED, sealed)


def accept(conn: Connection, keys: Keys, photo_id: int, now: float) -> Card | None:
    """The portrait is on her card from now on: the card that is drawn anew, with the number and the serial it has; None
    where none is valid, and the next one will have it. Raises NotWaiting."""
    found = _found(conn, keys, photo_id)
    of_hers = photo.c.registration_id == found.member.registration_id
    photos.replace(conn, of_hers & (photo.c.status == "accepted"))
    _decide(conn, photo_id, {"status": "accepted"}, now)
    card = cards.by_member(conn, keys, found.member.number)
    return card if card and card_changes.photographed(conn, card, now) else None


def refuse(conn: Connection, keys: Keys, photo_id: int, why: str, now: float) -> Start:
    """The portrait is deleted; what tells her so. `why` is a key of WHY, said in her language, or the office's own words.
    Raises NotWaiting."""
    found = _found(conn, keys, photo_id)
    sealed = found.person.key.encrypt(REASON_SEALED, why)
    _decide(conn, photo_id, {"status": "refused", "picture_sealed": None, "reason_sealed": sealed}, now)
    return told(found.person, photo_id, why)


def told(person: Person, photo_id: int, why: str) -> Start:
    """What tells a member that her photo is not taken."""
    return Start(REFUSED, person, f"photo {photo_id}", {"why": in_words(why, person.language)})


def in_words(why: str, language: str) -> str:
    """A key of WHY in this language, else in English; the office's own words as they are."""
    words = WHY.get(why)
    return words.get(language, words["en"]) if words else why[:WHY_MAX]


def _decide(conn: Connection, photo_id: int, values: dict[str, Any], now: float) -> None:
    still = (photo.c.id == photo_id) & (photo.c.status == "waiting")
    if conn.execute(update(photo).where(still).values(**values, decided_at=now)).rowcount != 1:
        raise NotWaiting(photo_id)


def _found(conn: Connection, keys: Keys, photo_id: int) -> Waiting:
    row = conn.execute(_query().where(photo.c.id == photo_id)).one_or_none()
    found = _opened(conn, keys, row) if row else None
    if found is None:
        raise NotWaiting(photo_id)
    return found


def _query() -> Select[Any]:
    columns = photo.c.id, photo.c.received_at, photo.c.enroler_id, member.c.number
    hers = (member.c.registration_id == photo.c.registration_id) & (member.c.status == "valid")
    return select(*columns).join(member, hers).where(photo.c.status == "waiting")


def _opened(conn: Connection, keys: Keys, row: Row[Any]) -> Waiting | None:
    """None if she was forgotten in this moment."""
    found = members.by_number(conn, row.number)
    person = people.by_id(conn, keys, found.person_id) if found else None
    if found is None or person is None:
        return None
    name = registrations.by_id(conn, person.key, found.registration_id).fields.get("name", "")
    return Waiting(row.id, row.received_at, row.enroler_id is None, found, person, str(name))
