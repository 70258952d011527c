"""Delivery reports: early, late, twice, backwards, or about nothing we know. A message only ever rises."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from sms_service import reports
from sms_service.channels.base import Accepted, DeliveryReport
from sms_service.store import channel_log, claims
from sms_service.store import delivery_reports as store_reports
from sms_service.store import outbox as store
from sms_service.store.tables import consent, delivery_report, gateway_fault, member, outbox, person
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


def row(town: Town, place: int = 0) -> Any:
    """The only message; or the one at this place."""
    found = town.rows(outbox)
    assert place or len(found) == 1
    return found[place]


def take(town: Town, **values: Any) -> reports.Taken:
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


KENYAN = "+254711000111"


def held_by_africas_talking(town: Town, *, taken: bool) -> Any:
    """The answer to HELP, of which nobody knows whether Africa's Talking took it."""
    town.phone(KENYAN, by="africastalking").sends("HELP")
    town.africastalking.behave("500", times=1, accept=taken)
    deliver.send_due(town.service, 1)
    assert row(town).status == "held"
    return row(town)


@pytest.mark.parametrize("word", ["Success", "Failed"])
def test_a_report_on_an_id_we_do_not_know_settles_nothing_by_the_number(any_town: Town, word: str) -> None:
    """Other software texts the same phone by the same account."""
    held = held_by_africas_talking(any_town, taken=False)
    of_another_program = Message("africastalking", "ATXid_another", KENYAN, "", "your code is 1234", 0.0)
    any_town.africastalking.report(of_another_program, word)
    assert row(any_town) == held
    with any_town.service.engine.connect() as conn:
        last = channel_log.of(conn, held.ref)[-1]
    assert (last.step, last.outcome.partition(" of ")[0]) == ("reported", word)
    assert "perhaps of this one" in last.outcome, "the office sees that it came"


def test_who_was_never_asked_is_no_member_by_a_report_on_another_text(any_town: Town) -> None:
    amina = any_town.phone("+254712345678", by="africastalking")
    any_town.africastalking.behave("500", times=1, accept=False)
    any_town.phone("+254700000001", by="africastalking").sends("SAJILI 0712345678 ABC1234567 12 Amina Wanjiru")
    with any_town.service.engine.begin() as conn:
        conn.execute(outbox.delete().where(outbox.c.flow == "register"))
    any_town.work()
    assert row(any_town).status == "held"
    foreign = Message("africastalking", "ATXid_another", amina.number, "", "your code is 1234", 0.0)
    any_town.africastalking.report(foreign, "Success")
    amina.texts("1")
    assert (any_town.rows(member), any_town.rows(consent)) == ([], [])


def test_a_report_on_the_first_copy_is_never_taken_for_the_next_message(any_town: Town) -> None:
    phone, gateway = any_town.phone(KENYAN, by="africastalking"), any_town.africastalking
    phone.texts("HELP")
    [first] = gateway.accepted
    gateway.report(first, "Failed", "DeliveryFailure")
    with any_town.service.engine.begin() as conn:
        conn.execute(update(outbox).values(due_at=1.0))
    any_town.work()
    phone.sends("HELP")
    with any_town.service.engine.begin() as conn:
        claimed = claims.claim(conn, any_town.service.keys, row(any_town, -1).due_at, 60)
    assert claimed
    for word, reason in (("Failed", "DeliveryFailure"), ("Failed", ""), ("Success", "")):
        gateway.report(first, word, reason)
    assert [(one.status, one.repeats) for one in any_town.rows(outbox)] == [("delivered", 1), ("sending", 0)]


def test_a_repeated_opt_out_does_not_undo_her_start(any_town: Town, sent: Message) -> None:
    any_town.twilio.report(sent, "undelivered", error="21610")
    assert stopped_at(any_town) is not None
    any_town.phone(PHONE, by="twilio").texts("START")
    any_town.twilio.report(sent, "undelivered", error="21610")
    any_town.twilio.report(sent, "failed", error="21610")  # in another word: news, but of a message before her START
    assert stopped_at(any_town) is None


def stopped_at(town: Town) -> float | None:
    [hers] = {one.person_id for one in town.rows(outbox)}
    [her] = [one for one in town.rows(person) if one.id == hers]
    return her.stopped_at  # type: ignore[no-any-return]


EFFECTS: list[dict[str, Any]] = [
    {"reason": "UserInBlackList", "opted_out": True, "number_failed": True},
    {"reason": "DeliveryFailure", "again": 1, "after": 900.0, "number_failed": True},
    {"reason": "InvalidLinkId", "operator": True},
    {"status": "delivered", "segments": 3, "price": "KES 0.8000"},
]


@pytest.mark.parametrize("said", EFFECTS, ids=lambda one: str(one.get("reason", "delivered")))
def test_early_and_late_it_has_the_same_effect(any_town: Town, said: dict[str, Any]) -> None:
    def effect(number: str, *, early: bool) -> tuple[Any, ...]:
        any_town.phone(number, by="africastalking").sends("HELP")
        with any_town.service.engine.begin() as conn:
            claimed = claims.claim(conn, any_town.service.keys, any_town.rows(outbox)[-1].due_at, 60)
        assert claimed
        report = {"status": "failed", "word": "Failed", "channel": "africastalking", "phone": number} | said
        if early:
            assert not take(any_town, **report, gateway_id=number)
        deliver.settle(any_town.service, claimed, Accepted(number))
        if not early:
            assert take(any_town, **report, gateway_id=number)
        one, her = any_town.rows(outbox)[-1], any_town.rows(person)[-1]
        faults = [fault.code for fault in any_town.rows(gateway_fault)]
        with any_town.service.engine.begin() as conn:
            conn.execute(gateway_fault.delete())
            conn.execute(update(outbox).values(due_at=1e12))
        return one.status, one.reason, one.repeats, one.segments, one.price, her.stopped_at, her.failed_days, faults

    assert effect(KENYAN, early=False) == effect("+254711000222", early=True)


def test_after_a_release_the_first_copy_does_not_decide_about_the_second(any_town: Town) -> None:
    any_town.phone(PHONE, by="twilio").texts("hello")
    with any_town.service.engine.begin() as conn:
        conn.execute(update(outbox).values(status="held", gateway_id="", sent_at=None))
        assert store.decide(conn, row(any_town).ref, "queued", "released by the office", 1.0)
    any_town.work()
    first, second = any_town.twilio.accepted
    any_town.twilio.report(first, "undelivered", error="30006")
    assert (row(any_town).status, row(any_town).gateway_id) == ("sent", second.id)
    any_town.twilio.report(second, "delivered")
    assert row(any_town).status == "delivered"


def test_what_could_be_her_name_or_number_is_not_kept_of_a_report(any_town: Town) -> None:
    take(any_town, channel="africastalking", gateway_id=f"id-{KENYAN}", phone=KENYAN, word="Ram", reason="Ram Kumar")
    take(any_town, gateway_id="SM3", word="failed", status="failed", reason="Kumar")
    [of_number, named] = any_town.rows(delivery_report)
    assert (of_number.word, of_number.reason, named.reason) == ("other", "other", "other")
    assert "711000111" not in f"{of_number.gateway_id}{of_number.early}"


def test_an_id_with_her_number_is_found_by_its_hash(any_town: Town) -> None:
    any_town.phone(KENYAN, by="africastalking").sends("HELP")
    with any_town.service.engine.begin() as conn:
        claimed = claims.claim(conn, any_town.service.keys, row(any_town).due_at, 60)
    assert claimed
    deliver.settle(any_town.service, claimed, Accepted("254711000111-7"))
    assert "711000111" not in row(any_town).gateway_id
    assert take(any_town, channel="africastalking", gateway_id="254711000111-7", phone=KENYAN)
    assert row(any_town).status == "delivered"


def test_a_report_on_nothing_we_know_is_dropped_after_a_week(any_town: Town, sent: Message) -> None:
    any_town.twilio.report(sent, "delivered")
    assert not take(any_town, gateway_id="SM999")
    with any_town.service.engine.begin() as conn:
        conn.execute(update(delivery_report).values(at=7.0))
        # of the release before, which did not note whose a report is
        conn.execute(update(delivery_report).where(delivery_report.c.ref == "").values(outbox_id=None))
        assert store_reports.drop_unknown(conn, 8.0, 10) == 0
    any_town.sweep()
    [known] = any_town.rows(delivery_report)
    assert known.gateway_id == sent.id


def test_a_message_released_meanwhile_is_not_sent_again_once_its_report_is_here(any_town: Town, sent: Message) -> None:
    with any_town.service.engine.begin() as conn:
        conn.execute(update(outbox).values(status="held"))
        assert store.decide(conn, sent.ref, "queued", "", 1.0)
    any_town.twilio.report(sent, "delivered")
    any_town.work()
    assert len(any_town.twilio.accepted) == 1
    assert row(any_town).status == "delivered"


def test_the_words_of_a_gateway_are_cut_to_what_is_kept(any_town: Town, sent: Message) -> None:
    assert take(any_town, gateway_id=sent.id, word="w" * 500, reason="EC" + "_1" * 200, segments=3)
    assert not take(any_town, gateway_id="g" * 500, ref="r" * 500)
    assert (row(any_town).reason, row(any_town).segments) == ("EC" + "_1" * 31, 3)
    assert {one.word for one in any_town.rows(delivery_report)} == {"other", "delivered"}
