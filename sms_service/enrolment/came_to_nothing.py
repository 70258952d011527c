"""People who came to nothing - who refused, never answered, were entered by mistake, only ever sent STOP, or never were
anything - are erased."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, exists, func, select, text

from sms_service.enrolment import consent as decisions
from sms_service.enrolment import erasure
from sms_service.enrolment.registrations import OPEN
from sms_service.privacy import Keys
from sms_service.store import people
from sms_service.store.tables import ERASABLE, consent, enroler, member, outbox, person, registration, timer, turn
from sms_service.store.transaction import Conflict

BEGIN, END = (0.0, 0), (math.inf, 0)

WINDOW = 10_000
"""People looked at in one round who may never have been anything: their own row, and by its id a few more each. That
somebody has no row in other tables can stand in no index; a million are through in a quarter of an hour."""


@dataclass(frozen=True, slots=True)
class Place:
    """How far the search has come: time and id of the last registration, and of the last person who sent STOP, that was looked
    at; and the id of the last person of all, None after the last."""

    registration: tuple[float, int] = BEGIN
    person: tuple[float, int] = BEGIN
    stranger: int | None = 0

    @property
    def ended(self) -> bool:
        """Whether all were looked at. Who is something else today may be nothing else tomorrow: then from the beginning."""
        return self.registration == self.person == END and self.stranger is None


def candidates(conn: Connection, place: Place, before: float, limit: int) -> tuple[list[int], Place]:
    """People who may have to be erased, and where to search on: those behind registrations that came to nothing before
    `before`, those who sent STOP before, and those who never were anything and were silent since. Members of any time, and
    enrolers, are none of them."""
    at, last = registration.c.decided_at, registration.c.id
    beyond = (at > place.registration[0]) | ((at == place.registration[0]) & (last > place.registration[1]))
    entered = conn.execute(
        select(registration.c.person_id, at, last)
        .where(text(ERASABLE), at >= place.registration[0], at <= before, beyond)
        .where(*_nobody(registration.c.person_id))
        .order_by(at, last)
        .limit(limit)
    ).all()
    since, who = person.c.stopped_at, person.c.id
    further = (since > place.person[0]) | ((since == place.person[0]) & (who > place.person[1]))
    stopped = conn.execute(
        select(who, since)
        .where(text("stopped_at IS NOT NULL AND wrapped_key IS NOT NULL"), since >= place.person[0])
        .where(since <= before, further, *_nobody(who))
        .order_by(since, who)
        .limit(limit)
    ).all()
    strangers, stranger = _strangers(conn, place.stranger, before, limit)
    then = Place(
        (entered[-1].decided_at, entered[-1].id) if len(entered) == limit else END,
        (stopped[-1].stopped_at, stopped[-1].id) if len(stopped) == limit else END,
        stranger,
    )
    return list(dict.fromkeys([*(row.person_id for row in entered), *(row.id for row in stopped), *strangers])), then


def _strangers(conn: Connection, after: int | None, before: float, limit: int) -> tuple[list[int], int | None]:
    """Who texted once, rang, began to join, or was asked by mistake before FIX; and up to whom was looked."""
    if after is None:
        return [], None
    who = person.c.id
    newest = conn.execute(select(func.max(who))).scalar_one() or 0
    until = after + WINDOW
    decided = select(func.max(consent.c.id)).where(consent.c.person_id == who).correlate(person).scalar_subquery()
    query = (
        select(who)
        .where(who > after, who <= until, person.c.wrapped_key.is_not(None), person.c.stopped_at.is_(None))
        .where(person.c.created_at <= before, *_nobody(who))
        .where(~exists().where(registration.c.person_id == who).correlate_except(registration))
        .where(~exists().where(timer.c.person_id == who).correlate_except(timer))
        .where(~exists().where(turn.c.person_id == who, turn.c.turn_no == person.c.turn_no, turn.c.at > before))
        # Whoever only gets our news has said so last.
        .where(~exists().where(consent.c.id == decided, consent.c.decision == "given"))
        .order_by(who)
        .limit(limit)
    )
    found = list(conn.execute(query).scalars())
    looked = found[-1] if len(found) == limit else until
    return found, looked if looked < newest else None


def _nobody(person_id: Any) -> tuple[Any, Any]:
    """Left out by the query already: else a million members who sent STOP would be asked about, one by one, for ever."""
    return (
        ~exists().where(member.c.person_id == person_id).correlate_except(member),
        ~exists().where(enroler.c.person_id == person_id).correlate_except(enroler),
    )


def is_nothing_else(conn: Connection, person_id: int, before: float) -> bool:
    """Whether she is no member and never was, no enroler, gets no news by her own wish, has nothing open, and nothing has
    happened to her since `before`."""
    of_hers = (
        select(member.c.number).where(member.c.person_id == person_id),
        select(enroler.c.person_id).where(enroler.c.person_id == person_id),
        select(registration.c.id).where(registration.c.person_id == person_id, registration.c.status.in_(OPEN)),
        select(registration.c.id).where(registration.c.person_id == person_id, registration.c.decided_at > before),
        select(timer.c.session_id).where(timer.c.person_id == person_id),
        select(outbox.c.id).where(outbox.c.person_id == person_id, outbox.c.status.in_(("queued", "sending"))),
        select(turn.c.turn_no).where(turn.c.person_id == person_id, turn.c.at > before),
    )
    if any(conn.execute(query.limit(1)).first() for query in of_hers):
        return False
    asked_for = select(consent.c.purpose).where(consent.c.person_id == person_id).distinct()
    return all(decisions.state_of(conn, person_id, one) != "given" for one in conn.execute(asked_for).scalars().all())


def erase(conn: Connection, keys: Keys, person_id: int, before: float, now: float) -> bool:
    """Erases somebody who came to nothing; False if she is something by now. Her number is blocked only if she sent STOP: she
    may be entered again. Raises Conflict."""
    if not people.lock(conn, person_id) or not is_nothing_else(conn, person_id, before):
        return False
    whom = people.by_id(conn, keys, person_id)
    assert whom, "she is locked, and has a key"
    # A turn that found her as she was - her own, or one that asks her - is taken once more, and finds nobody.
    if not people.count_turn(conn, whom.id, whom.turn_no):
        raise Conflict
    erasure.take(conn, keys, whom, now, block=False)
    return True
