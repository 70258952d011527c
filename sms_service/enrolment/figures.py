"""The figures of an area and of those right below it: members against the target, and what is still open. Counts only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from sms_service.store.tables import area, member, registration

OPEN = ("waiting", "held", "refused")
"""What is counted of registrations. Members are counted as such: who left is none, though she was confirmed."""


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

    It costs one look into the index (area_id, status) of registrations, and one into that of members, for each area below,
    and one entry of it for each row: on SQLite 1.3 s for a state of 1,000,000 areas with 1,000,000 registrations, 0.2 s for
    a division of 40,000 areas.
    """
    shown = select(area.c.id, area.c.name, area.c.target)
    own = conn.execute(shown.where(area.c.id == area_id)).one()
    below = conn.execute(shown.where(area.c.parent_id == area_id).order_by(area.c.first)).all()
    here: dict[str, int] = dict(_counted(conn, area_id))
    within: dict[int, dict[str, int]] = {row.id: {} for row in below}
    for child_id, status, count in _counted_below(conn, area_id):
        within[child_id][status] = count
        here[status] = here.get(status, 0) + count
    return [
        Figures(row.id, row.name, row.target, **counts)
        for row, counts in ((own, here), *((row, within[row.id]) for row in below))
    ]


def _counted(conn: Connection, area_id: int) -> Iterator[tuple[str, int]]:
    """What was entered for this area itself, not for one below."""
    waits = select(registration.c.status, func.count()).where(
        registration.c.area_id == area_id, registration.c.status.in_(OPEN)
    )
    for status, count in conn.execute(waits.group_by(registration.c.status)):
        yield str(status), int(count)
    members = select(func.count()).where(member.c.area_id == area_id, member.c.status == "valid")
    yield "confirmed", conn.execute(members).scalar_one()


def _counted_below(conn: Connection, area_id: int) -> Iterator[tuple[int, str, int]]:
    """The same for each area right below, with all that it holds."""
    child = area.alias("child")
    within = child.join(area, area.c.first.between(child.c.first, child.c.last))
    waits = (
        select(child.c.id, registration.c.status, func.count())
        .select_from(within.join(registration, registration.c.area_id == area.c.id))
        .where(child.c.parent_id == area_id, registration.c.status.in_(OPEN))
    )
    for child_id, status, count in conn.execute(waits.group_by(child.c.id, registration.c.status)):
        yield child_id, status, count
    members = (
        select(child.c.id, func.count())
        .select_from(within.join(member, member.c.area_id == area.c.id))
        .where(child.c.parent_id == area_id, member.c.status == "valid")
    )
    for child_id, count in conn.execute(members.group_by(child.c.id)):
        yield child_id, "confirmed", count
