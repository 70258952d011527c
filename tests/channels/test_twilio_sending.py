"""Twilio: what is sent, how it refuses, and what its list of messages says of a lost answer."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from sms_service.channels.base import Accepted, DeliveryReport, Outbound, Refused, Unknown
from sms_service.channels.twilio import Twilio
from sms_service.channels.twilio_errors import MEANINGS
from sms_service.engine.model import DAY
from tests import gateways
from tests.channels.conformance import NOW, PHONE, QUICK, REF, SECRETS, TEXT
from tests.channels.test_twilio import twilio

STATUS_URL = "https://sms.example.org/hooks/twilio/status"


def outbound(phone: str = PHONE, text: str = TEXT) -> Outbound:
    return Outbound(ref=REF, phone=phone, text=text)


def test_the_reference_travels_in_the_status_callback() -> None:
    with gateways.Twilio(auth_token=SECRETS[0]) as gateway:
        twilio(api_url=gateway.url).send(outbound())
        assert [message.status_callback for message in gateway.accepted] == [f"{STATUS_URL}?ref={REF}"]


def test_a_messaging_service_is_a_sender_too() -> None:
    with gateways.Twilio(auth_token=SECRETS[0]) as gateway:
        service = "MG" + "5" * 32
        assert isinstance(twilio(api_url=gateway.url, from_=service).send(outbound()), Accepted)
        assert gateway.requests[0].form["MessagingServiceSid"] == service
        assert "From" not in gateway.requests[0].form


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (20003, Refused("20003", again=False, operator=True)),
        (21211, Refused("21211", again=False, number_failed=True)),
        (21408, Refused("21408", again=False, operator=True)),
        (21606, Refused("21606", again=False, operator=True)),
        (21610, Refused("21610", again=False, opted_out=True, number_failed=True)),
        (21611, Refused("21611", again=True, after=3600.0)),
        (21612, Refused("21612", again=False, operator=True)),
        (21614, Refused("21614", again=False, number_failed=True)),
        (21617, Refused("21617", again=False)),
        (21901, Refused("21901", again=False, operator=True)),
        (29999, Refused("29999", again=False)),
        (30002, Refused("30002", again=False, operator=True)),
        (30034, Refused("30034", again=False, operator=True)),
        (63016, Refused("63016", again=False, elsewhere=True)),
        (63018, Refused("63018", again=True, after=60.0)),
    ],
)
def test_a_refusal_is_told_by_its_code(code: int, outcome: Refused) -> None:
    with gateways.Twilio(auth_token=SECRETS[0]) as gateway:
        gateway.behave(f"refuse-{code}")
        assert twilio(api_url=gateway.url).send(outbound()) == outcome
        assert gateway.accepted == []


def test_twilios_test_number_that_opted_out() -> None:
    with gateways.Twilio(auth_token=SECRETS[0]) as gateway:
        assert twilio(api_url=gateway.url).send(outbound("+15005550004")) == Refused(
            "21610", again=False, opted_out=True, number_failed=True
        )


def test_many_threads_get_each_its_own_answer() -> None:
    """The SDK's client hands an answer over through an attribute of itself, so that threads can swap theirs."""
    with gateways.Twilio(auth_token=SECRETS[0]) as gateway:
        channel = Twilio(
            account_sid=gateways.twilio.ACCOUNT,
            auth_tokens=SECRETS,
            from_=gateways.twilio.NUMBER,
            public_url=gateways.twilio.PUBLIC_URL,
            api_url=gateway.url,
        )
        texts = [f"text {number}" for number in range(60)]
        with ThreadPoolExecutor(12) as pool:
            outcomes = list(pool.map(lambda text: channel.send(outbound(text=text)), texts))
        ids = {message.text: message.id for message in gateway.accepted}
        assert [one.gateway_id for one in outcomes if isinstance(one, Accepted)] == [ids[text] for text in texts]


# --- what became of it ----------------------------------------------------------------------------------------------


@pytest.fixture
def gateway() -> Any:
    with gateways.Twilio(auth_token=SECRETS[0], now=lambda: NOW) as started:
        yield started


def lost_answer(gateway: gateways.Twilio, channel: Twilio, text: str = TEXT) -> gateways.Message:
    """A send that was accepted and never answered."""
    gateway.behave("500", times=1, accept=True)
    assert isinstance(channel.send(outbound(text=text)), Unknown)
    return gateway.accepted[-1]


def test_a_lost_answer_is_found_in_the_list(gateway: gateways.Twilio) -> None:
    channel = twilio(api_url=gateway.url)
    message = lost_answer(gateway, channel)
    assert channel.look_up(outbound(), NOW, []) == Accepted(message.id, 1)


def test_a_message_that_left_the_queue_is_found_by_its_day(gateway: gateways.Twilio) -> None:
    channel = twilio(api_url=gateway.url)
    message = lost_answer(gateway, channel)
    message.status, message.sent_at = "sent", NOW + DAY
    assert channel.look_up(outbound(), NOW, []) == Accepted(message.id, 1)
    assert gateway.requests[-1].query["DateSent>"].startswith("2025-12-31"), (
        "NOW is midnight: the day before counts too"
    )


def test_what_never_arrived_may_be_sent_again(gateway: gateways.Twilio) -> None:
    channel = twilio(api_url=gateway.url)
    gateway.behave("500", times=1)
    assert isinstance(channel.send(outbound()), Unknown)
    assert channel.look_up(outbound(), NOW, []) == Refused("not found at the gateway", again=True)


def test_other_messages_are_not_taken_for_it(gateway: gateways.Twilio) -> None:
    channel = twilio(api_url=gateway.url)
    earlier = lost_answer(gateway, channel)
    lost_answer(gateway, channel, text="Another text")
    assert isinstance(channel.look_up(outbound(), NOW, [earlier.id]), Refused)
    assert isinstance(channel.look_up(outbound(), NOW + 2 * 3600, []), Refused)
    assert channel.look_up(outbound(), NOW + 59, []) == Accepted(earlier.id, 1)


@pytest.fixture
def three_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sms_service.channels.twilio_sending.LISTED_MAX", 3)


@pytest.mark.usefixtures("three_a_page")
def test_a_list_of_several_pages_is_read_to_its_end(gateway: gateways.Twilio) -> None:
    channel = twilio(api_url=gateway.url)
    message = lost_answer(gateway, channel)
    for number in range(7):
        channel.send(outbound(text=f"later {number}"))
    assert channel.look_up(outbound(), NOW, []) == Accepted(message.id, 1)
    gateway.accepted.remove(message)
    assert channel.look_up(outbound(), NOW, []) == Refused("not found at the gateway", again=True)


@pytest.mark.usefixtures("three_a_page")
def test_of_a_list_that_is_too_long_to_be_read_the_part_since_the_send_is_enough(
    gateway: gateways.Twilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sms_service.channels.twilio_sending.LISTING_SECONDS", -1.0)
    channel = twilio(api_url=gateway.url)
    for number in range(7):
        channel.send(outbound(text=f"earlier {number}"))
    assert channel.look_up(outbound(), NOW + DAY, []) == Refused("not found at the gateway", again=True)
    assert channel.look_up(outbound(), NOW, []) == Unknown("more messages than can be listed in time")


@pytest.mark.parametrize(
    ("word", "code", "said"),
    [
        ("undelivered", 30005, {"status": "failed", "reason": "30005", "number_failed": True}),
        ("failed", 21610, {"status": "failed", "reason": "21610", "number_failed": True, "opted_out": True}),
        ("undelivered", 30008, {"status": "failed", "reason": "30008", "again": 1, "after": 900.0}),
        ("delivered", None, {"status": "delivered"}),
    ],
)
def test_what_is_found_tells_what_became_of_it(
    gateway: gateways.Twilio, word: str, code: int | None, said: dict[str, Any]
) -> None:
    channel = twilio(api_url=gateway.url)
    message = lost_answer(gateway, channel)
    message.status, message.error_code, message.sent_at = word, code, NOW
    found = channel.look_up(outbound(), NOW, [])
    told = {"channel": "twilio", "gateway_id": message.id, "ref": REF, "phone": PHONE, "word": word, "segments": 1}
    assert found == Accepted(message.id, 1, reported=DeliveryReport(**told | said))


def test_a_redacted_body_cannot_be_told(gateway: gateways.Twilio) -> None:
    channel = twilio(api_url=gateway.url)
    lost_answer(gateway, channel).text = ""
    assert channel.look_up(outbound(), NOW, []) == Unknown("a listed message has no body")


def test_a_trial_accounts_prefix_is_no_difference(gateway: gateways.Twilio) -> None:
    channel = twilio(api_url=gateway.url)
    message = lost_answer(gateway, channel)
    message.text = f"Sent from your Twilio trial account - {TEXT}"
    assert channel.look_up(outbound(), NOW, []) == Accepted(message.id, 1)


@pytest.mark.parametrize("weather", ["429", "500", "html", "reset", "silent", "truncated"])
def test_a_list_that_fails_tells_nothing(gateway: gateways.Twilio, weather: str) -> None:
    lost_answer(gateway, twilio(api_url=gateway.url))
    gateway.behave(weather, on="list")
    assert isinstance(twilio(api_url=gateway.url, timeout=QUICK).look_up(outbound(), NOW, []), Unknown)


def test_the_documentation_says_of_every_code_what_becomes_of_the_message() -> None:
    docs = (Path(__file__).parents[2] / "docs" / "gateways.md").read_text()
    told = docs[docs.index("## Twilio") : docs.index("## WhatsApp by Twilio")]
    rows = {
        code: line
        for line in told.splitlines()
        if line.startswith("| ")
        for code in re.findall(r"\b\d{3,5}\b", line.split("|")[1])
    }
    assert set(rows) == {str(code) for code in MEANINGS} | {"429"}
    for code, means in MEANINGS.items():
        line = rows[str(code)]
        assert ("an operator must act" in line) == bool(means.operator), code
        assert ("anew" in line or "more times" in line) == bool(means.again), code
        assert ("by SMS" in line) == means.elsewhere, code
