"""One enrolment, in every way it can end: the sequence that the drive promises."""

from __future__ import annotations

import threading

import pytest

from sms_service.store.tables import card, consent, member, outbox, registration, turn
from tests.town import ENTRY, MEMBER, Town


def test_entered_asked_consented_told_and_given_a_card(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)

    assert "Saved" in any_town.enroler.last
    [asked] = any_town.member.heard
    assert asked.startswith("XYZ: Anil entered you as Ram Kumar, voter ID ABC..567, booth 12.")
    assert any_town.rows(member) == []

    any_town.member.texts("1")

    _, welcome, link = any_town.member.heard
    assert "You are a member of XYZ. No 0000013." in welcome
    assert f"{any_town.url}/card/?" in link
    assert len(any_town.rows(consent)) == len(any_town.rows(member)) == len(any_town.rows(card)) == 1


@pytest.mark.parametrize("answer", ["3", "No", "nahi", "नहीं", "hapana", "haan nahi", "YES STOP"])
def test_a_person_who_says_no_is_no_member(town: Town, answer: str) -> None:
    town.enroler.texts(ENTRY)
    town.member.texts(answer)

    assert town.rows(member) == []
    assert [row.decision for row in town.rows(consent)] == ["refused"]
    assert [row.status for row in town.rows(registration)] == ["refused"]


def test_a_person_who_never_answers_is_no_member(town: Town) -> None:
    town.enroler.texts(ENTRY)
    [waiting] = town.rows(registration)

    [person] = [row.person_id for row in town.rows(outbox) if row.flow == "confirm"]
    town.service.turns.tick(person, waiting.created_at + 8 * 86_400)
    town.work()

    assert town.rows(member) == []
    assert [row.status for row in town.rows(registration)] == ["expired"]


def test_an_unclear_answer_is_asked_again_and_never_counts_as_yes(town: Town) -> None:
    town.enroler.texts(ENTRY)
    town.member.news  # noqa: B018

    town.member.texts("who is this? yes but why")
    [again] = town.member.news
    assert again.startswith("Not clear. Send 1 if the data are right and you join, 2 for a mistake, 3 for no.")
    assert town.rows(member) == []

    town.member.texts("haan ji")
    assert "You are a member" in town.member.news[0]


def test_after_two_unclear_answers_the_office_looks_at_it(town: Town) -> None:
    town.enroler.texts(ENTRY)
    for _ in range(2):
        town.member.texts("what is all this about my friend")

    assert [row.status for row in town.rows(registration)] == ["held"]
    assert town.rows(consent) == []
    assert "You are not a member" in town.member.last


def test_a_mistake_is_mended_by_herself(town: Town) -> None:
    town.enroler.texts(ENTRY)
    for text in ("2", "3", "13"):
        town.member.texts(text)
    assert "Was: 12. Is: 13." in town.enroler.last
    assert "so you are Ram Kumar, voter ID ABC..567, booth 13" in town.member.last
    town.member.texts("YES")
    assert len(town.rows(member)) == 1


def test_a_mistake_that_she_cannot_tell_goes_back_to_the_enroler_and_she_enters_it_again(town: Town) -> None:
    town.enroler.texts(ENTRY)
    for text in ("2", "it is wrong", "ask him", "he knows"):
        town.member.texts(text)

    assert "You are not a member yet" in town.member.last
    assert "the person says that a detail is wrong" in town.enroler.last

    town.enroler.texts("REG 9876543210 ABC1234567 13 Ram Kumar")
    assert "booth 13" in town.member.last
    town.member.texts("YES")
    assert len(town.rows(member)) == 1


def test_a_wrong_number_hears_no_more(town: Town) -> None:
    town.enroler.texts(ENTRY)
    town.member.texts("wrong number")

    assert "Your number is removed" in town.member.last
    assert [row.status for row in town.rows(registration)] == ["wrong_number"]


def test_the_consent_shows_what_was_asked_and_what_was_answered(town: Town) -> None:
    member_phone = town.phone(MEMBER, by="twilio")
    town.phone("+919800000002", by="twilio").texts(ENTRY)
    member_phone.texts("haan ji", sid="SM" + "a" * 32)

    [proof] = town.rows(consent)
    [asked] = [row for row in town.rows(outbox) if row.ref == proof.prompt]
    assert (proof.decision, proof.purpose, proof.language, proof.flow) == ("given", "membership", "en", "confirm")
    assert (proof.channel, proof.inbound_id) == ("twilio", "SM" + "a" * 32)
    assert proof.prompt_gateway_id == asked.gateway_id != ""
    assert proof.version in {row.version for row in town.rows(turn)}


def test_question_by_question_by_sms(town: Town) -> None:
    replies = []
    for text in ("REG", "98765 43210", "ABC1234567", "booth twelve", "12", "Ram Kumar"):
        town.enroler.texts(text)
        replies += town.enroler.news

    assert replies[:5] == [
        "Mobile number of the new member?",
        "Voter ID? 3 letters, 7 digits, like ABC1234567",
        "Number of the polling booth?",
        "Booth: only its number, please, like 12 or 12A.",
        "Name of the new member?",
    ]
    assert "Saved" in replies[5]


def test_question_by_question_by_ussd_in_swahili(town: Town) -> None:
    enroler = town.phone("+254700000001", by="africastalking").dials()

    assert enroler.screen == "Namba ya simu ya mwanachama mpya?"
    enroler.press("0712345678")
    enroler.press("ABC1234567")
    enroler.press("12")
    enroler.press("Amina Wanjiru")

    assert enroler.ended
    assert "Amina Wanjiru" in enroler.screen


def test_a_stranger_may_enter_nobody(town: Town) -> None:
    stranger = town.phone("+919811111111")
    stranger.texts(ENTRY)

    assert "this phone may not enter members" in stranger.last
    assert town.rows(registration) == []


def test_an_answer_that_overtakes_the_gateways_own_answer_counts(town: Town) -> None:
    """The phone is quicker than the worker: she answers while Twilio's 201 is still on its way to us."""
    enroler, member_phone = town.phone("+919800000002", by="twilio"), town.phone(MEMBER, by="twilio")
    enroler.sends(ENTRY)
    town.twilio.behave("late", times=2, seconds=0.5)
    working = threading.Thread(target=town.work)
    working.start()
    town.twilio.wait_until(lambda: bool(member_phone.heard), "the question")

    member_phone.sends("1")
    working.join()
    town.work()

    assert len(town.rows(member)) == 1


def test_an_answer_to_a_question_that_never_left_is_not_counted(town: Town) -> None:
    """She cannot have seen it: her `1` answers something else, and she is asked anew, in place of what waits."""
    town.enroler.sends(ENTRY)
    town.member.texts("1")

    assert town.rows(member) == []
    assert [text.startswith("XYZ: Anil entered you") for text in town.member.heard] == [True]

    town.member.texts("1")
    assert len(town.rows(member)) == 1


def test_an_answer_while_the_reminder_is_on_its_way_counts(town: Town) -> None:
    town.enroler.texts(ENTRY)
    [waiting] = town.rows(registration)
    town.service.turns.tick(waiting.person_id, waiting.created_at + 25 * 3600)

    town.member.sends("1")

    assert len(town.rows(member)) == 1
