"""The ledger: every decision with all that proves it, added once and never changed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from sms_service.engine.model import Decision, Inbound, Session
from sms_service.enrolment import consent, evidence
from sms_service.enrolment.evidence import NoWording
from sms_service.store import people
from sms_service.store.people import Person
from sms_service.store.tables import consent as ledger
from sms_service.store.tables import outbox, registration, turn
from tests.town import ENROLER, ENTRY, MEMBER, Town


def her(town: Town) -> Person:
    with town.service.reads.begin() as conn:
        found = people.by_phone(conn, town.service.keys, MEMBER)
    assert found
    return found


def test_a_decision_shows_its_wording_and_its_answer_to_the_letter(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    asked = any_town.member.last
    any_town.member.texts("  Haan ji!! ")

    [proof] = any_town.rows(ledger)

    assert consent.opened(her(any_town).key, proof.wording_sealed, proof.reply_sealed) == (asked, "  Haan ji!! ")
    assert (proof.decision, proof.verdict, proof.state, proof.channel) == ("given", "yes", "ask", "handset")
    [sent] = [row for row in any_town.rows(outbox) if row.ref == proof.prompt]
    assert sent.flow == "confirm"


def test_the_wording_of_a_question_that_was_asked_again_is_the_one_she_answered(town: Town) -> None:
    town.enroler.texts(ENTRY)
    town.member.texts("what?")
    town.member.texts("1")
    [proof] = town.rows(ledger)
    wording, _ = consent.opened(her(town).key, proof.wording_sealed, proof.reply_sealed)
    assert "Right and I join: 1" in wording


def test_the_wording_of_a_consent_by_ussd_is_every_screen_of_it(town: Town) -> None:
    town.phone("+254700000001", by="africastalking").texts("SAJILI 0712345678 ABC1234567 12 Amina Wanjiru")
    phone = town.phone("+254712345678", by="africastalking")

    screen = phone.dials()
    shown = [screen.screen]
    while "98 more" in screen.screen:
        shown.append(screen.press("98"))
    screen.press("1")

    [proof] = town.rows(ledger)
    with town.service.reads.begin() as conn:
        amina = people.by_phone(conn, town.service.keys, "+254712345678")
    assert amina
    wording, reply = consent.opened(amina.key, proof.wording_sealed, proof.reply_sealed)
    assert wording == "\n".join(shown)
    assert "Sahihi, najiunga: 1" in wording.replace("\n", " ")
    assert (reply, proof.prompt_gateway_id, proof.decision) == ("1", "", "given")


def test_the_wording_of_a_question_on_a_screen_ends_with_the_dial_that_showed_it(town: Town) -> None:
    """She dialled twice, and said yes then: each dial asked her once, and the screen after it asked nothing."""
    town.phone("+254700000001", by="africastalking").texts("SAJILI 0712345678 ABC1234567 12 Amina Wanjiru")
    phone = town.phone("+254712345678", by="africastalking")
    dials = []
    for _ in range(2):
        screen = phone.dials()
        dials.append([screen.screen])
        while "98 more" in screen.screen:
            dials[-1].append(screen.press("98"))
    after = screen.press("1")
    assert after
    with town.service.reads.begin() as conn:
        amina = people.by_phone(conn, town.service.keys, "+254712345678")
        assert amina
        hops = [row.turn_no for row in town.rows(turn) if row.person_id == amina.id and row.kind == "ussd"]
        first, second = hops[0], hops[len(dials[0])]
        shown = [evidence.by_screen(conn, amina, one, "sw") for one in (first, second)]
    assert [one.wording for one in shown] == ["\n".join(one) for one in dials]


CHANGES = {
    "sqlite": [
        "UPDATE consent SET decision = 'given'",
        "DELETE FROM consent",
        "REPLACE INTO consent SELECT * FROM consent",
    ],
    "postgresql": ["UPDATE consent SET decision = 'given'", "DELETE FROM consent", "TRUNCATE consent CASCADE"],
}


def test_the_database_itself_refuses_to_change_a_decision(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    any_town.member.texts("3")
    engine, before = any_town.service.engine, any_town.rows(ledger)

    for change in CHANGES[engine.dialect.name]:
        never = "rows of consent are evidence and are never changed"
        with pytest.raises(DBAPIError, match=never), engine.begin() as conn:
            conn.execute(text(change))

    assert any_town.rows(ledger) == before != []


def test_a_decision_without_the_text_it_answered_is_not_stored(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    [waiting] = any_town.rows(registration)
    person = her(any_town)
    inbound = Inbound(channel="c", id="1", kind="sms", phone=MEMBER, to="", text="1", received_at=1.0)
    decision = Decision("membership", "given", "1", "1", "ask")

    for prompt, hop in (("", 0), ("no such message", 0), ("", 999)):
        session = Session(
            id="s", flow="confirm", version="v", state="ask", language="en", kind="sms", about=str(waiting.id),
            prompt=prompt, hop=hop,
        )  # fmt: skip
        with pytest.raises(NoWording), any_town.service.engine.begin() as conn:
            consent.record(conn, any_town.service.keys, person, session, decision, inbound, 9)
    assert any_town.rows(ledger) == []


def test_only_the_newest_decision_on_a_purpose_counts(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    [waiting] = any_town.rows(registration)
    [asked] = [row for row in any_town.rows(outbox) if row.flow == "confirm"]
    person = her(any_town)
    session = Session(
        id="s", flow="confirm", version="v", state="ask", language="en", kind="sms", about=str(waiting.id),
        prompt=asked.ref,
    )  # fmt: skip

    def decided(decision: str, turn_no: int, purpose: str = "membership") -> int | None:
        inbound = Inbound(channel="c", id=str(turn_no), kind="sms", phone=MEMBER, to="", text="", received_at=1.0)
        made = Decision(purpose, decision, "", "key", "ask")  # type: ignore[arg-type]
        with any_town.service.engine.begin() as conn:
            consent.record(conn, any_town.service.keys, person, session, made, inbound, turn_no)
            return consent.given_for(conn, waiting.id, person.id, "membership")

    given = decided("given", 11)
    assert given is not None
    assert decided("refused", 12, purpose="newsletter") == given
    assert decided("refused", 13) is None
    assert decided("given", 14) not in (None, given)


def about(town: Town, person: Person, what: str, turn_no: int) -> None:
    """A yes to membership in a dialogue about something, on the wording of some message of the confirm flow."""
    [asked] = [row for row in town.rows(outbox) if row.flow == "confirm"]
    session = Session(
        id="s", flow="x", version="v", state="ask", language="en", kind="sms", about=what, prompt=asked.ref
    )
    inbound = Inbound(channel="c", id=what, kind="sms", phone=MEMBER, to="", text="1", received_at=1.0)
    with town.service.engine.begin() as conn:
        consent.record(
            conn,
            town.service.keys,
            person,
            session,
            Decision("membership", "given", "1", "1", "ask"),
            inbound,
            turn_no,
        )


def test_a_decision_in_a_dialogue_about_a_card_or_about_nothing_is_for_no_registration(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    [waiting] = any_town.rows(registration)
    for turn_no, what in enumerate((f"card {waiting.id}", ""), start=11):
        about(any_town, her(any_town), what, turn_no)

    assert [row.registration_id for row in any_town.rows(ledger)] == [None, None]


def test_nobody_else_decides_for_a_registration(any_town: Town) -> None:
    """A flow on registration.returned runs on the enroler's phone and is about the same registration."""
    any_town.enroler.texts(ENTRY)
    [waiting] = any_town.rows(registration)
    with any_town.service.reads.begin() as conn:
        enroler = people.by_phone(conn, any_town.service.keys, ENROLER)
    assert enroler
    person = replace(her(any_town), id=enroler.id)  # with the key that the wording was sealed with

    about(any_town, person, str(waiting.id), 11)

    [proof] = any_town.rows(ledger)
    assert (proof.person_id, proof.registration_id) == (enroler.id, None)


def test_a_yes_counts_for_the_person_who_gave_it_alone(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    any_town.member.texts("1")
    [proof] = any_town.rows(ledger)
    with any_town.service.reads.begin() as conn:
        hers = consent.given_for(conn, proof.registration_id, proof.person_id, "membership")
        somebody = consent.given_for(conn, proof.registration_id, proof.person_id + 1, "membership")
    assert (hers, somebody) == (proof.id, None)


def test_the_dialogue_that_sends_a_card_is_about_the_card_and_no_registration(any_town: Town) -> None:
    any_town.enrols()
    [begun] = [row.inbound_id for row in any_town.rows(turn) if row.flow == "card"]
    assert begun.startswith("card.ready:card 1:"), "once for each time that a link is made"


def test_nobody_decides_twice_in_one_turn(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    any_town.member.texts("1")
    [proof] = any_town.rows(ledger)
    values = {name: value for name, value in proof._mapping.items() if name != "id"}
    with pytest.raises(DBAPIError), any_town.service.engine.begin() as conn:
        conn.execute(ledger.insert().values(**values))
