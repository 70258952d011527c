"""The four signs that open a card: read as people type them, and counted when they are wrong."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_service.enrolment.card_guesses import WRONG_MAX, WRONG_SECONDS, guess, signs
from sms_service.store.tables import card
from tests.town import Town

SECRET = "ABC1234567"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("4567", "4567"), (" 45-67 ", "4567"),
        ("४५६७", "4567"), ("٤٥٦٧", "4567"), ("４５６７", "4567"), ("ABC12 34567", "4567"),
        ("c12o", "C120"), ("il0O", "1100"), ("..67", "67"), ("", ""), ("!?", ""), ("²²²²", "2222"),
    ],
)  # fmt: skip
def test_the_last_four_letters_and_digits_count(typed: str, read: str) -> None:
    assert signs(typed) == read


@given(st.text())
def test_no_text_breaks_it(typed: str) -> None:
    assert len(signs(typed)) <= 4


@pytest.fixture
def member(any_town: Town) -> Town:
    any_town.enrols()
    return any_town


def tried(town: Town, typed: str, at: float) -> bool | None:
    with town.service.engine.begin() as conn:
        return guess(conn, 1, typed, SECRET, at)


def test_five_wrong_ones_close_it_for_an_hour_for_the_right_one_too(member: Town) -> None:
    assert [tried(member, "0000", 100.0 + at) for at in range(WRONG_MAX)] == [False] * 5
    assert [tried(member, typed, 200.0) for typed in ("0000", "4567")] == [None, None]
    assert tried(member, "4567", 99.0 + WRONG_SECONDS) is None
    assert tried(member, "4567", 100.0 + WRONG_SECONDS) is True
    [row] = member.rows(card)
    assert row.wrong == 0


def test_right_ones_are_not_counted_and_do_not_forgive(member: Town) -> None:
    for at in range(4):
        assert tried(member, "0000", 100.0 + at) is False
        assert tried(member, "4567", 100.5 + at) is True
    assert tried(member, "0000", 110.0) is False
    assert tried(member, "4567", 111.0) is None


def test_too_few_signs_are_no_guess(member: Town) -> None:
    assert [tried(member, "567", 100.0) for _ in range(9)] == [False] * 9
    assert tried(member, "4567", 101.0) is True


def test_twenty_guesses_at_once_are_twenty(member: Town) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda at: tried(member, f"00{at:02}", 100.0), range(20)))
    assert (answers.count(False), answers.count(None)) == (WRONG_MAX, 15)
