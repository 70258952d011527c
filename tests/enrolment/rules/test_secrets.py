"""The rule on one-time passwords."""

from __future__ import annotations

import pytest

from sms_service.enrolment.rules.secrets import one_time_password
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
