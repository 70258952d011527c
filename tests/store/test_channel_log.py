"""What is written of a message's way, and how long it stays."""

from __future__ import annotations

from typing import Any

import pytest

from sms_service.engine.texts import count
from sms_service.store import another_way, channel_log
from sms_service.store import outbox as store
from sms_service.store.messages import count_differing, differing, shown
from sms_service.store.tables import channel_log as table
from sms_service.store.tables import outbox
from tests.town import Town
from tests.workers.conftest import Clock, clock, impatient
from workers import deliver, keeping_back, sweep

__all__ = ["clock", "impatient"]

PHONE, KENYAN = "+14155550123", "+254711000111"


def steps(town: Town, ref: str = "") -> list[tuple[str, str]]:
    return [(row.step, row.outcome) for row in town.rows(table) if row.ref == (ref or row.ref)]


def only(town: Town) -> Any:
    [row] = town.rows(outbox)
    return row


def test_a_send_is_written_with_what_was_asked_and_answered(impatient: Town, clock: Clock) -> None:
    impatient.phone(PHONE, by="twilio").sends("HELP")
    deliver.send_due(impatient.service, 10)

    [step] = impatient.rows(table)
    assert (step.step, step.outcome, step.channel, step.ref) == ("sent", "accepted", "twilio", only(impatient).ref)
    assert (step.status, step.at) == (201, clock.now)
    assert step.asked.startswith("POST 127.0.0.1/2010-04-01/Accounts/")
    assert "Body=‹" in step.asked
    assert "status=" in step.answer


def test_the_life_of_a_message_is_in_its_order(impatient: Town, clock: Clock) -> None:
    impatient.phone(PHONE, by="twilio").sends("HELP")
    gateway = impatient.twilio
    gateway.behave("429", times=1)
    deliver.send_due(impatient.service, 10)
    clock.pass_(60)
    gateway.behave("silent", times=1)
    deliver.send_due(impatient.service, 10)
    clock.pass_(impatient.service.config.outbox.lease)
    deliver.recover(impatient.service)

    told = [one for one in steps(impatient) if one[1]]
    assert told == [("sent", "refused: 429"), ("sent", "unknown: ReadTimeout"), ("looked up", "accepted")]
    unanswered = next(row for row in impatient.rows(table) if row.outcome == "unknown: ReadTimeout")
    assert (unanswered.status, unanswered.answer) == (0, "ReadTimeout")
    assert all("GET" in row.asked for row in impatient.rows(table) if row.step == "looked up")


def test_reports_and_what_comes_of_them_are_steps(impatient: Town, clock: Clock) -> None:
    impatient.phone(PHONE, by="twilio").sends("HELP")
    deliver.send_due(impatient.service, 10)
    [message] = impatient.twilio.accepted
    for word, code in (("sent", ""), ("undelivered", "30003")):
        impatient.twilio.report(message, word, error=code)

    assert steps(impatient)[1:] == [("reported", "sent"), ("reported", "undelivered 30003"), ("sent anew", "30003")]
    assert impatient.rows(table)[-1].due_at == only(impatient).due_at


def test_a_report_before_the_answer_is_told_as_perhaps_its_own_and_then_as_its_own(impatient: Town) -> None:
    impatient.phone(KENYAN, by="africastalking").sends("HELP")
    impatient.africastalking.behave("early-report")
    deliver.send_due(impatient.service, 10)
    told = sorted(steps(impatient))
    assert [one[0] for one in told] == ["reported", "reported", "sent"]
    assert [("perhaps" in one[1]) for one in told] in ([True, False, False], [False, True, False])


@pytest.mark.parametrize(("status", "step"), [("queued", "released"), ("dropped", "dropped")])
def test_what_the_office_decides_is_a_step(impatient: Town, status: str, step: str) -> None:
    impatient.phone(KENYAN, by="africastalking").sends("HELP")
    impatient.africastalking.behave("500", times=1)
    deliver.send_due(impatient.service, 10)
    with impatient.service.engine.begin() as conn:
        store.decide(conn, only(impatient).ref, status, "by the office", 1.0)
        store.decide(conn, only(impatient).ref, status, "by the office", 1.0)
    assert [one for one in steps(impatient) if one[0] == step] == [(step, "by the office")]


def test_messages_of_one_call_point_to_it(impatient: Town, clock: Clock) -> None:
    for number in range(3):
        impatient.phone(f"+25471100011{number}", by="africastalking").sends("HELP")
    with impatient.service.engine.begin() as conn:
        conn.execute(outbox.update().values(text_index=b"the same"))
    deliver.send_due(impatient.service, 10)

    assert len(impatient.africastalking.requests) == 1
    first, *others = impatient.rows(table)
    assert first.asked
    assert first.with_ref is None
    assert [(row.asked, row.with_ref, row.outcome) for row in others] == [(None, first.ref, "accepted")] * 2


def test_after_a_week_it_is_deleted_in_slices(impatient: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    week = channel_log.KEPT_SECONDS
    with impatient.service.engine.begin() as conn:
        for at in (clock.now - week - 2, clock.now - week - 1, clock.now - week + 1):
            channel_log.note(conn, "0d5c", "twilio", "sent", str(at), at)
    monkeypatch.setattr(sweep, "LOGGED", 1)
    for left in (2, 1, 1):
        sweep.old_log(impatient.service)
        assert len(impatient.rows(table)) == left


def test_an_outcome_that_is_too_long_is_cut(impatient: Town) -> None:
    with impatient.service.engine.begin() as conn:
        channel_log.note(conn, "0d5c", "twilio", "sent", "x" * 500, 1.0)
    assert len(impatient.rows(table)[0].outcome) == channel_log.OUTCOME_MAX


def test_segments_are_counted_before_and_compared_with_what_was_billed(impatient: Town, clock: Clock) -> None:
    impatient.phone(PHONE, by="twilio").sends("HELP")
    deliver.send_due(impatient.service, 10)
    [message] = impatient.twilio.accepted
    row = only(impatient)
    assert row.counted == count(message.text).segments == row.segments
    with impatient.service.reads.begin() as conn:
        assert (differing(conn), count_differing(conn)) == ([], 0)

    with impatient.service.engine.begin() as conn:
        conn.execute(outbox.update().values(segments=row.counted + 1))
    with impatient.service.reads.begin() as conn:
        assert count_differing(conn) == 1
        assert differing(conn) == [shown(conn, row.ref)]


@pytest.mark.parametrize("counted", [None, 1])
def test_what_was_not_counted_or_not_billed_does_not_differ(impatient: Town, counted: int | None) -> None:
    impatient.phone(PHONE, by="twilio").sends("HELP")
    with impatient.service.engine.begin() as conn:
        conn.execute(outbox.update().values(counted=counted, segments=0 if counted else 3))
        assert count_differing(conn) == 0


def test_what_goes_by_another_channel_while_one_is_down_is_told_of_each(impatient: Town, clock: Clock) -> None:
    impatient.phone(PHONE, by="twilio").sends("HELP")
    with impatient.service.engine.begin() as conn:
        conn.execute(outbox.update().values(route="twilio,africastalking"))
        assert another_way.leave(conn, impatient.service.channels.keys(), "twilio", clock.now) == 1
    [step] = impatient.rows(table)
    assert (step.ref, step.step, step.channel) == (only(impatient).ref, "rerouted", "africastalking")
    assert step.outcome == "twilio is down"


def test_what_is_put_off_says_until_when(impatient: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    impatient.phone(PHONE, by="twilio").sends("HELP")
    morning = clock.now + 3600
    monkeypatch.setattr(keeping_back, "_had_enough_until", lambda *_: morning)
    deliver.send_due(impatient.service, 1)
    [step] = impatient.rows(table)
    assert (step.step, step.due_at) == ("put off", morning)
