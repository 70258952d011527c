"""The effects: each with every outcome it announces, inside the turn that asks for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from sms_service.config import read_config
from sms_service.engine.model import Answered, Inbound, Session
from sms_service.engine.step import FlowFault
from sms_service.engine.texts import count
from sms_service.enrolment import effects, registrations
from sms_service.enrolment.answer_types import TYPES
from sms_service.enrolment.effect_shapes import SHAPES
from sms_service.enrolment.effects import EFFECTS, Act, Done, UnknownOutcome, perform
from sms_service.privacy import PersonKey
from sms_service.store import people
from sms_service.store.tables import area, consent, enroler, hold, member, outbox, person, registration, timer
from sms_service.vocabulary import vocabulary
from tests.town import ENROLER, ENTRY, MEMBER, Town


def statuses(town: Town) -> list[str]:
    return [row.status for row in town.rows(registration)]


def cannot_say_which(town: Town) -> None:
    """She says that a detail is wrong, and not which: her enroler hears of it."""
    for text in ("2", "it is wrong", "ask him", "he knows"):
        town.member.texts(text)


def act(town: Town, phone: str, name: str, /, **arguments: Any) -> Done:
    """Performs one effect, as a flow would have it done, in the person's session about her registration."""
    service = town.service
    [entered] = town.rows(registration)
    inbound = Inbound(channel="handset", id="x", kind="sms", phone=phone, to="", text="", received_at=9.0)
    with service.engine.begin() as conn:
        somebody: Any = people.by_phone(conn, service.keys, phone)
        asked = [row.ref for row in town.rows(outbox) if row.person_id == somebody.id]
        session = Session(
            id="s", flow="confirm", version="v", state="ask", language="en", kind="sms", about=str(entered.id),
            answered=Answered(state="ask", prompt=asked[0], prompt_language="en", verdict="3"),
        )  # fmt: skip
        return perform(name, Act(conn, service.keys, 9.0, somebody, session, inbound), arguments)


# --- save_registration --------------------------------------------------------------------------------------------


def test_save_registration_saved_the_person_is_asked_and_the_booth_is_found(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)

    [saved] = any_town.rows(registration)
    [booth] = [row for row in any_town.rows(area) if row.id == saved.area_id]
    assert booth.code == "JH-N-RAN-KAN-12", "the booth that was entered, next to the enroler's own"
    assert any_town.enroler.last.startswith(f"Saved {saved.ref}: Ram Kumar, mobile ..210, ID ABC..567, booth 12.")
    assert "Anil entered you as Ram Kumar" in any_town.member.last


FOUR_WAYS = """
flow: register
about: It names the four general outcomes alone.
starts: {keywords: [REG], words: line, who: enroler, otherwise: refused}
languages: [en]
states:
  details:
    collect:
      mobile: {type: mobile, ask: "Mobile?"}
      name: {type: name, ask: "Name?"}
    next: save
  save:
    do: save_registration
    outcomes: {saved: saved, held: held, outside: held, refused: refused}
  saved: {say: "Saved {{ ref }}.", end: true}
  held: {say: "The office looks at it.", end: true}
  refused: {say: "NOT saved.", end: true}
"""


def test_save_registration_refused_for_a_reason_that_the_flow_does_not_name(opened: Callable[..., Town]) -> None:
    town = opened(register=FOUR_WAYS)
    town.enroler.texts("REG 9876543210 Ram Kumar")
    assert town.enroler.last.startswith("Saved ")
    town.enroler.texts("REG 9876543210 Ram Kumar")
    assert town.enroler.last == "NOT saved."


def test_an_outcome_brings_what_the_one_brings_whose_kind_it_is() -> None:
    for shape in SHAPES.values():
        for kind, general in shape.kinds.items():
            assert shape.outcomes[general].items() <= shape.outcomes[kind].items()
            assert general not in shape.kinds


def test_save_registration_outside_nothing_is_saved_before_she_says_that_it_is_right(town: Town) -> None:
    town.enroler.texts(ENTRY.replace(" 12 ", " 77 "))
    assert town.enroler.last == "Not saved yet: booth 77 is not in Kanke. 1 it is right, 2 another booth"
    assert statuses(town) == []


def test_save_registration_stores_what_was_collected_and_nothing_that_an_effect_brought(town: Town) -> None:
    town.enroler.texts(ENTRY.replace(" 12 ", " 77 "))
    town.enroler.texts("1")
    assert entered(town).keys() == {"mobile", "voter_id", "booth", "name"}, "not the name of the area"


def test_save_registration_held_what_she_says_is_right_counts_for_her_own_area(town: Town) -> None:
    town.enroler.texts(ENTRY.replace(" 12 ", " 77 "))
    town.enroler.texts("1")
    [saved] = town.rows(registration)
    [own] = [row for row in town.rows(area) if row.id == saved.area_id]
    assert (own.code, saved.status) == ("JH-N-RAN-KAN-11", "held")
    assert town.member.heard == []


def test_save_registration_queued_while_the_phone_is_asked_about_somebody_else(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    any_town.enroler.texts("REG 9876543210 ABC7654321 12 Sita Kumari")
    assert "Phone ..210 is asked about somebody else now" in any_town.enroler.last
    assert statuses(any_town) == ["waiting", "held"]


def test_save_registration_closed_it_is_kept(any_town: Town) -> None:
    with any_town.service.engine.begin() as conn:
        conn.execute(update(area).values(closes_at=1.0))
    any_town.enroler.texts(ENTRY)
    assert "The drive is not on there now" in any_town.enroler.last
    assert statuses(any_town) == ["held"]


def test_save_registration_enrolers_phone_confirms_for_nobody(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY.replace("9876543210", "9800000001"))
    assert "NOT saved: ..001 is an enroler's phone." in any_town.enroler.last
    assert statuses(any_town) == []


def test_save_registration_not_activated_held_in_the_middle_of_an_entry(any_town: Town) -> None:
    any_town.enroler.texts("REG 9876543210 ABC1234567 Ram Kumar")
    with any_town.service.engine.begin() as conn:
        conn.execute(update(enroler).values(status="held"))
    any_town.enroler.texts("12")
    assert "your phone is on hold" in any_town.enroler.last
    assert statuses(any_town) == []


def test_save_registration_under_age_nothing_of_her_is_kept(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    people_before = len(any_town.rows(person))
    done = act(any_town, ENROLER, "save_registration", mobile="+919811111111", name="Sita", age=17)
    assert done.outcome == "under_age"
    assert (statuses(any_town), len(any_town.rows(person))) == (["waiting"], people_before)


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


# --- turn_away ----------------------------------------------------------------------------------------------------


def test_turn_away_stranger_and_silent_she_is_told_once_a_day(any_town: Town) -> None:
    stranger = any_town.phone("+919811111111")
    for _ in range(3):
        stranger.texts(ENTRY)
    assert [text[:40] for text in stranger.heard] == ["XYZ: this phone may not enter members. I"]

    with any_town.service.engine.begin() as conn:
        conn.execute(update(person).values(told_at=person.c.told_at - 86_400))
    stranger.texts(ENTRY)
    assert len(stranger.heard) == 2


def test_turn_away_silent_is_never_the_answer_to_a_screen(any_town: Town) -> None:
    stranger = any_town.phone("+254711111111", by="africastalking")
    for _ in range(2):
        assert "welcome. What is your name?" in stranger.dials().screen


@pytest.mark.parametrize(("status", "said"), [("held", "your phone is on hold"), ("appointed", "not activated yet")])
def test_turn_away_held_or_appointed_hears_what_to_do(any_town: Town, status: str, said: str) -> None:
    with any_town.service.engine.begin() as conn:
        conn.execute(update(enroler).values(status=status))
    any_town.enroler.texts(ENTRY)
    any_town.enroler.texts(ENTRY)
    assert [said in text for text in any_town.enroler.heard] == [True, True]
    assert statuses(any_town) == []


def test_turn_away_appointed_nobody_else_is_told_of_a_code(any_town: Town) -> None:
    any_town.phone("+919811111111").texts(ENTRY)
    assert "ACT" not in any_town.phone("+919811111111").last


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
    cannot_say_which(town)
    assert [text for text in town.enroler.heard if "the person says that a detail is wrong" in text] == [
        town.enroler.last
    ]


# --- STOP and START -----------------------------------------------------------------------------------------------


NO_MORE = {
    "en": ("XYZ: no more SMS to this number", "XYZ: you asked for no SMS from us"),
    "hi": ("XYZ: अब SMS नहीं आएंगे", "XYZ: आपने हमारे SMS बंद किए हैं"),
    "sw": ("XYZ: hutapata SMS tena", "XYZ: uliomba usipate SMS zetu"),
}
"""How the answers to STOP, and to what she texts after it, begin."""


@pytest.mark.parametrize(
    ("word", "language"),
    [
        ("STOP", "en"), ("Stop.", "en"), ("बंद करो", "hi"), ("simamisha", "sw"), ("توقف", "en"), ("arrêt", "en"),
        ("yes stop", "en"), ("stop!! 😡\n", "en"),
    ],
)  # fmt: skip
def test_opt_out_refuses_what_is_open_and_silences_everything_else(any_town: Town, word: str, language: str) -> None:
    any_town.enroler.texts(ENTRY)
    any_town.member.news  # noqa: B018
    any_town.member.texts(word)

    assert statuses(any_town) == ["refused"]
    assert [(row.decision, row.verdict) for row in any_town.rows(consent)] == [("refused", "stop")]
    [told] = any_town.member.news
    assert told.startswith(NO_MORE[language][0])

    any_town.member.texts("1")
    [told] = any_town.member.news
    assert told.startswith(NO_MORE[language][1])
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


@pytest.mark.parametrize("language", ["hindi", "HI", "", "h", 7])
def test_set_language_refuses_what_is_no_code_of_a_language(town: Town, language: object) -> None:
    town.enroler.texts(ENTRY)
    with pytest.raises(FlowFault, match="no language code"):
        act(town, MEMBER, "set_language", language=language)


def test_set_language_by_the_flow_changes_what_is_open_too(town: Town) -> None:
    town.member.texts("LANG")
    town.enroler.texts(ENTRY)
    town.member.texts("hmm")
    assert "Not clear." in town.member.last
    town.member.texts("2")  # a bare number answers the other question, never the consent
    assert town.member.last.startswith("XYZ: Anil ने जोड़ा: Ram Kumar")
    town.member.texts("hmm")
    assert town.member.last.startswith("उत्तर समझ नहीं आया।")


# --- FIX ----------------------------------------------------------------------------------------------------------


def refs(town: Town) -> list[str]:
    """The references of all registrations, the first one first."""
    return [row.ref for row in town.rows(registration)]


def entered(town: Town) -> dict[str, Any]:
    """What the first registration holds now, read with the key of its person."""
    [row, *_] = town.rows(registration)
    with town.service.reads.begin() as conn:
        her = people.by_id(conn, town.service.keys, row.person_id)
        assert her
        return {**registrations.by_id(conn, her.key, row.id).fields, "mobile": her.phone}


def test_fix_registration_fixed_she_is_asked_again_and_the_old_question_is_over(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    [before] = any_town.rows(timer)
    any_town.enroler.texts(f"fix {refs(any_town)[0].lower()} name Ram Kumari booth 11")

    assert any_town.enroler.last.startswith(f"Mended {refs(any_town)[0]}: Ram Kumari, ..210, ABC..567, 11. We now ask")
    assert "as Ram Kumari, voter ID ABC..567, booth 11" in any_town.member.last
    [after] = any_town.rows(timer)
    assert after.session_id != before.session_id
    [saved] = any_town.rows(registration)
    assert [row.code for row in any_town.rows(area) if row.id == saved.area_id] == ["JH-N-RAN-KAN-11"]

    any_town.member.texts("1")
    [proof] = any_town.rows(consent)
    key = people_key(any_town, MEMBER)
    assert "Ram Kumari" in key.decrypt("consent.wording", proof.wording_sealed), "she said yes to the mended data"
    assert statuses(any_town) == ["confirmed"]


def people_key(town: Town, phone: str) -> PersonKey:
    with town.service.reads.begin() as conn:
        her = people.by_phone(conn, town.service.keys, phone)
        assert her
        return her.key


def test_fix_registration_an_answer_to_the_text_before_counts_for_nothing(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    any_town.enroler.sends(f"FIX {refs(any_town)[0]} BOOTH 11")
    any_town.member.texts("1")  # typed below the old text; the new one has not left yet

    assert any_town.rows(consent) == []
    assert "booth 11" in any_town.member.last
    any_town.member.texts("1")
    assert statuses(any_town) == ["confirmed"]


def test_fix_registration_a_question_that_had_not_left_never_leaves(any_town: Town) -> None:
    any_town.enroler.sends(ENTRY)
    any_town.enroler.sends(f"FIX {refs(any_town)[0]} BOOTH 11")
    any_town.work()
    assert [text for text in any_town.member.heard if "booth 12" in text] == []
    assert [row.reason for row in any_town.rows(outbox) if row.status == "dropped"] == ["the question was withdrawn"]


def test_fix_registration_begins_the_question_anew_each_time(town: Town) -> None:
    town.enroler.texts(ENTRY)
    for booth in ("11", "13", "11", "12"):
        town.enroler.texts(f"FIX {refs(town)[0]} {booth}")
        assert f"booth {booth}." in town.member.last
    town.enroler.texts("FIX", sid=None)
    assert len(town.rows(timer)) == 2, "one question to each of the two"


def test_fix_registration_fixed_another_number_moves_it_and_the_old_one_hears_no_more(any_town: Town) -> None:
    wrong = any_town.phone("+919876500000")
    any_town.enroler.texts(ENTRY.replace("9876543210", "9876500000"))
    any_town.enroler.texts(f"FIX {refs(any_town)[0]} 98765 43210")

    assert "Ram Kumar" in any_town.member.last
    assert entered(any_town) == {"voter_id": "ABC1234567", "booth": "12", "name": "Ram Kumar", "mobile": MEMBER}
    [row] = any_town.rows(registration)
    assert people_key(any_town, MEMBER).decrypt("registration.raw", row.raw_sealed).startswith("REG 9876500000")
    wrong.texts("1")
    assert statuses(any_town) == ["waiting"]
    assert any_town.rows(consent) == []
    any_town.member.texts("1")
    assert statuses(any_town) == ["confirmed"]


def test_fix_registration_held_what_a_rule_speaks_up_about(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    any_town.enroler.texts("REG 9876511111 ABC1234568 12 Sita Devi")
    any_town.enroler.texts(f"FIX {refs(any_town)[1]} ABC1234567")

    assert "The office looks at it before the person is asked" in any_town.enroler.last
    assert statuses(any_town) == ["waiting", "held"]
    assert [(row.rule, row.detail) for row in any_town.rows(hold)] == [("same_id", f"the ID of {refs(any_town)[0]}")]
    any_town.phone("+919876511111").texts("1")
    assert any_town.rows(consent) == []

    any_town.enroler.texts(f"FIX {refs(any_town)[1]} ABC1234568")
    assert statuses(any_town) == ["waiting", "held"], "what the office has in hand, it decides"


def test_fix_registration_is_not_held_because_it_is_like_itself(town: Town) -> None:
    town.enroler.texts(ENTRY)
    town.enroler.texts(f"FIX {refs(town)[0]} NAME Ram Kumari")
    assert statuses(town) == ["waiting"]
    assert town.rows(hold) == []


def test_fix_registration_queued_on_a_phone_that_is_asked_about_somebody_else(any_town: Town) -> None:
    sita = any_town.phone("+919876511111")
    any_town.enroler.texts(ENTRY)
    any_town.enroler.texts("REG 9876511111 ABC1234568 12 Sita Devi")
    any_town.enroler.texts(f"FIX {refs(any_town)[1]} MOBILE 9876543210")
    assert "this person comes next" in any_town.enroler.last
    assert statuses(any_town) == ["waiting", "held"]

    any_town.enroler.texts(f"FIX {refs(any_town)[1]} MOBILE 9876511111")
    assert "Sita Devi" in sita.last, "back on her own phone she waits for nobody"
    assert statuses(any_town) == ["waiting", "waiting"]


def test_fix_registration_who_waits_on_the_phone_that_is_left_is_asked(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    any_town.enroler.texts("REG 9876543210 ABC1234568 12 Sita Devi")
    assert statuses(any_town) == ["waiting", "held"]
    any_town.enroler.texts(f"FIX {refs(any_town)[0]} MOBILE 9876511111")
    assert "Sita Devi" in any_town.member.last
    assert statuses(any_town) == ["waiting", "waiting"]


def test_fix_registration_same_nothing_new_asks_nobody_again(town: Town) -> None:
    town.enroler.texts(ENTRY)
    town.enroler.texts(f"FIX {refs(town)[0]} BOOTH 12")
    assert "has that already" in town.enroler.last
    assert len(town.member.heard) == 1


def test_fix_registration_fixed_what_she_called_a_mistake_and_is_none_is_asked_about_again(town: Town) -> None:
    town.enroler.texts(ENTRY)
    cannot_say_which(town)
    town.enroler.texts(f"FIX {refs(town)[0]} BOOTH 12")
    assert statuses(town) == ["waiting"]
    assert "entered you as Ram Kumar" in town.member.last


@pytest.mark.parametrize("mobile", [ENROLER, "9800000003"])
def test_fix_registration_refused_a_phone_that_cannot_be_asked(town: Town, mobile: str) -> None:
    town.enroler.texts(ENTRY)
    town.enroler.texts(f"FIX {refs(town)[0]} MOBILE {mobile}")
    assert "is NOT changed: we cannot ask that phone" in town.enroler.last
    assert entered(town)["mobile"] == MEMBER
    town.member.texts("1")
    assert statuses(town) == ["confirmed"], "her question stands"


def test_fix_registration_refused_a_phone_that_wants_no_messages(town: Town) -> None:
    town.phone("+919876511111").texts("STOP")
    town.enroler.texts(ENTRY)
    town.enroler.texts(f"FIX {refs(town)[0]} MOBILE 9876511111")
    assert "we cannot ask that phone" in town.enroler.last


def test_fix_registration_answered_another_number_is_another_person(town: Town) -> None:
    town.enroler.texts(ENTRY)
    cannot_say_which(town)
    town.enroler.texts(f"FIX {refs(town)[0]} MOBILE 9876511111")
    assert "this phone has answered" in town.enroler.last
    assert statuses(town) == ["returned"]

    town.enroler.texts(f"FIX {refs(town)[0]} NAME Ram Kumari")
    assert "as Ram Kumari" in town.member.last, "she was promised to be asked again"
    assert statuses(town) == ["waiting"]


@pytest.mark.parametrize(("reply", "standing"), [("1", "yes"), ("3", "no"), ("wrong number", "wrong number")])
def test_fix_registration_closed_once_she_has_answered(town: Town, reply: str, standing: str) -> None:
    town.enroler.texts(ENTRY)
    town.member.texts(reply)
    town.enroler.texts(f"FIX {refs(town)[0]} BOOTH 11")
    assert town.enroler.last == f"{refs(town)[0]} can no longer be changed: {standing}."
    assert entered(town)["booth"] == "12"


def test_fix_registration_unknown_is_said_alike_of_somebody_elses_and_of_none(town: Town) -> None:
    town.enroler.texts(ENTRY)
    other = town.phone("+919800000003")
    for ref in (refs(town)[0], "ABCD4"):
        other.texts(f"FIX {ref} BOOTH 11")
        assert other.last == f"You have no registration {ref}. LIST shows your latest."
    assert entered(town)["booth"] == "12"


def test_fix_registration_wrong_all_that_is_wrong_is_told_and_nothing_changed(town: Town) -> None:
    town.enroler.texts(ENTRY)
    town.enroler.texts(f"FIX {refs(town)[0]} EPIC ABC12 BOOTH 99999")
    assert town.enroler.last == (
        f"{refs(town)[0]} is not changed. Voter ID: 3 letters and 7 digits, please, like ABC1234567. "
        "Booth: at most 9999. Please send its number, like 12."
    )
    town.enroler.texts("11")
    assert entered(town) == {"voter_id": "ABC1234567", "booth": "11", "name": "Ram Kumar", "mobile": MEMBER}


def test_fix_registration_no_ref_is_asked_for_and_what_was_typed_is_kept(town: Town) -> None:
    town.enroler.texts(ENTRY)
    town.enroler.texts("FIX BOOTH 11")
    assert "Which registration?" in town.enroler.last
    town.enroler.texts(refs(town)[0].lower())
    assert entered(town)["booth"] == "11"


def test_fix_registration_no_ref_a_mistyped_one_becomes_no_value(town: Town) -> None:
    town.enroler.texts(ENTRY)
    town.enroler.texts("FIX R4K7Q BOOTH 11")
    town.enroler.texts(refs(town)[0])
    assert entered(town) == {"voter_id": "ABC1234567", "booth": "11", "name": "Ram Kumar", "mobile": MEMBER}


def test_fix_registration_no_change_is_asked_for(town: Town) -> None:
    town.enroler.texts(ENTRY)
    town.enroler.texts(f"FIX {refs(town)[0]}")
    assert town.enroler.last == f"{refs(town)[0]}: what is right? Send it like BOOTH 14 or NAME Ram Kumar."
    town.enroler.texts("name Ram Kumari")
    assert entered(town)["name"] == "Ram Kumari"


# --- DEL ----------------------------------------------------------------------------------------------------------


def test_delete_registration_deleted_she_hears_no_more(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    any_town.enroler.texts(f"DEL {refs(any_town)[0]}")
    assert any_town.enroler.last == f"Deleted {refs(any_town)[0]} (Ram). The person hears no more of it."
    assert statuses(any_town) == ["deleted"]
    assert any_town.rows(timer) == []
    any_town.member.texts("1")
    assert any_town.rows(consent) == []
    assert any_town.rows(member) == []


def test_delete_registration_deleted_before_the_question_left_it_never_leaves(any_town: Town) -> None:
    any_town.enroler.sends(ENTRY)
    any_town.enroler.sends(f"DEL {refs(any_town)[0]}")
    any_town.work()
    assert any_town.member.heard == []


def test_delete_registration_the_next_on_that_phone_is_asked(town: Town) -> None:
    town.enroler.texts(ENTRY)
    town.enroler.texts("REG 9876543210 ABC1234568 12 Sita Devi")
    town.enroler.texts(f"DEL {refs(town)[0]}")
    assert "Sita Devi" in town.member.last
    assert statuses(town) == ["deleted", "waiting"]


def test_delete_registration_what_is_held_stays_as_evidence(town: Town) -> None:
    town.enroler.texts(ENTRY)
    town.enroler.texts("REG 9876511111 ABC1234567 12 Sita Devi")
    town.enroler.texts(f"DEL {refs(town)[1]}")
    assert [(row.rule, row.decision) for row in town.rows(hold)] == [("same_id", "deleted")]


def test_delete_registration_closed_a_member_stays_one(town: Town) -> None:
    town.enrols()
    town.enroler.texts(f"DEL {refs(town)[0]}")
    assert town.enroler.last == f"{refs(town)[0]} can no longer be deleted: yes."
    assert statuses(town) == ["confirmed"]


def test_delete_registration_too_late_after_a_day(town: Town) -> None:
    town.enroler.texts(ENTRY)
    with town.service.engine.begin() as conn:
        conn.execute(update(registration).values(created_at=registration.c.created_at - 90_000))
    town.enroler.texts(f"DEL {refs(town)[0]}")
    assert "is NOT deleted: it is older than a day" in town.enroler.last
    assert statuses(town) == ["waiting"]


def test_delete_registration_unknown_is_said_of_somebody_elses(town: Town) -> None:
    town.enroler.texts(ENTRY)
    other = town.phone("+919800000003")
    other.texts(f"DEL {refs(town)[0]}")
    assert "You have no registration" in other.last
    assert statuses(town) == ["waiting"]


# --- LAST, LIST, COUNT, WHO ---------------------------------------------------------------------------------------


def test_last_registration_found_is_the_newest_without_deleted_ones(town: Town) -> None:
    town.enroler.texts(ENTRY)
    town.enroler.texts("REG 9876511111 ABC1234568 12 Sita Devi")
    town.enroler.texts("LAST")
    assert town.enroler.last.startswith(f"Your last: {refs(town)[1]} Sita. Answer: waiting.")
    town.enroler.texts(f"DEL {refs(town)[1]}")
    town.enroler.texts("LAST")
    assert town.enroler.last.startswith(f"Your last: {refs(town)[0]} Ram. Answer: waiting.")


def test_last_registration_none_yet_and_nobody_elses(town: Town) -> None:
    town.enroler.texts(ENTRY)
    other = town.phone("+919800000003")
    other.texts("LAST")
    assert other.last.startswith("You have entered nobody yet.")


def test_list_registrations_found_the_last_five(town: Town) -> None:
    for number in range(6):
        town.enroler.texts(f"REG 98765{number}1111 ABC123456{number} 12 Sita Devi")
    town.enroler.texts("LISTT")
    latest = list(reversed(refs(town)))[:5]
    assert town.enroler.last == "Your latest: " + ", ".join(f"{ref} Sita waiting" for ref in latest)


def test_list_registrations_none_yet(town: Town) -> None:
    town.enroler.texts("LIST")
    assert town.enroler.last.startswith("You have entered nobody yet.")


def test_count_registrations_by_what_came_of_them_today_and_ever(town: Town) -> None:
    town.enrols()
    with town.service.engine.begin() as conn:
        conn.execute(update(registration).values(created_at=registration.c.created_at - 90_000))
    replies: tuple[tuple[str, ...], ...] = (("1",), ("3",), ("wrong number",), ("2", "who", "are", "you"), (), ())
    for number, texts in enumerate(replies):
        town.enroler.texts(f"REG 98765{number}1111 ABC222222{number} 12 Sita Devi")
        for text in texts:
            town.phone(f"+9198765{number}1111").texts(text)
    town.enroler.texts(f"DEL {refs(town)[-1]}")
    town.enroler.texts("count")
    assert town.enroler.last == (
        "Today 5: 1 yes, 1 waiting, 2 wrong, 1 no. All days 6: 2 yes, 1 waiting, 2 wrong, 1 no."
    )


def test_show_registration_found_masked(town: Town) -> None:
    town.enroler.texts(ENTRY)
    town.enroler.texts(f"who {refs(town)[0].lower()}")
    assert town.enroler.last == f"{refs(town)[0]}: Ram Kumar, ..210, ABC..567, 12. Answer: waiting."


def test_show_registration_unknown_is_said_alike_of_somebody_elses_and_of_none(town: Town) -> None:
    town.enroler.texts(ENTRY)
    other = town.phone("+919800000003")
    for ref in (refs(town)[0], "ABCD4"):
        other.texts(f"WHO {ref}")
        assert other.last == f"You have no registration {ref}. LIST shows your latest."


# --- TRY ----------------------------------------------------------------------------------------------------------


def test_rehearse_registration_entered_says_what_the_person_would_read_and_saves_nothing(any_town: Town) -> None:
    before = len(any_town.rows(person))
    any_town.enroler.texts(ENTRY.replace("REG", "TRY"))
    practice = any_town.enroler.last
    assert any_town.rows(registration) == []
    assert any_town.member.heard == []
    assert len(any_town.rows(person)) == before, "her number is not kept either"

    any_town.enroler.texts(ENTRY)
    saved = any_town.enroler.last.replace(refs(any_town)[0], "TRY2N")
    assert practice == f"PRACTICE, nothing was saved. {saved}\nThe person would get: {any_town.member.last}"


def test_rehearse_registration_goes_on_as_a_registration_would(town: Town) -> None:
    town.enroler.texts("TRY ABC1234567 12")
    assert town.enroler.last.startswith("Practice. Mobile number of the new member?")
    town.enroler.texts("98765 43210")
    assert town.enroler.last.startswith("Practice. Name of the new member?")
    town.enroler.texts("Ram Kumar")
    assert town.enroler.last.startswith("PRACTICE, nothing was saved. Saved TRY2N: Ram Kumar, mobile ..210")


def test_rehearse_registration_over_when_a_registration_would_be_given_up(town: Town) -> None:
    for text in ("TRY hello", "?1", "?2", "?3", "?4", "?5"):
        town.enroler.texts(text)
    assert town.enroler.last.startswith("Practice. Nothing was saved.")


# --- the registry -------------------------------------------------------------------------------------------------


def test_every_effect_announces_its_outcomes_and_says_what_it_does() -> None:
    assert set(EFFECTS) == set(SHAPES)
    known = {*TYPES, *vocabulary(read_config(environ={})).given}
    for name, effect in EFFECTS.items():
        assert SHAPES[name].outcomes, name
        assert effect.__doc__, name
        assert {*SHAPES[name].parameters.values()} <= known, name
        assert {kind for gives in SHAPES[name].outcomes.values() for kind in gives.values()} <= known, name


def test_an_effect_takes_what_its_function_takes() -> None:
    save = SHAPES["save_registration"]
    assert save.parameters == {"mobile": "mobile", "name": "name", "sure": "yes_no"}
    assert save.more, "and whatever else was collected"
    assert save.optional == ("sure",)
    assert SHAPES["opt_in"].parameters == {}


def test_an_outcome_that_was_not_announced_is_a_fault(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(effects.EFFECTS, "opt_in", lambda _act: Done("surprise"))
    with pytest.raises(UnknownOutcome, match="effect opt_in ended as surprise"):
        perform("opt_in", None, {})  # type: ignore[arg-type]


def test_set_language_in_the_middle_of_her_question_asks_it_once_more(town: Town) -> None:
    town.enroler.texts(ENTRY)
    for choosing in (["LANG", "2"], ["LANG HI"], ["BHASHA", "हिन्दी"]):
        town.member.texts("LANG EN")
        for text in choosing:
            town.member.texts(text)
        assert town.member.last.startswith("XYZ: Anil ने जोड़ा: Ram Kumar"), "with more, it would be three SMS"
        assert count(town.member.last).segments == 2
    town.member.texts("1")
    assert statuses(town) == ["confirmed"]


def test_the_number_of_a_menu_that_she_has_not_seen_chooses_nothing(town: Town) -> None:
    town.member.texts("LANG 2")
    assert town.member.last.startswith("XYZ: which language?")
