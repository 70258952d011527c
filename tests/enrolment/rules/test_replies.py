"""Rules on replies: each trips, and just does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import update

from sms_service.store.tables import enroler, hold, member, registration
from tests.town import Town, TownPhone

NUMBERS = ("9811111111", "9822222222", "9833333333")


def entered(town: Town) -> list[TownPhone]:
    """Three people are entered by one enroler, and asked."""
    for n, number in enumerate(NUMBERS):
        town.enroler.texts(f"REG {number} ABC100000{n} 12 Ram Kumar")
    return [town.phone(f"+91{number}") for number in NUMBERS]


def found(town: Town) -> list[tuple[int, str]]:
    return [(row.registration_id, row.rule) for row in town.rows(hold)]


def test_identical_replies_the_third_phone_with_one_text_is_noted(ruled: Callable[..., Town]) -> None:
    town = ruled(identical_seconds=3600)
    for phone, text in zip(entered(town), ("Yes", "yes!", "YES"), strict=True):
        phone.texts(text)
    assert found(town) == [(3, "identical_replies")]
    assert [row.detail for row in town.rows(hold)] == ["3 phones with one text in 3600 seconds"]
    assert len(town.rows(member)) == 3, "her yes stands"


def test_identical_replies_different_words_are_nothing_odd(ruled: Callable[..., Town]) -> None:
    town = ruled(identical_seconds=3600)
    for phone, text in zip(entered(town), ("1", "yes", "1"), strict=True):
        phone.texts(text)
    assert found(town) == []


def test_identical_replies_before_those_seconds_do_not_count(ruled: Callable[..., Town]) -> None:
    town = ruled(identical_seconds=0.000001)
    for phone in entered(town):
        phone.texts("1")
    assert found(town) == []


def test_identical_replies_to_entries_that_waited_for_weeks_count(ruled: Callable[..., Town]) -> None:
    town = ruled(identical_seconds=3600)
    phones = entered(town)
    entered_weeks_ago(town)
    for phone in phones:
        phone.texts("1")
    assert found(town) == [(3, "identical_replies")]


def entered_weeks_ago(town: Town) -> None:
    """As if a rule had held all of them, and the office had freed them only now."""
    with town.service.engine.begin() as conn:
        conn.execute(update(registration).values(created_at=registration.c.created_at - 20 * 86_400))


def test_same_minute_when_nearly_all_reply_at_once_it_is_noted(ruled: Callable[..., Town]) -> None:
    town = ruled(same_minute_replies=2, identical_replies=0)
    phones = entered(town)
    phones[0].texts("1")
    assert found(town) == []
    phones[1].texts("1")
    assert found(town) == [(2, "same_minute")]
    assert [row.detail for row in town.rows(hold)] == ["2 of 2 replied within a minute"]


def test_same_minute_people_who_take_their_time_are_nothing_odd(ruled: Callable[..., Town]) -> None:
    town = ruled(same_minute_replies=2, identical_replies=0)
    phones = entered(town)
    with town.service.engine.begin() as conn:
        conn.execute(update(registration).values(created_at=registration.c.created_at - 61))
    phones[0].texts("1")
    phones[1].texts("1")
    assert found(town) == []


def test_same_minute_speaks_up_about_members_only(ruled: Callable[..., Town]) -> None:
    town = ruled(same_minute_replies=2, identical_replies=0, wrong_numbers=0)
    for phone, text in zip(entered(town), ("1", "yes", "wrong number"), strict=True):
        phone.texts(text)
    assert found(town) == [(2, "same_minute")]


def test_wrong_numbers_suspend_the_enroler(ruled: Callable[..., Town]) -> None:
    town = ruled(wrong_numbers=2)
    phones = entered(town)
    phones[0].texts("wrong number")
    assert {row.status for row in town.rows(enroler)} == {"activated"}
    phones[1].texts("wrong number")

    held = [row.hold_reason for row in town.rows(enroler) if row.status == "held"]
    assert held == ["2 wrong numbers in 7 days"]
    assert found(town) == [(2, "wrong_numbers")]
    town.enroler.texts("REG 9844444444 ABC1000009 12 Ram Kumar")
    assert "your phone is on hold" in town.enroler.last
    assert len(town.rows(registration)) == 3


@pytest.mark.parametrize("text", ["3", "no"])
def test_wrong_numbers_are_not_refusals(ruled: Callable[..., Town], text: str) -> None:
    town = ruled(wrong_numbers=2)
    for phone in entered(town):
        phone.texts(text)
    assert {row.status for row in town.rows(enroler)} == {"activated"}


def test_wrong_numbers_of_last_month_are_forgotten(ruled: Callable[..., Town]) -> None:
    town = ruled(wrong_numbers=2)
    phones = entered(town)
    phones[0].texts("wrong number")
    with town.service.engine.begin() as conn:
        month = 30 * 86_400
        old = registration.c.status == "wrong_number"
        conn.execute(update(registration).where(old).values(decided_at=registration.c.decided_at - month))
    phones[1].texts("wrong number")
    assert {row.status for row in town.rows(enroler)} == {"activated"}


def test_wrong_numbers_on_entries_that_waited_for_weeks_count(ruled: Callable[..., Town]) -> None:
    town = ruled(wrong_numbers=2)
    phones = entered(town)
    entered_weeks_ago(town)
    for phone in phones[:2]:
        phone.texts("wrong number")
    assert "held" in {row.status for row in town.rows(enroler)}
