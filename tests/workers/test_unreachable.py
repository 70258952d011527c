"""Texts that fail because of the number: counted once a day; after the fifth it is left alone, the enroler told once."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select, update
from typer.testing import CliRunner

from sms_service.channels.base import Accepted, DeliveryReport
from sms_service.cli import app
from sms_service.faults import Broken
from sms_service.reports import take_report
from sms_service.store import claims, people, reach
from sms_service.store import outbox as store
from sms_service.store.tables import outbox, person, registration
from tests.town import ENTRY, MEMBER, Town
from tests.workers.conftest import Clock
from workers import deliver, sweep, unreachable

DAY = 86_400.0
PHONE = "+14155550123"


@pytest.fixture(autouse=True)
def at_noon(clock: Clock) -> None:
    """A day of UTC is counted: none shall end in the middle of a test."""
    clock.now += DAY - clock.now % DAY + DAY / 2


@pytest.fixture
def known(impatient: Town) -> Town:
    """Somebody who wrote once by Twilio, and was answered."""
    impatient.phone(PHONE, by="twilio").texts("HELP")
    return impatient


def her(town: Town) -> Any:
    """The row of whoever wrote by Twilio."""
    [row] = [row for row in town.rows(person) if row.channel == "twilio"]
    return row


def write_to_her(town: Town, clock: Clock) -> Any:
    """Something that she does not await is sent to her; the row that it is then."""
    somebody = her(town)
    with town.service.engine.begin() as conn:
        key = town.service.keys.person_key(somebody.wrapped_key)
        turn_no = conn.execute(select(func.max(outbox.c.turn_no))).scalar_one() + 1000
        ref = f"r{turn_no}"
        row = {"ref": ref, "person_id": somebody.id, "turn_no": turn_no, "channel": "twilio", "flow": "news"}
        text = {"text_sealed": key.encrypt("outbox.text", "News"), "to_stopped": False}
        store.add(conn, {**row, **text, "due_at": clock.now, "created_at": clock.now})
    deliver.send_due(town.service, 10)
    return town.rows(outbox)[-1]


def fails_for_days(town: Town, clock: Clock, days: int, word: str = "refuse-21614") -> None:
    town.twilio.behave(word)
    for _ in range(days):
        clock.pass_(DAY)
        write_to_her(town, clock)
    town.twilio.behave("ok")


def test_after_the_fifth_day_it_is_left_alone(known: Town, clock: Clock) -> None:
    fails_for_days(known, clock, 5)
    asked = len(known.twilio.requests)
    clock.pass_(DAY)
    row = write_to_her(known, clock)
    assert (row.status, row.reason, row.attempts) == ("unreachable", "texts to this number failed on 5 days", 0)
    assert len(known.twilio.requests) == asked, "the gateway is not asked"


def test_until_then_it_is_tried(known: Town, clock: Clock) -> None:
    fails_for_days(known, clock, 4)
    clock.pass_(DAY)
    assert write_to_her(known, clock).status == "sent"


def test_a_day_counts_once(known: Town, clock: Clock) -> None:
    known.twilio.behave("refuse-21211")
    for _ in range(7):
        write_to_her(known, clock)
    assert her(known).failed_days == 1


@pytest.mark.parametrize("word", ["refuse-21408", "refuse-21612", "refuse-30007", "401", "429", "500"])
def test_a_fault_of_ours_or_the_gateways_does_not_count(known: Town, clock: Clock, word: str) -> None:
    known.twilio.behave(word)
    write_to_her(known, clock)
    assert her(known).failed_days is None


def test_a_text_that_cannot_be_decrypted_does_not_count(known: Town, clock: Clock) -> None:
    with known.service.engine.begin() as conn:
        values = {"status": "queued", "text_sealed": b"damaged", "due_at": clock.now}
        conn.execute(update(outbox).values(values))
    deliver.send_due(known.service, 10)
    assert (known.rows(outbox)[-1].status, her(known).failed_days) == ("failed", None)


# --- reports ------------------------------------------------------------------------------------------------------


def reported(town: Town, clock: Clock, row: Any, word: str, **values: Any) -> None:
    status = {"undelivered": "failed", "delivered": "delivered"}[word]
    report = {"channel": "twilio", "gateway_id": row.gateway_id, "ref": row.ref, "phone": "", "word": word}
    with town.service.engine.begin() as conn:
        said = DeliveryReport(**{**report, "status": status, **values})
        take_report(conn, town.service.keys, said, clock.now)


def test_a_report_that_it_failed_because_of_the_number_counts(known: Town) -> None:
    [message] = known.twilio.accepted
    known.twilio.report(message, "undelivered", error="30003")
    assert her(known).failed_days == 1


def test_what_goes_anew_counts_at_its_first_report_and_no_more_that_day(known: Town, clock: Clock) -> None:
    for _ in range(4):
        known.twilio.report(known.twilio.accepted[-1], "undelivered", error="30003")
        clock.now = max(clock.now, known.rows(outbox)[-1].due_at)
        deliver.send_due(known.service, 10)
    assert (known.rows(outbox)[-1].status, known.rows(outbox)[-1].repeats) == ("failed", 3)
    assert her(known).failed_days == 1


def test_a_report_that_it_failed_for_another_reason_does_not(known: Town) -> None:
    [message] = known.twilio.accepted
    known.twilio.report(message, "undelivered", error="30007")
    assert her(known).failed_days is None


def test_a_report_that_is_repeated_on_another_day_counts_once(known: Town, clock: Clock) -> None:
    row = known.rows(outbox)[-1]
    for _ in range(3):
        reported(known, clock, row, "undelivered", number_failed=True)
        clock.pass_(DAY)
    assert her(known).failed_days == 1


def test_a_report_that_overtook_the_gateways_answer_counts(known: Town, clock: Clock) -> None:
    report = {"channel": "twilio", "ref": "", "phone": "", "word": "undelivered", "status": "failed"}
    with known.service.engine.begin() as conn:
        said = DeliveryReport(**report, gateway_id="SM77", number_failed=True)  # type: ignore[arg-type]
        assert not take_report(conn, known.service.keys, said, clock.now)
    row = known.rows(outbox)[-1]
    with known.service.engine.begin() as conn:
        conn.execute(update(outbox).values(status="queued", gateway_id="", due_at=clock.now))
        claimed = claims.claim(conn, known.service.keys, clock.now, 60)
    assert claimed
    deliver.settle(known.service, claimed, Accepted("SM77"))
    assert (known.rows(outbox)[-1].status, her(known).failed_days, row.id) == ("failed", 1, claimed.id)


def test_any_delivery_begins_anew(known: Town, clock: Clock) -> None:
    fails_for_days(known, clock, 4)
    clock.pass_(DAY)
    row = write_to_her(known, clock)
    reported(known, clock, row, "delivered")
    somebody = her(known)
    assert (somebody.failed_days, somebody.failed_at, somebody.unreachable_at) == (None, None, None)


# --- she writes ---------------------------------------------------------------------------------------------------


def test_any_message_from_her_begins_anew_and_is_answered(known: Town, clock: Clock) -> None:
    fails_for_days(known, clock, 6)
    phone = known.phone(PHONE, by="twilio")
    before = len(phone.heard)
    clock.pass_(DAY)
    phone.texts("HELP")
    assert her(known).failed_days is None
    assert len(phone.heard) == before + 1
    assert write_to_her(known, clock).status == "sent"


def test_an_answer_is_sent_though_the_number_is_given_up_before_it_leaves(known: Town, clock: Clock) -> None:
    phone = known.phone(PHONE, by="twilio")
    before = len(phone.heard)
    phone.sends("HELP")
    with known.service.engine.begin() as conn:
        conn.execute(update(person).values(failed_days=5, failed_at=clock.now))
    deliver.send_due(known.service, 10)
    assert len(phone.heard) == before + 1


def test_whoever_is_forgotten_leaves_no_count(known: Town, clock: Clock) -> None:
    fails_for_days(known, clock, 2)
    with known.service.engine.begin() as conn:
        people.destroy_key(conn, her(known).id, clock.now, block=False)
    [row] = [row for row in known.rows(person) if row.wrapped_key is None]
    assert (row.failed_days, row.failed_at, row.unreachable_at) == (None, None, None)


# --- the office ---------------------------------------------------------------------------------------------------


@pytest.fixture
def office(known: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Town:
    """A text that was not sent, and the settings of the service in the environment."""
    for name, value in known.environment.items():
        monkeypatch.setenv(name, value)
    fails_for_days(known, clock, 6)
    return known


def test_the_office_sees_what_was_not_sent(office: Town) -> None:
    shown = json.loads(CliRunner().invoke(app, ["outbox", "list", "--json"]).stdout)
    assert [(one["status"], one["reason"]) for one in shown] == [
        ("unreachable", "texts to this number failed on 5 days")
    ]


def test_what_the_office_releases_is_tried_anew(office: Town) -> None:
    [row] = [row for row in office.rows(outbox) if row.status == "unreachable"]
    assert CliRunner().invoke(app, ["outbox", "release", row.ref]).exit_code == 0
    assert her(office).failed_days is None
    office.work()
    assert {one.status for one in office.rows(outbox) if one.ref == row.ref} == {"sent"}


def test_what_the_office_drops_stays_so(office: Town) -> None:
    [row] = [row for row in office.rows(outbox) if row.status == "unreachable"]
    assert CliRunner().invoke(app, ["outbox", "drop", row.ref]).exit_code == 0
    assert her(office).failed_days == 5


def test_by_a_setting_no_number_is_left_alone(known: Town, clock: Clock) -> None:
    never = known.config.outbox.model_copy(update={"failed_days": 0})
    known.service = replace(known.service, config=known.config.model_copy(update={"outbox": never}))
    fails_for_days(known, clock, 9)
    clock.pass_(DAY)
    assert write_to_her(known, clock).status == "sent"
    unreachable.tell_enrolers(known.service)
    assert her(known).unreachable_at is None


# --- the enroler --------------------------------------------------------------------------------------------------


def given_up(town: Town, clock: Clock) -> None:
    """Texts to the member have failed on five days."""
    with town.service.engine.begin() as conn:
        somebody = people.by_phone(conn, town.service.keys, MEMBER)
        assert somebody
        for _ in range(5):
            clock.pass_(DAY)
            reach.failed(conn, somebody.id, clock.now)


def test_the_enroler_is_told_once(town: Town, clock: Clock) -> None:
    town.enroler.texts(ENTRY)
    assert len(town.enroler.news) == 1
    given_up(town, clock)
    unreachable.tell_enrolers(town.service)
    town.work()
    [told] = town.enroler.news
    assert told == (
        f"{town.rows(registration)[0].ref} (Ram): our SMS do not reach this number, so we stop. "
        "If it works, they can text us. If it is wrong, enter the right one."
    )
    sweep.sweep(town.service)
    with town.service.engine.begin() as conn:
        conn.execute(update(person).values(failed_days=None, failed_at=None, unreachable_at=None))
    given_up(town, clock)
    unreachable.tell_enrolers(town.service)
    town.work()
    assert town.enroler.news == []


def test_the_sweeper_does_it(town: Town, clock: Clock) -> None:
    town.enroler.texts(ENTRY)
    given_up(town, clock)
    sweep.sweep(town.service)
    town.work()
    assert any("do not reach this number" in one for one in town.enroler.heard)


@pytest.mark.parametrize("status", ["refused", "wrong_number", "deleted", "returned"])
def test_of_an_entry_that_is_over_nothing_is_told(town: Town, clock: Clock, status: str) -> None:
    town.enroler.texts(ENTRY)
    with town.service.engine.begin() as conn:
        conn.execute(update(registration).values(status=status))
    given_up(town, clock)
    unreachable.tell_enrolers(town.service)
    town.work()
    assert len(town.enroler.heard) == 1


def test_whoever_entered_herself_has_no_enroler(town: Town, clock: Clock) -> None:
    town.enroler.texts(ENTRY)
    with town.service.engine.begin() as conn:
        conn.execute(update(registration).values(enroler_id=None))
    given_up(town, clock)
    unreachable.tell_enrolers(town.service)
    town.work()
    assert len(town.enroler.heard) == 1


def test_a_flow_that_breaks_is_told_in_the_log_and_stands_before_nobody(
    town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    town.enroler.texts(ENTRY)
    given_up(town, clock)

    def broken(*_: object) -> None:
        raise Broken("it leads nowhere", "unreachable", "v", "tell")

    monkeypatch.setattr(town.service.turns, "start", broken)
    with caplog.at_level(logging.ERROR):
        unreachable.tell_enrolers(town.service)
        unreachable.tell_enrolers(town.service)
    assert caplog.text.count("flow unreachable, state tell: it leads nowhere; an enroler is not told of a number") == 1
