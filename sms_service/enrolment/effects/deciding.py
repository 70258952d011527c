"""The effects by which a registration comes to its end: a member, a refusal, a mistake, silence."""

from __future__ import annotations

from dataclasses import replace

from sms_service.enrolment import cards, charge, consent, families, holds, members, registrations, rules
from sms_service.enrolment.effect_shapes import MEMBERSHIP
from sms_service.enrolment.effects.act import Act, Done, Start, effect, first_name_of
from sms_service.enrolment.effects.entering import next_on_phone
from sms_service.enrolment.registrations import Registration
from sms_service.store import people

UNCLEAR = "unclear"
"""Why one is held whose person's answers could not be read."""


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
    _look_at(act, entered, "confirmed")
    told = {"member": {"number": member.number_text}}
    return Done("admitted", told, next_on_phone(act.conn, act.keys, act.person.id, act.now), rings=("cards",))


def _ended(act: Act, status: str) -> Done:
    registrations.decide(act.conn, int(act.session.about), status, act.now)
    return Done("done", starts=next_on_phone(act.conn, act.keys, act.person.id, act.now))


def _look_at(act: Act, entered: Registration, status: str) -> None:
    """What is odd about the reply, for the office; it stands all the same. A rule may suspend the enroler."""
    heard = replace(entered, status=status)
    for found in rules.on_reply(rules.Reply(act.conn, act.keys, act.rules, act.now, heard, act.inbound.text)):
        holds.put(act.conn, entered.id, found.rule.name, found.detail, act.now)
        if found.rule.does == "suspended":
            charge.hold(act.conn, entered.enroler_id, found.detail)


@effect
def refuse_registration(act: Act) -> Done:
    """The person said no: she is no member."""
    return _ended(act, "refused")


@effect
def expire_registration(act: Act) -> Done:
    """The person never answered: she is no member."""
    return _ended(act, "expired")


@effect
def hold_registration(act: Act) -> Done:
    """Her answers could not be read: the office looks at it."""
    if registrations.decide(act.conn, int(act.session.about), "held", act.now):
        holds.put(act.conn, int(act.session.about), UNCLEAR, "her answers could not be read", act.now)
    return Done("done", starts=next_on_phone(act.conn, act.keys, act.person.id, act.now))


@effect
def reject_number(act: Act) -> Done:
    """The phone is not that person's: it hears no more of this registration, nor of others that wait on it."""
    entered = registrations.by_id(act.conn, act.person.key, int(act.session.about))
    if registrations.decide(act.conn, entered.id, "wrong_number", act.now):
        families.distrust(act.conn, act.person.id, entered.ref, act.now)
        _look_at(act, entered, "wrong_number")
    return Done("done")


@effect
def return_registration(act: Act) -> Done:
    """The person says a detail is wrong: the enroler is told and may enter her again."""
    entered = registrations.by_id(act.conn, act.person.key, int(act.session.about))
    registrations.decide(act.conn, entered.id, "returned", act.now)
    enroler = people.by_id(act.conn, act.keys, entered.enroler_id)
    variables = {"ref": entered.ref, "first_name": first_name_of(entered.fields)}
    told = (Start("registration.returned", enroler, str(entered.id), variables),) if enroler else ()
    return Done("done", starts=(*told, *next_on_phone(act.conn, act.keys, act.person.id, act.now)))
