"""What a phone has said no to: to one person entered on it, or to everybody (it was a wrong number). An enroler does not have
it asked again; the office may, and whoever writes JOIN or START herself.

A row holds keyed hashes and a time, nobody's name: it outlasts the erasure of what was entered, which comes within days.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select

from sms_service.engine.answers import fold
from sms_service.engine.model import DAY
from sms_service.privacy import Keys
from sms_service.store.people import Person
from sms_service.store.tables import refusal

REFUSED_BEFORE, WRONG_NUMBER = "refused_before", "wrong_number"
"""The rules by which such an entry is held."""


def _who(keys: Keys, person: Person, name: str, id_index: bytes | None) -> list[bytes]:
    """Under which hashes somebody on this phone is found again: by her name, and by her ID if she has one. The phone is part
    of them: nobody is found by one on another phone."""
    phone = person.phone_index.hex()
    found = [keys.index("refused_name", f"{phone} {fold(name)}")] if name else []
    return found + ([keys.index("refused_id", f"{phone} {id_index.hex()}")] if id_index else [])


def note(conn: Connection, keys: Keys, person: Person, name: str, id_index: bytes | None, now: float) -> None:
    """She said no, for this registration of her phone. A second no counts from then."""
    hashes = _who(keys, person, name, id_index)
    conn.execute(delete(refusal).where(refusal.c.phone_index == person.phone_index, refusal.c.who_index.in_(hashes)))
    for one in hashes:
        conn.execute(insert(refusal).values(phone_index=person.phone_index, who_index=one, at=now))


def note_wrong_number(conn: Connection, person: Person, now: float) -> None:
    """The phone said that it is not that person's: nobody is entered on it any more without a look."""
    if not is_wrong_number(conn, person):
        conn.execute(insert(refusal).values(phone_index=person.phone_index, who_index=None, at=now))


def is_wrong_number(conn: Connection, person: Person) -> bool:
    """Whether this phone was a wrong number for somebody, and nobody has written from it of her own accord since."""
    of_phone = (refusal.c.phone_index == person.phone_index) & refusal.c.who_index.is_(None)
    return conn.execute(select(refusal.c.id).where(of_phone).limit(1)).first() is not None


def since(conn: Connection, keys: Keys, person: Person, name: str, id_index: bytes | None) -> float | None:
    """When somebody of this name, or with this ID, last said no on this phone; None if nobody did."""
    hers = refusal.c.who_index.in_(_who(keys, person, name, id_index))
    query = select(func.max(refusal.c.at)).where(refusal.c.phone_index == person.phone_index, hers)
    newest: float | None = conn.execute(query).scalar_one()
    return newest


def take_back(conn: Connection, keys: Keys, person: Person, name: str, id_index: bytes | None) -> None:
    """She wants to be asked (JOIN), or has said yes: neither her no nor a wrong number stands any more. Others' do."""
    hers = or_(refusal.c.who_index.is_(None), refusal.c.who_index.in_(_who(keys, person, name, id_index)))
    conn.execute(delete(refusal).where(refusal.c.phone_index == person.phone_index, hers))


def forget(conn: Connection, phone_index: bytes) -> None:
    """Nothing that this phone has said no to stands any more: it wants messages again (START), or is forgotten, and blocked by
    that."""
    conn.execute(delete(refusal).where(refusal.c.phone_index == phone_index))


def any_old(conn: Connection, now: float, days: float) -> bool:
    """Whether `drop_old` has anything to do."""
    return conn.execute(select(refusal.c.id).where(*_over(now, days)).limit(1)).first() is not None


def drop_old(conn: Connection, now: float, days: float) -> int:
    """Deletes what is older than the pause (setting `rules.refused_days`); how many. A wrong number has no end."""
    return conn.execute(delete(refusal).where(*_over(now, days))).rowcount


def _over(now: float, days: float) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return refusal.c.who_index.is_not(None), refusal.c.at < now - days * DAY
