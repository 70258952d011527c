"""Members: people who gave their consent, each with a number."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from sms_service.enrolment.numbers import written
from sms_service.store.tables import member


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


def by_number(conn: Connection, number: int) -> Member | None:
    """The member with this number, whatever her status."""
    row = conn.execute(select(*COLUMNS).where(member.c.number == number)).one_or_none()
    return Member(*row) if row else None


def is_member(conn: Connection, person_id: int) -> bool:
    """Whether the person is a member now."""
    query = select(member.c.number).where(member.c.person_id == person_id, member.c.status == "valid")
    return conn.execute(query).first() is not None
