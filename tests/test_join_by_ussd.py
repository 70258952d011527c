"""JOIN by USSD: somebody without an enroler dials, enters herself, and is asked like everybody: never on the first hop."""

from __future__ import annotations

from typing import Any

import pytest

from sms_service.engine.navigation import RESUME
from sms_service.store.tables import consent, member, registration, turn
from tests.town import Town, TownPhone

AMINA = "+254711000111"


def dialled(town: Town) -> tuple[TownPhone, Any]:
    amina = town.phone(AMINA, by="africastalking")
    return amina, amina.dials()


def entered(phone: Any) -> None:
    for typed in ("Amina Wanjiru", "ABC1234567", "Kanke", "12"):
        phone.press(typed)


def test_she_dials_and_is_asked_by_sms(town: Town) -> None:
    amina, phone = dialled(town)
    assert phone.screen == "XYZ: welcome. What is your name?"
    entered(phone)
    assert phone.ended
    assert phone.screen == "XYZ: thank you. You are no member yet: we ask you once more by SMS."
    town.work()
    [question] = amina.heard
    assert question.startswith("XYZ: you entered yourself as Amina Wanjiru, voter ID ABC..567, booth 12.")
    [saved] = town.rows(registration)
    assert (saved.way, saved.enroler_id, saved.status) == ("self", None, "waiting")
    assert town.rows(consent) == []

    amina.texts("ndiyo")
    assert [row.registration_id for row in town.rows(member)] == [saved.id]


def test_she_may_answer_by_dialling_again_once_she_has_seen_the_question(town: Town) -> None:
    amina, phone = dialled(town)
    entered(phone)
    town.work()

    again = amina.dials()
    assert "Right and I join: 1" in again.screen
    while again.screen.endswith("98 more"):
        again.press("98")
    again.press("1")
    assert len(town.rows(member)) == 1
    [row] = town.rows(consent)
    assert row.prompt.startswith("hop:")


@pytest.mark.parametrize("code", ["*384*96*1#", "*384*96*1*1#", "*384*96*1*1*1#"])
def test_whatever_the_first_hop_brings_is_no_yes(town: Town, code: str) -> None:
    amina, phone = dialled(town)
    entered(phone)
    town.work()
    amina.dials(code)
    assert (town.rows(member), town.rows(consent)) == ([], [])


def test_all_of_it_dialled_at_once_is_an_entry_and_no_yes(town: Town) -> None:
    amina = town.phone(AMINA, by="africastalking")
    phone = amina.dials("*384*96*Amina Wanjiru*ABC1234567*Kanke*12*1*1#")
    assert (town.rows(member), town.rows(consent)) == ([], [])
    assert not phone.screen.startswith("You are a member")


def test_a_hop_that_is_delivered_twice_enters_her_once(town: Town) -> None:
    _, phone = dialled(town)
    entered(phone)
    screen = phone.screen
    assert str(phone.again().body).endswith(screen)
    town.work()
    assert len(town.rows(registration)) == 1
    assert len([row for row in town.rows(turn) if row.kind == "ussd"]) == 5


def test_a_session_that_drops_goes_on_where_it_was(town: Town) -> None:
    amina, phone = dialled(town)
    phone.press("Amina Wanjiru")
    phone.hang_up()
    again = amina.dials()
    assert again.screen == RESUME["en"]
    assert again.press("1").startswith("Your voter ID?")


def test_a_stranger_who_drops_at_the_first_question_has_begun_nothing(town: Town) -> None:
    amina, phone = dialled(town)
    phone.hang_up()
    assert amina.dials().screen == phone.screen


def test_who_is_asked_already_is_shown_her_question_and_enters_nobody(town: Town) -> None:
    amina = town.phone(AMINA, by="africastalking")
    town.enroler.texts("REG +254711000111 ABC1234567 12 Amina Wanjiru")
    screen = amina.dials().screen
    assert screen.startswith("XYZ: Anil entered you as Amina Wanjiru")
    assert len(town.rows(registration)) == 1
