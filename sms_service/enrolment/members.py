"""Members: people who gave their consent, each with a number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select, update

from sms_service.enrolment import registrations
from sms_service.enrolment.imports import safe
from sms_service.enrolment.numbers import written
from sms_service.privacy import Keys
from sms_service.store.tables import area, member, person, registration

EXPORTED = ("number", "status", "since", "way", "ref", "area", "phone", "name")
"""Columns of the export; then come the fields that the flow of registrations collects."""

READ_AHEAD = 2_000
"""Members that the database hands over at once: an export of millions takes no more memory than these."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member. `since` in seconds since 1970; `status` valid or withdrawn."""

    number: int
    person_id: int
    registration_id: int
    area_id: int
    status: str
    since: float

    @property
    def number_text(self) -> str:
        return written(self.number)


COLUMNS = [member.c[name] for name in Member.__slots__]


def admit(
    conn: Connection, *, person_id: int, registration_id: int, consent_id: int, area_id: int, now: float
) -> Member:
    """Makes the person a member on the strength of one consent; both consent and registration make one member only."""
    added = conn.execute(
        insert(member).values(
            person_id=person_id, registration_id=registration_id, consent_id=consent_id, area_id=area_id,
            status="valid", since=now,
        )
    )  # fmt: skip
    [number] = added.inserted_primary_key or (0,)
    return Member(number, person_id, registration_id, area_id, "valid", now)


def on_phone(conn: Connection, person_id: int) -> bool:
    """Whether a valid member has this phone; a family's may have several."""
    valid = (member.c.person_id == person_id) & (member.c.status == "valid")
    return conn.execute(select(member.c.number).where(valid).limit(1)).first() is not None


def of_person(conn: Connection, person_id: int) -> list[Member]:
    """The valid members who have this phone, by number."""
    valid = (member.c.person_id == person_id) & (member.c.status == "valid")
    return [Member(*row) for row in conn.execute(select(*COLUMNS).where(valid).order_by(member.c.number))]


def withdraw(conn: Connection, number: int) -> bool:
    """The membership ends; False if it had. Her card opens no more, and her number is told to be one that was withdrawn."""
    hers = (member.c.number == number) & (member.c.status == "valid")
    return conn.execute(update(member).where(hers).values(status="withdrawn")).rowcount == 1


def move(conn: Connection, number: int, area_id: int) -> None:
    """She counts for another area from now on."""
    conn.execute(update(member).where(member.c.number == number).values(area_id=area_id))


def by_number(conn: Connection, number: int) -> Member | None:
    """The member with this number, whatever her status."""
    row = conn.execute(select(*COLUMNS).where(member.c.number == number)).one_or_none()
    return Member(*row) if row else None


def export(conn: Connection, keys: Keys, fields: Sequence[str]) -> Iterator[list[str]]:
    """Every member as a line of a CSV file, the header first, by number. `since` is UTC (ISO 8601); cells are safe in a
    spreadsheet (a phone begins with an apostrophe). Of one who was forgotten what she entered is empty."""
    others = [name for name in fields if name not in EXPORTED]
    yield [*EXPORTED, *others]
    query = (
        select(
            member.c.number, member.c.status, member.c.since, registration.c.way, registration.c.ref, area.c.code,
            person.c.phone_sealed, person.c.wrapped_key, registration.c.fields_sealed,
        )
        .join(registration, registration.c.id == member.c.registration_id)
        .join(area, area.c.id == member.c.area_id)
        .join(person, person.c.id == member.c.person_id)
        .order_by(member.c.number)
    )  # fmt: skip
    for row in conn.execution_options(yield_per=READ_AHEAD).execute(query):
        phone, entered = "", {}
        if row.wrapped_key is not None:
            key = keys.person_key(row.wrapped_key)
            phone = key.decrypt("person.phone", row.phone_sealed)
            entered = registrations.opened(key, row.fields_sealed)
        since = datetime.fromtimestamp(row.since, UTC).isoformat(timespec="seconds")
        known = [written(row.number), row.status, since, row.way, row.ref, row.code, phone]
        told = [entered.get(name, "") for name in ("name", *others)]
        yield [safe(str(cell)) for cell in (*known, *told)]
