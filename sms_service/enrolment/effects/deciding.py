"""The effects by which a registration comes to its end: a member, a refusal, a mistake, silence."""

from __future__ import annotations

from sms_service.enrolment import cards, consent, members, registrations
from sms_service.enrolment.effect_shapes import MEMBERSHIP
from sms_service.enrolment.effects.act import Act, Done, Start, effect, first_name
from sms_service.store import people


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
    return Done("admitted", {"member": {"number": member.number_text}}, rings=("cards",))


def _ended(act: Act, status: str) -> Done:
    registrations.decide(act.conn, int(act.session.about), status, act.now)
    return Done("done")


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
    return _ended(act, "held")


@effect
def reject_number(act: Act) -> Done:
    """The phone is not that person's: it hears no more of this registration."""
    return _ended(act, "wrong_number")


@effect
def return_registration(act: Act) -> Done:
    """The person says a detail is wrong: the enroler is told and may enter her again."""
    entered = registrations.by_id(act.conn, act.person.key, int(act.session.about))
    registrations.decide(act.conn, entered.id, "returned", act.now)
    enroler = people.by_id(act.conn, act.keys, entered.enroler_id)
    variables = {"ref": entered.ref, "first_name": first_name(str(entered.fields["name"]))}
    return Done(
        "done", starts=(Start("registration.returned", enroler, str(entered.id), variables),) if enroler else ()
    )
