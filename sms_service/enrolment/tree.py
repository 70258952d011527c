"""The areas as a tree: what lies within what, numbered so that it is one comparison, and where the drive is open.

Nested numbers: walked from above, each area takes the next number as its `first`, and the number of the last area below
it as its `last`. An area holds all areas whose `first` lies between its own two; a subtree is one range of an index.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import CTE, Connection, literal, select, update

from sms_service.store import blocks
from sms_service.store.blocks import BLOCK
from sms_service.store.tables import area

DEPTH_MAX = 32
"""Steps up from an area. A nation has ten at most; a circle that was written past the import ends here."""


@dataclass(frozen=True, slots=True)
class Times:
    """When the drive is on in an area: from `opens_at` to before `closes_at`; None: no such end. Seconds since 1970."""

    opens_at: float | None
    closes_at: float | None


def _upwards(area_id: int) -> CTE:
    """The area itself (step 0) and those above it, by step."""
    own = select(area.c.id, area.c.parent_id, literal(0).label("step")).where(area.c.id == area_id)
    line = own.cte("line", recursive=True)
    more = select(area.c.id, area.c.parent_id, line.c.step + 1)
    return line.union_all(more.where(area.c.id == line.c.parent_id, line.c.step < DEPTH_MAX))


def above(conn: Connection, area_id: int) -> list[int]:
    """The ids of the areas above this one, the nearest first."""
    line = _upwards(area_id)
    return list(conn.execute(select(line.c.id).where(line.c.step > 0).order_by(line.c.step)).scalars())


def range_of(conn: Connection, area_id: int) -> tuple[int, int] | None:
    """The first and the last number of an area: it holds all areas whose `first` lies between, both included. None while
    an import has not numbered it yet, or if there is no such area."""
    row = conn.execute(select(area.c.first, area.c.last).where(area.c.id == area_id)).one_or_none()
    return None if row is None or row.first is None or row.last is None else (row.first, row.last)


def holds(conn: Connection, outer_id: int, inner_id: int) -> bool:
    """Whether `inner_id` is the area `outer_id`, or lies within it."""
    if outer_id == inner_id:
        return True
    outer, inner = range_of(conn, outer_id), range_of(conn, inner_id)
    if outer is None or inner is None:  # an import is under way: the numbers come at its end
        return outer_id in above(conn, inner_id)
    return outer[0] <= inner[0] <= outer[1]


def is_open(conn: Connection, area_id: int, now: float) -> bool:
    """Whether the drive is on in this area: as its own times say, else those of the nearest area above that has any;
    where none has, always."""
    times = times_of(conn, area_id)
    if times is None:
        return True
    return (times.opens_at is None or times.opens_at <= now) and (times.closes_at is None or now < times.closes_at)


def times_of(conn: Connection, area_id: int) -> Times | None:
    """The times that hold in this area, its own or those of the nearest area above; None if none says any."""
    line = _upwards(area_id)
    query = (
        select(area.c.opens_at, area.c.closes_at)
        .join(line, line.c.id == area.c.id)
        .where(area.c.opens_at.is_not(None) | area.c.closes_at.is_not(None))
        .order_by(line.c.step)
        .limit(1)
    )
    row = conn.execute(query).one_or_none()
    return Times(row.opens_at, row.closes_at) if row else None


def own_times(conn: Connection, area_id: int) -> Times:
    """What this area itself says, whatever stands above it."""
    return Times(*conn.execute(select(area.c.opens_at, area.c.closes_at).where(area.c.id == area_id)).one())


def set_times(conn: Connection, area_id: int, times: Times) -> None:
    """Says when the drive is on in an area and in all that it holds."""
    values = {"opens_at": times.opens_at, "closes_at": times.closes_at}
    conn.execute(update(area).where(area.c.id == area_id).values(values))


def is_numbered(conn: Connection) -> bool:
    """Whether every area has its numbers."""
    return conn.execute(select(area.c.id).where(area.c.first.is_(None)).limit(1)).first() is None


def number(conn: Connection) -> int:
    """Numbers the whole tree; returns how many areas got other numbers than they had. Areas keep their order."""
    rows = conn.execute(select(area.c.id, area.c.parent_id, area.c.first, area.c.last).order_by(area.c.id)).all()
    below: dict[int | None, list[int]] = {}
    had: dict[int, tuple[int | None, int | None]] = {}
    for area_id, parent_id, first, last in rows:
        below.setdefault(parent_id, []).append(area_id)
        had[area_id] = (first, last)
    del rows
    changed = [one for one in nested(below) if had[one[0]] != one[1:]]
    for start in range(0, len(changed), BLOCK):
        block = changed[start : start + BLOCK]
        blocks.update_rows(conn, area, "id", [{"id": one[0], "first": one[1], "last": one[2]} for one in block])
    return len(changed)


def nested(below: Mapping[int | None, Sequence[int]]) -> Iterator[tuple[int, int, int]]:
    """Each area with its first and last number, from the areas below each (None: those at the top). No recursion: a
    damaged tree may be deep."""
    count = 0
    first: dict[int, int] = {}
    todo = [(area_id, False) for area_id in reversed(below.get(None, ()))]
    while todo:
        area_id, done = todo.pop()
        if done:
            yield area_id, first.pop(area_id), count
            continue
        count += 1
        under = below.get(area_id)
        if not under:
            yield area_id, count, count
            continue
        first[area_id] = count
        todo.append((area_id, True))
        todo.extend((one, False) for one in reversed(under))
