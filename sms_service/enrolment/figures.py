"""The figures of an area and of those right below it: members against the target, and what is still open. Counts only."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CompoundSelect, Connection, Integer, cast, func, literal, null, select, union_all

from sms_service.store.tables import area, tally, tally_change

SHOWN = {"valid": "confirmed", "waiting": "waiting", "held": "held", "refused": "refused"}
"""Statuses of members and of registrations, and what they are shown as. Members are counted as such: who left is none,
though she was confirmed."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One area with all below it: members, and registrations that wait, are held, were refused."""

    area_id: int
    name: str
    target: int
    confirmed: int = 0
    waiting: int = 0
    held: int = 0
    refused: int = 0


def of(conn: Connection, area_id: int) -> list[Figures]:
    """The area itself, then each area right below it, in their order. The areas must be numbered (tree.range_of).

    It reads the tallies of these areas, and what the sweeper has not settled yet: the same for a booth and for a nation.
    """
    rows = conn.execute(_places_and_counts(area_id)).all()
    places = sorted((row for row in rows if row.kind == PLACE), key=lambda row: (row.id != area_id, row.first, row.id))
    own, *below = places
    firsts = [row.first for row in below]
    counts: dict[int, Counter[str]] = {row.id: Counter() for row in places}
    for row in rows:
        if row.kind == SETTLED:
            counts[row.id][SHOWN[row.word]] += row.number
        elif row.kind == UNSETTLED:
            counts[own.id][SHOWN[row.word]] += row.number
            if nearest := bisect_right(firsts, row.first):  # else it was entered for the area itself
                counts[below[nearest - 1].id][SHOWN[row.word]] += row.number
    return [Figures(row.id, row.word, row.number, **counts[row.id]) for row in places]


PLACE, SETTLED, UNSETTLED = 0, 1, 2
"""Kinds of rows: an area (its name, its target), a tally, changes of a tally in one area."""


def _places_and_counts(area_id: int) -> CompoundSelect[Any]:
    """All of it in one statement: between two, something could be settled, or the areas be numbered anew."""
    own, shown = area.alias("own"), (area.c.id == area_id) | (area.c.parent_id == area_id)
    places = select(
        literal(PLACE).label("kind"), area.c.id, area.c.name.label("word"), area.c.target.label("number"), area.c.first
    )
    settled = select(literal(SETTLED), tally.c.area_id, tally.c.status, tally.c.within, cast(null(), Integer))
    changed = (
        select(tally_change.c.area_id, tally_change.c.status, func.sum(tally_change.c.change).label("change"))
        .where(tally_change.c.status.in_(SHOWN))
        .group_by(tally_change.c.area_id, tally_change.c.status)
        .subquery()
    )
    # Looked up one by one: as a join, a database may choose to walk through all the areas of a nation instead.
    first = select(area.c.first).where(area.c.id == changed.c.area_id).scalar_subquery().label("first")
    placed = select(changed, first).cte("placed").prefix_with("MATERIALIZED")
    pending = select(literal(UNSETTLED), placed.c.area_id, placed.c.status, placed.c.change, placed.c.first)
    return union_all(
        places.where(shown),
        settled.join(area, area.c.id == tally.c.area_id).where(shown, tally.c.status.in_(SHOWN)),
        pending.join(own, own.c.id == area_id).where(placed.c.first.between(own.c.first, own.c.last)),
    )
