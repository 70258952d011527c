"""The ledger: one row for every decision a person made, with all that proves it. Rows are added, never changed."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from sms_service.engine.model import Decision, Inbound, Session
from sms_service.privacy import PersonKey
from sms_service.store.people import Person
from sms_service.store.tables import consent, outbox, registration, turn


class NoWording(Exception):
    """A decision without the text it answered: it would prove nothing, so it is not stored and nothing else is."""


def record(
    conn: Connection, person: Person, session: Session, decision: Decision, inbound: Inbound, turn_no: int
) -> int:
    """Writes the decision with its evidence; the new row's id. `turn_no` is that of the turn being taken.

    Raises NoWording if the message that asked cannot be found.
    """
    by_screen = session.hop > 0 and (inbound.kind == "ussd" or not session.prompt)
    wording, gateway_id = _shown(conn, person, session, by_screen)
    added = conn.execute(
        insert(consent).values(
            person_id=person.id,
            registration_id=_hers(conn, person, session),
            purpose=decision.purpose,
            decision=decision.decision,
            verdict=decision.verdict,
            # She may have changed it since. "": asked by an earlier release, which did not note it.
            language=(session.hop_language if by_screen else session.prompt_language) or session.language,
            flow=session.flow,
            version=session.version,
            state=decision.state,
            wording_sealed=person.key.encrypt("consent.wording", wording),
            prompt=f"hop:{session.hop}" if by_screen else session.prompt,
            prompt_gateway_id=gateway_id,
            reply_sealed=person.key.encrypt("consent.reply", decision.text),
            channel=inbound.channel,
            inbound_id=inbound.id,
            turn_no=turn_no,
            gateway_time=inbound.gateway_time,
            at=inbound.received_at,
        )
    )
    [new_id] = added.inserted_primary_key or (0,)
    return int(new_id)


def _hers(conn: Connection, person: Person, session: Session) -> int | None:
    """The registration that the dialogue is about, if it is this person's own: an enroler who hears that an entry was
    returned decides nothing for the person she entered. A dialogue about a card ("card 7") is about no registration.
    """
    if not session.about.isdecimal():
        return None
    hers = (registration.c.id == int(session.about)) & (registration.c.person_id == person.id)
    return conn.execute(select(registration.c.id).where(hers)).scalar_one_or_none()


def _shown(conn: Connection, person: Person, session: Session, by_screen: bool) -> tuple[str, str]:
    """The text that asked, and the gateway's id of the message that carried it ("" for a USSD screen)."""
    if by_screen:
        # A text of several screens was answered by several hops; SMS in between have no screen.
        query = select(turn.c.reply_sealed).where(
            turn.c.person_id == person.id, turn.c.turn_no >= session.hop, turn.c.kind == "ussd"
        )
        screens = conn.execute(query.order_by(turn.c.turn_no)).scalars().all()
        if screens:
            return "\n".join(person.key.decrypt("turn.reply", one) for one in screens), ""
    else:
        row = conn.execute(
            select(outbox.c.text_sealed, outbox.c.gateway_id).where(outbox.c.ref == session.prompt)
        ).one_or_none()
        if row is not None:
            return person.key.decrypt("outbox.text", row.text_sealed), row.gateway_id
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
