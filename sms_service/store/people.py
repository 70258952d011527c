"""The people behind the phones: found by the keyed hash of their number, their columns opened with their own key."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select, update
from sqlalchemy.dialects import postgresql, sqlite

from sms_service.privacy import Keys, PersonKey
from sms_service.store import blocks
from sms_service.store.tables import enroler, person

PERSON_WITH_ENROLER = select(person, enroler.c.status.label("enroler_status")).select_from(
    person.outerjoin(enroler, enroler.c.person_id == person.c.id)
)


@dataclass(frozen=True, slots=True)
class Person:
    """One person, as a turn needs her. `key` opens her columns."""

    id: int
    phone_index: bytes
    key: PersonKey
    language: str
    channel: str
    turn_no: int
    stopped: bool
    enroler: bool
    phone_sealed: bytes

    @property
    def phone(self) -> str:
        """E.164."""
        return self.key.decrypt("person.phone", self.phone_sealed)


def by_id(conn: Connection, keys: Keys, person_id: int) -> Person | None:
    """None if there is no such person, or she was forgotten."""
    return _made(conn.execute(PERSON_WITH_ENROLER.where(person.c.id == person_id)).one_or_none(), keys)


def by_phone(conn: Connection, keys: Keys, phone: str) -> Person | None:
    """`phone` is E.164. None if we never heard of it."""
    row = conn.execute(PERSON_WITH_ENROLER.where(person.c.phone_index == keys.index("phone", phone))).one_or_none()
    return _made(row, keys)


def find_or_add(conn: Connection, keys: Keys, phone: str, language: str, channel: str, now: float) -> Person:
    """The person with this phone (E.164); a new one speaks `language` and is reached by `channel`."""
    found = by_phone(conn, keys, phone)
    if found:
        return found
    values = _new(keys, keys.index("phone", phone), phone, language, channel, now)
    # Two first messages of one phone at the same instant: the second insert does nothing, and both read the first's row.
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    conn.execute(dialect.insert(person).values(values).on_conflict_do_nothing(index_elements=["phone_index"]))
    added = by_phone(conn, keys, phone)
    assert added, "a person just written must be there, unless she was forgotten in the same instant"
    return added


def find_or_add_all(
    conn: Connection, keys: Keys, wanted: Mapping[bytes, tuple[str, str]], channel: str, now: float
) -> dict[bytes, Person]:
    """`find_or_add` for a block: phone (E.164) and language by the index of the phone. Whoever was forgotten is left out."""
    found = _by_index(conn, keys, wanted)
    rows = []
    for index in wanted.keys() - found.keys():
        phone, language = wanted[index]
        rows.append(_new(keys, index, phone, language, channel, now))
    if not rows:
        return found
    blocks.insert_rows(conn, person, rows, unless="phone_index")
    return {**found, **_by_index(conn, keys, [row["phone_index"] for row in rows])}


def _by_index(conn: Connection, keys: Keys, indexes: Collection[bytes]) -> dict[bytes, Person]:
    found = blocks.rows_with(conn, PERSON_WITH_ENROLER, person.c.phone_index, indexes)
    return {row.phone_index: somebody for row in found if (somebody := _made(row, keys))}


def _new(keys: Keys, index: bytes, phone: str, language: str, channel: str, now: float) -> dict[str, Any]:
    wrapped = keys.new_person_key()
    return {
        "phone_index": index,
        "phone_sealed": keys.person_key(wrapped).encrypt("person.phone", phone),
        "wrapped_key": wrapped,
        "language": language,
        "channel": channel,
        "turn_no": 0,
        "created_at": now,
    }


def _made(row: Row[tuple[object, ...]] | None, keys: Keys) -> Person | None:
    if row is None or row.wrapped_key is None:
        return None
    return Person(
        id=row.id,
        phone_index=row.phone_index,
        key=keys.person_key(row.wrapped_key),
        language=row.language,
        channel=row.channel,
        turn_no=row.turn_no,
        stopped=row.stopped_at is not None,
        enroler=row.enroler_status == "activated",
        phone_sealed=row.phone_sealed,
    )


def count_turn(conn: Connection, person_id: int, turn_no: int) -> bool:
    """The compare-and-set: moves the person on from turn `turn_no`; False if somebody else did so meanwhile."""
    moved = conn.execute(
        update(person).where(person.c.id == person_id, person.c.turn_no == turn_no).values(turn_no=turn_no + 1)
    )
    return moved.rowcount == 1


def set_stopped(conn: Connection, person_id: int, at: float | None) -> None:
    """`at`: since when she wants no messages; None: she wants them again."""
    conn.execute(update(person).where(person.c.id == person_id).values(stopped_at=at))


def set_channel(conn: Connection, person_id: int, channel: str) -> None:
    """By which channel she is reached from now on."""
    conn.execute(update(person).where(person.c.id == person_id).values(channel=channel))


def set_language(conn: Connection, person_id: int, language: str) -> None:
    """In which language she is spoken to from now on."""
    conn.execute(update(person).where(person.c.id == person_id).values(language=language))
