"""Members against the ledger: every member has her yes, every yes its member, and what is counted is what is listed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, case, func, select

from sms_service.enrolment.effect_shapes import MEMBERSHIP
from sms_service.enrolment.ledger import Fault
from sms_service.enrolment.numbers import written
from sms_service.store.tables import consent, member, registration

READ_AHEAD = 2_000
"""Rows that the database hands over at once: faults may be as many as members."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What the ledger amounts to. `decisions`: how many there are, by purpose and decision. Of the memberships, by the newest
    decision on each registration: `given` stand, `withdrawn` have ended, `late` are yeses that came when the registration was
    over (nobody became a member by one), `odd` do not fit what the membership is. `members` are those who are valid."""

    decisions: dict[str, dict[str, int]]
    given: int
    withdrawn: int
    late: int
    odd: int
    members: int

    @property
    def fits(self) -> bool:
        """Whether there are as many members as consents that were given and not taken back."""
        return self.members == self.given - self.late and self.odd == 0


def figures(conn: Connection) -> Figures:
    """Counts all of it anew from the rows; nothing is taken from a tally."""
    decisions: dict[str, dict[str, int]] = {}
    by_kind = select(consent.c.purpose, consent.c.decision, func.count()).group_by(
        consent.c.purpose, consent.c.decision
    )
    for purpose, decision, count in conn.execute(by_kind.order_by(consent.c.purpose, consent.c.decision)):
        decisions.setdefault(purpose, {})[decision] = count
    stand = _standing().subquery()
    kinds = (stand.c.decision, stand.c.membership, stand.c.confirmed)
    counted = {"given": 0, "withdrawn": 0, "late": 0, "odd": 0}
    for decision, membership, confirmed, count in conn.execute(select(*kinds, func.count()).group_by(*kinds)):
        if decision in counted:
            counted[decision] += count
        if decision == "given" and membership == "" and not confirmed:
            counted["late"] += count
        elif _is_odd(decision, membership):
            counted["odd"] += count
    valid = select(func.count()).select_from(member).where(member.c.status == "valid")
    return Figures(decisions=decisions, members=conn.execute(valid).scalar_one(), **counted)


def _standing() -> Select[tuple[Any, ...]]:
    """The newest decision on membership for each registration, with what the membership is ("" for none): row, decision,
    member's number, membership, whether the registration is confirmed (1)."""
    of_membership = (consent.c.purpose == MEMBERSHIP) & consent.c.registration_id.is_not(None)
    last = (
        select(func.max(consent.c.id).label("id")).where(of_membership).group_by(consent.c.registration_id).subquery()
    )
    return (
        select(
            consent.c.id, consent.c.decision, member.c.number, func.coalesce(member.c.status, "").label("membership"),
            case((registration.c.status == "confirmed", 1), else_=0).label("confirmed"),
        )
        .join(last, last.c.id == consent.c.id)
        .join(registration, registration.c.id == consent.c.registration_id)
        .outerjoin(member, member.c.registration_id == consent.c.registration_id)
    )  # fmt: skip


def _is_odd(decision: str, membership: str) -> bool:
    """Whether the newest decision says something else than the membership. Late yeses are looked at before."""
    return membership != "valid" if decision == "given" else membership == "valid"


def faults(conn: Connection, counted: Figures) -> Iterator[Fault]:
    """Members without their yes, and yeses without their member; who has left is a member no more. `counted`: of the same
    transaction; where it has nothing odd only the members are walked."""
    yield from _without_consent(conn)
    if not counted.odd:
        return
    stand = _standing().subquery()
    for row in conn.execution_options(yield_per=READ_AHEAD).execute(select(stand).order_by(stand.c.id)):
        if not _is_odd(row.decision, row.membership):
            continue
        if row.number is not None:
            said = f"the newest decision on member {written(row.number)} is {row.decision}"
            yield Fault(row.id, 0, f"{said}, and her membership is {row.membership}")
        elif row.confirmed:
            yield Fault(row.id, 0, "it is a yes that counts, and there is no member who stands on it")


def _without_consent(conn: Connection) -> Iterator[Fault]:
    """Each member stands on a decision of her own, for her registration."""
    hers = (
        (consent.c.id == member.c.consent_id)
        & (consent.c.person_id == member.c.person_id)
        & (consent.c.registration_id == member.c.registration_id)
        & (consent.c.purpose == MEMBERSHIP)
        & (consent.c.decision == "given")
    )
    query = select(member.c.number, member.c.consent_id).outerjoin(consent, hers).where(consent.c.id.is_(None))
    for row in conn.execution_options(yield_per=READ_AHEAD).execute(query.order_by(member.c.number)):
        yield Fault(row.consent_id, 0, f"member {written(row.number)} stands on it, and it is no yes of hers")
