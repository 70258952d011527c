"""Quiet hours at work: at night nobody is woken, and nobody who writes waits. All in the time of India."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sms_service import quiet
from sms_service.channels.base import Outbound, Refused
from sms_service.engine.model import Inbound
from sms_service.store.tables import outbox, registration
from tests.conftest import KEY
from tests.gateways import AfricasTalking, Twilio
from tests.town import ENROLER, ENTRY, MEMBER, Town
from tests.workers.conftest import Clock
from tests.workers.test_sent_anew import calls, remind
from workers import deliver

HOUR = 3600.0


def at(clock: str, day: int = 24) -> float:
    hour, _, minute = clock.partition(":")
    return datetime(2027, 11, day, int(hour), int(minute), tzinfo=ZoneInfo("Asia/Kolkata")).timestamp()


@pytest.fixture
def town(tmp_path: Path, valkey_url: str, twilio: Twilio, africastalking: AfricasTalking) -> Iterator[Town]:
    """The service, with quiet hours also where nobody is woken."""
    settings = {"DATA_DIR": str(tmp_path), "REDIS_URL": valkey_url, "PRIVACY__KEY": KEY, "QUIET_HOURS__LOCAL": "true"}
    with Town(settings, twilio, africastalking) as made:
        yield made


def says(town: Town, clock: Clock, phone: str, text: str) -> None:
    """Somebody sends an SMS, at the time that the clock shows; then the workers work."""
    town.service.turns.handle(
        Inbound(
            channel="handset", id=uuid.uuid4().hex, kind="sms", phone=phone, to="", text=text, received_at=clock.now
        )
    )
    town.work()


def busy(message: Outbound) -> Refused:
    return Refused("busy", again=True, after=300.0)


def hours_pass(town: Town, clock: Clock, until: float) -> None:
    """The sweeper and the workers go on, hour by hour."""
    while clock.now < until:
        clock.now = min(clock.now + HOUR, until)
        town.sweep()
        town.work()


def test_by_day_the_question_leaves_at_once(town: Town, clock: Clock) -> None:
    clock.now = at("20:59")
    says(town, clock, ENROLER, ENTRY)
    assert len(town.member.news) == 1


def test_at_night_it_waits_for_the_morning_and_the_enroler_is_answered(town: Town, clock: Clock) -> None:
    clock.now = at("22:30")
    says(town, clock, ENROLER, ENTRY)
    assert len(town.enroler.news) == 1
    assert town.member.heard == []
    [waits] = [row for row in town.rows(outbox) if row.flow == "confirm"]
    assert (waits.status, waits.due_at, waits.attempts) == ("queued", at("08:00", 25), 0)

    hours_pass(town, clock, at("07:59", 25))
    assert town.member.heard == []
    hours_pass(town, clock, at("08:00", 25))
    assert len(town.member.heard) == 1


def test_whoever_says_yes_at_night_has_her_card_at_once(town: Town, clock: Clock) -> None:
    clock.now = at("20:50")
    says(town, clock, ENROLER, ENTRY)
    clock.now = at("23:10")
    says(town, clock, MEMBER, "1")
    assert "You are a member of XYZ" in town.member.heard[1]
    assert "/card/?" in town.member.heard[2]


def test_whoever_writes_is_awake_and_gets_first_what_waited(town: Town, clock: Clock) -> None:
    clock.now = at("22:30")
    says(town, clock, ENROLER, ENTRY)
    clock.now = at("23:45")
    says(town, clock, MEMBER, "LANG EN")
    question, *answer = town.member.heard
    assert "entered you as Ram Kumar" in question
    assert answer, "and her answer is not kept back by it"


def test_nor_by_a_question_that_was_refused_once_by_day(
    town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.now = at("20:59")
    with monkeypatch.context() as off:
        off.setattr(town.service.channels["handset"], "send", busy)
        says(town, clock, ENROLER, ENTRY)
    hours_pass(town, clock, at("22:00"))
    [waits] = [row for row in town.rows(outbox) if row.flow == "confirm"]
    assert (waits.status, waits.due_at, waits.attempts, waits.put_off) == ("queued", at("08:00", 25), 1, True)
    clock.now = at("22:30")
    says(town, clock, MEMBER, "HELP")
    question, *answer = town.member.heard
    assert "entered you as Ram Kumar" in question
    assert answer, "she wrote, and hears"
    assert [row.put_off for row in town.rows(outbox) if row.flow == "confirm"] == [None]


@pytest.mark.parametrize("hour", ["12:00", "22:30"])
def test_an_answer_does_not_wait_behind_a_question_that_is_to_be_tried_again(
    town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch, hour: str
) -> None:
    clock.now = at(hour) - 60
    with monkeypatch.context() as off:
        off.setattr(quiet, "night_ends", lambda *_: None)
        off.setattr(town.service.channels["handset"], "send", busy)
        says(town, clock, ENROLER, ENTRY)
    clock.now = at(hour)
    says(town, clock, MEMBER, "HELP")
    assert len(town.member.heard) == 1
    clock.now = at(hour) + 20 * 60  # its turn comes; she wrote not long ago, so also at night
    town.work()
    assert len(town.member.heard) == 2


def test_a_stop_at_night_is_answered_behind_a_question_that_was_refused(
    town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.now = at("20:59")
    with monkeypatch.context() as off:
        off.delitem(town.service.channels, "handset")
        says(town, clock, ENROLER, ENTRY)
    hours_pass(town, clock, at("22:00"))
    says(town, clock, MEMBER, "STOP")
    [only] = town.member.heard
    assert "START" in only


def test_a_stop_at_night_ends_what_waits(town: Town, clock: Clock) -> None:
    clock.now = at("22:30")
    says(town, clock, ENROLER, ENTRY)
    says(town, clock, MEMBER, "STOP")
    hours_pass(town, clock, at("09:00", 25))
    [only] = town.member.heard
    assert "START" in only
    assert [row.status for row in town.rows(outbox) if row.flow == "confirm"] == ["dropped"]


def test_what_was_to_leave_by_day_and_could_not_does_not_leave_at_night(
    town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.now = at("20:59")
    with monkeypatch.context() as off:
        off.delitem(town.service.channels, "handset")
        says(town, clock, ENROLER, ENTRY)
    hours_pass(town, clock, at("07:59", 25))
    assert (len(town.enroler.heard), len(town.member.heard)) == (1, 0)
    hours_pass(town, clock, at("08:00", 25))
    assert len(town.member.heard) == 1


def test_a_reminder_comes_once_and_by_day(town: Town, clock: Clock) -> None:
    clock.now = at("22:30")
    says(town, clock, ENROLER, ENTRY)
    hours_pass(town, clock, at("22:00", 25))
    assert len(town.member.news) == 1
    hours_pass(town, clock, at("07:59", 26))
    assert town.member.news == [], "a day has passed since it was written, and not since she got it"
    hours_pass(town, clock, at("09:00", 26))
    [reminder] = town.member.news
    assert "Right and I join: 1" in reminder
    hours_pass(town, clock, at("09:00", 30))
    assert town.member.news == []


def test_the_expiry_comes_also_where_the_question_was_never_delivered(
    town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.now = at("22:30", 1)
    says(town, clock, ENROLER, ENTRY)
    with monkeypatch.context() as off:
        off.delitem(town.service.channels, "handset")
        hours_pass(town, clock, at("21:00", 8))
        assert [row.status for row in town.rows(registration)] == ["waiting"]
        hours_pass(town, clock, at("22:30", 8))
        assert [row.status for row in town.rows(registration)] == ["expired"]
    hours_pass(town, clock, at("12:00", 9))
    assert town.member.heard == []


def test_a_question_that_expired_while_all_of_us_stood_still_does_not_leave(town: Town, clock: Clock) -> None:
    clock.now = at("22:30", 1)
    says(town, clock, ENROLER, ENTRY)
    clock.now = at("12:00", 9)
    town.sweep()
    town.work()
    assert [row.status for row in town.rows(registration)] == ["expired"]
    assert town.member.heard == []
    assert [row.status for row in town.rows(outbox) if row.flow == "confirm"] == ["dropped"]


def test_a_night_costs_each_message_one_look(town: Town, clock: Clock) -> None:
    clock.now = at("22:30")
    says(town, clock, ENROLER, ENTRY)
    assert deliver.send_due(town.service, 100) == 0


def test_of_equal_texts_those_leave_together_whose_people_are_awake(town: Town, clock: Clock) -> None:
    clock.now = at("22:00")  # half past seven in Kenya
    remind(town, 2)
    remind(town, 2, before="+9198000")
    town.work()
    assert calls(town) == [2]
    assert [row.status for row in town.rows(outbox)] == ["sent", "sent", "queued", "queued"]
    clock.now = at("08:00", day=25)
    town.work()
    assert calls(town) == [2, 2]


def test_what_nobody_awaits_does_not_go_anew_at_night(town: Town, clock: Clock) -> None:
    clock.now = at("20:55")
    remind(town, 1, before="+9198000")
    town.work()
    town.africastalking.report(town.africastalking.accepted[-1], "Failed", "DeliveryFailure")
    clock.now = at("21:30")
    town.work()
    [row] = town.rows(outbox)
    assert (row.status, row.repeats, row.due_at) == ("queued", 1, at("08:00", day=25))
    assert calls(town) == [1]
