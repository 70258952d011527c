"""People who never were anything to us - who texted once, rang, or got somebody else's question - do not stay for ever."""

from __future__ import annotations

import time
from typing import Any

import pytest

from sms_service.enrolment import came_to_nothing
from sms_service.store.tables import erasure, moved_registration, person, registration, search
from tests.enrolment.test_effects_calling import rings
from tests.enrolment.test_erasure import DAY, ENTERED, ZEBULON, days_pass, gone, her, left_of_her, readable, sweep
from tests.test_nothing_personal_leaks import found as found_in
from tests.town import MEMBER, Town
from tests.workers.conftest import Clock, clock
from workers import erase

__all__ = ["clock"]

BYSTANDER = "+919811112345"
MISTYPED = "REG 9811112345 ZQX7654321 12 Zebulon Quixworth"


def enters_a_wrong_number_and_mends_it(town: Town) -> None:
    town.enroler.texts(MISTYPED)
    [entered] = town.rows(registration)
    town.enroler.texts(f"FIX {entered.ref} 9876512347")
    assert her(town, ZEBULON).id != entered.person_id
    assert [row.person_id for row in town.rows(moved_registration)] == [entered.person_id]


# --- a number that was typed wrongly ------------------------------------------------------------------------------


def test_who_is_forgotten_is_looked_for_where_her_question_went_by_mistake(any_town: Town, clock: Clock) -> None:
    town = any_town
    enters_a_wrong_number_and_mends_it(town)
    for text in ("1", "FORGET", "1"):
        town.phone(ZEBULON).texts(text)
    assert left_of_her(town), "with whoever has the wrong number"

    clock.now = time.time() + 1
    for _ in range(2):
        sweep(town, clock)

    assert left_of_her(town) == []
    assert (town.rows(erasure), town.rows(search)) == ([], [])
    assert not gone(town, her(town, BYSTANDER)), "whose number it is stays, with texts of her own"


def test_whoever_has_the_wrong_number_is_erased_with_what_was_said_of_it(any_town: Town, clock: Clock) -> None:
    town = any_town
    enters_a_wrong_number_and_mends_it(town)
    bystander = her(town, BYSTANDER)
    town.phone(ZEBULON).texts("1")
    days_pass(town, clock, 6.9)
    assert not gone(town, bystander)

    days_pass(town, clock, 0.3)
    sweep(town, clock)

    assert gone(town, bystander)
    assert [text[:200] for text in readable(town) if found_in(text, ["811112345"])] == []
    assert town.rows(moved_registration) == []
    assert [row.status for row in town.rows(registration)] == ["confirmed"]


def test_who_forgets_herself_there_is_found_in_the_texts_of_the_enroler(town: Town, clock: Clock) -> None:
    enters_a_wrong_number_and_mends_it(town)
    for text in ("FORGET", "1"):
        town.phone(BYSTANDER).texts(text)
    clock.now = time.time() + 1
    sweep(town, clock)
    assert [text[:200] for text in readable(town) if found_in(text, ["811112345"])] == []
    assert her(town, ZEBULON), "whose registration it is now stays"


# --- strangers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "texts", [["hello who is this"], ["JOIN"], ["JOIN", "Zebulon"], ["HELP"], ["NEWS", "1", "NEWS", "1"]]
)
def test_who_is_nothing_to_us_is_erased_after_a_week_of_silence(town: Town, clock: Clock, texts: list[str]) -> None:
    for text in texts:
        town.phone(ZEBULON).texts(text)
    whom = her(town, ZEBULON)
    for _ in range(6):
        days_pass(town, clock, 1)
    assert not gone(town, whom)
    for _ in range(12):  # the questions of a dialogue end first, and are the last that she heard
        days_pass(town, clock, 1)
    sweep(town, clock)
    assert gone(town, whom)
    assert left_of_her(town) == []


def test_who_only_rang_is_erased_too(town: Town, clock: Clock) -> None:
    rings(town, ZEBULON)
    whom = her(town, ZEBULON)
    for _ in range(18):
        days_pass(town, clock, 1)
    assert gone(town, whom)


def test_who_only_gets_our_news_stays(town: Town, clock: Clock) -> None:
    for text in ("NEWS", "1"):
        town.phone(ZEBULON).texts(text)
    days_pass(town, clock, 30)
    assert not gone(town, her(town, ZEBULON))


def strangers(town: Town, limit: int = 10) -> list[int]:
    """All who would be looked at as such, window by window."""
    found: list[int] = []
    place = came_to_nothing.Place(came_to_nothing.END, came_to_nothing.END)
    while not place.ended:
        with town.service.reads.begin() as conn:
            more, place = came_to_nothing.candidates(conn, place, time.time() + DAY, limit)
        found += more
    return found


@pytest.mark.parametrize(("window", "limit"), [(1, 10), (2, 10), (10_000, 1), (10_000, 10)])
def test_all_are_looked_at_a_window_at_a_time(
    town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch, window: int, limit: int
) -> None:
    """Members, enrolers, and whoever is being asked, are none of them."""
    town.enrols()
    town.enroler.texts(ENTERED)
    phones = [f"+91981111234{last}" for last in range(5)]
    for phone in phones:
        town.phone(phone).texts("hello")
    monkeypatch.setattr(came_to_nothing, "WINDOW", window)
    assert strangers(town, limit) == [her(town, phone).id for phone in phones]
    assert her(town, MEMBER).id < her(town, phones[0]).id


def test_one_who_cannot_be_erased_does_not_keep_the_others(town: Town, clock: Clock) -> None:
    damaged, other = "+919811112340", "+919811112341"
    for phone in (damaged, other):
        town.phone(phone).texts("hello")
    whom, another = her(town, damaged), her(town, other)
    with town.service.engine.begin() as conn:
        broken: dict[str, Any] = {"wrapped_key": b"\x01" + bytes(60)}
        conn.execute(person.update().where(person.c.id == whom.id).values(broken))
    days_pass(town, clock, 8)
    assert (gone(town, whom), gone(town, another)) == (False, True)
    assert erase._seen.rests_since, "all were looked at"


def test_what_was_entered_and_cannot_be_opened_does_not_keep_her_here(town: Town, clock: Clock) -> None:
    town.enroler.texts(ENTERED)
    town.phone(ZEBULON).texts("NO")
    whom = her(town, ZEBULON)
    with town.service.engine.begin() as conn:
        conn.execute(registration.update().values(fields_sealed=b"\x01" + bytes(60)))
    days_pass(town, clock, 8)
    sweep(town, clock)
    assert gone(town, whom)
    assert left_of_her(town) == []
