"""Where an entry counts: the area that it names, and whether that is one of the enroler's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from sms_service.engine.model import Field
from sms_service.enrolment import areas, tree
from sms_service.enrolment.enrolers import Enroler
from sms_service.store.tables import area


@dataclass(frozen=True, slots=True)
class Place:
    """The area that an entry counts for. `outside`: the one that was meant is not among the enroler's, which lie in the
    area `reach`."""

    area_id: int
    outside: bool
    reach: int


def reach(conn: Connection, area_id: int) -> int:
    """The area in which an enroler of this one enters people: her own; of a booth, its block: people are met where they
    are."""
    own = conn.execute(select(area.c.parent_id, area.c.level).where(area.c.id == area_id)).one()
    return own.parent_id if own.level == "booth" and own.parent_id is not None else area_id


def place_of(conn: Connection, enroler: Enroler, fields: Mapping[str, Any], asked: Iterable[Field]) -> Place:
    """By the code in a field of type area, else by the number of the booth; else the enroler's own area. Where no booth was
    imported around her, no number can be outside. A number is never looked up as a code: there may be a district 12."""
    within = reach(conn, enroler.area_id)
    code = next((str(fields[one.name]) for one in asked if one.type == "area" and fields.get(one.name)), "")
    named = areas.id_of(conn, code) if code else None
    if named is not None:
        return Place(named, not tree.holds(conn, within, named), within)
    booth = str(fields.get("booth", ""))
    booths = _booths(conn, within) if booth else {}
    found = booths.get(booth)
    return Place(found or enroler.area_id, bool(booths) and found is None, within)


def own_place(conn: Connection, fields: Mapping[str, Any], otherwise: int) -> Place:
    """Where an entry counts that a person made about herself: the area that she names, or the booth of this number in it;
    where she names none, `otherwise` (an area, or one of its booths). For her nothing is outside."""
    named = areas.id_of(conn, str(fields["area"])) if fields.get("area") else None
    within = otherwise if named is None else named
    booth = str(fields.get("booth", ""))
    around = within if named is not None else reach(conn, within)
    found = _booths(conn, around).get(booth) if booth else None
    return Place(found or within, False, around)


def name_of(conn: Connection, area_id: int) -> str:
    """The area's name alone."""
    return str(conn.execute(select(area.c.name).where(area.c.id == area_id)).scalar_one())


def _booths(conn: Connection, area_id: int) -> dict[str, int]:
    """The booths right below an area, by number: the last word of their names. Of two with one number, the first."""
    query = select(area.c.id, area.c.name).where(area.c.parent_id == area_id, area.c.level == "booth")
    return {row.name.split()[-1]: row.id for row in conn.execute(query.order_by(area.c.id.desc()))}
