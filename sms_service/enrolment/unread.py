"""What a person texted that could not be read, for the office: kept with the hold, under her own key."""

from __future__ import annotations

import json

from sqlalchemy import Connection, select

from sms_service.engine.model import Inbound, Session
from sms_service.privacy import PersonKey
from sms_service.store.people import Person
from sms_service.store.tables import turn

TEXTS_MAX = 10
"""Texts kept of one question: as often as a flow may ask again at most, and no more rows are looked at than twice that."""

BY_ITSELF = ("clock", "service")
"""Channels of turns that no message caused."""


def sealed(conn: Connection, person: Person, session: Session, inbound: Inbound) -> bytes | None:
    """Her texts to the question that she could not answer, the first one first, with the one that is being taken now; None
    where there is none."""
    texts = [*_before(conn, person, session), *([inbound.text] if inbound.text else [])]
    return person.key.encrypt("hold.said", json.dumps(texts, ensure_ascii=False)) if texts else None


def opened(key: PersonKey, said_sealed: bytes | None) -> list[str]:
    """The same, opened."""
    texts: list[str] = json.loads(key.decrypt("hold.said", said_sealed)) if said_sealed else []
    return texts


def _before(conn: Connection, person: Person, session: Session) -> list[str]:
    """Back from now through her turns in this flow, as long as each left the dialogue where it was."""
    query = select(turn.c.channel, turn.c.state_before, turn.c.path, turn.c.text_sealed)
    of_it = (turn.c.person_id == person.id) & (turn.c.flow == session.flow)
    found: list[str] = []
    for row in conn.execute(query.where(of_it).order_by(turn.c.turn_no.desc()).limit(2 * TEXTS_MAX)):
        if row.channel in BY_ITSELF and row.state_before:
            continue  # a reminder
        if "unclear" not in row.path.split() or len(found) == TEXTS_MAX - 1:
            break
        found.insert(0, person.key.decrypt("turn.text", row.text_sealed))
    return found
