"""The registrations that wait for the office, with the reason; and what the office decides about them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select, update

from sms_service.enrolment import holds
from sms_service.store.tables import area, hold, registration

LISTED_MAX = 1_000
"""Rows shown at once, the oldest first: whoever decides them sees the next."""


@dataclass(frozen=True, slots=True)
class Held:
    """One reason why one registration is held. `area` is a code, `at` seconds since 1970; `rule` "" where none spoke up:
    the person's answers could not be read."""

    ref: str
    area: str
    at: float
    rule: str
    detail: str


def listed(conn: Connection) -> list[Held]:
    """What is held, the oldest first, at most LISTED_MAX: one row for each rule that nobody has decided upon."""
    at = func.coalesce(hold.c.at, registration.c.decided_at, registration.c.created_at)
    open_hold = (hold.c.registration_id == registration.c.id) & hold.c.decided_at.is_(None)
    query = (
        select(registration.c.ref, area.c.code, at, func.coalesce(hold.c.rule, ""), func.coalesce(hold.c.detail, ""))
        .select_from(registration.join(area, area.c.id == registration.c.area_id).outerjoin(hold, open_hold))
        .where(registration.c.status == "held")
        .order_by(at, registration.c.id)
        .limit(LISTED_MAX)
    )
    return [Held(*row) for row in conn.execute(query)]


def id_of(conn: Connection, ref: str) -> int | None:
    """The held registration with this reference, however it is typed."""
    held = (registration.c.ref == ref.strip().upper()) & (registration.c.status == "held")
    return conn.execute(select(registration.c.id).where(held)).scalar_one_or_none()


def refuse(conn: Connection, ref: str, now: float, by: int | None = None) -> bool:
    """Refuses a held registration; False if none is held under this reference. `by`: None for the office."""
    registration_id = id_of(conn, ref)
    if registration_id is None:
        return False
    holds.decide(conn, registration_id, "refused", now, by)
    query = update(registration).where(registration.c.id == registration_id, registration.c.status == "held")
    return conn.execute(query.values(status="refused", decided_at=now)).rowcount == 1
