"""Cards: draws each new member's card and has the link sent, the third message of an enrolment."""

from __future__ import annotations

import logging
import time

from sqlalchemy import Connection

from sms_service.enrolment import cardface, cards, numbers
from sms_service.enrolment.cards import Card
from sms_service.enrolment.effects import Start
from sms_service.privacy import new_token
from sms_service.service import Service
from sms_service.store.database import SqlDown
from workers import process

RING_MAX = 200
"""Cards drawn for one ring; then it rings again for itself, so that RQ sees the worker alive in between."""

log = logging.getLogger(__name__)


@process.job
def drain() -> None:
    """The RQ job: draws until no card is wanted."""
    service = process.service()
    service.bell.answered("cards")
    if draw_wanted(service, RING_MAX) == RING_MAX:
        service.bell.ring("cards")


def draw_wanted(service: Service, most: int) -> int:
    """Draws the cards that are wanted, at most `most`; how many. Raises SqlDown.

    A card that a fault of ours keeps from being drawn stays wanted, and does not hold up those behind it.
    """
    drawn, last = 0, 0
    while drawn < most and not process.stopping():
        with service.reads.begin() as conn:
            wanted = cards.next_wanted(conn, service.keys, after=last)
        if wanted is None:
            break
        last = wanted.id
        try:
            draw(service, wanted, time.time())
        except SqlDown:
            raise
        except Exception as error:
            log.exception("card %d cannot be drawn: %s", wanted.id, type(error).__name__)
        else:
            drawn += 1
    return drawn


def draw(service: Service, wanted: Card, now: float) -> None:
    """Draws one card, stores it under a new token, and begins the flow that sends the link - or none of it."""
    face = wanted.face(service.config.organisation, service.config.url)
    png, pdf, token = cardface.png(face), cardface.pdf(face), new_token()

    def finish(conn: Connection) -> Start | None:
        if not cards.finish(conn, wanted, token, png, pdf, now):
            return None  # another worker drew it meanwhile, and its token is the one that counts
        link = numbers.card_link(service.config.url, token)
        variables = {
            "name": wanted.name, "member": {"number": wanted.member.number_text}, "card": {"link": link},
        }  # fmt: skip
        return Start("card.ready", wanted.person, f"card {wanted.id}", variables)

    service.turns.start(finish, now)


if __name__ == "__main__":
    process.run("cards")
