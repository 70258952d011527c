"""The ledger: one row for every decision a person made, with all that proves it. Rows are added, never changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import Connection, func, insert, select

from sms_service.engine.model import Answered, Decision, Inbound, Session
from sms_service.engine.walk import FlowFault
from sms_service.enrolment import enrolers, evidence, ledger, notices, tree
from sms_service.enrolment.effect_shapes import MEMBERSHIP
from sms_service.enrolment.evidence import Shown
from sms_service.privacy import Keys, PersonKey
from sms_service.store.people import Person
from sms_service.store.tables import consent, member, registration, timer

SENT_TO_MAX = 32
"""Characters of our own number: what its column holds."""

DATA = "data"
"""The purpose of a row by which a member corrects what is stored about her: no consent, and it changes none."""

FORGET, OFFICE = "forget", "office"
"""The verdict of rows by which a forgotten person's consents end; the channel of those that nobody's text brought about."""


def record(
    conn: Connection, keys: Keys, person: Person, session: Session, decision: Decision, inbound: Inbound, turn_no: int
) -> int:
    """Writes the decision with its evidence: it answers the question that `session` has open. The new row's id. `turn_no` is
    that of the turn being taken.

    Raises NoWording if the message that asked cannot be found.
    """
    asked = Answered(
        session.state, session.prompt, session.hop, session.prompt_language, session.hop_language, decision.text
    )
    shown = _shown(conn, person, session, asked, inbound)
    return _write(
        conn, keys, person, session, decision, inbound, turn_no, shown, registration_of(conn, person, session)
    )


def withdraw(
    conn: Connection, keys: Keys, person: Person, session: Session, purpose: str, inbound: Inbound, turn_no: int,
    registration_id: int | None = None,
) -> int:  # fmt: skip
    """She takes a consent back, by the answer to the question that she has just been asked. The new row's id.
    `registration_id`: that of the membership that ends.

    Raises FlowFault if she has answered none in this turn, NoWording if its message cannot be found.
    """
    asked, shown = _answered(conn, person, session, inbound)
    decision = Decision(purpose, "withdrawn", asked.text, asked.verdict, asked.state)
    return _write(conn, keys, person, session, decision, inbound, turn_no, shown, registration_id)


def reject(conn: Connection, keys: Keys, person: Person, session: Session, inbound: Inbound, turn_no: int) -> None:
    """She says that the phone is not that person's, by whatever question; nothing is written twice where a consent was asked.

    Raises FlowFault if she has answered none in this turn, NoWording if its message cannot be found.
    """
    if is_decided(conn, person, turn_no, MEMBERSHIP):
        return
    asked, shown = _answered(conn, person, session, inbound)
    decision = Decision(MEMBERSHIP, "wrong_number", asked.text, asked.verdict, asked.state)
    registration_id = registration_of(conn, person, session)
    _write(conn, keys, person, session, decision, inbound, turn_no, shown, registration_id)


def correct(
    conn: Connection, keys: Keys, person: Person, session: Session, inbound: Inbound, turn_no: int, registration_id: int,
    before: Mapping[str, Any], after: Mapping[str, Any],
) -> None:  # fmt: skip
    """She corrects what is stored about her as a member: the fields that change, as they were and as they are. By a question,
    or by one text (FIX BOOTH 13), which no question came before."""
    asked = session.answered
    shown = _shown(conn, person, session, asked, inbound) if asked else Shown(language=session.language)
    asked = asked or Answered(session.state, text=inbound.text)
    change = json.dumps({"before": before, "after": after}, ensure_ascii=False)
    decision = Decision(DATA, "corrected", asked.text, asked.verdict, asked.state)
    _write(conn, keys, person, session, decision, inbound, turn_no, shown, registration_id, change)


def end_all(
    conn: Connection, keys: Keys, person: Person, session: Session | None, inbound: Inbound | None, now: float
) -> None:
    """She is forgotten: her memberships end, and whatever else she has consented to, each with a row. `session` and `inbound`:
    where she said so; None: the office did it.

    Its turn number is none that a turn has (0, -1 ...): the turn that she said it in may decide more about the same purpose,
    and one phone may have several memberships. The inbound id names that turn.
    """
    valid = (member.c.person_id == person.id) & (member.c.status == "valid")
    memberships = conn.execute(select(member.c.registration_id).where(valid).order_by(member.c.number)).scalars().all()
    ending = [(MEMBERSHIP, registration_id, -place) for place, registration_id in enumerate(memberships)]
    others = (consent.c.person_id == person.id) & (consent.c.purpose != MEMBERSHIP)
    newest = select(func.max(consent.c.id)).where(others).group_by(consent.c.purpose)
    given = select(consent.c.purpose, consent.c.registration_id).where(consent.c.decision == "given")
    ending += [(row.purpose, row.registration_id, 0) for row in conn.execute(given.where(consent.c.id.in_(newest)))]
    if not ending:
        return
    session = session or Session(id="", flow="", version="", state="", language=person.language, kind="sms")
    asked, shown = session.answered, Shown(language=person.language)
    if inbound is None:
        inbound = Inbound(
            channel=OFFICE,
            id=f"{person.id}:{person.turn_no + 1}",
            kind="sms",
            phone="",
            to="",
            text="",
            received_at=now,
        )
    elif asked:
        shown = _shown(conn, person, session, asked, inbound)
    asked = asked or Answered(session.state, text=inbound.text)
    for purpose, registration_id, turn_no in ending:
        decision = Decision(purpose, "withdrawn", asked.text, FORGET, asked.state)
        _write(conn, keys, person, session, decision, inbound, turn_no, shown, registration_id)


def _write(
    conn: Connection, keys: Keys, person: Person, session: Session, decision: Decision, inbound: Inbound, turn_no: int,
    shown: Shown, registration_id: int | None, change: str = "",
) -> int:  # fmt: skip
    row = {
        "person_id": person.id,
        "registration_id": registration_id,
        "purpose": decision.purpose,
        "decision": decision.decision,
        "verdict": decision.verdict,
        "language": shown.language,
        "flow": session.flow,
        "version": session.version,
        "state": decision.state,
        "wording_sealed": person.key.encrypt("consent.wording", shown.wording),
        "prompt": shown.prompt,
        "prompt_gateway_id": shown.gateway_id,
        "prompt_status": shown.status,
        "prompt_at": shown.at,
        "report_word": shown.report_word,
        "report_at": shown.report_at,
        "notice": notices.hash_in_force(conn, shown.language, shown.at or inbound.received_at),
        "reply_sealed": person.key.encrypt("consent.reply", decision.text),
        "from_sealed": person.key.encrypt("consent.from", inbound.phone) if inbound.phone else None,
        "sent_to": inbound.to[:SENT_TO_MAX],
        "channel": inbound.channel,
        "inbound_id": inbound.id,
        "turn_no": turn_no,
        "gateway_time": inbound.gateway_time,
        "at": inbound.received_at,
        "entered_by": _entered_by(conn, registration_id) if registration_id else "",
        "change_sealed": person.key.encrypt("consent.change", change) if change else None,
    }
    row["mac"] = keys.ledger_mac(ledger.digest(row))
    added = conn.execute(insert(consent).values(row))
    [new_id] = added.inserted_primary_key or (0,)
    return int(new_id)


def _answered(conn: Connection, person: Person, session: Session, inbound: Inbound) -> tuple[Answered, Shown]:
    """The question that she has answered in this turn, and what showed it. Raises FlowFault where the flow asked her none
    (else its message would be taken anew for ever), NoWording."""
    if session.answered is None:
        raise FlowFault(
            f"flow {session.flow} comes to state {session.state} without a question, and nothing proves her wish"
        )
    return session.answered, _shown(conn, person, session, session.answered, inbound)


def _shown(conn: Connection, person: Person, session: Session, asked: Answered, inbound: Inbound) -> Shown:
    """Raises NoWording."""
    # She may have changed the language since. "": asked by an earlier release, which did not note it.
    if asked.hop > 0 and (inbound.kind == "ussd" or not asked.prompt):
        return evidence.by_screen(conn, person, asked.hop, asked.hop_language or session.language)
    return evidence.by_message(conn, person, asked.prompt, asked.prompt_language or session.language)


def _entered_by(conn: Connection, registration_id: int) -> str:
    """Who entered her, how, and the chain above as it is today, as JSON: ids of people and areas, the nearest first."""
    columns = (registration.c.enroler_id, registration.c.area_id, registration.c.way)
    entered = conn.execute(select(*columns).where(registration.c.id == registration_id)).one()
    chain = {
        "enroler": entered.enroler_id,
        "appointed_by": enrolers.above(conn, entered.enroler_id) if entered.enroler_id else [],
        "areas": [entered.area_id, *tree.above(conn, entered.area_id)],
        "way": entered.way,
    }
    return json.dumps(chain, separators=(",", ":"))


def registration_of(conn: Connection, person: Person, session: Session) -> int | None:
    """The registration that the dialogue is about, if it is this person's own: an enroler who hears that an entry was
    returned decides nothing for the person she entered. A dialogue about a card ("card 7") is about no registration.
    """
    if not session.about.isdecimal():
        return None
    hers = (registration.c.id == int(session.about)) & (registration.c.person_id == person.id)
    return conn.execute(select(registration.c.id).where(hers)).scalar_one_or_none()


def is_decided(conn: Connection, person: Person, turn_no: int, purpose: str) -> bool:
    """Whether she has decided on this purpose in this turn: the ledger takes one row for each."""
    row = (consent.c.person_id == person.id) & (consent.c.turn_no == turn_no) & (consent.c.purpose == purpose)
    return conn.execute(select(consent.c.id).where(row)).first() is not None


def was_decided_in(conn: Connection, person_id: int, turn_no: int) -> bool:
    """Whether a consent of any purpose was given, refused or taken back in this turn: what is said in it she has to know."""
    hers = (consent.c.person_id == person_id) & (consent.c.turn_no == turn_no)
    return conn.execute(select(consent.c.id).where(hers).limit(1)).first() is not None


State = Literal["none", "asked", "given", "refused", "withdrawn"]


def state_of(conn: Connection, person_id: int, purpose: str) -> State:
    """How her consent to this purpose stands, by her newest decision on it; `asked` by the question that is open. Membership
    is decided for each registration: of a phone that several share, it is given while one of them is a member."""
    asked = (consent.c.person_id == person_id) & (consent.c.purpose == purpose)
    query = select(consent.c.registration_id, consent.c.decision).where(asked).order_by(consent.c.id)
    decided = [(row.registration_id, str(row.decision)) for row in conn.execute(query)]
    newest = dict(decided if purpose == MEMBERSHIP else decided[-1:])
    if "given" in newest.values():
        return "given"
    if _is_asked(conn, person_id, purpose):
        return "asked"
    if not decided:
        return "none"
    return "withdrawn" if decided[-1][1] == "withdrawn" else "refused"


def given(conn: Connection, person_id: int) -> list[str]:
    """The purposes that she has said yes to, and not taken back, by name."""
    query = select(consent.c.purpose).where(consent.c.person_id == person_id, consent.c.purpose != DATA).distinct()
    purposes = conn.execute(query.order_by(consent.c.purpose)).scalars().all()
    return [one for one in purposes if state_of(conn, person_id, one) == "given"]


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
