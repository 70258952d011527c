"""How a person goes: leave_membership (LEAVE), forget_me (FORGET)."""

from __future__ import annotations

from sms_service.enrolment import card_changes, cards, consent, erasure, members, photos
from sms_service.enrolment.effect_shapes import MEMBERSHIP
from sms_service.enrolment.effects.act import Act, Done, effect
from sms_service.enrolment.effects.membership import own_membership


@effect
def leave_membership(act: Act, number: str) -> Done:
    """She is no member any more; the ledger has that she took her consent back, and her card is worth nothing, nor is
    one drawn that is still wanted."""
    found = own_membership(act, number)
    if found is None or not members.withdraw(act.conn, found.number):
        return Done("unknown")
    consent.withdraw(
        act.conn, act.keys, act.person, act.session, MEMBERSHIP, act.inbound, act.person.turn_no + 1,
        found.registration_id,
    )  # fmt: skip
    if card := cards.by_member(act.conn, act.keys, found.number):
        card_changes.withdraw(act.conn, card, act.now)
    photos.remove(act.conn, found.registration_id, act.now)
    return Done("left")


@effect
def forget_me(act: Act) -> Done:
    """All that is stored about this phone's people is erased, and the number is blocked; the ledger keeps the proof. Its last
    text still goes out: the flow has `answers_stopped`."""
    erasure.forget(act.conn, act.keys, act.person, act.now, act.session, act.inbound)
    return Done("done", closes_others=True)
