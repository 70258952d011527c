"""What a member has done with her card: reissue_card (CARD)."""

from __future__ import annotations

from sms_service.enrolment import cards
from sms_service.enrolment.effects.act import Act, Done, effect
from sms_service.enrolment.effects.membership import own_membership


@effect
def reissue_card(act: Act, number: str) -> Done:
    """A card with a new link; the old link ends: whoever asks again has lost it, or fears that others have it. A card that the
    office revoked is not made anew."""
    found = own_membership(act, number)
    old = cards.by_member(act.conn, act.keys, found.number) if found else None
    if old is None or old.status == "revoked":
        return Done("revoked")
    cards.reissue(act.conn, old, "she asked for the link", act.now)  # if it is drawn just now, its link is on its way
    return Done("coming", rings=("cards",))
