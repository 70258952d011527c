"""WhatsApp by Twilio: the whole contract once more, and what only WhatsApp does."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

import msgspec
import pytest

from sms_service.channels.base import Accepted, Channel, DeliveryReport, HasWindow, Ignored, Outbound, Refused, Request
from sms_service.channels.twilio import Twilio
from sms_service.channels.whatsapp import WhatsApp
from sms_service.engine.model import DAY, Inbound
from tests import gateways
from tests.channels.conformance import NOW, PATIENT, PHONE, REF, SECRETS, TEXT, Conformance
from tests.channels.test_twilio import twilio
from tests.channels.vectors import case_id, cases, request_of


class TestWhatsApp(Conformance):
    channel_class = WhatsApp
    final_words = MappingProxyType(
        {"delivered": "delivered", "read": "delivered", "failed": "failed", "undelivered": "failed"}
    )
    field_names = ("MessageSid", "From", "To", "Body", "MessageStatus", "ErrorCode", "ButtonText", "MediaUrl0", "WaId")

    def channel(self, *, secrets: Sequence[str], api_url: str = "", timeout: tuple[float, float] = PATIENT) -> Channel:
        return WhatsApp(
            account_sid=gateways.twilio.ACCOUNT,
            auth_tokens=secrets,
            from_=gateways.twilio.NUMBER,
            public_url=gateways.twilio.PUBLIC_URL,
            api_url=api_url,
            timeout=timeout,
        )

    def gateway(self, secret: str) -> gateways.Gateway:
        return gateways.Twilio(auth_token=secret)

    def genuine(self, route: str, fields: Sequence[tuple[str, str]], secret: str) -> Request:
        target = f"/hooks/whatsapp/{route}" + ("?ref=" + REF if route == "status" else "")
        try:
            signed = gateways.Twilio(auth_token=secret).sign(gateways.twilio.PUBLIC_URL + target, list(fields))
        except UnicodeEncodeError:  # a text that UTF-8 cannot say is never signed by Twilio; here it is only parsed
            signed = ""
        header = {"x-twilio-signature": signed}
        return Request(
            method="POST", target=target, route=route, secret="", header=header, form=tuple(fields), body=b""
        )

    def without_proof(self, request: Request) -> Request:
        return msgspec.structs.replace(request, header={})

    def sms(self, phone: str, text: str, id_: str) -> list[tuple[str, str]]:
        fields = dict(gateways.Twilio().whatsapp_fields(phone, text))
        sender = {"From": ""} if not phone else {}
        return list((fields | {"MessageSid": id_, "SmsSid": id_, "SmsMessageSid": id_} | sender).items())

    def report(self, id_: str, word: str) -> tuple[str, list[tuple[str, str]]]:
        return "status", [("MessageSid", id_), ("MessageStatus", word), ("To", f"whatsapp:{PHONE}")]


def whatsapp(**other: Any) -> WhatsApp:
    settings = {"account_sid": gateways.twilio.ACCOUNT, "auth_tokens": SECRETS, "from_": gateways.twilio.NUMBER}
    return WhatsApp(public_url=gateways.twilio.PUBLIC_URL, **({"timeout": PATIENT} | settings | other))


def received(channel: Twilio, **fields: str) -> Any:
    form = tuple((dict(gateways.Twilio().whatsapp_fields(PHONE, "1", "SM1")) | fields).items())
    return channel.parse(
        Request(method="POST", target="/x", route="sms", secret="", header={}, form=form, body=b""), NOW
    )


WHATSAPP_CASES = [case for case in cases("twilio_inbound") if case["expected"].get("channel") == "whatsapp"]


@pytest.mark.parametrize("case", WHATSAPP_CASES, ids=case_id)
@pytest.mark.parametrize("channel", [whatsapp(), twilio(whatsapp=True)], ids=lambda one: str(one.name))
def test_a_captured_message_is_understood_at_both_addresses(case: dict[str, Any], channel: Twilio) -> None:
    inbound = channel.parse(request_of(case, "sms"), NOW)
    fields = dict(case["params"])
    assert isinstance(inbound, Inbound)
    assert (inbound.channel, inbound.kind, inbound.id) == ("whatsapp", "sms", fields["MessageSid"])
    assert f"whatsapp:{inbound.phone}" == fields["From"]


def test_she_is_her_number_without_whatsapps_prefix() -> None:
    inbound = received(whatsapp())
    assert (inbound.phone, inbound.to, inbound.text) == (PHONE, gateways.twilio.NUMBER, "1")


def test_without_a_sender_of_ours_it_is_ignored_at_the_address_for_sms() -> None:
    assert isinstance(received(twilio()), Ignored)


def test_a_text_is_of_the_channel_that_its_sender_wrote_by_at_whichever_address_it_comes() -> None:
    """An operator gives both addresses to one number: the same SMS is then one message, and not two."""
    for channel in (whatsapp(), twilio(whatsapp=True)):
        assert (received(channel, From=PHONE).channel, received(channel).channel) == ("twilio", "whatsapp")


def test_a_button_is_the_text_on_it() -> None:
    assert received(whatsapp(), Body="", ButtonText="Yes, I join", ButtonPayload="join").text == "Yes, I join"
    assert received(whatsapp(), Body="", ButtonPayload="join").text == "join"
    assert received(whatsapp(), Body="ok", ButtonText="no").text == "ok", "what she typed comes first"
    assert received(twilio(), From=PHONE, Body="", ButtonText="1").text == "", "an SMS has no buttons"


def test_pictures_come_in() -> None:
    url = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"
    assert received(whatsapp(), Body="", NumMedia="1", MediaUrl0=url, MediaContentType0="image/jpeg").media == (url,)


def test_our_own_sender_is_never_answered() -> None:
    assert isinstance(received(whatsapp(), From=f"whatsapp:{gateways.twilio.NUMBER}"), Ignored)
    assert isinstance(received(twilio(whatsapp=True, from_="MG1"), From=f"whatsapp:{gateways.twilio.NUMBER}"), Ignored)


@pytest.mark.parametrize("sender", [gateways.twilio.NUMBER, "MG" + "5" * 32])
def test_it_goes_from_whatsapp_to_whatsapp(sender: str) -> None:
    with gateways.Twilio(auth_token=SECRETS[0]) as gateway:
        channel = whatsapp(api_url=gateway.url, from_=sender)
        assert isinstance(channel.send(Outbound(ref=REF, phone=PHONE, text=TEXT)), Accepted)
        form = gateway.requests[0].form
        assert form["To"] == f"whatsapp:{PHONE}"
        if sender.startswith("MG"):
            assert form["MessagingServiceSid"] == sender
        else:
            assert form["From"] == f"whatsapp:{sender}"
        assert form["StatusCallback"] == f"https://sms.example.org/hooks/whatsapp/status?ref={REF}"


def test_a_lost_answer_is_looked_for_among_her_whatsapp_messages_alone() -> None:
    with gateways.Twilio(auth_token=SECRETS[0], now=lambda: NOW) as gateway:
        message = Outbound(ref=REF, phone=PHONE, text=TEXT)
        assert isinstance(twilio(api_url=gateway.url).send(message), Accepted)
        channel = whatsapp(api_url=gateway.url)
        assert channel.look_up(message, NOW, []) == Refused("not found at the gateway", again=True)
        sent = channel.send(message)
        assert isinstance(sent, Accepted)
        assert channel.look_up(message, NOW, []) == sent


def test_outside_of_the_window_another_channel_may_reach_her() -> None:
    assert isinstance(whatsapp(), HasWindow)
    assert whatsapp().window == DAY
    assert not isinstance(twilio(), HasWindow)
    form = (("MessageSid", "SM1"), ("MessageStatus", "failed"), ("ErrorCode", "63016"), ("To", f"whatsapp:{PHONE}"))
    request = Request(method="POST", target="/x", route="status", secret="", header={}, form=form, body=b"")
    report = whatsapp().parse(request, NOW)
    assert isinstance(report, DeliveryReport)
    assert (report.channel, report.phone, report.elsewhere) == ("whatsapp", PHONE, True)


def test_what_whatsapp_adds_to_a_report_is_no_error() -> None:
    more = {"ChannelInstallSid": "XE1", "ChannelStatusMessage": "...", "ChannelPrefix": "whatsapp", "EventType": "READ"}
    form = (("MessageSid", "SM1"), ("MessageStatus", "read"), ("To", f"whatsapp:{PHONE}"), *more.items())
    request = Request(method="POST", target="/x", route="status", secret="", header={}, form=form, body=b"")
    report = whatsapp().parse(request, NOW)
    assert isinstance(report, DeliveryReport)
    assert report.status == "delivered"
