"""A registration: what an enroler entered about a person, as a row that waits for her."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from sms_service.enrolment.numbers import new_ref
from sms_service.privacy import Keys, PersonKey
from sms_service.store.tables import registration

FLAGS_MAX = 100
"""Characters of the flags of one registration: what their column holds."""


@dataclass(frozen=True, slots=True)
class Registration:
    """One registration. `fields` is what was entered (name, voter_id, booth ...)."""

    id: int
    ref: str
    person_id: int
    enroler_id: int
    area_id: int
    status: str
    fields: dict[str, Any]


def save(
    conn: Connection, keys: Keys, key: PersonKey, *, person_id: int, enroler_id: int, area_id: int,
    fields: dict[str, Any], now: float, raw: str = "", way: str = "sms", flags: Mapping[str, str] | None = None,
    status: str = "waiting",
) -> Registration:  # fmt: skip
    """Writes a registration that waits for its person, or is held. At most one waits for each: check `waiting_for` first.

    `raw` is the text it came in, `way` sms, ussd or paper, `flags` why the office should look at a field.
    """
    ref = new_ref()
    while conn.execute(select(registration.c.id).where(registration.c.ref == ref)).first():
        ref = new_ref()
    voter_id = fields.get("voter_id")
    added = conn.execute(
        insert(registration).values(
            ref=ref,
            person_id=person_id,
            enroler_id=enroler_id,
            area_id=area_id,
            fields_sealed=key.encrypt("registration.fields", json.dumps(fields, ensure_ascii=False)),
            voter_id_index=keys.index("voter_id", voter_id) if voter_id else None,
            status=status,
            created_at=now,
            raw_sealed=key.encrypt("registration.raw", raw) if raw else None,
            way=way,
            flags=" ".join(f"{name}:{why}" for name, why in (flags or {}).items())[:FLAGS_MAX],
        )
    )
    [new_id] = added.inserted_primary_key or (0,)
    return Registration(new_id, ref, person_id, enroler_id, area_id, status, fields)


def waiting_for(conn: Connection, person_id: int) -> int | None:
    """The id of the registration that waits for this person's answer."""
    query = select(registration.c.id).where(registration.c.person_id == person_id, registration.c.status == "waiting")
    return conn.execute(query).scalar_one_or_none()


def by_id(conn: Connection, key: PersonKey, registration_id: int) -> Registration:
    """The registration, opened with its person's key."""
    row: Row[Any] = conn.execute(select(registration).where(registration.c.id == registration_id)).one()
    fields = json.loads(key.decrypt("registration.fields", row.fields_sealed))
    return Registration(row.id, row.ref, row.person_id, row.enroler_id, row.area_id, row.status, fields)


def decide(conn: Connection, registration_id: int, status: str, now: float) -> bool:
    """Moves a waiting registration to its end; False if it does not wait any more."""
    moved = conn.execute(
        update(registration)
        .where(registration.c.id == registration_id, registration.c.status == "waiting")
        .values(status=status, decided_at=now)
    )
    return moved.rowcount == 1
