"""What a member has done with her card: send_card_again (CARD)."""

from __future__ import annotations

from sms_service.enrolment import card_changes, cards
from sms_service.enrolment.effects.act import Act, Done, effect
from sms_service.enrolment.effects.membership import own_membership


@effect
def send_card_again(act: Act, number: str) -> Done:
    """A new link to her card, once a day; the old link ends: whoever asks again has lost it, or fears that others have it.
    What she printed stays good, and a card that was revoked or has expired does not come back by it: the office decides."""
    found = own_membership(act, number)
    card = cards.by_member(act.conn, act.keys, found.number) if found else None
    standing = card.standing(act.now) if card else "revoked"
    if card is None or standing not in ("valid", "expired"):
        return Done("revoked")
    if standing == "expired":
        return Done("expired")
    if card.status != "wanted" and card_changes.was_sent_again(act.conn, card, act.now):
        return Done("sent")
    card_changes.send_again(
        act.conn, card, "she asked for the link", act.now
    )  # if it is wanted, its link is on its way
    return Done("coming", rings=("cards",))
