"""The signed part of a card's code: checked with the public key alone, and good for nothing once a digit is changed."""

from __future__ import annotations

from datetime import date

import pytest

from sms_service.enrolment.card_code import (
    DIGITS_MAX,
    SERIAL_MAX,
    CardCode,
    Forged,
    NotACode,
    checked,
    digits,
    found_in,
)
from sms_service.enrolment.numbers import Mistyped, written
from sms_service.privacy import Keys

KEYS = Keys(b"k" * 32)
PUBLIC = KEYS.public_key("card")
CODE = CardCode(1, 1, date(2026, 3, 14))


@pytest.mark.parametrize(
    "code",
    [
        CODE,
        CardCode(44_107, 3, date(2026, 3, 14), date(2027, 3, 14)),
        CardCode(99_999_999, SERIAL_MAX, date(2020, 1, 1), date(2199, 6, 5)),
    ],
)
def test_what_was_signed_is_read_with_the_public_key_alone(code: CardCode) -> None:
    made = digits(KEYS, code)
    assert checked(PUBLIC, written(code.number), made) == code
    assert made.isdecimal()
    assert len(made) <= DIGITS_MAX


def test_every_changed_digit_is_noticed() -> None:
    made = digits(KEYS, CODE)
    for at in range(len(made)):
        changed = made[:at] + str((int(made[at]) + 1) % 10) + made[at + 1 :]
        with pytest.raises((Forged, NotACode)):
            checked(PUBLIC, "0000013", changed)


def test_it_is_good_for_no_other_number_and_under_no_other_key() -> None:
    made = digits(KEYS, CODE)
    with pytest.raises(Forged):
        checked(PUBLIC, "0000021", made)
    with pytest.raises(Forged):
        checked(Keys(b"o" * 32).public_key("card"), "0000013", made)
    with pytest.raises(Forged):
        checked(KEYS.public_key("ledger"), "0000013", made)
    with pytest.raises(Mistyped):
        checked(PUBLIC, "0000014", made)


@pytest.mark.parametrize(
    "given", ["", "0", "1" * 171, "9" * 172, "9" * 10_000, "1" * 100, "abc", "१२३", "-5", "1_0", "1.0"]
)
def test_what_is_no_code_is_told_from_a_forgery(given: str) -> None:
    with pytest.raises(NotACode):
        checked(PUBLIC, "0000013", given)


def test_a_code_is_found_in_whatever_a_scanner_read() -> None:
    made = digits(KEYS, CODE)
    for text in (f"https://x.example/verify/0000013?{made}", f"0000013?{made}", f" URL:0000013?{made}&y=1\n"):
        assert found_in(text) == ("0000013", made)
    for text in ("", "https://x.example/verify/0000013", "0000013", made):
        with pytest.raises(NotACode):
            found_in(text)
