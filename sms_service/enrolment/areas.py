"""The tree of areas - state, division, district, block, booth - with a target each."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TextIO

from sqlalchemy import Connection, Table, insert, select, true, update

from sms_service.engine.answers import fold
from sms_service.store.tables import area

COLUMNS = ("code", "parent", "level", "name", "target")

TARGET_MAX = 2_000_000_000
"""People. PostgreSQL's INTEGER ends a little above; nobody's drive does."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line of an import that was left out, and why."""

    line: int
    problem: str


def import_areas(conn: Connection, file: TextIO) -> tuple[int, list[BadLine]]:
    """Reads `code,parent,level,name,target`; a parent stands before its children. How many are there now from this
    file, and the lines left out. The same file again changes nothing."""
    known = conn.execute(select(area.c.code, area.c.id, area.c.parent_id)).all()
    ids: dict[str, int] = {row.code: row.id for row in known}
    above: dict[int | None, int | None] = {row.id: row.parent_id for row in known}
    bad: list[BadLine] = []
    count = 0
    for line, row in rows(file, COLUMNS, bad):
        code, parent, target = row["code"], row["parent"], row["target"] or "0"
        if not code or not row["name"]:
            bad.append(BadLine(line, "code or name is empty"))
        elif parent and parent not in ids:
            bad.append(BadLine(line, f"parent {parent} does not stand above this line"))
        elif code in ids and _lies_under(ids.get(parent), ids[code], above):
            bad.append(BadLine(line, f"parent {parent} lies in this area itself"))
        elif not target.isdecimal() or int(target) > TARGET_MAX:
            bad.append(BadLine(line, f"target {target} is not a whole number up to {TARGET_MAX}"))
        elif problem := too_long(row, area):
            bad.append(BadLine(line, problem))
        else:
            values = {
                "parent_id": ids.get(parent), "level": row["level"], "name": row["name"], "target": int(target),
            }  # fmt: skip
            if code in ids:
                conn.execute(update(area).where(area.c.id == ids[code]).values(values))
            else:
                [ids[code]] = conn.execute(insert(area).values(code=code, **values)).inserted_primary_key or (0,)
            above[ids[code]] = ids.get(parent)
            count += 1
    return count, bad


def _lies_under(inner: int | None, outer: int, above: Mapping[int | None, int | None]) -> bool:
    while inner is not None and inner != outer:
        inner = above[inner]
    return inner == outer


def too_long(row: Mapping[str, str], table: Table) -> str:
    """Which cell is longer than its column in `table`; "" if all fit."""
    for name in table.c.keys() & row.keys():
        length = getattr(table.c[name].type, "length", None)
        if length is not None and len(row[name]) > length:
            return f"{name} is longer than {length} characters"
    return ""


def rows(file: TextIO, columns: Iterable[str], bad: list[BadLine]) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines of a CSV file with a header, trimmed, by line number. Surplus columns come along; a line with too few
    or too many cells goes to `bad`. Raises ValueError if a column is missing from the header."""
    reader = csv.DictReader(file)
    header = [name.strip().removeprefix("\ufeff") for name in reader.fieldnames or []]
    missing = [name for name in columns if name not in header]
    if missing:
        raise ValueError(f"the header line lacks {', '.join(missing)}; it should be {','.join(columns)}")
    reader.fieldnames = header
    for row in reader:
        if None in row or None in row.values():
            bad.append(BadLine(reader.line_num, f"this line does not have {len(header)} cells"))
        else:
            yield reader.line_num, {name: value.strip() for name, value in row.items()}


def id_of(conn: Connection, code: str) -> int | None:
    """The id of the area with this code."""
    return conn.execute(select(area.c.id).where(area.c.code == code)).scalar_one_or_none()


def called(conn: Connection, text: str, level: str = "") -> str | None:
    """The code of the one area with this code or name, however it is spelt (`answers.fold`), of this level unless it is
    "". None if there is none, or more than one: there is a Booth 12 in every block."""
    typed = fold(text)
    query = select(area.c.code, area.c.name).where(area.c.level == level if level else true())
    exact = conn.execute(query.where(area.c.code == text.strip())).scalar_one_or_none()
    if exact is not None or not typed:
        return exact
    found = [row.code for row in conn.execute(query) if typed in (fold(row.name), fold(row.code))]
    return found[0] if len(found) == 1 else None


def booth_near(conn: Connection, area_id: int, booth: str) -> int | None:
    """The booth of this number among the enroler's own area, its children and its siblings; None if there is none."""
    own = conn.execute(select(area.c.id, area.c.parent_id, area.c.level).where(area.c.id == area_id)).one()
    under = own.parent_id if own.level == "booth" else own.id
    query = select(area.c.id, area.c.name).where(area.c.parent_id == under, area.c.level == "booth")
    return next((row.id for row in conn.execute(query) if row.name.split()[-1] == booth), None)


def described(conn: Connection, area_id: int) -> str:
    """The area's name and that of the one above it: `Booth 12, Kanke`."""
    above = area.alias("above")
    query = (
        select(area.c.name, above.c.name).outerjoin(above, above.c.id == area.c.parent_id).where(area.c.id == area_id)
    )
    return ", ".join(name for name in conn.execute(query).one() if name)
