"""The effects by which a registration comes to its end: a member, a refusal, a mistake, silence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sms_service.engine.clusters import prefix, units
from sms_service.engine.walk import FlowFault
from sms_service.enrolment import (
    cards,
    charge,
    consent,
    enrolers,
    families,
    holds,
    members,
    own,
    places,
    refusals,
    registrations,
    rules,
    unread,
)  # fmt: skip
from sms_service.enrolment.effect_shapes import CHANGE_MAX, MEMBERSHIP
from sms_service.enrolment.effects.act import Act, Done, Start, effect, first_name_of
from sms_service.enrolment.effects.entering import entry_of, next_on_phone
from sms_service.enrolment.entries import odd_when_mended, refused
from sms_service.enrolment.own import Own
from sms_service.enrolment.registrations import Registration
from sms_service.enrolment.rules import Entry
from sms_service.store import people

HELD_FOR = {"unclear": "her answers could not be read", "mistake": "she says again that a detail is wrong"}
"""Why one is held that no rule spoke up about, and what the office reads then."""


@effect
def admit_member(act: Act) -> Done:
    """The person becomes a member, if her own yes to membership is in the ledger; her card is ordered."""
    entered = registrations.by_id(act.conn, act.person.key, int(act.session.about))
    consent_id = consent.given_for(act.conn, entered.id, act.person.id, MEMBERSHIP)
    if consent_id is None or not registrations.decide(act.conn, entered.id, "confirmed", act.now):
        return Done("not_waiting")
    member = members.admit(
        act.conn, person_id=act.person.id, registration_id=entered.id, consent_id=consent_id,
        area_id=entered.area_id, now=act.now,
    )  # fmt: skip
    cards.want(act.conn, member.number, act.now)
    refusals.take_back(act.conn, act.keys, act.person, *registrations.identity(act.conn, entered))
    _look_at(act, entered, "confirmed")
    told = {"member": {"number": member.number_text}}
    return Done("admitted", told, next_on_phone(act.conn, act.keys, act.person.id, act.now), rings=("cards",))


def _look_at(act: Act, entered: Registration, status: str) -> None:
    """What is odd about the reply, for the office; it stands all the same. A rule may suspend the enroler."""
    heard = replace(entered, status=status)
    for found in rules.on_reply(rules.Reply(act.conn, act.keys, act.rules, act.now, heard, act.inbound.text)):
        holds.put(act.conn, entered.id, found.rule.name, found.detail, act.now)
        if found.rule.does == "suspended" and entered.enroler_id is not None:
            charge.hold(act.conn, entered.enroler_id, found.detail)


@effect
def refuse_registration(act: Act) -> Done:
    """The person said no: she is no member, and no enroler has her asked again."""
    entered = registrations.by_id(act.conn, act.person.key, int(act.session.about))
    if registrations.decide(act.conn, entered.id, "refused", act.now) and act.rules.refused_days:
        refusals.note(act.conn, act.keys, act.person, *registrations.identity(act.conn, entered), act.now)
        families.hold_same(act.conn, act.keys, act.person, entered.ref, act.now)
    return Done("done", starts=next_on_phone(act.conn, act.keys, act.person.id, act.now))


@effect
def expire_registration(act: Act) -> Done:
    """The person never answered: she is no member."""
    registrations.decide(act.conn, int(act.session.about), "expired", act.now)
    return Done("done", starts=next_on_phone(act.conn, act.keys, act.person.id, act.now))


@effect
def hold_registration(act: Act, why: str = "unclear") -> Done:
    """The office looks at it: her answers could not be read, or (`why`: mistake) what she mended is still wrong. Raises
    FlowFault for another reason."""
    if why not in HELD_FOR:
        raise FlowFault(f"hold_registration knows no reason {why}; there are {', '.join(HELD_FOR)}")
    if registrations.decide(act.conn, int(act.session.about), "held", act.now):
        said = unread.sealed(act.conn, act.person, act.session, act.inbound)
        holds.put(act.conn, int(act.session.about), why, HELD_FOR[why], act.now, said)
    return Done("done", starts=next_on_phone(act.conn, act.keys, act.person.id, act.now))


@effect
def reject_number(act: Act) -> Done:
    """The phone is not that person's: it hears no more of this registration, nor of others that wait on it. It counts against
    the enroler, so it stands in the ledger, by whatever question it was said."""
    entered = registrations.by_id(act.conn, act.person.key, int(act.session.about))
    consent.reject(act.conn, act.keys, act.person, act.session, act.inbound, act.person.turn_no + 1)
    if registrations.decide(act.conn, entered.id, "wrong_number", act.now):
        refusals.note_wrong_number(act.conn, act.person, act.now)
        families.distrust(act.conn, act.person.id, entered.ref, act.now)
        _look_at(act, entered, "wrong_number")
    return Done("done")


@effect
def return_registration(act: Act) -> Done:
    """The person says a detail is wrong: the enroler is told and may enter her again."""
    entered = registrations.by_id(act.conn, act.person.key, int(act.session.about))
    registrations.decide(act.conn, entered.id, "returned", act.now)
    enroler = people.by_id(act.conn, act.keys, entered.enroler_id) if entered.enroler_id else None
    variables = {"ref": entered.ref, "first_name": first_name_of(entered.fields)}
    told = (Start("registration.returned", enroler, str(entered.id), variables),) if enroler else ()
    return Done("done", starts=(*told, *next_on_phone(act.conn, act.keys, act.person.id, act.now)))


# --- she mends it herself -----------------------------------------------------------------------------------------


@effect
def correct_registration(act: Act) -> Done:
    """Her registration, as this dialogue has it by now: what she was asked for anew is mended in it, and her enroler hears
    what it was and is. It needs nobody's word but hers; what a rule speaks up about waits for the office all the same."""
    entered = own.by_id(act.conn, act.keys, int(act.session.about))
    if entered is None or entered.status != "waiting":
        return Done("not_waiting")
    fields = {**entered.fields, **_answered(act)}
    changed = [name for name, value in fields.items() if value != entered.fields.get(name)]
    if not changed:
        return Done("same")
    entry = _as_entered(act, entered, fields)
    if refused(entry):
        registrations.decide(act.conn, entered.id, "refused", act.now)
        return Done("refused", starts=next_on_phone(act.conn, act.keys, act.person.id, act.now))
    found = odd_when_mended(entry, entered)
    flags = entered.flags_after(changed, act.session.flagged)
    own.mend(act.conn, entered, act.person, entry.fields, flags, entry.area_id, entry.id_index)
    registrations.must_move(act.conn, entered.id, "deleted", "held" if found else "waiting", act.now)
    told = _enroler_told(act, entered, changed, fields)
    if found:
        return Done("held", starts=(*told, *next_on_phone(act.conn, act.keys, act.person.id, act.now)))
    return Done("corrected", starts=told)


def _answered(act: Act) -> dict[str, Any]:
    """The fields of registrations that this dialogue knows; not the phone, which is another person's where it is wrong."""
    known = act.session.variables
    return {one.name: known[one.name] for one in act.asked if one.name in known and one.type != "mobile"}


def _as_entered(act: Act, entered: Own, fields: dict[str, Any]) -> Entry:
    """What she says, as the rules look at an entry."""
    somebody = people.by_id(act.conn, act.keys, entered.enroler_id) if entered.enroler_id else None
    enroler = enrolers.by_person(act.conn, somebody) if somebody else None
    if enroler:
        place = places.place_of(act.conn, enroler, fields, act.asked)
    else:
        place = places.own_place(act.conn, fields, entered.area_id)
    return entry_of(act, enroler, act.person, fields, place, entered.id)


def _enroler_told(act: Act, entered: Own, changed: list[str], fields: dict[str, Any]) -> tuple[Start, ...]:
    enroler = people.by_id(act.conn, act.keys, entered.enroler_id) if entered.enroler_id else None
    if enroler is None:
        return ()
    known = [one for one in act.asked if one.name in changed]

    def shown(values: dict[str, Any]) -> str:
        named = own.record({name: values[name] for name in changed if name in values}, known)
        return prefix(named, CHANGE_MAX, units)

    told = {"ref": entered.ref, "before": shown(entered.fields) or "-", "after": shown(fields)}
    return (Start("registration.corrected", enroler, str(entered.id), told, again=str(act.now)),)
