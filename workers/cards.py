"""Cards: draws each new member's card and has the link sent, the third message of an enrolment."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime
from functools import lru_cache

from sqlalchemy import Connection

from sms_service.enrolment import card_changes, cardface, cards, numbers, photos
from sms_service.enrolment.card_template import Templates
from sms_service.enrolment.cards import Card
from sms_service.enrolment.effects import Start
from sms_service.privacy import new_token
from sms_service.service import Service
from sms_service.store.database import SqlDown
from workers import process

RING_MAX = 200
"""Cards drawn for one ring; then it rings again for itself, so that RQ sees the worker alive in between."""

log = logging.getLogger(__name__)

templates = lru_cache(maxsize=8)(Templates)
"""One for a process, so that a file is read anew only when it has changed."""


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
            wanted = cards.next_wanted(conn, service.keys, time.time(), after=last)
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
    config, issued, token = service.config, datetime.fromtimestamp(now, UTC).date(), new_token()
    until = wanted.last_day or cards.last_day(issued, config.card.valid_days)  # sent again: it ends when it did
    with service.reads.begin() as conn:
        photo = photos.accepted(conn, wanted.person.key, wanted.member.registration_id)
    face = wanted.face(config.organisation, config.url, service.keys, issued, until, photo)
    if cardface.without_font(f"{face.name}{face.area}"):
        log.warning("card %d lacks letters of its name or area: no font here has them (docs/cards.md)", wanted.id)
    template = templates(config.card.template, config.data_dir).current()
    pictures = {
        "png": cardface.png(face, template),
        "pdf": cardface.pdf(face, template),
        "screen": cardface.screen(face, template),
    }

    def finish(conn: Connection) -> Start | None:
        if not cards.finish(conn, wanted, token, pictures, now, until):
            return None  # another worker drew it meanwhile, and its token is the one that counts
        link = numbers.card_link(service.config.url, token)
        variables = {
            "name": wanted.name, "member": {"number": wanted.member.number_text}, "card": {"link": link},
        }  # fmt: skip
        return Start("card.ready", wanted.person, f"card {wanted.id}", variables, f"{wanted.wanted_at:.3f}")

    service.turns.start(finish, now)


def expire(service: Service) -> int:
    """Notes which cards have reached their end; how many. Raises SqlDown."""
    with service.reads.begin() as conn:  # on SQLite nobody waits for us where nothing has ended
        if not card_changes.any_ended(conn, time.time()):
            return 0
    with service.engine.begin() as conn:
        return card_changes.expire(conn, time.time(), RING_MAX)


if __name__ == "__main__":
    process.run("cards")
