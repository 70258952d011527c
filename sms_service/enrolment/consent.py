"""The ledger: one row for every decision a person made, with all that proves it. Rows are added, never changed."""

from __future__ import annotations

import json
from typing import Literal, NamedTuple

import msgspec
from sqlalchemy import Connection, insert, select

from sms_service.engine.model import Decision, Inbound, Session
from sms_service.enrolment import enrolers, ledger, tree
from sms_service.enrolment.effect_shapes import MEMBERSHIP
from sms_service.privacy import Keys, PersonKey
from sms_service.store.people import Person
from sms_service.store.tables import consent, outbox, registration, timer, turn

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
    prompt = f"hop:{session.hop}" if by_screen else session.prompt
    # She may have changed it since. "": asked by an earlier release, which did not note it.
    language = (session.hop_language if by_screen else session.prompt_language) or session.language
    session = msgspec.structs.replace(session, prompt=prompt, language=language)
    registration_id = _hers(conn, person, session)
    return _write(conn, keys, person, session, decision, inbound, turn_no, shown, registration_id)


def withdraw(
    conn: Connection, keys: Keys, person: Person, session: Session, purpose: str, inbound: Inbound, turn_no: int,
    registration_id: int | None = None,
) -> int:  # fmt: skip
    """She takes a consent back, in a dialogue that asked her once more: what she was shown is the last that she got in it.
    The new row's id. `registration_id`: that of the membership that ends.

    Raises NoWording if that message cannot be found.
    """
    prompt, shown = _last_shown(conn, person, inbound)
    session = msgspec.structs.replace(session, prompt=prompt)
    decision = Decision(purpose, "withdrawn", inbound.text, "withdrawn", session.state)
    return _write(conn, keys, person, session, decision, inbound, turn_no, shown, registration_id)


def _write(
    conn: Connection, keys: Keys, person: Person, session: Session, decision: Decision, inbound: Inbound, turn_no: int,
    shown: _Shown, registration_id: int | None,
) -> int:  # fmt: skip
    """The row. `session` has the prompt that was answered, and the language that this was in."""
    row = {
        "person_id": person.id,
        "registration_id": registration_id,
        "purpose": decision.purpose,
        "decision": decision.decision,
        "verdict": decision.verdict,
        "language": session.language,
        "flow": session.flow,
        "version": session.version,
        "state": decision.state,
        "wording_sealed": person.key.encrypt("consent.wording", shown.wording),
        "prompt": session.prompt,
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
        "appointed_by": enrolers.above(conn, entered.enroler_id) if entered.enroler_id else [],
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


def _last_shown(conn: Connection, person: Person, inbound: Inbound) -> tuple[str, _Shown]:
    """The last text that she was shown the way that she answers, and what carried it. Raises NoWording."""
    if inbound.kind == "ussd":
        seen = (turn.c.person_id == person.id) & (turn.c.kind == "ussd") & (turn.c.turn_no <= person.turn_no)
        query = select(turn.c.turn_no, turn.c.reply_sealed, turn.c.at).where(seen)
        screen = conn.execute(query.order_by(turn.c.turn_no.desc()).limit(1)).one_or_none()
        if screen is not None:
            wording = person.key.decrypt("turn.reply", screen.reply_sealed)
            return f"hop:{screen.turn_no}", _Shown(wording, "", "shown", screen.at)
    else:
        sent = (outbox.c.person_id == person.id) & (outbox.c.turn_no <= person.turn_no)
        row = conn.execute(select(outbox).where(sent).order_by(outbox.c.turn_no.desc()).limit(1)).one_or_none()
        if row is not None:
            wording = person.key.decrypt("outbox.text", row.text_sealed)
            return row.ref, _Shown(wording, row.gateway_id, row.status, row.sent_at)
    raise NoWording("no message that asked whether she takes it back")


State = Literal["none", "asked", "given", "refused", "withdrawn"]


def state_of(conn: Connection, person_id: int, purpose: str) -> State:
    """How her consent to this purpose stands, by the ledger; `asked` by the question that is open. Of a phone that several
    share, membership is given while one of them is a member."""
    asked = (consent.c.person_id == person_id) & (consent.c.purpose == purpose)
    query = select(consent.c.registration_id, consent.c.decision).where(asked).order_by(consent.c.id)
    decided = [(row.registration_id, str(row.decision)) for row in conn.execute(query)]
    if "given" in dict(decided).values():
        return "given"
    if _is_asked(conn, person_id, purpose):
        return "asked"
    if not decided:
        return "none"
    return "withdrawn" if decided[-1][1] == "withdrawn" else "refused"


def _is_asked(conn: Connection, person_id: int, purpose: str) -> bool:
    """Membership is asked about a registration that waits; another purpose by the flow that is called as it is."""
    waits = (registration.c.person_id == person_id) & (registration.c.status == "waiting")
    stands = (timer.c.person_id == person_id) & (timer.c.flow == purpose)
    query = select(registration.c.id).where(waits) if purpose == MEMBERSHIP else select(timer.c.person_id).where(stands)
    return conn.execute(query.limit(1)).first() is not None


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
