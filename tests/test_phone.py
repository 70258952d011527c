"""The phone over HTTP: what the demonstration, the terminal and the tests hold in their hand."""

from __future__ import annotations

import dataclasses

import pytest

from sms_service.engine.navigation import GO_ON, RESUME
from sms_service.phone import NoAnswer, Phone
from sms_service.web.app import create_app
from tests.town import ENROLER, ENTRY, MEMBER, Town


def test_a_text_goes_out_and_its_answer_is_read_once(town: Town) -> None:
    phone = Phone(town.url, MEMBER)
    phone.text("hello")
    town.work()

    assert phone.read(0).startswith("XYZ: people are entered by our enrolers")
    assert phone.heard == [phone.conversation()[-1]["text"]]
    with pytest.raises(NoAnswer, match="no message number 2 came within 0 s"):
        phone.read(0)


def test_messages_are_read_in_their_order(town: Town) -> None:
    town.enrols()
    phone = Phone(town.url, MEMBER)
    assert ["entered you" in phone.read(0), "No 0000013" in phone.read(0), "/card/?" in phone.read(0)] == [True] * 3


def test_a_message_that_was_not_sent_yet_is_not_read(town: Town) -> None:
    phone = Phone(town.url, MEMBER)
    phone.text("hello")
    with pytest.raises(NoAnswer):
        phone.read(0)


def test_the_conversation_has_both_sides(town: Town) -> None:
    town.enroler.texts(ENTRY)
    conversation = Phone(town.url, ENROLER).conversation()
    assert [(bubble["from_me"], bubble["text"][:5]) for bubble in conversation] == [(True, "REG 9"), (False, "Saved")]
    assert Phone(town.url, "+919811111111").conversation() == []


def test_a_code_is_dialled_and_a_screen_answered(town: Town) -> None:
    phone = Phone(town.url, "+254700000001")

    assert phone.dial("*384*96#") == ("Namba ya simu ya mwanachama mpya?", False)
    for typed in ("0712345678", "ABC1234567", "12"):
        screen, ends = phone.press(typed)
        assert not ends, screen
    screen, ends = phone.press("Amina Wanjiru")
    assert ends
    assert "Amina Wanjiru" in screen


def test_dialled_again_the_session_goes_on(town: Town) -> None:
    phone = Phone(town.url, "+254700000001")
    phone.dial("*384*96#")
    asked, _ = phone.press("0712345678")
    assert phone.dial("*384*96#") == (RESUME["sw"], False)
    assert phone.press(GO_ON) == (asked, False)


def test_what_the_service_refuses_is_told_in_its_own_words(town: Town) -> None:
    with pytest.raises(NoAnswer, match="That is no phone number"):
        Phone(town.url, "hello").text("x")


def test_on_a_public_address_only_the_secret_opens_it(town: Town) -> None:
    channels = town.config.channels.model_copy(
        update={"handset": town.config.channels.handset.model_copy(update={"secret": "hush"})}
    )
    public = town.config.model_copy(update={"public_url": "https://sms.example.org", "channels": channels})
    town._server.app = create_app(dataclasses.replace(town.service, config=public))

    for secret in ("", "guess"):
        with pytest.raises(NoAnswer, match="the service answered 404"):
            Phone(town.url, MEMBER, secret).text("hello")
    Phone(town.url, MEMBER, "hush").text("hello")
    town.work()
    assert Phone(town.url, MEMBER, "hush").read(0)


def test_the_farewell_of_a_forgotten_phone_is_told_once_and_stands_nowhere(town: Town) -> None:
    phone = Phone(town.url, MEMBER)
    for text in ("hello", "FORGET", "1"):
        phone.text(text)
        town.work()
    assert "your data are erased" in phone.read(0)
    assert phone.conversation() == []
    with pytest.raises(NoAnswer):
        phone.read(0)
