"""The tree of areas - state, division, district, block, booth - with a target each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

from sqlalchemy import ColumnElement, Connection, select, true

from sms_service.enrolment import tallies, tree
from sms_service.enrolment.imports import BadLine, Progress, nothing, rows, too_long
from sms_service.store import blocks
from sms_service.store.folded import folded
from sms_service.store.tables import area

COLUMNS = ("code", "parent", "level", "name", "target")

TARGET_MAX = 2_000_000_000
"""People. PostgreSQL's INTEGER ends a little above; nobody's drive does."""

VALUES = ("parent_id", "level", "name", "target")
"""What a line says of its area; what differs from it is written."""


@dataclass(frozen=True, slots=True)
class Line:
    """One good line."""

    number: int
    code: str
    parent: str
    level: str
    name: str
    target: int


def import_areas(conn: Connection, file: TextIO, progress: Progress = nothing) -> tuple[int, list[BadLine]]:
    """Reads `code,parent,level,name,target`, in any order of lines. How many are there now from this file, and the lines
    left out. The same file again changes nothing. Ends with the tree numbered; what others see changes at the commit.

    Every area's code is held in memory, about 0.6 KB each. Raises NotReadable.
    """
    bad: list[BadLine] = []
    blocks.one_at_a_time(conn, area)
    growth = _Growth(conn, bad)
    for line in _good(file, bad):
        growth.place(line)
        if len(growth.block) >= blocks.BLOCK:
            growth.flush()
            progress()
    growth.finish()
    count, grown = growth.count, growth.grown
    if growth.moved:
        progress()
        tallies.roll_up(conn, growth.above)
    del growth  # half of the memory of an import, before the numbering takes as much
    if grown or not tree.is_numbered(conn):
        progress()
        tree.number(conn)
    return count, sorted(bad, key=lambda one: one.line)


def _good(file: TextIO, bad: list[BadLine]) -> Iterator[Line]:
    """The lines that are right by themselves, and the first with their code."""
    seen: dict[str, int] = {}
    for number, row in rows(file, COLUMNS, bad):
        code, target = row["code"], row["target"] or "0"
        if not code or not row["name"]:
            bad.append(BadLine(number, "code or name is empty"))
        elif not (target.isascii() and target.isdecimal() and len(target) < 12 and int(target) <= TARGET_MAX):
            bad.append(BadLine(number, f"target {target[:20]} is not a whole number up to {TARGET_MAX}"))
        elif problem := too_long(row, area):
            bad.append(BadLine(number, problem))
        elif (first := seen.setdefault(code, number)) != number:
            bad.append(BadLine(number, f"code {code} stands in line {first} already"))
        else:
            yield Line(number, code, row["parent"], row["level"].lower(), row["name"], int(target))


class _Growth:
    """The tree while lines are added to it. A line whose parent is not there yet waits for it."""

    def __init__(self, conn: Connection, bad: list[BadLine]) -> None:
        known = conn.execute(select(area.c.code, area.c.id, area.c.parent_id)).all()
        self._conn, self._bad = conn, bad
        self._ids: dict[str, int] = {row.code: row.id for row in known}
        self.above: dict[int | None, int | None] = {row.id: row.parent_id for row in known}
        self._waiting: dict[str, list[Line]] = {}
        self._circular: list[Line] = []
        self._free: list[int] = []
        self._new: set[int] = set()
        self.block: dict[int, Line] = {}
        self.count, self.grown, self.moved = 0, False, False

    def place(self, line: Line) -> None:
        """Takes a line, and those that waited for it, into the block; or has it wait."""
        todo = [line]
        while todo:
            one = todo.pop()
            if one.parent and one.parent not in self._ids:
                self._waiting.setdefault(one.parent, []).append(one)
            elif one.code in self._ids and self._lies_under(self._ids.get(one.parent), self._ids[one.code]):
                self._circular.append(one)
            else:
                self._take(one)
                todo += reversed(self._waiting.pop(one.code, []))

    def finish(self) -> None:
        """What stood in its own way until a later line moved is tried again; what waits in vain is bad."""
        tried = 0
        while self._circular and tried != len(self._circular):
            again, self._circular = self._circular, []
            tried = len(again)
            for line in again:
                self.place(line)
        self._bad += [BadLine(one.number, f"parent {one.parent} lies in this area itself") for one in self._circular]
        in_vain = [one for lines in self._waiting.values() for one in lines]
        left_out = {one.code for one in in_vain}
        for one in in_vain:
            why = (
                "was left out too, or lies in this area itself"
                if one.parent in left_out
                else "is in no line and not known"
            )
            self._bad.append(BadLine(one.number, f"parent {one.parent} {why}"))
        self.flush()

    def flush(self) -> None:
        """Writes the block: what is new, and what differs."""
        before = blocks.rows_with(
            self._conn, select(area.c.id, *(area.c[name] for name in VALUES)), area.c.id, self.block.keys() - self._new
        )
        new = [self._row(area_id, line) for area_id, line in self.block.items() if area_id in self._new]
        changed = []
        for row in before:
            values = self._row(row.id, self.block[row.id])
            if any(getattr(row, name) != values[name] for name in VALUES):
                changed.append(values)
                self.moved |= row.parent_id != values["parent_id"]
        blocks.insert_rows(self._conn, area, new)
        blocks.update_rows(self._conn, area, "id", changed)
        self.grown |= self.moved or bool(new)
        self.block.clear()
        self._new.clear()

    def _take(self, line: Line) -> None:
        area_id = self._ids.get(line.code)
        if area_id is None:
            if not self._free:
                self.flush()  # SQLite counts on from the rows that are written
                self._free = blocks.next_ids(self._conn, area, blocks.BLOCK)[::-1]
            area_id = self._ids[line.code] = self._free.pop()
            self._new.add(area_id)
        self.above[area_id] = self._ids.get(line.parent)
        self.block[area_id] = line
        self.count += 1

    def _row(self, area_id: int, line: Line) -> dict[str, object]:
        return {
            "id": area_id, "code": line.code, "parent_id": self.above[area_id], "level": line.level, "name": line.name,
            "target": line.target, "name_folded": folded(line.name), "code_folded": folded(line.code),
        }  # fmt: skip

    def _lies_under(self, inner: int | None, outer: int) -> bool:
        while inner is not None and inner != outer:
            inner = self.above[inner]
        return inner == outer


def id_of(conn: Connection, code: str) -> int | None:
    """The id of the area with this code."""
    return conn.execute(select(area.c.id).where(area.c.code == code)).scalar_one_or_none()


def top(conn: Connection) -> int:
    """The id of the area that holds all others; of several, the one that was imported first. Raises NoResultFound where
    none was imported: nobody can be entered then."""
    return int(
        conn.execute(select(area.c.id).where(area.c.parent_id.is_(None)).order_by(area.c.id).limit(1)).scalar_one()
    )


def called(conn: Connection, text: str, level: str = "") -> str | None:
    """The code of the one area with this code or name, however it is spelt (`answers.fold`), of this level unless it is
    "". None if there is none, or more than one: there is a Booth 12 in every block."""
    typed = folded(text)
    query = select(area.c.code).where(area.c.level == level if level else true())
    exact = conn.execute(query.where(area.c.code == text.strip())).scalar_one_or_none()
    if exact is not None or not typed:
        return exact
    found: set[str] = set()
    for column in (
        area.c.name_folded,
        area.c.code_folded,
    ):  # one by one: each is its own index, and two answers suffice
        same: ColumnElement[bool] = column == typed
        found.update(conn.execute(query.where(same).limit(2)).scalars())
    return found.pop() if len(found) == 1 else None


def described(conn: Connection, area_id: int) -> str:
    """The area's name and that of the one above it: `Booth 12, Kanke`."""
    above = area.alias("above")
    query = (
        select(area.c.name, above.c.name).outerjoin(above, above.c.id == area.c.parent_id).where(area.c.id == area_id)
    )
    return ", ".join(name for name in conn.execute(query).one() if name)
