"""The rule on one-time passwords."""

from __future__ import annotations

import pytest

from sms_service.enrolment.rules.one_time_passwords import one_time_password, without
from sms_service.store.tables import registration
from tests.town import ENTRY, Town


@pytest.mark.parametrize(
    "text",
    ["4821", "482913", " 4829 1357".replace(" 1357", "1357"), "482 913", "OTP 482913", "otp is 4821.", "Your code: 482913",
     "ओटीपी ४८२९१३", "पिन 4821", "MPIN-4821"],
)  # fmt: skip
def test_one_time_password_is_recognised(text: str) -> None:
    assert one_time_password(text)


@pytest.mark.parametrize(
    "text", ["482", "482913571", "9876543210", "98765 43210", "12", "Ram Kumar 12", "code", "OTP?", "ABC1234567", "REG", ""]
)  # fmt: skip
def test_one_time_password_is_nothing_shorter_longer_or_without_digits(text: str) -> None:
    assert not one_time_password(text)


def test_one_time_password_digits_alone_answer_what_is_asked() -> None:
    assert not one_time_password("4821", answering=True)
    assert one_time_password("code 4821", answering=True)
    assert not one_time_password("PIN6266452", answering=True), "a voter ID"
    assert not one_time_password("PIN6266452 Ram Kumar", answering=True)


@pytest.mark.parametrize("text", ["OTP 482913", "482913", "the code is 4821"])
def test_one_time_password_an_enroler_is_warned(town: Town, text: str) -> None:
    town.enroler.texts(text)
    assert "Never ask anybody for a code or PIN" in town.enroler.last


def test_one_time_password_others_are_not_warned_and_an_entry_is_no_password(town: Town) -> None:
    town.member.texts("482913")
    assert "Never ask" not in town.member.last
    town.enroler.texts(ENTRY)
    assert "Never ask" not in town.enroler.last
    assert len(town.rows(registration)) == 1


def test_one_time_password_in_the_middle_of_an_entry_the_entry_stays_open(town: Town) -> None:
    town.enroler.texts("REG 9876543210 ABC1234567 Ram Kumar")
    town.enroler.texts("otp is 482913")
    assert "Never ask anybody for a code or PIN" in town.enroler.last
    town.enroler.texts("12")
    assert town.enroler.last.startswith("Saved ")


# --- within an entry ----------------------------------------------------------------------------------------------

RAM = "REG 9876543210 ABC1234567 12 Ram Kumar"


@pytest.mark.parametrize(
    "said",
    ["OTP 482913", "otp is 4829", "OTP: 482 913", "code 482913", "code is 4829", "verification code 482913", "OTP482913",
     "482913 is the OTP", "482913 otp", "कोड ४८२९१३", "ओटीपी है 482913", "PIN 4821", "msimbo ni 482913", "OTP no 48291357"],
)  # fmt: skip
def test_one_time_password_is_found_in_an_entry(said: str) -> None:
    assert (without(f"{RAM} {said}") or "").split() == RAM.split()
    middle = without(f"REG 9876543210 {said}, ABC1234567 12 Ram Kumar") or ""
    assert middle.replace(",", " ").split() == RAM.split()


@pytest.mark.parametrize(
    "text",
    [RAM, f"{RAM} PIN 834001", f"{RAM} pin code 834001", f"{RAM} area code 0651",
     "REG 9876543210 ABC1234567 booth code 1234 Ram",
     "REG code 98765 43210 ABC1234567 12 Ram", "REG 9876543210 ABC1234567 OTP Ram", "REG 9876543210 code ABC1234567 12 Ram",
     "REG 12 Ram Kumar 9876543210 otp", "REG 9876543210 PIN6266452 12 Ram", "REG 9876543210 otp 6266452 12 Ram", "OTP", ""],
)  # fmt: skip
def test_one_time_password_is_no_number_of_the_entry_itself(text: str) -> None:
    assert without(text) is None


@pytest.mark.parametrize("keyword", ["REG ", ""])
def test_one_time_password_in_an_entry_she_is_warned_and_the_entry_is_saved(town: Town, keyword: str) -> None:
    town.enroler.texts(f"{keyword}9876543210 ABC1234567 12 Ram Kumar OTP 4829")
    [said] = town.enroler.heard
    warning, saved = said.split("\n")
    assert "Never ask anybody for a code or PIN" in warning
    assert saved.startswith("Saved ")
    assert "booth 12." in saved
    assert "4829" not in said + town.member.last
    assert len(town.rows(registration)) == 1


def test_one_time_password_in_an_entry_that_lacks_something_the_question_comes_last(town: Town) -> None:
    town.enroler.texts("REG 9876543210 ABC1234567 Ram Kumar code is 4829")
    assert town.enroler.last.endswith("Number of the polling booth?")
    town.enroler.texts("12")
    assert town.enroler.last.startswith("Saved ")
