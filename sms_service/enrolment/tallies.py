"""How many registrations and members of each status every area has: counted as they are written, never searched for.

Triggers (revision 0003) note each change of a registration or a member as a row of `tally_change`, in the transaction that
makes it: whoever writes cannot forget it, and nobody waits for a counter that another turn holds. The sweeper settles
those rows into `tally`, which has for each area its own count, and the count of all that lies within it. The figures of a
moment are what is settled and what is not yet, read in one statement.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from sms_service.enrolment.tree import DEPTH_MAX
from sms_service.store import blocks
from sms_service.store.tables import area, tally, tally_change

BATCH = 2_000
"""Changes of one transaction: 0.1 s, for which SQLite lets nobody else write."""

PAGE = 20_000
"""Tallies that are read at once where all of them are."""

Kind = tuple[int, str]
"""An area and a status."""


def settle(conn: Connection, most: int = BATCH) -> int:
    """Settles the oldest changes; how many they were. 0 too while another process settles, or areas are being imported."""
    if not _is_alone(conn):
        return 0
    oldest = select(tally_change.c.id).order_by(tally_change.c.id).limit(most)
    changes = conn.execute(delete(tally_change).where(tally_change.c.id.in_(oldest)).returning(tally_change)).all()
    own: Counter[Kind] = Counter()
    for one in changes:
        own[one.area_id, one.status] += one.change
    above = _above(conn, {area_id for area_id, _ in own})
    within: Counter[Kind] = Counter()
    for (area_id, status), change in own.items():
        for holder in _upwards(area_id, above):
            within[holder, status] += change
    _add(conn, own, within)
    return len(changes)


def roll_up(conn: Connection, above: Mapping[int | None, int | None]) -> None:
    """Counts anew what lies within each area, after areas have moved to other parents. `above`: the parent of every area."""
    if conn.dialect.name == "postgresql":
        conn.execute(select(func.pg_advisory_xact_lock(_lock())))
    inner = set(above.values())
    within: Counter[Kind] = Counter()
    had: dict[Kind, int] = {}
    for row in _all(conn):
        for holder in _upwards(row.area_id, above):
            if holder in inner or holder == row.area_id:
                within[holder, row.status] += row.own
        if row.area_id in inner:
            had[row.area_id, row.status] = row.within
        elif within.pop((row.area_id, row.status)) != row.within:
            _set(conn, {(row.area_id, row.status): row.own})
    _set(conn, {kind: count for kind in within.keys() | had.keys() if (count := within[kind]) != had.get(kind, 0)})


def _is_alone(conn: Connection) -> bool:
    if conn.dialect.name != "postgresql":
        return True  # SQLite has one writer
    return bool(conn.execute(select(func.pg_try_advisory_xact_lock(_lock()))).scalar_one())


def _lock() -> Any:
    return func.hashtext("tally")


def _above(conn: Connection, area_ids: set[int]) -> dict[int | None, int | None]:
    """The parent of each of these areas, and of all above them."""
    found: dict[int | None, int | None] = {}
    wanted = area_ids
    for _ in range(DEPTH_MAX):
        if not wanted:
            break
        rows = blocks.rows_with(conn, select(area.c.id, area.c.parent_id), area.c.id, wanted)
        found.update({row.id: row.parent_id for row in rows})
        wanted = {row.parent_id for row in rows if row.parent_id is not None} - found.keys()
    return found


def _upwards(area_id: int, above: Mapping[int | None, int | None]) -> Iterator[int]:
    """The area itself, and those above it."""
    one: int | None = area_id
    for _ in range(DEPTH_MAX):
        if one is None:
            return
        yield one
        one = above.get(one)


def _all(conn: Connection) -> Iterator[Row[Any]]:
    """Every tally, a page at a time."""
    key = tuple_(tally.c.area_id, tally.c.status)
    last: tuple[int, str] = (-1, "")
    while rows := conn.execute(
        select(tally).where(key > last).order_by(tally.c.area_id, tally.c.status).limit(PAGE)
    ).all():
        yield from rows
        last = (rows[-1].area_id, rows[-1].status)


def _add(conn: Connection, own: Mapping[Kind, int], within: Mapping[Kind, int]) -> None:
    """Adds to the tallies; `within` has every kind that `own` has."""
    rows = [
        {"area_id": kind[0], "status": kind[1], "own": own.get(kind, 0), "within": change}
        for kind, change in sorted(within.items())
        if change or own.get(kind)
    ]
    if not rows:
        return
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    adding = dialect.insert(tally)
    more = {name: tally.c[name] + adding.excluded[name] for name in ("own", "within")}
    conn.execute(adding.on_conflict_do_update(index_elements=["area_id", "status"], set_=more), rows)


def _set(conn: Connection, within: Mapping[Kind, int]) -> None:
    for (area_id, status), count in within.items():
        this = (tally.c.area_id == area_id) & (tally.c.status == status)
        if not conn.execute(update(tally).where(this).values(within=count)).rowcount:
            conn.execute(insert(tally).values(area_id=area_id, status=status, own=0, within=count))
