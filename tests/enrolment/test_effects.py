"""The effects: each with every outcome it announces, inside the turn that asks for it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from sms_service.engine.model import Inbound, Session
from sms_service.enrolment import effects
from sms_service.enrolment.answer_types import TYPES
from sms_service.enrolment.effect_shapes import SHAPES
from sms_service.enrolment.effects import EFFECTS, Act, Done, UnknownOutcome, perform
from sms_service.store import people
from sms_service.store.tables import area, consent, member, outbox, person, registration, timer
from tests.town import ENROLER, ENTRY, MEMBER, Town


def statuses(town: Town) -> list[str]:
    return [row.status for row in town.rows(registration)]


def act(town: Town, phone: str, name: str, **arguments: Any) -> Done:
    """Performs one effect, as a flow would have it done, in the person's session about her registration."""
    service = town.service
    [entered] = town.rows(registration)
    inbound = Inbound(channel="handset", id="x", kind="sms", phone=phone, to="", text="", received_at=9.0)
    session = Session(
        id="s", flow="confirm", version="v", state="ask", language="en", kind="sms", about=str(entered.id)
    )
    with service.engine.begin() as conn:
        somebody: Any = people.by_phone(conn, service.keys, phone)
        return perform(name, Act(conn, service.keys, 9.0, somebody, session, inbound), arguments)


# --- save_registration --------------------------------------------------------------------------------------------


def test_save_registration_saved_the_person_is_asked_and_the_booth_is_found(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)

    [saved] = any_town.rows(registration)
    [booth] = [row for row in any_town.rows(area) if row.id == saved.area_id]
    assert booth.code == "JH-N-RAN-KAN-12", "the booth that was entered, next to the enroler's own"
    assert any_town.enroler.last.startswith(f"Saved {saved.ref}: Ram Kumar, mobile ..210, ID ABC..567, booth 12.")
    assert "Anil entered you as Ram Kumar" in any_town.member.last


def test_save_registration_saved_in_a_booth_that_is_not_hers_it_counts_for_her_own_area(town: Town) -> None:
    town.enroler.texts(ENTRY.replace(" 12 ", " 77 "))
    [saved] = town.rows(registration)
    [own] = [row for row in town.rows(area) if row.id == saved.area_id]
    assert own.code == "JH-N-RAN-KAN-11"


def test_save_registration_waiting_nobody_is_asked_twice_at_a_time(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    any_town.phone("+919800000003").texts(ENTRY)

    assert "NOT saved: ..210 was entered before" in any_town.phone("+919800000003").last
    assert len(any_town.member.heard) == 1
    assert statuses(any_town) == ["waiting"]


def test_save_registration_member_nobody_is_asked_again_who_is_one(any_town: Town) -> None:
    any_town.enrols()
    any_town.enroler.texts(ENTRY)
    assert any_town.enroler.last == "NOT saved: ..210 is a member already."
    assert statuses(any_town) == ["confirmed"]


def test_save_registration_own_phone_an_enroler_cannot_enter_herself(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY.replace("9876543210", ENROLER))
    assert "NOT saved: this is your own number." in any_town.enroler.last
    assert statuses(any_town) == []


def test_save_registration_stopped_only_the_person_herself_can_change_it(any_town: Town) -> None:
    any_town.member.texts("STOP")
    any_town.enroler.texts(ENTRY)
    assert any_town.enroler.last == (
        "NOT saved: ..210 wants no messages from us. Only that person can change it: START to 51969."
    )
    assert statuses(any_town) == []

    any_town.member.texts("START")
    any_town.enroler.texts(ENTRY)
    assert statuses(any_town) == ["waiting"]


# --- the person's answer ------------------------------------------------------------------------------------------


def test_admit_member_admitted_by_her_own_yes_with_a_card_ordered(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    any_town.member.texts("1")
    [proof], [admitted] = any_town.rows(consent), any_town.rows(member)
    assert admitted.consent_id == proof.id
    assert statuses(any_town) == ["confirmed"]


def test_admit_member_not_waiting_a_yes_that_comes_after_the_office_decided_admits_nobody(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    with any_town.service.engine.begin() as conn:
        conn.execute(update(registration).values(status="held"))

    any_town.member.texts("1")

    assert "this registration is closed" in any_town.member.last
    assert any_town.rows(member) == []
    assert [row.decision for row in any_town.rows(consent)] == ["given"], "what she said is evidence all the same"


def test_admission_is_refused_without_her_own_yes_in_the_ledger(town: Town) -> None:
    town.enroler.texts(ENTRY)
    assert act(town, MEMBER, "admit_member").outcome == "not_waiting"
    assert town.rows(member) == []
    assert statuses(town) == ["waiting"]


@pytest.mark.parametrize(
    ("effect", "status"),
    [
        ("refuse_registration", "refused"),
        ("expire_registration", "expired"),
        ("hold_registration", "held"),
        ("reject_number", "wrong_number"),
        ("return_registration", "returned"),
    ],
)
def test_done_the_registration_ends_and_does_not_end_twice(any_town: Town, effect: str, status: str) -> None:
    any_town.enroler.texts(ENTRY)
    assert act(any_town, MEMBER, effect).outcome == "done"
    assert statuses(any_town) == [status]

    assert act(any_town, MEMBER, "expire_registration").outcome == "done"
    assert statuses(any_town) == [status]


def test_return_registration_tells_the_enroler_once(town: Town) -> None:
    town.enroler.texts(ENTRY)
    town.member.texts("2")
    assert [text for text in town.enroler.heard if "the person says that a detail is wrong" in text] == [
        town.enroler.last
    ]


# --- STOP and START -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["STOP", "Stop.", "बंद करो", "simamisha", "توقف", "arrêt", "yes stop", "stop!! 😡\n"])
def test_opt_out_refuses_what_is_open_and_silences_everything_else(any_town: Town, word: str) -> None:
    any_town.enroler.texts(ENTRY)
    any_town.member.news  # noqa: B018
    any_town.member.texts(word)

    assert statuses(any_town) == ["refused"]
    assert [(row.decision, row.verdict) for row in any_town.rows(consent)] == [("refused", "stop")]
    assert [text[:29] for text in any_town.member.news] == ["XYZ: no more SMS to this numb"]

    any_town.member.texts("1")
    assert any_town.member.news == [
        "XYZ: you asked for no SMS from us, so nothing was done. Send START if you want them again."
    ]
    assert any_town.rows(member) == []


def test_opt_out_in_the_middle_of_a_registration_ends_it(any_town: Town) -> None:
    any_town.enroler.texts("REG")
    any_town.enroler.texts("9876543210")
    any_town.enroler.texts("STOP")
    any_town.enroler.news  # noqa: B018

    any_town.enroler.texts("ABC1234567")

    assert [text for text in any_town.enroler.news if "booth" in text] == []
    assert any_town.rows(timer) == []


def test_opt_out_on_a_ussd_screen_ends_the_session(any_town: Town) -> None:
    screen = any_town.phone("+254700000001", by="africastalking").dials()
    screen.press("simamisha")
    assert screen.ended
    assert "hutapata SMS tena" in screen.screen
    [stopped] = [row for row in any_town.rows(person) if row.stopped_at is not None]
    assert stopped.language == "sw"


def test_opt_out_twice_is_harmless(town: Town) -> None:
    town.member.texts("STOP")
    town.member.texts("STOP")
    assert len([row for row in town.rows(person) if row.stopped_at is not None]) == 1


def test_opt_in_brings_messages_back_and_no_refusal(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    any_town.member.texts("STOP")
    any_town.member.texts("START")

    assert "you get SMS from us again" in any_town.member.last
    any_town.member.texts("1")
    assert any_town.rows(member) == []
    assert statuses(any_town) == ["refused"]


def test_what_was_queued_before_stop_never_leaves(town: Town) -> None:
    town.enroler.sends(ENTRY)
    town.member.sends("STOP")
    town.work()
    assert [row.status for row in town.rows(outbox) if row.flow == "confirm"] == ["dropped"]
    assert not any("entered you as" in text for text in town.member.heard)


# --- set_language -------------------------------------------------------------------------------------------------


def test_set_language_speaks_to_her_in_it_from_now_on(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    act(any_town, MEMBER, "set_language", language="sw")

    any_town.member.texts("hmm")
    assert any_town.member.last.startswith("Not clear."), "what is open goes on as it began"
    any_town.member.texts("3")
    any_town.member.texts("HELP")
    assert any_town.member.last.startswith("XYZ: waandikishaji wetu")


def test_set_language_by_the_flow_changes_what_is_open_too(town: Town) -> None:
    town.member.texts("LANG")
    town.enroler.texts(ENTRY)
    town.member.texts("hmm")
    assert "Not clear." in town.member.last
    town.member.texts("2")  # a bare number answers the other question, never the consent
    assert "हिन्दी" in town.member.last
    town.member.texts("hmm")
    assert town.member.last.startswith("समझ नहीं आया।")


# --- the registry -------------------------------------------------------------------------------------------------


def test_every_effect_announces_its_outcomes_and_says_what_it_does() -> None:
    assert set(EFFECTS) == set(SHAPES)
    known = {*TYPES, "ref", "first_name", "member_number"}
    for name, effect in EFFECTS.items():
        assert SHAPES[name].outcomes, name
        assert effect.__doc__, name
        assert {*SHAPES[name].parameters.values()} <= known, name
        assert {kind for gives in SHAPES[name].outcomes.values() for kind in gives.values()} <= known, name


def test_an_effect_takes_what_its_function_takes() -> None:
    save = SHAPES["save_registration"]
    assert save.parameters == {"mobile": "mobile", "name": "name"}
    assert save.more, "and whatever else was collected"
    assert save.optional == ()
    assert SHAPES["opt_in"].parameters == {}


def test_an_outcome_that_was_not_announced_is_a_fault(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(effects.EFFECTS, "opt_in", lambda _act: Done("surprise"))
    with pytest.raises(UnknownOutcome, match="effect opt_in ended as surprise"):
        perform("opt_in", None, {})  # type: ignore[arg-type]
