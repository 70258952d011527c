"""USSD through the whole service: long screens page by page, what may be answered from which page, sessions that drop."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sms_service.engine.navigation import RESUME
from sms_service.engine.texts import USSD_SEPTETS, USSD_UCS2, septets
from sms_service.store.tables import consent, person, turn
from tests.test_conversation import JOIN, PLACE
from tests.town import MEMBER, Town

Opened = Callable[..., Town]

VILLAGES = ["Rampur", "Sitapur", "Lakshmanpur", "Bharatpur", "Hanumangarh", "Ayodhyapuri", "Janakpur", "Kishkindha"]


def menu_flow(before: str = "") -> str:
    options = "\n".join(
        f"      {key}: {{label: {village} in the district by the river, next: found}}"
        for key, village in enumerate(VILLAGES, 1)
    )
    return f"""
flow: choosing
about: A menu that is longer than a screen.
starts: {{keywords: [CHOOSE], ussd: "*384*96#"}}
languages: [en]
states:{before}
  menu:
    say: "Which village are you from?"
    choose:
{options}
  found: {{say: "Noted.", end: true}}
"""


FIRST = '\n  who: {say: "Your name?", ask: {into: name, type: name}, next: menu}'


def test_a_long_menu_is_paged_within_the_screen(opened: Opened) -> None:
    phone = opened(choosing=menu_flow()).phone(MEMBER, by="africastalking").dials()

    screens = [phone.screen, phone.press("98"), phone.press("98")]
    assert [screen.splitlines()[-1] for screen in screens] == ["98 more", "0 back", "0 back"]
    assert all((septets(screen) or 999) <= USSD_SEPTETS for screen in screens)
    assert [line for screen in screens for line in screen.splitlines() if line[1] == "."] == [
        f"{key}. {village} in the district by the river" for key, village in enumerate(VILLAGES, 1)
    ]
    assert phone.press("0") == screens[1]
    assert phone.press("0") == screens[0]
    assert not phone.ended


@pytest.mark.parametrize("pages", [0, 1, 2])
def test_a_menu_is_answered_from_any_of_its_pages(opened: Opened, pages: int) -> None:
    phone = opened(choosing=menu_flow()).phone(MEMBER, by="africastalking").dials()
    for _ in range(pages):
        phone.press("98")
    assert phone.press("8") == "Noted."
    assert phone.ended


def test_zero_turns_back_the_pages_and_then_leads_to_the_question_before(opened: Opened) -> None:
    phone = opened(choosing=menu_flow(FIRST)).phone(MEMBER, by="africastalking").dials()
    first = phone.press("Ram Kumar")
    assert first.splitlines()[-2:] == ["98 more", "0 back"]
    phone.press("98")
    assert phone.press("0") == first
    assert phone.press("0") == "Your name?"


def test_a_page_is_turned_although_all_of_redis_is_lost(opened: Opened) -> None:
    town = opened(choosing=menu_flow())
    phone = town.phone(MEMBER, by="africastalking").dials()
    second = phone.press("98")
    town.service.redis.flushall()
    third = phone.press("98")
    assert third not in ("", second)
    town.service.redis.flushall()
    assert phone.press("0") == second


def test_the_same_hop_again_turns_no_second_page(opened: Opened) -> None:
    phone = opened(choosing=menu_flow()).phone(MEMBER, by="africastalking").dials()
    second = phone.press("98")
    assert phone.again().body == f"CON {second}"
    assert phone.press("98") != second


CONSENTING = """
flow: consenting
about: What one consents to is longer than a screen.
starts: {keywords: [AGREE], ussd: "*384*96#"}
languages: [en]
states:
  ask:
    say: "{{ org }} keeps your name, your village and your number, shows them to nobody outside, and deletes them when you
      leave. You may leave whenever you like by sending STOP, and nothing is owed. Do you join? Yes: 1. No: 3"
    consent: {purpose: membership, yes: {key: 1, next: joined}, no: {key: 3, next: refused}}
  joined: {say: "Welcome.", end: true}
  refused: {say: "You are no member.", end: true}
"""


@pytest.mark.parametrize("typed", ["1", "3", "yes", "haan", "no"])
def test_a_consent_counts_only_once_its_last_page_was_shown(opened: Opened, typed: str) -> None:
    town = opened(consenting=CONSENTING)
    phone = town.phone(MEMBER, by="africastalking").dials()
    first = phone.screen

    assert phone.press(typed) == first, "she has not seen what she would consent to"
    assert town.rows(consent) == []

    assert "Do you join?" in phone.press("98")
    assert phone.press("1") == "Welcome."
    assert [row.decision for row in town.rows(consent)] == ["given"]


def test_a_consent_is_decided_from_an_earlier_page_once_its_end_was_seen(opened: Opened) -> None:
    town = opened(consenting=CONSENTING)
    phone = town.phone(MEMBER, by="africastalking").dials()
    phone.press("98")
    phone.press("0")
    assert phone.press("1") == "Welcome."


def test_a_direct_dial_never_consents(opened: Opened) -> None:
    short = (
        CONSENTING[: CONSENTING.index('"{{ org }} keeps')]
        + '"Join? 1 yes 3 no"\n'
        + CONSENTING[CONSENTING.index("    consent:") :]
    )
    town = opened(consenting=short)
    phone = town.phone(MEMBER, by="africastalking").dials("*384*96*1#")
    assert phone.screen == "Join? 1 yes 3 no"
    assert town.rows(consent) == []
    assert phone.press("1") == "Welcome."


def test_a_direct_dial_walks_through_a_call(opened: Opened) -> None:
    town = opened(join=JOIN, place=PLACE)
    phone = town.phone(MEMBER, by="africastalking").dials("*384*96*1*Ram*4#")
    assert "Which village?" in phone.screen
    [row] = town.rows(turn)
    assert row.path == "which next set done who next place place/house next place/village"
    assert phone.press("Rampur") == "Thank you, Ram of Rampur."


def test_a_dropped_session_goes_on_where_it_was_inside_the_call(opened: Opened) -> None:
    phone = opened(join=JOIN, place=PLACE).phone(MEMBER, by="africastalking")
    first = phone.dials()
    first.press("1")
    first.press("Ram")
    first.press("4")
    first.hang_up()

    second = phone.dials()
    assert second.screen == RESUME["en"]
    assert "Which village?" in second.press("1")
    assert second.press("Rampur") == "Thank you, Ram of Rampur."


def test_or_it_starts_again(opened: Opened) -> None:
    phone = opened(join=JOIN, place=PLACE).phone(MEMBER, by="africastalking")
    first = phone.dials()
    beginning = first.screen
    first.press("1")
    first.press("Ram")
    first.hang_up()
    second = phone.dials()
    assert second.press("2") == beginning
    second.press("1")
    second.press("Sita")
    second.press("4")
    assert second.press("Rampur") == "Thank you, Sita of Rampur."


@pytest.mark.parametrize("typed", ["3", "", "11", "yes", "0", "98"])
def test_whatever_else_is_typed_there_it_is_asked_again(opened: Opened, typed: str) -> None:
    phone = opened(join=JOIN, place=PLACE).phone(MEMBER, by="africastalking")
    first = phone.dials()
    first.press("1")
    first.hang_up()
    second = phone.dials()
    assert second.press(typed) == RESUME["en"]
    assert not second.ended
    assert second.press("1") != RESUME["en"]


def test_at_its_first_question_there_is_nothing_to_ask(opened: Opened) -> None:
    phone = opened(join=JOIN, place=PLACE).phone(MEMBER, by="africastalking")
    first = phone.dials()
    first.hang_up()
    assert phone.dials().screen == first.screen


def test_dialled_again_with_keys_it_is_asked_first_and_then_the_keys_count(opened: Opened) -> None:
    phone = opened(join=JOIN, place=PLACE).phone(MEMBER, by="africastalking")
    first = phone.dials()
    first.press("1")
    first.hang_up()
    second = phone.dials("*384*96*1*Ram*4#")
    assert second.screen == RESUME["en"], "the first key is no answer to a question that nobody has seen"
    assert "Which village?" in second.press("2")
    assert second.press("Rampur") == "Thank you, Ram of Rampur."


def test_stop_is_stop_there_too(opened: Opened) -> None:
    town = opened(join=JOIN, place=PLACE)
    phone = town.phone(MEMBER, by="africastalking")
    first = phone.dials()
    first.press("1")
    first.hang_up()
    phone.dials().press("STOP")
    [she] = [one for one in town.rows(person) if one.channel == "africastalking"]
    assert she.stopped_at is not None


def test_the_same_hop_again_is_asked_the_same(opened: Opened) -> None:
    phone = opened(join=JOIN, place=PLACE).phone(MEMBER, by="africastalking")
    first = phone.dials()
    first.press("1")
    first.hang_up()
    second = phone.dials()
    assert second.again().body == f"CON {RESUME['en']}"
    going = second.press("1")
    assert second.again().body == f"CON {going}"
    assert going != RESUME["en"]


def test_a_consent_is_never_given_on_the_screen_that_asks_whether_she_goes_on(opened: Opened) -> None:
    town = opened(consenting=CONSENTING.replace("states:", f"states:{FIRST.replace('menu', 'ask')}"))
    phone = town.phone(MEMBER, by="africastalking")
    first = phone.dials()
    first.press("Ram Kumar")
    first.press("98")
    first.hang_up()
    second = phone.dials()
    assert second.screen == RESUME["en"]
    shown = second.press("1")
    assert town.rows(consent) == []
    assert second.press("1") == shown, "of the question itself she has seen the first page only"
    second.press("98")
    assert second.press("1") == "Welcome."
    assert [row.decision for row in town.rows(consent)] == ["given"]


def test_a_draft_begun_by_sms_is_asked_about_when_she_dials(opened: Opened) -> None:
    town = opened(
        join=JOIN.replace("starts: {", "starts: {keywords: [JOIN], ", 1) if "keywords" not in JOIN else JOIN,
        place=PLACE,
    )
    phone = town.phone(MEMBER, by="africastalking")
    ussd = phone.dials()
    ussd.press("1")
    ussd.hang_up()
    phone.texts("Ram")
    again = phone.dials()
    assert again.screen == RESUME["en"]
    again.press("1")
    assert not again.ended


@pytest.mark.parametrize("language", RESUME)
def test_the_question_is_in_her_language_where_the_screen_can_show_it(opened: Opened, language: str) -> None:
    town = opened(choosing=menu_flow(FIRST).replace("languages: [en]", "languages: [en]\nlimits: {ussd_unicode: true}"))
    phone = town.phone(MEMBER, by="africastalking")
    phone.dials().press("Ram Kumar")
    with town.service.engine.begin() as conn:
        conn.exec_driver_sql(f"UPDATE person SET language = '{language}'")
    screen = phone.dials().screen
    assert screen == RESUME[language]
    assert len(screen) <= USSD_UCS2


def test_in_sms_letters_only_it_is_in_english(opened: Opened) -> None:
    town = opened(choosing=menu_flow(FIRST))
    phone = town.phone(MEMBER, by="africastalking")
    phone.dials().press("Ram Kumar")
    with town.service.engine.begin() as conn:
        conn.exec_driver_sql("UPDATE person SET language = 'hi'")
    assert phone.dials().screen == RESUME["en"]


def test_a_dialogue_begun_by_ussd_is_finished_by_sms(opened: Opened) -> None:
    phone = opened(join=JOIN, place=PLACE).phone(MEMBER, by="africastalking")
    ussd = phone.dials()
    ussd.press("1")
    ussd.press("Ram")
    ussd.hang_up()
    phone.texts("4")
    phone.texts("Rampur")
    assert phone.heard == ["Which village?", "Thank you, Ram of Rampur."]


def test_hindi_screens_hold_eighty_characters_and_their_lines_are_in_hindi(opened: Opened) -> None:
    flow = menu_flow(FIRST).replace("languages: [en]", "languages: [hi]\nlimits: {ussd_unicode: true}")
    for village, name in zip(VILLAGES, ["रामपुर", "सीतापुर", "भरतपुर", "जयपुर"] * 2, strict=True):
        flow = flow.replace(f"{village} in the district by the river", name)
    town = opened(choosing=flow.replace("Which village are you from?", "आप किस गाँव से हैं?"))
    with town.service.engine.begin() as conn:
        conn.exec_driver_sql("UPDATE person SET language = 'hi'")
    phone = town.phone("+919800000001", by="africastalking").dials()
    first = phone.press("राम")
    assert first.splitlines()[-2:] == ["98 और", "0 पीछे"]
    second = phone.press("98")
    assert len(first) <= USSD_UCS2
    assert len(second) <= USSD_UCS2
    assert second.splitlines()[-1] == "0 पीछे"
