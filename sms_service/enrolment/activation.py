"""How a phone becomes an enroler's: appointed by one in charge or moved by the office, with a code that this phone must send.

A code is stored as a keyed hash together with the phone that it is for: from any other phone it is a wrong one.
"""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from sms_service.enrolment.effect_shapes import CODE_DIGITS
from sms_service.privacy import Keys
from sms_service.store.people import Person
from sms_service.store.tables import enroler, fee_receipt, person, photo, registration

CODE_SECONDS = 7 * 24 * 3600.0
"""How long a code can be used: time for who charges her phone at the weekly market; a forgotten SMS is no key for ever."""

WRONG_CODES = 5
"""Wrong codes of one phone in WRONG_SECONDS; after them it hears nothing, not even of a right one. At five a day a guesser
who tries all seven days of a code hits it in one of 2,500 cases."""

WRONG_SECONDS = 24 * 3600.0
"""Counted from the first wrong one: until the same hour tomorrow."""


def give_code(conn: Connection, keys: Keys, person_id: int, phone: str, now: float) -> str:
    """A new code for the enroler `person_id`, to be sent from `phone` (E.164); an older one is void."""
    code = str(10 ** (CODE_DIGITS - 1) + secrets.randbelow(9 * 10 ** (CODE_DIGITS - 1)))
    values = {"code_index": _index(keys, phone, code), "code_until": now + CODE_SECONDS}
    conn.execute(update(enroler).where(enroler.c.person_id == person_id).values(values))
    return code


def _index(keys: Keys, phone: str, code: str) -> bytes:
    return keys.index("activation", f"{phone} {code}")


def appoint(
    conn: Connection, keys: Keys, somebody: Person, *, name: str, area_id: int, level: str, by: int | None, now: float
) -> str | None:
    """Makes her an enroler who still has to activate her phone; the code for it. Once more for one who was appointed and
    has not activated: the newest name and area count. None if she is, or was, an enroler already."""
    values = {
        "area_id": area_id, "level": level, "name_sealed": somebody.key.encrypt("enroler.name", name),
        "appointed_by": by,
    }  # fmt: skip
    known = conn.execute(select(enroler.c.status).where(enroler.c.person_id == somebody.id)).scalar()
    if known is None:
        conn.execute(insert(enroler).values(person_id=somebody.id, status="appointed", created_at=now, **values))
    elif known == "appointed":
        conn.execute(update(enroler).where(enroler.c.person_id == somebody.id).values(values))
    else:
        return None
    return give_code(conn, keys, somebody.id, somebody.phone, now)


def activate(conn: Connection, keys: Keys, somebody: Person, code: str, now: float) -> bool:
    """Makes this phone an enroler's, by a code that was given for it: her own, or that of an enroler who moves to it. False
    if there is none, or it is used or too old. A held enroler stays held."""
    given = (enroler.c.code_index == _index(keys, somebody.phone, code)) & (enroler.c.code_until > now)
    # The row is hers alone until the end: HOLD in between would be written to it and not to the row that it is copied to.
    row = conn.execute(select(enroler).where(given).with_for_update()).one_or_none()
    if row is None:
        return False
    used = {"code_index": None, "code_until": None}
    if row.person_id == somebody.id:
        status = "activated" if row.status == "appointed" else row.status
        conn.execute(update(enroler).where(enroler.c.person_id == somebody.id).values(status=status, **used))
        return True
    if conn.execute(select(enroler.c.person_id).where(enroler.c.person_id == somebody.id)).first():
        return False  # she became one herself since the office gave the code
    _move(conn, keys, row, somebody)
    conn.execute(update(enroler).where(enroler.c.person_id == row.person_id).values(status="retired", **used))
    return True


def _move(conn: Connection, keys: Keys, old: Row[Any], to: Person) -> None:
    """The enroler goes on as another person: what she entered is hers under the new phone, her drafts are left behind."""
    wrapped = conn.execute(select(person.c.wrapped_key).where(person.c.id == old.person_id)).scalar_one()
    opened = keys.person_key(wrapped)
    sealed = {
        column: to.key.encrypt(f"enroler.{what}", opened.decrypt(f"enroler.{what}", getattr(old, column)))
        for what, column in (("name", "name_sealed"), ("surplus", "surplus_sealed"))
        if getattr(old, column) is not None
    }
    conn.execute(
        insert(enroler).values(
            person_id=to.id, area_id=old.area_id, level=old.level, created_at=old.created_at,
            status="activated" if old.status == "appointed" else old.status,
            appointed_by=old.appointed_by, hold_reason=old.hold_reason, **sealed,
        )
    )  # fmt: skip
    for table in (registration, fee_receipt):
        conn.execute(update(table).where(table.c.enroler_id == old.person_id).values(enroler_id=to.id))
    hers = (photo.c.enroler_id == old.person_id) & photo.c.registration_id.is_not(None)
    conn.execute(update(photo).where(hers).values(enroler_id=to.id))
    conn.execute(update(enroler).where(enroler.c.appointed_by == old.person_id).values(appointed_by=to.id))


# --- wrong codes --------------------------------------------------------------------------------------------------


def is_silent(conn: Connection, somebody: Person, now: float) -> bool:
    """Whether this phone sent too many wrong codes."""
    return _wrong(conn, somebody, now) >= WRONG_CODES


def count_wrong(conn: Connection, somebody: Person, now: float) -> None:
    """One more wrong code of this phone."""
    wrong = _wrong(conn, somebody, now)
    since = {"wrong_codes_since": now} if wrong == 0 else {}
    conn.execute(update(person).where(person.c.id == somebody.id).values(wrong_codes=wrong + 1, **since))


def _wrong(conn: Connection, somebody: Person, now: float) -> int:
    row = conn.execute(select(person.c.wrong_codes, person.c.wrong_codes_since).where(person.c.id == somebody.id)).one()
    fresh = row.wrong_codes_since is not None and now < row.wrong_codes_since + WRONG_SECONDS
    return int(row.wrong_codes) if fresh else 0
