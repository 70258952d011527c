"""What a missed call does: weaker evidence beside a registration that waits, and never a consent; she is asked by SMS."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, insert, select

from sms_service.engine.model import DAY
from sms_service.enrolment import families, members, registrations
from sms_service.enrolment.effects.act import Act, Done, Start, effect
from sms_service.enrolment.effects.entering import asked
from sms_service.store.tables import missed_call, timer


@effect
def take_missed_call(act: Act) -> Done:
    """She rang and hung up. Kept with her registration if that is the only one her phone is asked about: a call names nobody.
    Whoever is asked about one is asked again, in the same words; a member hears that she is one, a stranger how to join. One
    SMS a day, and none to who sent STOP, is in the middle of something else, or lies with the office: a call is easily made in
    her name, and asks nothing new."""
    pending = [one for one in families.on_phone(act.conn, act.person) if one.status != "confirmed"]
    waiting = registrations.waiting_for(act.conn, act.person.id)
    outcome, starts, told = "silent", tuple[Start, ...](), dict[str, Any]()
    if not act.person.stopped and not _answered_today(act):
        if waiting is not None:
            entered = registrations.by_id(act.conn, act.person.key, waiting)
            outcome, starts = "invited", asked(act.conn, act.keys, entered, again=f"call:{act.inbound.id}")
        elif not pending and not _is_busy(act):
            hers = [one.number_text for one in members.of_person(act.conn, act.person.id)]
            outcome = "member" if hers else "stranger"
            told = {"member": {"number": hers[0] if len(hers) == 1 else ""}} if hers else {}
    row = {
        "person_id": act.person.id,
        "registration_id": waiting if len(pending) == 1 else None,
        "inbound_id": act.inbound.id,
        "answered": outcome != "silent",
        "at": act.now,
    }
    act.conn.execute(insert(missed_call).values(row))
    return Done(outcome, told, starts)


def _answered_today(act: Act) -> bool:
    """Whether an SMS was sent because of a call in the last 24 hours."""
    hers = (missed_call.c.person_id == act.person.id) & missed_call.c.answered
    last = act.conn.execute(select(func.max(missed_call.c.at)).where(hers)).scalar_one()
    return last is not None and act.now - last < DAY


def _is_busy(act: Act) -> bool:
    """Whether another dialogue of hers is open: its next answer is meant for that one."""
    query = select(timer.c.session_id).where(timer.c.person_id == act.person.id, timer.c.session_id != act.session.id)
    return act.conn.execute(query.limit(1)).first() is not None
