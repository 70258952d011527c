"""The registrations that wait for the office, or that it is to look at, with the reason; and what it decides about them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, func, select, true, union_all

from sms_service.enrolment import holds, registrations, unread
from sms_service.privacy import Keys
from sms_service.store.tables import area, hold, person, registration

LISTED_MAX = 1_000
"""Rows shown at once, the oldest first: whoever decides them sees the next."""


@dataclass(frozen=True, slots=True)
class Held:
    """One reason why one registration is held, or to be looked at where it is not: a rule on replies spoke up. `area` is a
    code, `at` seconds since 1970; `rule` "" where a registration is held and all that spoke up was decided. `said`: what its
    person texted that could not be read; nothing once she is erased."""

    ref: str
    area: str
    status: str
    at: float
    rule: str
    detail: str
    said: list[str] = field(default_factory=list)


def listed(conn: Connection, keys: Keys, ref: str = "") -> list[Held]:
    """What waits to be decided, the oldest first, at most LISTED_MAX: one row for each rule that nobody has decided upon.
    `ref`: only what waits of this registration, however it is typed."""
    undecided, is_held = hold.c.decided_at.is_(None), registration.c.status == "held"
    at = func.coalesce(hold.c.at, registration.c.decided_at, registration.c.created_at).label("at")
    columns = (
        registration.c.ref, area.c.code, registration.c.status, at,
        func.coalesce(hold.c.rule, "").label("rule"), func.coalesce(hold.c.detail, "").label("detail"),
        registration.c.id, registration.c.person_id, hold.c.said_sealed,
    )  # fmt: skip
    placed = registration.join(area, area.c.id == registration.c.area_id)
    meant = registration.c.ref == ref.strip().upper() if ref else true()
    of_it = hold.c.registration_id == registration.c.id
    # Two queries, each with an index of its own: one with OR would read every registration.
    held = select(*columns).select_from(placed.outerjoin(hold, of_it & undecided)).where(is_held, meant)
    noted = select(*columns).select_from(placed.join(hold, of_it)).where(undecided, ~is_held, meant)
    both = union_all(held, noted).subquery()
    query = select(both, person.c.wrapped_key).join(person, person.c.id == both.c.person_id)
    rows = conn.execute(query.order_by(both.c.at, both.c.id).limit(LISTED_MAX))
    return [Held(row.ref, row.code, row.status, row.at, row.rule, row.detail, _said(keys, row)) for row in rows]


def _said(keys: Keys, row: Row[Any]) -> list[str]:
    return unread.opened(keys.person_key(row.wrapped_key), row.said_sealed) if row.wrapped_key else []


def id_of(conn: Connection, ref: str) -> int | None:
    """The held registration with this reference, however it is typed."""
    held = (registration.c.ref == ref.strip().upper()) & (registration.c.status == "held")
    return conn.execute(select(registration.c.id).where(held)).scalar_one_or_none()


def refuse(conn: Connection, ref: str, now: float) -> bool:
    """The office refuses a held registration; False if none is held under this reference."""
    registration_id = id_of(conn, ref)
    if registration_id is None or not registrations.move(conn, registration_id, "held", "refused", now):
        return False
    holds.decide(conn, registration_id, "refused", now)
    return True


def see(conn: Connection, ref: str, now: float) -> bool:
    """The office has looked at what rules noted about a registration that is not held; False if there is nothing of that
    kind. One that is held waits on: it is freed or refused."""
    one = (registration.c.ref == ref.strip().upper()) & (registration.c.status != "held")
    registration_id = conn.execute(select(registration.c.id).where(one)).scalar_one_or_none()
    return registration_id is not None and holds.decide(conn, registration_id, "seen", now) > 0
