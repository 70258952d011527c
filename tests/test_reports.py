"""Delivery reports: early, late, twice, backwards, or about nothing we know. A message only ever rises."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from sms_service import reports
from sms_service.channels.base import DeliveryReport
from sms_service.store import claims
from sms_service.store import outbox as store
from sms_service.store.tables import delivery_report, outbox, person
from tests.gateways import Message
from tests.town import Town
from workers import deliver

PHONE = "+14155550123"


@pytest.fixture
def sent(any_town: Town) -> Message:
    """A message that Twilio has taken."""
    any_town.phone(PHONE, by="twilio").texts("hello")
    [message] = any_town.twilio.accepted
    return message


def row(town: Town) -> Any:
    [only] = town.rows(outbox)
    return only


def take(town: Town, **values: Any) -> bool:
    report = DeliveryReport(
        **{"channel": "twilio", "gateway_id": "SM1", "ref": "", "phone": "", "status": "delivered", "word": "delivered"}
        | values
    )
    with town.service.engine.begin() as conn:
        return reports.take_report(conn, town.service.keys, report, 7.0)


def test_step_by_step(any_town: Town, sent: Message) -> None:
    assert row(any_town).status == "sent"
    for word, status in (("queued", "sent"), ("sent", "sent"), ("delivered", "delivered")):
        assert any_town.twilio.report(sent, word).status == 204
        assert row(any_town).status == status


def test_twice_is_once(any_town: Town, sent: Message) -> None:
    any_town.twilio.report(sent, "delivered")
    before = row(any_town)
    any_town.twilio.report(sent, "delivered")
    assert row(any_town) == before
    assert len(any_town.rows(delivery_report)) == 1


@pytest.mark.parametrize("later", ["queued", "sent", "undelivered", "failed", "a word of tomorrow"])
def test_backwards_changes_nothing(any_town: Town, sent: Message, later: str) -> None:
    any_town.twilio.report(sent, "delivered")
    any_town.twilio.report(sent, later)
    assert row(any_town).status == "delivered"


def test_undelivered_says_why(any_town: Town, sent: Message) -> None:
    any_town.twilio.report(sent, "undelivered", error="30006")
    assert (row(any_town).status, row(any_town).reason) == ("failed", "30006")


def test_one_who_blocked_us_is_stopped(any_town: Town, sent: Message) -> None:
    any_town.twilio.report(sent, "failed", error="21610")
    [somebody] = [one for one in any_town.rows(person) if one.id == row(any_town).person_id]
    assert somebody.stopped_at is not None


def test_about_nothing_we_know_it_is_kept_and_harmless(any_town: Town, sent: Message) -> None:
    before = row(any_town)
    assert not take(any_town, gateway_id="SM999")
    assert not take(any_town, gateway_id="SM998", ref="no-such-ref")
    assert not take(any_town, gateway_id="SM997", phone="+919999999999")
    assert not take(any_town, gateway_id=sent.id, channel="africastalking"), "another gateway's message"
    assert row(any_town) == before
    assert len(any_town.rows(delivery_report)) == 4


def test_before_the_gateways_answer_it_is_found_by_our_reference(any_town: Town) -> None:
    any_town.phone(PHONE, by="twilio").sends("hello")
    with any_town.service.engine.begin() as conn:
        claimed = claims.claim(conn, any_town.service.keys, row(any_town).due_at, 60)
    assert claimed

    assert take(any_town, gateway_id="SM7", ref=claimed.ref)

    assert (row(any_town).status, row(any_town).gateway_id, row(any_town).sent_at) == ("delivered", "SM7", 7.0)


def test_before_the_gateways_answer_and_without_our_reference_it_waits_for_it(any_town: Town) -> None:
    any_town.phone("+254711000111", by="africastalking").sends("hello")
    any_town.africastalking.behave("early-report")
    deliver.send_due(any_town.service, 1)
    assert row(any_town).status == "delivered"


def test_where_two_messages_could_be_meant_it_waits_until_the_gateway_has_named_one(any_town: Town) -> None:
    phone = any_town.phone("+254711000111", by="africastalking")
    phone.sends("HELP")
    any_town.africastalking.behave("500", times=1)
    deliver.send_due(any_town.service, 1)
    phone.sends("HELP")
    any_town.africastalking.behave("early-report")
    deliver.send_due(any_town.service, 1)
    assert [row.status for row in any_town.rows(outbox)] == ["held", "delivered"]


def test_long_after_it_still_counts(any_town: Town, sent: Message) -> None:
    with any_town.service.engine.begin() as conn:
        conn.execute(update(outbox).values(created_at=1.0, sent_at=1.0))
    assert take(any_town, gateway_id=sent.id)
    assert row(any_town).status == "delivered"


def test_a_dropped_message_stays_dropped(any_town: Town, sent: Message) -> None:
    with any_town.service.engine.begin() as conn:
        conn.execute(update(outbox).values(status="dropped"))
    any_town.twilio.report(sent, "delivered")
    assert row(any_town).status == "dropped"


def test_a_held_message_is_settled_by_its_number_where_only_one_can_be_meant(any_town: Town) -> None:
    any_town.phone("+254711000111", by="africastalking").sends("hello")
    any_town.africastalking.behave("500", times=1, accept=True)
    deliver.send_due(any_town.service, 1)
    assert row(any_town).status == "held"

    [message] = any_town.africastalking.accepted
    any_town.africastalking.report(message, "Success")
    assert (row(any_town).status, row(any_town).gateway_id) == ("delivered", message.id)


def test_a_message_released_meanwhile_is_not_sent_again_once_its_report_is_here(any_town: Town, sent: Message) -> None:
    with any_town.service.engine.begin() as conn:
        conn.execute(update(outbox).values(status="held"))
        assert store.decide(conn, sent.ref, "queued", "", 1.0)
    any_town.twilio.report(sent, "delivered")
    any_town.work()
    assert len(any_town.twilio.accepted) == 1
    assert row(any_town).status == "delivered"


def test_the_words_of_a_gateway_are_cut_to_what_is_kept(any_town: Town, sent: Message) -> None:
    assert take(any_town, gateway_id=sent.id, word="w" * 500, reason="r" * 500, segments=3)
    assert not take(any_town, gateway_id="g" * 500, ref="r" * 500)
    assert (row(any_town).reason, row(any_town).segments) == ("r" * 64, 3)
