"""The people behind the phones: found by the keyed hash of their number, their columns opened with their own key."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from sms_service.privacy import Keys, PersonKey
from sms_service.store import blocks, installation
from sms_service.store.tables import ASKED_FOR_IT, enroler, person

FORGOTTEN = (
    "wrapped_key", "language_at", "told_at", "wrong_codes", "wrong_codes_since", "failed_days", "failed_at", "unreachable_at",
    "started_at",
)  # fmt: skip
"""What is NULL from then on in the row of somebody who is forgotten."""

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
    failing: bool = False
    """Texts to her number failed, and nothing has shown since that it can be reached."""
    chose_language: bool = False
    """Her language is what she chose, and no guess."""

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
    """The person with this phone (E.164); a new one speaks `language` and is reached by `channel`.

    A forgotten phone comes back as somebody new, with a key of her own and nothing of before; blocked where it was. For a
    number that somebody else typed, ask `is_blocked` first: then it must not be noted again.
    """
    found = by_phone(conn, keys, phone)
    if found:
        return found
    index, to_write_with = keys.index("phone", phone), installation.to_write_with(conn, keys)
    values = {
        **_new(to_write_with, index, phone, language, channel, now),
        "stopped_at": _let_go(conn, [index]).get(index),
    }
    # Two first messages of one phone at the same instant: the second insert does nothing, and both read the first's row.
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    conn.execute(dialect.insert(person).values(values).on_conflict_do_nothing(index_elements=["phone_index"]))
    added = by_phone(conn, keys, phone)
    assert added, "a person just written must be there, unless she was forgotten in the same instant"
    return added


def find_or_add_all(
    conn: Connection, keys: Keys, wanted: Mapping[bytes, tuple[str, str]], channel: str, now: float
) -> dict[bytes, Person]:
    """`find_or_add` for a block: phone (E.164) and language by the index of the phone. Blocked phones of people who
    were forgotten are left out."""
    found = _by_index(conn, keys, wanted)
    rows = []
    missing = wanted.keys() - found.keys()
    _let_go(conn, missing, blocked=False)
    to_write_with = installation.to_write_with(conn, keys) if missing else keys
    for index in missing:
        phone, language = wanted[index]
        rows.append(_new(to_write_with, index, phone, language, channel, now))
    if not rows:
        return found
    blocks.insert_rows(conn, person, rows, unless="phone_index")
    return {**found, **_by_index(conn, keys, [row["phone_index"] for row in rows])}


def _let_go(conn: Connection, indexes: Collection[bytes], blocked: bool = True) -> dict[bytes, float | None]:
    """Makes room for somebody new under these numbers where who had them was forgotten (`blocked`: also where they want no
    messages); since when each is blocked. The forgotten row keeps the hash as `former_index`, as a proof of whose it was."""
    query = select(person.c.id, person.c.phone_index, person.c.stopped_at).where(person.c.wrapped_key.is_(None))
    since: dict[bytes, float | None] = {}
    for row in blocks.rows_with(conn, query, person.c.phone_index, indexes):
        if blocked or row.stopped_at is None:
            since[row.phone_index] = row.stopped_at
            gone = {"former_index": row.phone_index, "phone_index": secrets.token_bytes(len(row.phone_index))}
            still = (person.c.id == row.id) & (person.c.phone_index == row.phone_index)
            conn.execute(update(person).where(still).values(gone))
    return since


def blocked_since(conn: Connection, keys: Keys, phone: str) -> float | None:
    """Since when this phone (E.164) is blocked whose person was forgotten; None if it is not."""
    query = select(person.c.stopped_at).where(
        person.c.phone_index == keys.index("phone", phone), person.c.wrapped_key.is_(None)
    )
    since: float | None = conn.execute(query).scalar_one_or_none()
    return since


def blocked_since_all(conn: Connection, indexes: Collection[bytes]) -> dict[bytes, float]:
    """The same for many, by the index of the phone; without those that are not blocked."""
    query = select(person.c.phone_index, person.c.stopped_at).where(
        person.c.wrapped_key.is_(None), person.c.stopped_at.is_not(None)
    )
    rows = blocks.rows_with(conn, query, person.c.phone_index, indexes)
    return {row.phone_index: row.stopped_at for row in rows}


def last_forgotten(conn: Connection) -> float:
    """When the last person was forgotten who asked for it; 0.0 if nobody ever did."""
    query = select(func.max(person.c.forgotten_at)).where(text(ASKED_FOR_IT))
    newest: float | None = conn.execute(query).scalar_one()
    return newest or 0.0


def is_blocked(conn: Connection, keys: Keys, phone: str) -> bool:
    """Whether this phone (E.164) is one of a forgotten person who wants no messages: nobody enters it, nor notes it."""
    return blocked_since(conn, keys, phone) is not None


def is_forgotten(conn: Connection, person_id: int) -> bool:
    """Whether her key was destroyed, perhaps in this very transaction."""
    query = select(person.c.id).where(person.c.id == person_id, person.c.wrapped_key.is_(None))
    return conn.execute(query).first() is not None


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
        failing=row.failed_days is not None,
        chose_language=row.language_at is not None,
    )


def count_turn(conn: Connection, person_id: int, turn_no: int) -> bool:
    """The compare-and-set: moves the person on from turn `turn_no`; False if somebody else did so meanwhile."""
    moved = conn.execute(
        update(person).where(person.c.id == person_id, person.c.turn_no == turn_no).values(turn_no=turn_no + 1)
    )
    return moved.rowcount == 1


def lock(conn: Connection, person_id: int) -> bool:
    """Makes whoever writes anything about her wait until this transaction has ended; False if she was forgotten before."""
    query = select(person.c.id).where(person.c.id == person_id, person.c.wrapped_key.is_not(None))
    return conn.execute(query.with_for_update()).first() is not None


def destroy_key(conn: Connection, person_id: int, now: float, block: bool) -> None:
    """She is forgotten: nothing sealed under her key can be read again. `block`: her number is blocked from now on; else it
    is if she sent STOP."""
    nothing = dict.fromkeys(FORGOTTEN)
    values = {**nothing, "phone_sealed": b"", "language": "", "channel": "", "forgotten_at": now}
    if block:
        values["stopped_at"] = now
    conn.execute(update(person).where(person.c.id == person_id).values(values))


def set_stopped(conn: Connection, person_id: int, at: float | None) -> None:
    """`at`: since when she wants no messages; None: she wants them again."""
    conn.execute(update(person).where(person.c.id == person_id).values(stopped_at=at))


def set_started(conn: Connection, person_id: int, at: float) -> None:
    """She says `at` (seconds since 1970) that she wants messages again."""
    conn.execute(update(person).where(person.c.id == person_id).values(stopped_at=None, started_at=at))


def opted_out(conn: Connection, person_id: int, sent_at: float, now: float) -> None:
    """A gateway said that she wants no messages, of one that left at `sent_at`: older than her START it says nothing. Since
    when she wants none stays as it was."""
    wants = (person.c.id == person_id) & person.c.stopped_at.is_(None)
    wants &= person.c.started_at.is_(None) | (person.c.started_at <= sent_at)
    conn.execute(update(person).where(wants).values(stopped_at=now))


def set_channel(conn: Connection, person_id: int, channel: str) -> None:
    """By which channel she is reached from now on."""
    conn.execute(update(person).where(person.c.id == person_id).values(channel=channel))


def set_language(conn: Connection, person_id: int, language: str, chosen_at: float | None = None) -> None:
    """In which language she is spoken to from now on. `chosen_at`: when she chose it herself; None: it is guessed."""
    conn.execute(update(person).where(person.c.id == person_id).values(language=language, language_at=chosen_at))
