"""Enrolers: whom the office lets register others, each with a phone, an area and a level."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import islice
from typing import Any, TextIO

from sqlalchemy import Connection, Row, select

from sms_service.enrolment.imports import BadLine, Progress, nothing, rows, too_long
from sms_service.enrolment.reading.answer import read_mobile
from sms_service.privacy import Keys, PersonKey
from sms_service.store import blocks, people
from sms_service.store.people import Person
from sms_service.store.tables import area, enroler, person

COLUMNS = ("phone", "name", "area", "level", "language")
LANGUAGE = re.compile(r"[a-z]{2,3}")

CHAIN_MAX = 10
"""Appointments from the office down to an enroler; a nation has six levels."""

FORGOTTEN = "whoever had this phone was forgotten; nothing can be written about it any more"


@dataclass(frozen=True, slots=True)
class Enroler:
    """One enroler."""

    person: Person
    name: str
    area_id: int
    status: str


def import_enrolers(
    conn: Connection, keys: Keys, file: TextIO, region: str, channel: str, now: float, progress: Progress = nothing
) -> tuple[int, list[BadLine]]:
    """Reads `phone,name,area,level,language` (surplus columns are kept); each is activated, also whom ADD appointed.
    How many are there now from this file, and the lines left out. The same file again writes nothing; a held enroler stays
    held, a retired one retired.

    `progress` may commit: each block of lines is whole. Raises NotReadable.
    """
    bad: list[BadLine] = []
    areas: dict[str, int] = {}
    seen: dict[bytes, int] = {}
    count = 0
    lines = rows(file, COLUMNS, bad)
    while block := list(islice(lines, blocks.BLOCK)):
        _find_areas(conn, {row["area"] for _, row in block} - areas.keys(), areas)
        good = _good(block, keys, region, areas, seen, bad)
        count += _write(conn, keys, good, channel, now, bad)
        progress()
    return count, sorted(bad, key=lambda one: one.line)


@dataclass(frozen=True, slots=True)
class Line:
    """One good line. `surplus` is JSON, or ""."""

    number: int
    phone: str
    name: str
    area_id: int
    level: str
    language: str
    surplus: str


def _find_areas(conn: Connection, codes: set[str], found: dict[str, int]) -> None:
    query = select(area.c.code, area.c.id)
    found.update({row.code: row.id for row in blocks.rows_with(conn, query, area.c.code, codes)})


def _good(
    block: list[tuple[int, dict[str, str]]], keys: Keys, region: str, areas: dict[str, int], seen: dict[bytes, int],
    bad: list[BadLine],
) -> dict[bytes, Line]:  # fmt: skip
    """The lines that are right by themselves, by the index of their phone; the first with each phone."""
    good: dict[bytes, Line] = {}
    for number, row in block:
        phone = read_mobile(row["phone"], (region,))
        area_id = areas.get(row["area"])
        if phone is None:
            bad.append(BadLine(number, "the phone is not a mobile number (write it with +code of its country)"))
        elif area_id is None:
            bad.append(BadLine(number, f"there is no area {row['area'][:64]}; import the areas first"))
        elif not row["name"]:
            bad.append(BadLine(number, "the name is empty"))
        elif not LANGUAGE.fullmatch(row["language"]):
            bad.append(BadLine(number, f"the language {row['language'][:20]} is not a code such as hi, en or sw"))
        elif problem := too_long(row, enroler):
            bad.append(BadLine(number, problem))
        elif (first := seen.setdefault(index := keys.index("phone", phone), number)) != number:
            bad.append(BadLine(number, f"this phone stands in line {first} already"))
        else:
            surplus = {name: value for name, value in row.items() if name not in COLUMNS and value}
            told = json.dumps(surplus) if surplus else ""
            good[index] = Line(number, phone, row["name"], area_id, row["level"].lower(), row["language"], told)
    return good


def _write(conn: Connection, keys: Keys, good: dict[bytes, Line], channel: str, now: float, bad: list[BadLine]) -> int:
    """Writes a block: people who are new, enrolers who are new, and what differs of the others. How many lines it was."""
    somebody = people.find_or_add_all(
        conn, keys, {index: (line.phone, line.language) for index, line in good.items()}, channel, now
    )
    bad += [BadLine(line.number, FORGOTTEN) for index, line in good.items() if index not in somebody]
    lines = {known.id: (known, good[index]) for index, known in somebody.items()}
    columns = (
        enroler.c.person_id, enroler.c.area_id, enroler.c.level, enroler.c.name_sealed, enroler.c.surplus_sealed,
        enroler.c.status,
    )  # fmt: skip
    before = {row.person_id: row for row in blocks.rows_with(conn, select(*columns), enroler.c.person_id, lines.keys())}
    new, changed, activated, spoken = [], [], [], []
    for person_id, (known, line) in lines.items():
        row = before.get(person_id)
        if row is None:
            told = {"status": "activated", "created_at": now}
            new.append({"person_id": person_id, **told, **_sealed(known.key, line)})
        elif _said(known.key, row) != (line.area_id, line.level, line.name, line.surplus):
            changed.append({"person_id": person_id, **_sealed(known.key, line)})
        if row is not None and row.status == "appointed":
            activated.append({"person_id": person_id, "status": "activated", "code_index": None, "code_until": None})
        if known.language != line.language:
            spoken.append({"id": person_id, "language": line.language})
    blocks.insert_rows(conn, enroler, new, unless="person_id")
    blocks.update_rows(conn, enroler, "person_id", changed)
    blocks.update_rows(conn, enroler, "person_id", activated)
    blocks.update_rows(conn, person, "id", spoken)
    return len(lines)


def _sealed(key: PersonKey, line: Line) -> dict[str, object]:
    return {
        "area_id": line.area_id,
        "level": line.level,
        "name_sealed": key.encrypt("enroler.name", line.name),
        "surplus_sealed": key.encrypt("enroler.surplus", line.surplus) if line.surplus else None,
    }


def _said(key: PersonKey, row: Row[Any]) -> tuple[int, str, str, str]:
    surplus = key.decrypt("enroler.surplus", row.surplus_sealed) if row.surplus_sealed else ""
    return row.area_id, row.level, key.decrypt("enroler.name", row.name_sealed), surplus


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


def above(conn: Connection, person_id: int) -> list[int]:
    """Who appointed her, who appointed that one, and so on: ids of people, at most CHAIN_MAX. Whom the office appointed has
    nobody above."""
    chain: list[int] = []
    while len(chain) < CHAIN_MAX:
        by = conn.execute(select(enroler.c.appointed_by).where(enroler.c.person_id == person_id)).scalar_one_or_none()
        if by is None or by in chain:
            break
        chain.append(by)
        person_id = by
    return chain
