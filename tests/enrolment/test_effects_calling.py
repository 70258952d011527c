"""A missed call: kept beside the one registration that waits, asked again once a day, and never a consent."""

from __future__ import annotations

import time
import uuid
from typing import Any

import pytest

from sms_service.engine.model import DAY, Inbound
from sms_service.enrolment import calls as listed_calls
from sms_service.store.tables import consent, missed_call, person, registration, timer
from tests.town import ENTRY, MEMBER, Town

SITA = "+919876511111"


def rings(town: Town, phone: str = MEMBER, days: float = 0, id_: str = "") -> None:
    """A missed call, so many days ago; then the workers work."""
    now = time.time() - days * DAY
    call = Inbound(
        channel="missed-call", id=id_ or uuid.uuid4().hex, kind="sms", phone=phone, to="", text="", received_at=now,
        answer_by="handset",
    )  # fmt: skip
    town.service.turns.handle(call)
    town.work()


def calls(town: Town) -> list[tuple[int | None, bool]]:
    """What is kept of calls: the registration that each stands beside, and whether it was answered."""
    return [(row.registration_id, row.answered) for row in town.rows(missed_call)]


def test_take_missed_call_invited_is_asked_again_and_is_no_member_by_it(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    [question] = any_town.member.news
    rings(any_town)
    assert any_town.member.news == [question]
    [waits] = any_town.rows(registration)
    assert waits.status == "waiting"
    assert any_town.rows(consent) == []
    assert calls(any_town) == [(waits.id, True)]

    any_town.member.texts("1")
    assert any_town.member.news[0].startswith("You are a member of XYZ.")
    [row] = any_town.rows(consent)
    assert row.channel == "handset", "what counts is her text, not the call"


def test_take_missed_call_invited_once_a_day(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    question = any_town.member.last
    for days in (1.2, 1.1, 0.3, 0.15, 0):
        rings(any_town, days=days)
    assert any_town.member.heard == [question] * 3, "when she was entered, and twice since"
    assert [answered for _, answered in calls(any_town)] == [True, False, False, True, False]


def test_take_missed_call_invited_with_two_people_on_the_phone_is_evidence_for_neither(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    any_town.enroler.texts("REG 9876543210 ABC1234568 12 Gita Kumari")
    question = any_town.member.last
    rings(any_town)
    assert any_town.member.last == question
    assert calls(any_town) == [(None, True)]


def test_take_missed_call_stranger_hears_how_to_join_and_is_asked_nothing(any_town: Town) -> None:
    sita = any_town.phone(SITA)
    any_town.enroler.texts("HELP")
    rings(any_town, SITA)
    assert sita.heard == ["XYZ: you rang us. To join, send JOIN to this number. HELP tells more."]
    assert any_town.rows(timer) == [], "no dialogue is open by a call"
    sita.texts("JOIN Sita Devi ABC1234567 Kanke booth 12")
    assert "you entered yourself as Sita Devi" in sita.last
    assert calls(any_town) == [(None, True)]
    assert any_town.rows(consent) == []


def test_take_missed_call_stranger_is_reached_by_the_channel_that_answers(town: Town) -> None:
    town.enroler.texts("HELP")
    rings(town, SITA)
    assert {row.channel for row in town.rows(person)} == {"handset"}


def test_take_missed_call_member_hears_that_she_is_one_once_a_day(any_town: Town) -> None:
    any_town.enrols()
    before = any_town.member.heard
    for days in (1.2, 1.1, 0):
        rings(any_town, days=days)
    [first, second] = any_town.member.heard[len(before) :]
    assert (
        first
        == second
        == ("XYZ: you rang us. You are a member, No 0000013. CARD sends your card, LEAVE ends it, HELP tells more.")
    )
    assert any_town.rows(timer) == []


def test_calls_of_a_registration_are_its_weaker_evidence(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    rings(any_town)
    rings(any_town)
    [entered], [first, second] = any_town.rows(registration), any_town.rows(missed_call)
    with any_town.service.reads.begin() as conn:
        assert listed_calls.of_registration(conn, entered.id) == [first.at, second.at]
        assert listed_calls.of_registration(conn, entered.id + 1) == []


def test_take_missed_call_silent_for_who_sent_stop(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    any_town.member.texts("STOP")
    before = any_town.member.heard
    rings(any_town)
    assert any_town.member.heard == before
    assert calls(any_town) == [(None, False)]


def test_take_missed_call_silent_in_the_middle_of_something_else(any_town: Town) -> None:
    any_town.enroler.texts("REG 9876543210")
    asked = any_town.enroler.heard
    rings(any_town, any_town.enroler.number)
    assert any_town.enroler.heard == asked
    any_town.enroler.texts("ABC1234567 12 Ram Kumar")
    assert any_town.enroler.last.startswith("Saved ")


def test_take_missed_call_silent_while_the_office_looks_at_her(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    for text in ("perhaps so", "perhaps so"):
        any_town.member.texts(text)
    assert [row.status for row in any_town.rows(registration)] == ["held"]
    before = any_town.member.heard
    rings(any_town)
    assert any_town.member.heard == before
    assert calls(any_town)[0][1] is False


def test_a_call_that_is_reported_twice_counts_once(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    rings(any_town, id_="c1")
    rings(any_town, id_="c1")
    rings(any_town, id_="c1", days=-2)
    assert len(any_town.rows(missed_call)) == 1
    assert len(any_town.member.heard) == 2


def test_a_call_does_not_change_how_she_is_reached(town: Town) -> None:
    amina = town.phone("+254711000111", by="africastalking")
    amina.texts("HELP")
    rings(town, amina.number)
    [row] = [row for row in town.rows(person) if row.channel == "africastalking"]
    assert row.id
    assert amina.last == "XYZ: you rang us. To join, send JOIN to this number. HELP tells more."


def test_a_call_answers_nothing_that_is_open(any_town: Town) -> None:
    """Not even in the middle of mending: the first question comes again, with what is entered."""
    any_town.enroler.texts(ENTRY)
    question = any_town.member.last
    any_town.member.texts("2")
    rings(any_town)
    assert any_town.member.last == question
    any_town.member.texts("3")
    assert [row.status for row in any_town.rows(registration)] == ["refused"]


def test_what_is_kept_of_a_call_cannot_be_changed(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    rings(any_town)
    change: Any = missed_call.update().values(answered=False)
    with any_town.service.engine.begin() as conn, pytest.raises(Exception, match="rows of missed_call are evidence"):
        conn.execute(change)
