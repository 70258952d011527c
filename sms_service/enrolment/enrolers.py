"""Enrolers: whom the office lets register others, each with a phone, an area and a level."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TextIO

from sqlalchemy import Connection, insert, select, update

from sms_service.enrolment.areas import BadLine, id_of, rows, too_long
from sms_service.enrolment.reading.answer import read_mobile
from sms_service.privacy import Keys
from sms_service.store import people
from sms_service.store.people import Person
from sms_service.store.tables import enroler, person

COLUMNS = ("phone", "name", "area", "level", "language")
LANGUAGE = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True, slots=True)
class Enroler:
    """One enroler."""

    person: Person
    name: str
    area_id: int
    status: str


def import_enrolers(
    conn: Connection, keys: Keys, file: TextIO, region: str, channel: str, now: float
) -> tuple[int, list[BadLine]]:
    """Reads `phone,name,area,level,language` (surplus columns are kept); each is activated. How many are there now from
    this file, and the lines left out. The same file again changes nothing; a held enroler stays held."""
    bad: list[BadLine] = []
    count = 0
    for line, row in rows(file, COLUMNS, bad):
        phone = read_mobile(row["phone"], (region,))
        area_id = id_of(conn, row["area"])
        if phone is None:
            bad.append(BadLine(line, "the phone is not a mobile number (write it with +code of its country)"))
        elif area_id is None:
            bad.append(BadLine(line, f"there is no area {row['area']}; import the areas first"))
        elif not row["name"]:
            bad.append(BadLine(line, "the name is empty"))
        elif not LANGUAGE.fullmatch(row["language"]):
            bad.append(BadLine(line, f"the language {row['language']} is not a code such as hi, en or sw"))
        elif problem := too_long(row, enroler):
            bad.append(BadLine(line, problem))
        else:
            somebody = people.find_or_add(conn, keys, phone, row["language"], channel, now)
            surplus = {name: value for name, value in row.items() if name not in COLUMNS and value}
            values = {
                "area_id": area_id,
                "level": row["level"],
                "name_sealed": somebody.key.encrypt("enroler.name", row["name"]),
                "surplus_sealed": somebody.key.encrypt("enroler.surplus", json.dumps(surplus)) if surplus else None,
            }
            if by_person(conn, somebody):
                conn.execute(update(enroler).where(enroler.c.person_id == somebody.id).values(values))
            else:
                conn.execute(
                    insert(enroler).values(person_id=somebody.id, status="activated", created_at=now, **values)
                )
            conn.execute(update(person).where(person.c.id == somebody.id).values(language=row["language"]))
            count += 1
    return count, bad


def by_person(conn: Connection, somebody: Person) -> Enroler | None:
    """The enroler that this person is, if she is one."""
    row = conn.execute(select(enroler).where(enroler.c.person_id == somebody.id)).one_or_none()
    if row is None:
        return None
    return Enroler(somebody, somebody.key.decrypt("enroler.name", row.name_sealed), row.area_id, row.status)


def everybody(conn: Connection, keys: Keys, limit: int) -> list[Enroler]:
    """The first enrolers by number of their row: for the handset's list, not for a nation."""
    ids = conn.execute(select(enroler.c.person_id).order_by(enroler.c.person_id).limit(limit)).scalars()
    known = (people.by_id(conn, keys, person_id) for person_id in ids)
    return [found for somebody in known if somebody and (found := by_person(conn, somebody))]
