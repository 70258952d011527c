"""Rules that count: entries of an enroler, entries in a booth, phone numbers in a row."""

from __future__ import annotations

from sqlalchemy import func, select

from sms_service.enrolment.registrations import OPEN
from sms_service.enrolment.rules.registry import DAY, HOUR, Entry, rule
from sms_service.store.tables import area, person, registration

NEAR = 3
"""How far apart two numbers of one row may be: SIM cards from one shop are numbered so, families are not."""


def _entered_since(entry: Entry, since: float) -> int:
    query = select(func.count()).where(
        registration.c.enroler_id == entry.enroler_id,
        registration.c.created_at > since,
        registration.c.way != "paper",  # a list is a month's work of many hands
    )
    return entry.conn.execute(query).scalar_one()


@rule("entry", "held", "entries_hour", "entries_day")
def too_many(entry: Entry) -> str:
    """More than one person can enter at doors."""
    if entry.enroler is None:
        return ""  # who starts herself comes with thousands of others
    for most, span, name in ((entry.rules.entries_hour, HOUR, "an hour"), (entry.rules.entries_day, DAY, "a day")):
        if most and (count := _entered_since(entry, entry.now - span) + 1) > most:
            return f"{count} entries in {name}, {most} may be"
    return ""


@rule("entry", "held", "booth_roll")
def booth_full(entry: Entry) -> str:
    """More registrations in a booth than it has people: than its target, or the setting where it has none."""
    row = entry.conn.execute(select(area.c.level, area.c.target).where(area.c.id == entry.area_id)).one()
    most = row.target or entry.rules.booth_roll
    if row.level != "booth" or not entry.rules.booth_roll:
        return ""
    here = (registration.c.area_id == entry.area_id) & registration.c.status.in_(OPEN)
    count = entry.conn.execute(select(func.count()).where(here)).scalar_one() + 1
    return f"{count} in this booth, {most} may be" if count > most else ""


@rule("entry", "held", "sequence")
def sequence(entry: Entry) -> str:
    """Phone numbers in a row. They are stored as keyed hashes: those of the neighbours are computed and looked up."""
    if not entry.rules.sequence:
        return ""
    around = [f"+{int(entry.person.phone[1:]) + step}" for step in range(-NEAR, NEAR + 1) if step]
    indexes = [entry.keys.index("phone", number) for number in around]
    query = (
        select(func.count(registration.c.person_id.distinct()))
        .join(person, person.c.id == registration.c.person_id)
        .where(person.c.phone_index.in_(indexes))
        .where(registration.c.enroler_id == entry.enroler_id, registration.c.created_at > entry.now - DAY)
    )
    count = entry.conn.execute(query).scalar_one() + 1
    return f"{count} phone numbers in a row" if count >= entry.rules.sequence else ""
