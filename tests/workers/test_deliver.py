"""Delivery: what becomes of a message in every weather that a gateway makes. No outcome is guessed, nothing goes twice."""

from __future__ import annotations

import logging
import threading
from typing import Any

import pytest
from sqlalchemy import select, update

from sms_service.channels.base import Accepted, Refused, Unknown
from sms_service.store import claims
from sms_service.store import outbox as store
from sms_service.store.bell import waiting_key
from sms_service.store.claims import Claimed
from sms_service.store.tables import outbox, person
from tests.gateways import Gateway
from tests.town import Town
from tests.workers.conftest import Clock
from workers import deliver, process

PHONES = {"twilio": "+14155550123", "africastalking": "+254711000111"}


def gateway_of(town: Town, name: str) -> Gateway:
    return {"twilio": town.twilio, "africastalking": town.africastalking}[name]


def write(town: Town, by: str) -> Gateway:
    """Somebody writes in; the answer (HELP) waits in the outbox. The gateway that will send it."""
    town.phone(PHONES[by], by=by).sends("HELP")  # type: ignore[arg-type]
    return gateway_of(town, by)


def row(town: Town) -> Any:
    [only] = town.rows(outbox)
    return only


def send(town: Town) -> int:
    return deliver.send_due(town.service, 100)


# --- accepted -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "word"),
    [("twilio", "ok"), ("twilio", "late"), ("africastalking", "ok"), ("africastalking", "late")]
    + [("africastalking", word) for word in ("status-100", "status-102", "charset", "text")],
)
def test_accepted_it_is_sent_and_named(impatient: Town, clock: Clock, by: str, word: str) -> None:
    gateway = write(impatient, by)
    gateway.behave(word, seconds=0.01)

    assert send(impatient) == 1

    [message] = gateway.accepted
    sent = row(impatient)
    assert (sent.status, sent.gateway_id, sent.sent_at, sent.attempts) == ("sent", message.id, clock.now, 1)
    assert (sent.reason, sent.lease_until) == ("", None)
    assert sent.segments >= 1
    assert message.text.startswith("XYZ: people are entered by our enrolers")
    assert send(impatient) == 0


def test_a_report_that_overtakes_the_answer_counts(impatient: Town) -> None:
    gateway = write(impatient, "twilio")
    gateway.behave("early-report")
    send(impatient)
    assert row(impatient).status == "delivered"
    assert row(impatient).gateway_id == gateway.accepted[0].id


def test_twilio_is_told_where_its_reports_are_to_go(impatient: Town) -> None:
    gateway = write(impatient, "twilio")
    send(impatient)
    [message] = gateway.accepted
    assert message.status_callback == f"{impatient.url}/hooks/twilio/status?ref={row(impatient).ref}"


# --- refused ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", PHONES)
def test_refused_for_now_it_goes_again_when_the_gateway_says(impatient: Town, clock: Clock, by: str) -> None:
    gateway = write(impatient, by)
    gateway.behave("429", times=1, retry_after=120)

    send(impatient)
    assert (row(impatient).status, row(impatient).reason) == ("queued", "429")
    assert row(impatient).due_at == clock.now + 120

    assert send(impatient) == 0
    clock.pass_(120)
    assert send(impatient) == 1
    assert row(impatient).status == "sent"
    assert len(gateway.accepted) == 1


@pytest.mark.parametrize(("code", "wait"), [(405, 900), (500, 30), (501, 30), (502, 30)])
def test_refused_for_now_by_a_status_of_africas_talking(impatient: Town, clock: Clock, code: int, wait: float) -> None:
    write(impatient, "africastalking").behave(f"status-{code}", times=1)
    send(impatient)
    assert (row(impatient).status, row(impatient).due_at) == ("queued", clock.now + wait)


@pytest.mark.parametrize(
    ("by", "word", "reason"),
    [
        ("twilio", "refuse-21211", "21211"),
        ("twilio", "refuse-21408", "21408"),
        ("twilio", "refuse-21614", "21614"),
        ("twilio", "401", "401"),
        ("africastalking", "invalid-sender", "InvalidSenderId"),
        ("africastalking", "status-401", "RiskHold"),
        ("africastalking", "status-402", "InvalidSenderId"),
        ("africastalking", "status-403", "InvalidPhoneNumber"),
        ("africastalking", "status-404", "UnsupportedNumberType"),
        ("africastalking", "status-407", "CouldNotRoute"),
        ("africastalking", "401", "HTTP 401"),
    ],
)
def test_refused_for_good_it_failed(impatient: Town, clock: Clock, by: str, word: str, reason: str) -> None:
    gateway = write(impatient, by)
    gateway.behave(word)

    send(impatient)
    clock.pass_(10_000)

    assert send(impatient) == 0
    assert (row(impatient).status, row(impatient).reason) == ("failed", reason)
    assert gateway.accepted == []
    [somebody] = [one for one in impatient.rows(person) if one.id == row(impatient).person_id]
    assert somebody.stopped_at is None


@pytest.mark.parametrize(("by", "word"), [("twilio", "refuse-21610"), ("africastalking", "status-406")])
def test_refused_because_she_blocked_us_counts_as_her_stop(impatient: Town, by: str, word: str) -> None:
    write(impatient, by).behave(word)
    send(impatient)
    assert row(impatient).status == "failed"
    [somebody] = [one for one in impatient.rows(person) if one.id == row(impatient).person_id]
    assert somebody.stopped_at is not None


def test_the_pauses_grow_and_after_the_last_try_it_failed(impatient: Town, clock: Clock) -> None:
    gateway, pauses = write(impatient, "africastalking"), []
    while (hers := impatient.rows(outbox)[0]).status == "queued":
        gateway.behave("status-500", times=1)
        send(impatient)
        pauses.append(impatient.rows(outbox)[0].due_at - clock.now)
        impatient.phone(f"+2547110005{len(pauses):02}", by="africastalking").texts("HELP")  # the gateway works
        clock.pass_(pauses[-1])

    assert [round(pause) for pause in pauses[:-1]] == [30, 60, 120, 240, 480, 900, 900, 900, 900]
    assert (hers.status, hers.attempts, hers.reason) == ("failed", 10, "InternalServerError")


def test_while_a_gateway_takes_nothing_from_anybody_no_tries_are_used_up(impatient: Town, clock: Clock) -> None:
    write(impatient, "africastalking").behave("status-500")
    for _ in range(1000):
        send(impatient)
        clock.pass_(60)
    assert (row(impatient).status, row(impatient).attempts) == ("queued", 1)
    impatient.africastalking.behave("ok")
    clock.pass_(240)
    send(impatient)
    assert row(impatient).status == "sent"


def test_nobody_listens_at_the_gateway(impatient: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    write(impatient, "twilio")
    monkeypatch.setattr(impatient.service.channels["twilio"], "api_url", "http://127.0.0.1:1")
    send(impatient)
    assert (row(impatient).status, row(impatient).reason) == ("queued", "no connection")
    assert row(impatient).due_at == clock.now + 30


# --- unknown ------------------------------------------------------------------------------------------------------

TAKEN = [
    ("silent", {}),
    ("slow", {"pause": 0.05}),
    ("truncated", {}),
    ("reset", {"accept": True}),
    ("500", {"accept": True}),
]
"""The gateway took the text, and we did not hear so."""

NOT_TAKEN = [("reset", {}), ("500", {}), ("503", {}), ("html", {}), ("302", {})]
"""It did not take it, and we cannot know."""


@pytest.mark.parametrize(("word", "options"), TAKEN)
def test_unknown_and_taken_twilio_is_asked_and_nothing_goes_twice(
    impatient: Town, clock: Clock, word: str, options: dict[str, Any]
) -> None:
    gateway = write(impatient, "twilio")
    gateway.behave(word, times=1, **options)

    send(impatient)
    assert row(impatient).status == "sending"
    assert send(impatient) + deliver.recover(impatient.service) == 0, "not before the lease ends"

    clock.pass_(60)
    assert deliver.recover(impatient.service) == 1
    assert (row(impatient).status, row(impatient).gateway_id) == ("sent", gateway.accepted[0].id)
    assert len(gateway.accepted) == 1


@pytest.mark.parametrize(("word", "options"), NOT_TAKEN)
def test_unknown_and_not_taken_twilio_is_asked_and_it_goes_once_more(
    impatient: Town, clock: Clock, word: str, options: dict[str, Any]
) -> None:
    gateway = write(impatient, "twilio")
    gateway.behave(word, times=1, **options)

    send(impatient)
    clock.pass_(60)
    deliver.recover(impatient.service)
    assert (row(impatient).status, row(impatient).reason) == ("queued", "not found at the gateway")

    clock.pass_(900)
    send(impatient)
    assert row(impatient).status == "sent"
    assert len(gateway.accepted) == 1


@pytest.mark.parametrize(("word", "options"), TAKEN + NOT_TAKEN)
def test_unknown_africas_talking_cannot_be_asked_so_it_is_held_and_never_sent_again(
    impatient: Town, clock: Clock, word: str, options: dict[str, Any]
) -> None:
    gateway = write(impatient, "africastalking")
    gateway.behave(word, times=1, **options)

    send(impatient)
    assert row(impatient).status == "held"
    assert row(impatient).reason != ""

    for _ in range(5):
        clock.pass_(10_000)
        send(impatient)
        deliver.recover(impatient.service)
    assert row(impatient).status == "held"
    assert len([asked for asked in gateway.requests if asked.method == "POST"]) == 1


def test_unknown_a_report_on_an_id_that_nobody_knows_leaves_it_held(impatient: Town) -> None:
    gateway = write(impatient, "africastalking")
    gateway.behave("silent", times=1)
    send(impatient)

    impatient.africastalking.report(gateway.accepted[0], "Success")

    assert (row(impatient).status, row(impatient).gateway_id) == ("held", "")


def test_a_worker_that_died_between_sending_and_settling_sends_nothing_twice(impatient: Town, clock: Clock) -> None:
    gateway = write(impatient, "twilio")
    service = impatient.service
    with service.engine.begin() as conn:
        claimed = claims.claim(conn, service.keys, clock.now, 60)
    assert claimed
    deliver._send(service, claimed)  # and then it was killed

    assert send(impatient) == 0
    clock.pass_(60)
    deliver.recover(service)
    assert row(impatient).status == "sent"
    assert len(gateway.accepted) == 1


def test_a_worker_that_died_before_sending_loses_nothing(impatient: Town, clock: Clock) -> None:
    gateway = write(impatient, "twilio")
    service = impatient.service
    with service.engine.begin() as conn:
        assert claims.claim(conn, service.keys, clock.now, 60)

    clock.pass_(60)
    deliver.recover(service)
    clock.pass_(900)
    send(impatient)
    assert row(impatient).status == "sent"
    assert len(gateway.accepted) == 1


def test_a_worker_slower_than_its_lease_puts_nothing_back_that_another_has_in_hand(town: Town, clock: Clock) -> None:
    gateway = write(town, "twilio")
    service = town.service
    with service.engine.begin() as conn:
        slow = claims.claim(conn, service.keys, clock.now, 60)
    clock.pass_(61)
    with service.engine.begin() as conn:
        quick = claims.expired_lease(conn, service.keys, clock.now, 60)
    assert slow
    assert quick

    deliver.settle(service, slow, Refused("busy", again=True))
    assert row(town).status == "sending"
    deliver.settle(service, slow, Unknown("time-out"))
    assert (row(town).status, row(town).lease_until) == ("sending", quick.lease_until)
    deliver.settle(service, slow, Accepted("SM1"))
    assert (row(town).status, row(town).gateway_id) == ("sent", "SM1"), (
        "that the gateway has it is true whoever says it"
    )
    deliver.settle(service, quick, Refused("the gateway has it not", again=True), looked_up=True)
    assert row(town).status == "sent"
    assert gateway.accepted == []


def looked_up_and_queued(town: Town, clock: Clock) -> Claimed:
    """A worker stalls with a message in hand until its lease is over; the gateway's list has it not, so it waits again."""
    write(town, "twilio")
    with town.service.engine.begin() as conn:
        stalled = claims.claim(conn, town.service.keys, clock.now, 60)
    clock.pass_(61)
    assert deliver.recover(town.service) == 1
    assert stalled
    assert row(town).status == "queued"
    return stalled


def test_what_a_stalled_worker_did_send_after_all_does_not_leave_again(impatient: Town, clock: Clock) -> None:
    stalled = looked_up_and_queued(impatient, clock)
    deliver.settle(impatient.service, stalled, Accepted("SM1"))
    assert (row(impatient).status, row(impatient).gateway_id) == ("sent", "SM1")
    clock.pass_(900)
    assert send(impatient) == 0
    assert impatient.twilio.accepted == []


def test_what_went_on_by_another_channel_meanwhile_stays_there_and_that_is_said(
    impatient: Town, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    stalled = looked_up_and_queued(impatient, clock)
    with impatient.service.engine.begin() as conn:
        conn.execute(update(outbox).values(channel="africastalking"))
    with caplog.at_level(logging.WARNING):
        deliver.settle(impatient.service, stalled, Accepted("SM1"))
    assert (row(impatient).status, row(impatient).gateway_id) == ("queued", "")
    assert "twilio has it too" in caplog.text


def test_what_goes_anew_after_a_report_that_it_failed_still_does(impatient: Town, clock: Clock) -> None:
    write(impatient, "twilio")
    with impatient.service.engine.begin() as conn:
        claimed = claims.claim(conn, impatient.service.keys, clock.now, 60)
        conn.execute(update(outbox).values(status="queued", repeats=1, gateway_id="SM1", lease_until=None))
    assert claimed
    deliver.settle(impatient.service, claimed, Accepted("SM1"))
    assert row(impatient).status == "queued"


def test_no_send_is_begun_that_could_outlast_its_lease(
    impatient: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker was stopped for 50 seconds between its claim and its request."""
    gateway = write(impatient, "twilio")
    used_up = impatient.service.rates.take

    def stalls(*asked: Any) -> int:
        monkeypatch.setattr(impatient.service.rates, "take", used_up)
        clock.pass_(50)
        return used_up(*asked)

    monkeypatch.setattr(impatient.service.rates, "take", stalls)
    assert deliver.send_due(impatient.service, 1) == 1
    assert (gateway.accepted, row(impatient).status, row(impatient).attempts) == ([], "queued", 0)
    assert send(impatient) == 1
    assert len(gateway.accepted) == 1


def test_two_equal_texts_to_one_person_are_told_apart(impatient: Town, clock: Clock) -> None:
    gateway = write(impatient, "twilio")
    send(impatient)
    write(impatient, "twilio")
    gateway.behave("reset", times=1)  # the second of two answers of the same words did not arrive

    send(impatient)
    clock.pass_(60)
    deliver.recover(impatient.service)
    clock.pass_(900)
    send(impatient)

    assert [one.status for one in impatient.rows(outbox)] == ["sent", "sent"]
    assert len({one.gateway_id for one in impatient.rows(outbox)}) == len(gateway.accepted) == 2


def test_what_a_report_settled_meanwhile_stays_so(impatient: Town) -> None:
    gateway = write(impatient, "africastalking")
    service = impatient.service
    send(impatient)
    impatient.africastalking.report(gateway.accepted[0], "Success")
    with service.engine.begin() as conn:
        assert not store.settle(conn, row(impatient).id, status="failed")
    assert row(impatient).status == "delivered"


# --- the worker ---------------------------------------------------------------------------------------------------


def test_it_sends_no_more_than_it_is_asked_to(impatient: Town) -> None:
    for n in range(5):
        impatient.phone(f"+1415555010{n}", by="twilio").sends("hello")
    assert deliver.send_due(impatient.service, 2) == 2
    assert len(impatient.twilio.accepted) == 2


def test_asked_to_end_it_claims_nothing_more(impatient: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    write(impatient, "twilio")
    monkeypatch.setattr(process, "_stop", threading.Event())
    process.stop()
    assert send(impatient) + deliver.recover(impatient.service) == 0
    assert row(impatient).status == "queued"


def test_a_ring_is_answered_before_the_work_and_passed_on_when_there_is_more(
    impatient: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "service", lambda: impatient.service)
    monkeypatch.setattr(deliver, "RING_MAX", 2)
    for n in range(3):
        impatient.phone(f"+1415555010{n}", by="twilio").sends("hello")
    key = waiting_key("deliver")
    assert impatient.service.redis.exists(key)

    deliver.drain()
    assert (len(impatient.twilio.accepted), impatient.service.redis.exists(key)) == (2, 1)
    deliver.drain()
    assert (len(impatient.twilio.accepted), impatient.service.redis.exists(key)) == (3, 0)


def test_a_ring_is_passed_on_also_where_a_call_for_many_went_beyond_the_most(
    impatient: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "service", lambda: impatient.service)
    monkeypatch.setattr(deliver, "RING_MAX", 2)
    for n in range(5):
        impatient.phone(f"+25471100010{n}", by="africastalking").sends("hello")
    same = impatient.service.keys.index("outbox.text", "hello")
    with impatient.service.engine.begin() as conn:
        texts = {row.person_id: row for row in conn.execute(select(outbox))}
        last = max(texts.values(), key=lambda row: row.id)
        conn.execute(update(outbox).where(outbox.c.id != last.id).values(text_index=same))

    deliver.drain()
    assert len(impatient.africastalking.requests) == 1
    assert impatient.service.redis.exists(waiting_key("deliver"))
    deliver.drain()
    assert {row.status for row in impatient.rows(outbox)} == {"sent"}


def test_nothing_goes_to_somebody_who_stopped_between_the_queue_and_the_claim(impatient: Town) -> None:
    gateway = write(impatient, "twilio")
    with impatient.service.engine.begin() as conn:
        conn.execute(update(outbox).values(to_stopped=False))
        conn.execute(update(person).where(person.c.id == row(impatient).person_id).values(stopped_at=1.0))
    send(impatient)
    assert (row(impatient).status, gateway.accepted) == ("dropped", [])
