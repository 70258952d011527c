"""What certainly failed goes anew where that may help: later, a bounded number of times, or by another channel. And what
only an operator can put right is told."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from typer.testing import CliRunner

from sms_service import intake
from sms_service.channels import advice, africastalking, africastalking_sending, twilio_errors
from sms_service.cli import app
from sms_service.engine.model import DAY
from sms_service.routing import OUTSIDE
from sms_service.store import gateway_faults
from sms_service.store.tables import gateway_fault, outbox, person
from tests.conftest import KEY
from tests.gateways import AfricasTalking, Twilio
from tests.gateways.gateway import Message
from tests.town import Town
from tests.workers.conftest import Clock
from workers import deliver

PHONE = "+14155550123"


def row(town: Town) -> Any:
    return town.rows(outbox)[-1]


def sent(town: Town) -> Message:
    """Somebody writes in, and is answered; the answer, as Twilio has it."""
    town.phone(PHONE, by="twilio").sends("HELP")
    deliver.send_due(town.service, 10)
    return town.twilio.accepted[-1]


# --- later ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "times"), [("30003", 3), ("30005", 0), ("30008", 1), ("30001", 3)])
def test_a_phone_out_of_reach_is_tried_again_a_bounded_number_of_times(
    town: Town, clock: Clock, code: str, times: int
) -> None:
    sent(town)
    tries = 0
    while row(town).status == "sent":
        tries += 1
        town.twilio.report(town.twilio.accepted[-1], "undelivered", code)
        clock.pass_(DAY)
        deliver.send_due(town.service, 10)
    assert (row(town).status, row(town).reason, row(town).repeats) == ("failed", code, times)
    assert tries == len(town.twilio.accepted) == times + 1


def test_the_pauses_between_grow(town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "time", SimpleNamespace(time=lambda: clock.now))
    pauses = []
    sent(town)
    for _ in range(3):
        town.twilio.report(town.twilio.accepted[-1], "undelivered", "30003")
        pauses.append(row(town).due_at - clock.now)
        assert deliver.send_due(town.service, 10) == 0
        clock.now = row(town).due_at
        deliver.send_due(town.service, 10)
    assert [round(pause) for pause in pauses] == [900, 1800, 3600]


def test_a_failure_for_good_is_not_tried_again(town: Town, clock: Clock) -> None:
    town.twilio.report(sent(town), "undelivered", "30006")
    clock.pass_(DAY)
    assert deliver.send_due(town.service, 10) == 0
    assert (row(town).status, row(town).repeats) == ("failed", 0)


def test_a_report_that_comes_twice_makes_one_more_try(town: Town, clock: Clock) -> None:
    first = sent(town)
    for _ in range(3):
        town.twilio.report(first, "undelivered", "30003")
    assert (row(town).status, row(town).repeats) == ("queued", 1)
    clock.pass_(DAY)
    deliver.send_due(town.service, 10)
    for _ in range(2):  # the network says it once more, when the second is on its way
        town.twilio.report(first, "undelivered", "30003")
        town.twilio.report(first, "sent")
    second = town.twilio.accepted[-1]
    assert (row(town).status, row(town).gateway_id, row(town).repeats) == ("sent", second.id, 1)
    town.twilio.report(second, "delivered")
    assert row(town).status == "delivered"
    assert len(town.twilio.accepted) == 2


def test_one_that_arrived_after_all_is_not_sent_anew(town: Town, clock: Clock) -> None:
    first = sent(town)
    town.twilio.report(first, "undelivered", "30003")
    town.twilio.report(first, "delivered")
    clock.pass_(DAY)
    deliver.send_due(town.service, 10)
    assert row(town).status == "delivered"
    assert len(town.twilio.accepted) == 1


def test_what_is_to_go_anew_holds_up_no_answer(town: Town, clock: Clock) -> None:
    town.twilio.report(sent(town), "undelivered", "30003")
    town.phone(PHONE, by="twilio").sends("HELP")
    assert deliver.send_due(town.service, 10) == 1
    assert [one.status for one in town.rows(outbox)] == ["queued", "sent"]
    clock.pass_(DAY)
    deliver.send_due(town.service, 10)
    assert [one.status for one in town.rows(outbox)] == ["sent", "sent"]


def test_after_her_stop_nothing_goes_anew(town: Town, clock: Clock) -> None:
    town.twilio.report(sent(town), "undelivered", "30003")
    with town.service.engine.begin() as conn:
        conn.execute(outbox.update().values(to_stopped=False))
        conn.execute(person.update().where(person.c.id == row(town).person_id).values(stopped_at=1.0))
    clock.pass_(DAY)
    deliver.send_due(town.service, 10)
    assert (row(town).status, row(town).reason) == ("dropped", "she sent STOP")
    assert len(town.twilio.accepted) == 1


def test_an_answer_lost_on_the_second_try_is_looked_up_among_later_ones(town: Town, clock: Clock) -> None:
    town.twilio.now = lambda: clock.now
    town.twilio.report(sent(town), "undelivered", "30003")
    clock.pass_(DAY)
    town.twilio.behave("500", times=1)  # the second never arrived there
    deliver.send_due(town.service, 10)
    clock.pass_(60)
    deliver.recover(town.service)
    assert (row(town).status, row(town).reason) == ("queued", "not found at the gateway"), (
        "the first is no answer to this"
    )
    deliver.send_due(town.service, 10)
    assert row(town).status == "sent"
    assert len(town.twilio.accepted) == 2


def test_a_report_that_overtakes_the_second_answer_is_of_the_second(town: Town, clock: Clock) -> None:
    town.twilio.report(sent(town), "undelivered", "30003")
    clock.pass_(DAY)
    town.twilio.behave("early-report", times=1)
    deliver.send_due(town.service, 10)
    assert (row(town).status, row(town).gateway_id) == ("delivered", town.twilio.accepted[-1].id)


def test_what_the_network_could_not_bring_goes_once_more_by_africas_talking(town: Town, clock: Clock) -> None:
    town.phone("+254711000111", by="africastalking").sends("HELP")
    deliver.send_due(town.service, 10)
    for _ in range(2):
        town.africastalking.report(town.africastalking.accepted[-1], "Failed", "DeliveryFailure")
        clock.pass_(DAY)
        deliver.send_due(town.service, 10)
    assert (row(town).status, row(town).reason) == ("failed", "DeliveryFailure")
    assert len(town.africastalking.accepted) == 2


def test_the_second_try_of_unknown_outcome_is_held_whatever_is_reported_on_the_first(
    impatient: Town, clock: Clock
) -> None:
    gateway = impatient.africastalking
    impatient.phone("+254711000111", by="africastalking").sends("HELP")
    deliver.send_due(impatient.service, 10)
    [first] = gateway.accepted
    gateway.report(first, "Failed", "DeliveryFailure")
    clock.pass_(DAY)
    gateway.behave("silent", times=1)
    deliver.send_due(impatient.service, 10)
    assert row(impatient).status == "held"

    gateway.report(first, "Failed", "DeliveryFailure")
    assert row(impatient).status == "held", "that was the first"
    gateway.report(gateway.accepted[-1], "Success")
    assert row(impatient).status == "held", "nobody knows this id"
    gateway.report(first, "Success")
    assert (row(impatient).status, row(impatient).gateway_id) == ("delivered", first.id), "it arrived after all"


# --- price ----------------------------------------------------------------------------------------------------------


def test_what_a_message_cost_is_kept(town: Town) -> None:
    message = sent(town)
    assert row(town).price is None
    town.twilio.report(message, "delivered", NumSegments="2", Price="-0.0150", PriceUnit="USD")
    assert (row(town).segments, row(town).price) == (2, "USD 0.0150")
    town.phone("+254711000111", by="africastalking").texts("HELP")
    assert row(town).price == "KES 0.8000"


# --- by another channel -----------------------------------------------------------------------------------------------


@pytest.fixture
def both(
    tmp_path: Path, valkey_url: str, live: object, twilio: Twilio, africastalking: AfricasTalking
) -> Iterator[Town]:
    """The service with WhatsApp too."""
    settings = {"DATA_DIR": str(tmp_path), "REDIS_URL": valkey_url, "PRIVACY__KEY": KEY}
    with Town(settings | {"CHANNELS__TWILIO__WHATSAPP_FROM": twilio.number}, twilio, africastalking) as town:
        yield town


def by(town: Town) -> list[str]:
    """How the messages left, in order."""
    return [one.gateway for one in town.twilio.accepted]


def test_whatsapp_is_answered_by_whatsapp_and_sms_by_sms_and_she_is_the_same(both: Town) -> None:
    assert both.twilio.whatsapp(both.url, PHONE, "HELP").body == "<Response/>"
    both.work()
    both.phone(PHONE, by="twilio").texts("HELP")
    assert by(both) == ["whatsapp", "twilio"]
    assert len({one.person_id for one in both.rows(outbox)}) == 1
    assert [one.to for one in both.twilio.accepted] == [PHONE, PHONE]


def test_whatsapp_at_the_address_for_sms_is_answered_by_whatsapp(both: Town) -> None:
    both.twilio.text(both.url, f"whatsapp:{PHONE}", "HELP")
    both.work()
    assert by(both) == ["whatsapp"]


def test_a_day_after_she_wrote_the_text_goes_by_sms(both: Town, clock: Clock) -> None:
    both.phone(PHONE, by="twilio").texts("HELP")
    both.twilio.whatsapp(both.url, PHONE, "HELP")
    clock.pass_(DAY + 60)  # no worker was there for a day
    deliver.send_due(both.service, 10)
    assert by(both) == ["twilio", "twilio"]
    assert (row(both).status, row(both).channel, row(both).reason) == ("sent", "twilio", "")


def test_within_the_day_it_goes_by_whatsapp(both: Town, clock: Clock) -> None:
    both.twilio.whatsapp(both.url, PHONE, "HELP")
    clock.pass_(DAY - 60)
    deliver.send_due(both.service, 10)
    assert by(both) == ["whatsapp"]


@pytest.mark.parametrize("how", ["refused", "reported"])
def test_what_whatsapp_will_not_bring_now_goes_by_sms_once(both: Town, how: str) -> None:
    if how == "refused":
        both.twilio.behave("refuse-63016", times=1)
    both.twilio.whatsapp(both.url, PHONE, "HELP")
    both.work()
    if how == "reported":
        [first] = both.twilio.accepted
        for _ in range(2):
            both.twilio.report(first, "failed", "63016")
        both.work()
        both.twilio.report(first, "failed", "63016")
    assert by(both)[-1] == "twilio"
    assert by(both).count("twilio") == 1
    assert (row(both).status, row(both).channel) == ("sent", "twilio")


def test_where_she_has_no_other_channel_it_fails_and_says_why(both: Town, clock: Clock) -> None:
    both.service.channels["twilio"].from_ = ""  # type: ignore[attr-defined]
    both.twilio.whatsapp(both.url, PHONE, "HELP")
    clock.pass_(DAY + 60)
    deliver.send_due(both.service, 10)
    assert (row(both).status, row(both).channel, row(both).reason) == ("failed", "whatsapp", OUTSIDE)
    assert both.twilio.accepted == []


# --- what an operator must do -----------------------------------------------------------------------------------------


def ready(town: Town) -> Any:
    return requests.get(f"{town.url}/readyz", timeout=20).json()


def test_what_an_operator_must_do_is_told_once_an_hour_and_counted(
    town: Town, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    town.twilio.behave("refuse-21408")
    with caplog.at_level(logging.ERROR):
        for number in range(3):
            town.phone(f"+1415555010{number}", by="twilio").sends("HELP")
        deliver.send_due(town.service, 10)
    assert [one.status for one in town.rows(outbox)] == ["failed"] * 3
    assert len([one for one in caplog.records if "Geo permissions" in one.getMessage()]) == 1
    assert ready(town)["problems"] == [f"twilio 21408: {twilio_errors.COUNTRY} (3 messages)"]
    assert (
        'sms_service_gateway_faults{channel="twilio",code="21408"} 3.0'
        in requests.get(f"{town.url}/metrics", timeout=20).text
    )


def test_a_report_tells_it_too(town: Town) -> None:
    town.twilio.report(sent(town), "undelivered", "30034")
    assert ready(town)["problems"] == [f"twilio 30034: {twilio_errors.REGISTER} (1 message)"]


def test_the_list_of_messages_says_what_to_do(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.africastalking.behave("status-405", times=1)
    town.phone("+254711000111", by="africastalking").texts("HELP")
    for name, value in town.environment.items():
        monkeypatch.setenv(name, value)
    told = CliRunner().invoke(app, ["outbox", "list"]).output
    assert "top it up" in " ".join(told.split())


def test_after_a_quiet_hour_it_is_news_again_and_after_a_day_it_is_told_no_more(any_town: Town) -> None:
    with any_town.service.engine.begin() as conn:
        news = [gateway_faults.note(conn, "twilio", "21408", now) for now in (0.0, 10.0, 3600.0, 7300.0)]
        assert news == [True, False, False, True]
        [fault] = gateway_faults.standing(conn, 7300.0 + DAY - 1)
        assert (fault.times, fault.first_at, fault.last_at) == (1, 7300.0, 7300.0)
        assert gateway_faults.standing(conn, 7300.0 + DAY) == []
    assert len(any_town.rows(gateway_fault)) == 1


def test_every_code_that_calls_the_operator_has_its_sentence() -> None:
    codes = [code for code, means in twilio_errors.MEANINGS.items() if means.operator]
    assert {20003, 21408, 21606, 21612, 21901, 30034} <= set(codes)
    assert all(len(advice.advice(channel, str(code))) > 40 for code in codes for channel in ("twilio", "whatsapp"))
    named = {one.lower() for one in advice.AFRICASTALKING}
    assert named >= africastalking.OPERATOR
    assert len(africastalking_sending.OPERATOR) == 4
    assert advice.advice("kannel", "21408") == ""


# --- one text for many ------------------------------------------------------------------------------------------------


def remind(town: Town, count: int, text: str = "", before: str = "+2547110") -> None:
    """The same text for many, which answers nobody."""
    from sms_service.store import outbox as store
    from sms_service.store import people

    keys = town.service.keys
    with town.service.engine.begin() as conn:
        for number in range(count):
            one = people.find_or_add(conn, keys, f"{before}{number:05}", "en", "africastalking", 1.0)
            said = text or "XYZ: we meet on Sunday at 10."
            store.add(
                conn,
                {
                    "ref": f"r{number}{len(said)}{before[1:4]}", "person_id": one.id, "turn_no": len(said),
                    "channel": "africastalking", "flow": "", "to_stopped": False,
                    "text_sealed": one.key.encrypt("outbox.text", said),
                    "due_at": 1.0, "created_at": 1.0, "text_index": keys.index("outbox.text", said),
                },
            )  # fmt: skip


def calls(town: Town) -> list[int]:
    """How many phones each call was for."""
    return [len(asked.form["to"].split(",")) for asked in town.africastalking.requests]


def test_equal_texts_leave_a_hundred_in_one_call(any_town: Town) -> None:
    remind(any_town, 250)
    deliver.send_due(any_town.service, 1000)
    assert calls(any_town) == [100, 100, 50]
    rows = any_town.rows(outbox)
    assert {one.status for one in rows} == {"sent"}
    assert {one.text_index for one in rows} == {None}, "nobody needs it any more"
    assert {one.gateway_id for one in rows} == {one.id for one in any_town.africastalking.accepted}


def test_of_two_texts_for_each_the_order_is_kept(any_town: Town) -> None:
    remind(any_town, 3)
    remind(any_town, 3, "XYZ: another text")
    deliver.send_due(any_town.service, 1000)
    assert calls(any_town) == [3, 3]
    assert len({one.text for one in any_town.africastalking.accepted[:3]}) == 1


def test_each_of_them_has_its_own_end(any_town: Town) -> None:
    remind(any_town, 4)
    any_town.africastalking.block("+254711000001")
    any_town.africastalking.codes["+254711000002"] = 405
    any_town.africastalking.codes["+254711000003"] = 599
    deliver.send_due(any_town.service, 4)
    assert [one.status for one in any_town.rows(outbox)] == ["sent", "failed", "queued", "held"]
    assert [one.stopped_at is not None for one in any_town.rows(person) if one.channel == "africastalking"] == [
        False,
        True,
        False,
        False,
    ]


def test_a_call_whose_answer_was_lost_leaves_all_of_them_held_and_none_goes_twice(
    impatient: Town, clock: Clock
) -> None:
    remind(impatient, 5)
    impatient.africastalking.behave("silent", times=1)
    for _ in range(3):
        deliver.send_due(impatient.service, 1000)
        deliver.recover(impatient.service)
        clock.pass_(DAY)
    assert {one.status for one in impatient.rows(outbox)} == {"held"}
    assert calls(impatient) == [5]


def test_a_worker_that_dies_with_many_in_hand_sends_none_twice(town: Town, clock: Clock) -> None:
    from sms_service.store import claims as store

    remind(town, 5)
    service = town.service
    with service.engine.begin() as conn:
        first = store.claim(conn, service.keys, clock.now, 60)
        assert first
        assert len(store.claim_equal(conn, service.keys, first, clock.now, 60, 99)) == 4
    assert deliver.send_due(service, 100) == 0
    clock.pass_(61)
    deliver.recover(service)
    assert {one.status for one in town.rows(outbox)} == {"held"}, "nobody can say, and this gateway cannot be asked"
    assert calls(town) == []


def test_who_stopped_or_waits_for_an_earlier_one_is_not_among_them(town: Town) -> None:
    remind(town, 3)
    with town.service.engine.begin() as conn:
        someone = town.rows(outbox)[1].person_id
        conn.execute(person.update().where(person.c.id == someone).values(stopped_at=1.0))
    deliver.send_due(town.service, 1000)
    assert calls(town) == [2]
    assert [one.status for one in town.rows(outbox)] == ["sent", "dropped", "sent"]


def test_a_number_that_is_given_up_is_not_among_them(town: Town, clock: Clock) -> None:
    remind(town, 3)
    with town.service.engine.begin() as conn:
        someone = town.rows(outbox)[1].person_id
        conn.execute(person.update().where(person.c.id == someone).values(failed_days=5, failed_at=clock.now))
    deliver.send_due(town.service, 1000)
    assert calls(town) == [2]
    assert [one.status for one in town.rows(outbox)] == ["sent", "unreachable", "sent"]


# --- premium numbers --------------------------------------------------------------------------------------------------


def test_the_answer_to_a_premium_message_carries_its_link(
    tmp_path: Path, valkey_url: str, live: object, twilio: Twilio, africastalking: AfricasTalking
) -> None:
    settings = {"DATA_DIR": str(tmp_path), "REDIS_URL": valkey_url, "PRIVACY__KEY": KEY}
    premium = {"CHANNELS__AFRICASTALKING__PREMIUM": africastalking.sender, "CHANNELS__AFRICASTALKING__KEYWORD": "JOIN"}
    with Town(settings | premium, twilio, africastalking) as town:
        town.phone("+254711000111", by="africastalking").texts("HELP")
        assert town.africastalking.requests[-1].form["linkId"] == "SampleLinkId123"
        assert row(town).link == "SampleLinkId123"
