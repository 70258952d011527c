"""What the database holds at the end of the day, by SQL of our own, beside the book and beside what SUM says."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import Connection, Row, text

from sms_service.enrolment import registrations
from sms_service.store import people
from tests.day.book import Entry
from tests.day.commands import COMMAND
from tests.day.play import Day

COUNTED = ("confirmed", "waiting", "held", "refused")

BELOW = """
    WITH RECURSIVE below(id) AS (
        SELECT id FROM area WHERE code = :code UNION ALL SELECT area.id FROM area JOIN below ON area.parent_id = below.id
    )
    SELECT 'confirmed', count(*) FROM member WHERE status = 'valid' AND area_id IN (SELECT id FROM below)
    UNION ALL SELECT status, count(*) FROM registration
        WHERE status IN ('waiting', 'held', 'refused') AND area_id IN (SELECT id FROM below) GROUP BY status
"""
ROWS = """
    SELECT registration.*, area.code AS area_code, member.number AS member
    FROM registration JOIN area ON area.id = registration.area_id
    LEFT JOIN member ON member.registration_id = registration.id AND member.status = 'valid'
"""
HELD_BY = "SELECT rule FROM hold WHERE registration_id = :id AND decided_at IS NULL"
BEGUN = "SELECT count(*) FROM timer WHERE person_id = :person AND flow = 'register' AND state = 'details'"
MEMBERS = "SELECT count(*) FROM member"
TURNS = "SELECT count(*) FROM turn WHERE kind = 'sms' AND channel IN ('twilio', 'africastalking')"
NOT_LEFT = "SELECT count(*) FROM outbox WHERE status NOT IN ('sent', 'delivered', 'dropped')"


# --- SUM ----------------------------------------------------------------------------------------------------------


def asks_for_sums(day: Day) -> dict[str, dict[str, int]]:
    """Everybody in charge texts SUM, the one of the state for every district and block besides; the figures by area."""
    state, summed = day.country.in_charge("ST"), {}
    for code, area in day.country.areas.items():
        if area.level == "booth":
            continue
        for her, named in ((day.country.in_charge(code), ""), (state, f" {code}")):
            [said] = day.text(her.phone, COMMAND["sum"][her.language] + named, [(her.phone, "sum.summed")])
            told = {name: int(said.values.get(name, 0)) for name in COUNTED}
            ours, book = _counted(day, code), _booked(day, code)
            if not told == ours == book or f"/{area.target} " not in said.text:
                day.wrong(f"SUM of {code} says {said.text!r}; the database {ours}, the book {book}")
            _look_below(day, code, said.values.get("below", ""))
            summed[code] = told
    return summed


def _counted(day: Day, code: str) -> dict[str, int]:
    with day.town.service.reads.begin() as conn:
        found = {str(status): int(count) for status, count in conn.execute(text(BELOW), {"code": code})}
    return {name: found.get(name, 0) for name in COUNTED}


def _booked(day: Day, code: str) -> dict[str, int]:
    within = Counter(entry.status for entry in day.book.entries if f"{entry.area}-".startswith(f"{code}-"))
    return {name: within[name] for name in COUNTED}


def _look_below(day: Day, code: str, below: str) -> None:
    """Each area below that is named has its members and its target, and those that are not are counted."""
    children = {area.name: area for area in day.country.areas.values() if area.parent == code}
    entries = [one.strip(" .") for one in below.split(". ") if ":" in one]
    for entry in entries:
        name, _, figures = entry.partition(": ")
        child = children.get(name)
        if child is None or figures != f"{_counted(day, child.code)['confirmed']}/{child.target}":
            day.wrong(f"SUM of {code} says {entry!r}, the database does not")
    left = len(children) - len(entries)
    if left and not below.endswith(f"+{left}"):
        day.wrong(f"SUM of {code} says {below!r}; {left} areas below are neither told nor counted")


# --- all rows -----------------------------------------------------------------------------------------------------


def compared_with_the_database(day: Day) -> Counter[str]:
    """Every entry is there as the book has it, with its reason; nothing else is. How many have come to which status."""
    by_ref = {entry.ref: entry for entry in day.book.entries}
    found: Counter[str] = Counter()
    day.figures.surplus.clear()
    with day.town.service.reads.begin() as conn:
        for row in conn.execute(text(ROWS)).all():
            found[row.status] += 1
            if (entry := by_ref.pop(row.ref, None)) is None:
                day.wrong(f"{row.ref} is in the database and nobody entered it")
            else:
                _look_at(day, conn, row, entry)
        for phone in day.country.enrolers:
            somebody = people.by_phone(conn, day.town.service.keys, phone)
            begun = conn.execute(text(BEGUN), {"person": somebody.id if somebody else 0}).scalar_one()
            if begun != (phone in day.drafts):
                day.wrong(f"{phone} has {begun} entries begun, and should miss {day.drafts.get(phone)}")
        totals = tuple(conn.execute(text(query)).scalar_one() for query in (MEMBERS, TURNS, NOT_LEFT))
    for ref, entry in by_ref.items():
        day.wrong(f"{ref or 'an entry'} of {entry.enroler.phone} for {entry.who} is lost")
    should = (sum(entry.status == "confirmed" for entry in day.book.entries), day.inbound, 0)
    if totals != should:
        day.wrong(f"members, turns, and messages that did not leave are {totals} and should be {should}")
    return found


def _look_at(day: Day, conn: Connection, row: Row[Any], entry: Entry) -> None:
    """One registration: its status, area, way, enroler, person and fields, the rules that hold it, its member."""
    somebody, her = (people.by_id(conn, day.town.service.keys, one) for one in (row.person_id, row.enroler_id))
    assert somebody
    assert her
    kept = registrations.by_id(conn, somebody.key, row.id).fields
    fields = tuple(kept.pop(name, None) for name in ("name", "voter_id", "booth"))
    day.figures.surplus.update(list(kept))
    who = entry.who
    stands = (row.status, row.area_code, row.way, her.phone, somebody.phone, *fields)
    should = (
        entry.status, entry.area, entry.way, entry.enroler.phone, who.mobile, who.name, who.voter_id, who.booth,
    )  # fmt: skip
    if stands != should:
        day.wrong(f"{row.ref} stands as {stands} and should as {should}")
    rules = set(conn.execute(text(HELD_BY), {"id": row.id}).scalars())
    if rules != entry.rules or (row.status == "held" and not rules):
        day.wrong(f"{row.ref} ({row.status}) is held by {rules} and should be by {entry.rules}")
    if (row.member is not None) != (entry.status == "confirmed"):
        day.wrong(f"{row.ref} is a member or not, against what its person said")
