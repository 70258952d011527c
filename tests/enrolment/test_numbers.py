"""Membership numbers: each carries a check digit, so that a slip of the finger is told from a number nobody has."""

from __future__ import annotations

import pytest

from sms_service.enrolment.numbers import NUMBER_MAX, Mistyped, read_number, written


@pytest.mark.parametrize(
    ("number", "text"), [(1, "0000013"), (2, "0000021"), (999_999, "9999990"), (1_000_000, "10000004")]
)
def test_a_number_is_written_with_its_check_digit_and_read_back(number: int, text: str) -> None:
    assert written(number) == text
    assert read_number(text) == number
    assert read_number(text.lstrip("0")) == number


def test_numbers_are_as_long_as_ever_up_to_a_million_and_never_alike() -> None:
    texts = {written(number) for number in range(1, 3_000)}
    assert len(texts) == 2_999
    assert {len(text) for text in texts} == {7}


def test_every_wrong_digit_and_every_change_of_neighbours_is_noticed() -> None:
    for number in (1, 7, 44_107, 909_090, 12_345_678):
        text = written(number)
        slips = {text[:i] + digit + text[i + 1 :] for i in range(len(text)) for digit in "0123456789"}
        slips |= {text[:i] + text[i + 1] + text[i] + text[i + 2 :] for i in range(len(text) - 1)}
        for slip in slips - {text}:
            with pytest.raises(Mistyped):
                read_number(slip)


@pytest.mark.parametrize(
    "typed", ["", "0", "3", "000001", "-13", "+13", "1.3", "13 ", "0x13", "abc", "१३", "¹³", "13\n"]
)
def test_what_is_no_number_of_ours_is_mistyped(typed: str) -> None:
    with pytest.raises(Mistyped):
        read_number(typed)


def test_a_number_longer_than_any_of_ours_is_not_read_at_all() -> None:
    assert read_number("13".rjust(NUMBER_MAX, "0")) == 1
    with pytest.raises(Mistyped):
        read_number("13".rjust(NUMBER_MAX + 1, "0"))
