"""A registration: what an enroler entered about a person, as a row that waits for her."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from sms_service.engine.model import Field
from sms_service.enrolment.answer_types.identity import IDS
from sms_service.enrolment.numbers import new_ref
from sms_service.privacy import Keys, PersonKey
from sms_service.store import people
from sms_service.store.tables import registration
from sms_service.store.transaction import Conflict

OPEN = ("waiting", "held", "confirmed")
"""Statuses of registrations that nobody has refused: they count against one more."""

FLAGS_MAX = 100
"""Characters of the flags of one registration: what their column holds."""


@dataclass(frozen=True, slots=True)
class Registration:
    """One registration. `fields` is what was entered (name, voter_id, booth ...); `enroler_id` None: by herself."""

    id: int
    ref: str
    person_id: int
    enroler_id: int | None
    area_id: int
    status: str
    fields: dict[str, Any]


def save(
    conn: Connection, key: PersonKey, *, person_id: int, enroler_id: int | None, area_id: int,
    fields: dict[str, Any], now: float, raw: str = "", way: str = "sms", flags: Mapping[str, str] | None = None,
    status: str = "waiting", id_index: bytes | None = None,
) -> Registration:  # fmt: skip
    """Writes a registration that waits for its person, or is held. At most one waits for each: the database refuses another.

    `raw` is the text it came in, `way` sms, ussd, paper or self, `flags` why the office should look at a field; `id_index`
    as of `id_index`. Raises Conflict if its person was forgotten meanwhile: nobody could read it.
    """
    ref = new_ref()
    while conn.execute(select(registration.c.id).where(registration.c.ref == ref)).first():
        ref = new_ref()
    added = conn.execute(
        insert(registration).values(
            ref=ref,
            person_id=person_id,
            enroler_id=enroler_id,
            area_id=area_id,
            status=status,
            created_at=now,
            raw_sealed=key.encrypt("registration.raw", raw) if raw else None,
            way=way,
            **entered_columns(key, fields, flags or {}, id_index),
        )
    )
    if people.is_forgotten(conn, person_id):  # the row waited for whoever erased her: it points at hers
        raise Conflict
    [new_id] = added.inserted_primary_key or (0,)
    return Registration(new_id, ref, person_id, enroler_id, area_id, status, fields)


def id_index(keys: Keys, asked: Iterable[Field], values: Mapping[str, Any]) -> bytes | None:
    """The keyed hash by which somebody's ID is found again: of the first field of those asked for that is one."""
    for one in asked:
        if one.type in IDS and values.get(one.name):
            return keys.index(f"{one.type} {one.parameters.get('format', '')}".strip(), str(values[one.name]))
    return None


def entered_columns(
    key: PersonKey, fields: Mapping[str, Any], flags: Mapping[str, str], id_index: bytes | None
) -> dict[str, object]:
    """The columns that hold what was entered: sealed with its person's key, her ID also as an index."""
    return {
        "fields_sealed": key.encrypt("registration.fields", json.dumps(fields, ensure_ascii=False)),
        "voter_id_index": id_index,
        "flags": " ".join(f"{name}:{why}" for name, why in flags.items())[:FLAGS_MAX],
    }


def opened(key: PersonKey, fields_sealed: bytes) -> dict[str, Any]:
    """What was entered, by field."""
    fields: dict[str, Any] = json.loads(key.decrypt("registration.fields", fields_sealed))
    return fields


def waiting_for(conn: Connection, person_id: int) -> int | None:
    """The id of the registration that waits for this person's answer."""
    query = select(registration.c.id).where(registration.c.person_id == person_id, registration.c.status == "waiting")
    return conn.execute(query).scalar_one_or_none()


def by_id(conn: Connection, key: PersonKey, registration_id: int) -> Registration:
    """The registration, opened with its person's key."""
    row: Row[Any] = conn.execute(select(registration).where(registration.c.id == registration_id)).one()
    return Registration(
        row.id, row.ref, row.person_id, row.enroler_id, row.area_id, row.status, opened(key, row.fields_sealed)
    )


def identity(conn: Connection, entered: Registration) -> tuple[str, bytes | None]:
    """Whom it is about, as one is found again on her phone: the name, and the keyed hash of the ID."""
    query = select(registration.c.voter_id_index).where(registration.c.id == entered.id)
    return str(entered.fields.get("name", "")), conn.execute(query).scalar_one()


def move(conn: Connection, registration_id: int, before: str, after: str, now: float) -> bool:
    """Gives it another status; False if it stands otherwise than `before` meanwhile: then nothing is changed."""
    stands = (registration.c.id == registration_id) & (registration.c.status == before)
    values = {"status": after, "decided_at": None if after == "waiting" else now}
    return conn.execute(update(registration).where(stands).values(values)).rowcount == 1


def must_move(conn: Connection, registration_id: int, before: str, after: str, now: float) -> None:
    """The same for what stood so a moment ago. Raises Conflict if somebody was quicker: what was decided upon is no more, and
    the message is heard again on what is true now."""
    if not move(conn, registration_id, before, after, now):
        raise Conflict


def must_stay(conn: Connection, registration_id: int, status: str) -> None:
    """Nobody gives it another status until this is committed. Raises Conflict if somebody has. (SQLite has one writer.)"""
    stands = (registration.c.id == registration_id) & (registration.c.status == status)
    if conn.execute(select(registration.c.id).where(stands).with_for_update()).first() is None:
        raise Conflict


def decide(conn: Connection, registration_id: int, status: str, now: float) -> bool:
    """Moves a waiting registration to its end; False if it does not wait any more."""
    return move(conn, registration_id, "waiting", status, now)
