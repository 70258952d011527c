"""Members against the ledger: every member has her yes, every yes its member, and what is counted is what is listed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, case, func, select

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
    """Whether the newest decision says something else than the membership. Late yeses are looked at before; who took a yes
    back was a member."""
    if decision == "withdrawn":
        return membership != "withdrawn"
    return membership != "valid" if decision == "given" else membership == "valid"


def faults(conn: Connection, counted: Figures) -> Iterator[Fault]:
    """Members without their yes, or who are not who and where their decisions say, and yeses without their member; who has
    left is a member no more. `counted`: of the same transaction; where it has nothing odd only the members are walked."""
    yield from _unproved(conn)
    yield from _without_member(conn)
    if not counted.odd:
        return
    stand = _standing().subquery()
    for row in conn.execution_options(yield_per=READ_AHEAD).execute(select(stand).order_by(stand.c.id)):
        if row.decision == "given" and row.membership == "" and not row.confirmed:
            continue
        if not _is_odd(row.decision, row.membership):
            continue
        if row.number is not None:
            said = f"the newest decision on member {written(row.number)} is {row.decision}"
            yield Fault(row.id, 0, f"{said}, and her membership is {row.membership}")
        elif row.decision == "given":
            yield Fault(row.id, 0, "it is a yes that counts, and there is no member who stands on it")
        else:
            yield Fault(row.id, 0, "it ends a membership, and there is no member who had it")


class Entered(msgspec.Struct):
    """Of `consent.entered_by` (see consent.py): who had entered her, and the areas, the nearest first."""

    enroler: int | None
    areas: list[int]


def _unproved(conn: Connection) -> Iterator[Fault]:
    """Each member stands on a decision of her own, for her registration; and both are where the newest decision on it says
    that she was entered, and by whom."""
    hers = (
        (consent.c.id == member.c.consent_id)
        & (consent.c.person_id == member.c.person_id)
        & (consent.c.registration_id == member.c.registration_id)
        & (consent.c.purpose == MEMBERSHIP)
        & (consent.c.decision == "given")
    )
    last = select(func.max(consent.c.id).label("id")).group_by(consent.c.registration_id).subquery()
    newest = (
        select(consent.c.registration_id, consent.c.id, consent.c.entered_by, consent.c.notice)
        .join(last, last.c.id == consent.c.id)
        .subquery()
    )
    columns = (member.c.number, member.c.consent_id, consent.c.id.label("yes"), member.c.person_id, member.c.area_id)
    entered = (
        registration.c.status, registration.c.person_id.label("entered_person"), registration.c.enroler_id,
        registration.c.area_id.label("entered_area"), newest.c.id.label("newest"), newest.c.entered_by, newest.c.notice,
    )  # fmt: skip
    query: Select[Any] = (
        select(*columns, *entered)
        .outerjoin(registration, registration.c.id == member.c.registration_id)
        .outerjoin(consent, hers)
        .outerjoin(newest, newest.c.registration_id == member.c.registration_id)
        .order_by(member.c.number)
    )
    for row in conn.execution_options(yield_per=READ_AHEAD).execute(query):
        if row.yes is None:
            yield Fault(row.consent_id, 0, f"member {written(row.number)} stands on it, and it is no yes of hers")
        elif problem := _elsewhere(row):
            yield Fault(row.newest, 0, f"of member {written(row.number)}: {problem}")


def _elsewhere(row: Row[Any]) -> str:
    """What of a member and her registration is not as it was when she decided last; "" if all is."""
    if row.status != "confirmed":
        return f"her registration is {row.status}"
    if row.entered_person != row.person_id:
        return "her registration is another person's"
    if row.area_id != row.entered_area:
        return "she and her registration are of different areas"
    if not row.entered_by:  # by a release before revision 0004
        return ""
    try:
        entered = msgspec.json.decode(row.entered_by, type=Entered)
    except msgspec.DecodeError:
        return "nobody can read who had entered her"
    if entered.enroler != row.enroler_id:
        return "her registration names another enroler than the decision"
    # Before revision 0006 a correction left no row: whether she has moved since is not known.
    if row.notice and entered.areas[:1] != [row.area_id]:
        return "she is of another area than the decision says"
    return ""


def _without_member(conn: Connection) -> Iterator[Fault]:
    """Who is confirmed is a member, or was one. A yes without its member, or the end of one, is named as such instead."""
    newest = (
        select(consent.c.id)
        .where(consent.c.registration_id == registration.c.id, consent.c.purpose == MEMBERSHIP)
        .order_by(consent.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    confirmed = (
        select(registration.c.ref, newest.label("newest"))
        .outerjoin(member, member.c.registration_id == registration.c.id)
        .where(registration.c.status == "confirmed", member.c.number.is_(None))
        .subquery()
    )
    query = (
        select(confirmed.c.ref, confirmed.c.newest)
        .outerjoin(consent, consent.c.id == confirmed.c.newest)
        .where(func.coalesce(consent.c.decision, "").not_in(("given", "withdrawn")))
    )
    for row in conn.execution_options(yield_per=READ_AHEAD).execute(query.order_by(confirmed.c.ref)):
        yield Fault(row.newest or 0, 0, f"registration {row.ref} is confirmed, and there is no member of it")
