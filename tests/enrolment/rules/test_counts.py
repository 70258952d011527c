"""Rules that count: each trips at its threshold, and not before."""

from __future__ import annotations

from sqlalchemy import update

from sms_service.config import Rules
from sms_service.store.tables import area
from tests.enrolment.rules.conftest import NOON, Desk
from tests.town import ENROLER, Town

HOUR, DAY = 3_600.0, 86_400.0


def mobile(number: int) -> str:
    """Numbers that are not in a row."""
    return f"+9198{70_000_000 + 101 * number}"


def test_too_many_the_twenty_first_in_an_hour_is_held(desk: Desk) -> None:
    outcomes = [desk.enters(mobile(n), NOON + n, name=f"A{'b' * n}").outcome for n in range(21)]
    assert outcomes == ["saved"] * 20 + ["held"]
    assert desk.held() == [("too_many", "21 entries in an hour, 20 may be")]


def test_too_many_twenty_an_hour_are_as_many_as_one_can_enter(desk: Desk) -> None:
    outcomes = [desk.enters(mobile(n), NOON + n * (HOUR / 20)).outcome for n in range(30)]
    assert outcomes == ["saved"] * 30


def test_too_many_in_a_day(any_town: Town) -> None:
    desk = Desk(any_town, Rules(entries_day=3))
    assert [desk.enters(mobile(n), NOON + n * 2 * HOUR).outcome for n in range(4)] == ["saved"] * 3 + ["held"]
    assert desk.enters(mobile(9), NOON + DAY + HOUR * 4).outcome == "saved", "those of yesterday count no more"
    assert desk.held() == [("too_many", "4 entries in a day, 3 may be")]


def test_too_many_0_turns_it_off(any_town: Town) -> None:
    desk = Desk(any_town, Rules(entries_hour=0, entries_day=0))
    assert {desk.enters(mobile(n)).outcome for n in range(25)} == {"saved"}


def test_booth_full_the_next_after_the_target_is_held(any_town: Town) -> None:
    with any_town.service.engine.begin() as conn:
        conn.execute(update(area).where(area.c.code == "JH-N-RAN-KAN-12").values(target=2))
    desk = Desk(any_town)
    assert [desk.enters(mobile(n)).outcome for n in range(3)] == ["saved", "saved", "held"]
    assert desk.held() == [("booth_full", "3 in this booth, 2 may be")]
    assert desk.enters(mobile(7), booth="13").outcome == "saved"


def test_booth_full_without_a_target_the_setting_counts(any_town: Town) -> None:
    with any_town.service.engine.begin() as conn:
        conn.execute(update(area).values(target=0))
    desk = Desk(any_town, Rules(booth_roll=1))
    assert [desk.enters(mobile(n)).outcome for n in range(2)] == ["saved", "held"]


def test_sequence_the_third_number_in_a_row_is_held(desk: Desk) -> None:
    numbers = ("+919876543210", "+919876543212", "+919876543211")
    assert [desk.enters(number).outcome for number in numbers] == ["saved", "saved", "held"]
    assert desk.held() == [("sequence", "3 phone numbers in a row")]


def test_sequence_two_neighbours_others_and_those_of_last_week_are_no_row(desk: Desk) -> None:
    near, far, others = "+919876543213", "+919876543220", "+919876543211"
    assert desk.enters("+919876543210", NOON - 2 * DAY).outcome == "saved"
    assert desk.enters(others, by="+919800000003").outcome == "saved"
    assert [desk.enters(number, by=ENROLER).outcome for number in (near, far, "+919876543212")] == ["saved"] * 3
