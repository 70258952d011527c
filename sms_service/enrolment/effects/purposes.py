"""Consents besides membership (news, events): look_at_consent, withdraw_consent."""

from __future__ import annotations

from sms_service.engine.walk import FlowFault
from sms_service.enrolment import consent
from sms_service.enrolment.effect_shapes import MEMBERSHIP
from sms_service.enrolment.effects.act import Act, Done, effect


@effect
def look_at_consent(act: Act, purpose: str) -> Done:
    """Whether she has said yes to a purpose, and not taken it back."""
    return Done("given" if consent.state_of(act.conn, act.person.id, purpose) == "given" else "open")


@effect
def withdraw_consent(act: Act, purpose: str) -> Done:
    """She takes back her yes to a purpose. Raises FlowFault for membership, which ends with more than a row."""
    if purpose == MEMBERSHIP:
        raise FlowFault("withdraw_consent ends no membership: that is the effect leave_membership")
    if consent.state_of(act.conn, act.person.id, purpose) != "given":
        return Done("none")
    consent.withdraw(act.conn, act.keys, act.person, act.session, purpose, act.inbound, act.person.turn_no + 1)
    return Done("withdrawn")
