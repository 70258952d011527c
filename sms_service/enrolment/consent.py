"""The ledger: one row for every decision a person made, with all that proves it. Rows are added, never changed."""

from __future__ import annotations

import json
from typing import NamedTuple

from sqlalchemy import Connection, insert, select

from sms_service.engine.model import Decision, Inbound, Session
from sms_service.enrolment import enrolers, ledger, tree
from sms_service.privacy import Keys, PersonKey
from sms_service.store.people import Person
from sms_service.store.tables import consent, outbox, registration, turn

SENT_TO_MAX = 32
"""Characters of our own number: what its column holds."""


class NoWording(Exception):
    """A decision without the text it answered: it would prove nothing, so it is not stored and nothing else is."""


def record(
    conn: Connection, keys: Keys, person: Person, session: Session, decision: Decision, inbound: Inbound, turn_no: int
) -> int:
    """Writes the decision with its evidence; the new row's id. `turn_no` is that of the turn being taken.

    Raises NoWording if the message that asked cannot be found.
    """
    by_screen = session.hop > 0 and (inbound.kind == "ussd" or not session.prompt)
    shown = _shown(conn, person, session, by_screen)
    registration_id = _hers(conn, person, session)
    row = {
        "person_id": person.id,
        "registration_id": registration_id,
        "purpose": decision.purpose,
        "decision": decision.decision,
        "verdict": decision.verdict,
        # She may have changed it since. "": asked by an earlier release, which did not note it.
        "language": (session.hop_language if by_screen else session.prompt_language) or session.language,
        "flow": session.flow,
        "version": session.version,
        "state": decision.state,
        "wording_sealed": person.key.encrypt("consent.wording", shown.wording),
        "prompt": f"hop:{session.hop}" if by_screen else session.prompt,
        "prompt_gateway_id": shown.gateway_id,
        "prompt_status": shown.status,
        "prompt_at": shown.at,
        "reply_sealed": person.key.encrypt("consent.reply", decision.text),
        "from_sealed": person.key.encrypt("consent.from", inbound.phone),
        "sent_to": inbound.to[:SENT_TO_MAX],
        "channel": inbound.channel,
        "inbound_id": inbound.id,
        "turn_no": turn_no,
        "gateway_time": inbound.gateway_time,
        "at": inbound.received_at,
        "entered_by": _entered_by(conn, registration_id) if registration_id else "",
    }
    row["mac"] = keys.ledger_mac(ledger.digest(row))
    added = conn.execute(insert(consent).values(row))
    [new_id] = added.inserted_primary_key or (0,)
    return int(new_id)


def _entered_by(conn: Connection, registration_id: int) -> str:
    """Who entered her, and the chain above as it is today, as JSON: ids of people and areas, the nearest first."""
    columns = (registration.c.enroler_id, registration.c.area_id)
    entered = conn.execute(select(*columns).where(registration.c.id == registration_id)).one()
    chain = {
        "enroler": entered.enroler_id,
        "appointed_by": enrolers.above(conn, entered.enroler_id),
        "areas": [entered.area_id, *tree.above(conn, entered.area_id)],
    }
    return json.dumps(chain, separators=(",", ":"))


def _hers(conn: Connection, person: Person, session: Session) -> int | None:
    """The registration that the dialogue is about, if it is this person's own: an enroler who hears that an entry was
    returned decides nothing for the person she entered. A dialogue about a card ("card 7") is about no registration.
    """
    if not session.about.isdecimal():
        return None
    hers = (registration.c.id == int(session.about)) & (registration.c.person_id == person.id)
    return conn.execute(select(registration.c.id).where(hers)).scalar_one_or_none()


class _Shown(NamedTuple):
    """What asked: the text, the gateway's id of the message that carried it ("" for a USSD screen), how far it had come, and
    when it was handed over."""

    wording: str
    gateway_id: str
    status: str
    at: float | None


def _shown(conn: Connection, person: Person, session: Session, by_screen: bool) -> _Shown:
    """Raises NoWording."""
    if by_screen:
        # A text of several screens was answered by several hops; SMS in between have no screen.
        query = select(turn.c.reply_sealed, turn.c.at).where(
            turn.c.person_id == person.id, turn.c.turn_no >= session.hop, turn.c.kind == "ussd"
        )
        screens = conn.execute(query.order_by(turn.c.turn_no)).all()
        if screens:
            wording = "\n".join(person.key.decrypt("turn.reply", one.reply_sealed) for one in screens)
            return _Shown(wording, "", "shown", screens[-1].at)
    else:
        columns = (outbox.c.text_sealed, outbox.c.gateway_id, outbox.c.status, outbox.c.sent_at)
        row = conn.execute(select(*columns).where(outbox.c.ref == session.prompt)).one_or_none()
        if row is not None:
            wording = person.key.decrypt("outbox.text", row.text_sealed)
            return _Shown(wording, row.gateway_id, row.status, row.sent_at)
    raise NoWording(f"no message {session.prompt or session.hop} for a decision in state {session.state}")


def given_for(conn: Connection, registration_id: int, person_id: int, purpose: str) -> int | None:
    """The id of this person's newest decision on this purpose for her registration, if it is a yes."""
    asked = (consent.c.registration_id == registration_id) & (consent.c.person_id == person_id)
    query = (
        select(consent.c.id, consent.c.decision)
        .where(asked, consent.c.purpose == purpose)
        .order_by(consent.c.id.desc())
        .limit(1)
    )
    row = conn.execute(query).one_or_none()
    return row.id if row and row.decision == "given" else None


def opened(key: PersonKey, wording_sealed: bytes, reply_sealed: bytes) -> tuple[str, str]:
    """The wording shown and the reply given, of a ledger row."""
    return key.decrypt("consent.wording", wording_sealed), key.decrypt("consent.reply", reply_sealed)
