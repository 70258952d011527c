"""The stand-ins themselves: they call our channels over HTTP as the gateways would, and remember what they accepted."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from sms_service.channels.africastalking import AfricasTalking
from sms_service.channels.base import Channel, DeliveryReport, Forged, Ignored, Outbound, Request, Response
from sms_service.channels.twilio import Twilio
from sms_service.engine.model import Inbound
from tests import gateways
from tests.channels.conformance import NOW, PHONE, TEXT


class Application:
    """As much of a service as a gateway needs: verifies, parses, answers, and remembers what it understood."""

    def __init__(self) -> None:
        self.channels: dict[str, Channel] = {}
        self.heard: list[Inbound | DeliveryReport | Ignored] = []
        self.screens = ["1. Join\n2. Leave", "Thank you"]
        application = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                answer = application.answer(
                    self.path, self.headers, self.rfile.read(int(self.headers["Content-Length"]))
                )
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.content_type)
                self.end_headers()
                self.wfile.write(answer.body.encode())

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def answer(self, target: str, headers: Any, body: bytes) -> Response:
        _, _, name, *rest = target.partition("?")[0].split("/")
        request = Request(
            method="POST",
            target=target,
            route=rest[-1],
            secret=rest[0] if len(rest) == 2 else "",
            header={key.lower(): value for key, value in headers.items()},
            form=tuple(parse_qsl(body.decode(), keep_blank_values=True)),
            body=body,
        )
        channel = self.channels[name]
        try:
            channel.verify(request)
        except Forged:
            return Response(403, "text/plain", "")
        understood = channel.parse(request, NOW)
        self.heard.append(understood)
        if isinstance(understood, Inbound) and understood.kind == "ussd":
            hops = understood.text.count("*") + 1 if understood.text else 0
            return channel.reply(understood, self.screens[min(hops, len(self.screens) - 1)], ends=hops > 0)
        return channel.reply(understood, "", False)


@pytest.fixture
def application() -> Iterator[Application]:
    made = Application()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def twilio(application: Application) -> Iterator[gateways.Twilio]:
    with gateways.Twilio() as gateway:
        gateway.web_url = application.url
        application.channels["twilio"] = Twilio(
            account_sid=gateway.account_sid,
            auth_tokens=[gateway.auth_token],
            from_=gateway.number,
            public_url=gateway.public_url,
            api_url=gateway.url,
        )
        yield gateway


@pytest.fixture
def africastalking(application: Application) -> Iterator[gateways.AfricasTalking]:
    with gateways.AfricasTalking() as gateway:
        gateway.web_url = application.url
        application.channels["africastalking"] = AfricasTalking(
            username=gateway.username,
            api_key=gateway.api_key,
            from_=gateway.sender,
            secrets=[gateway.secret],
            api_url=gateway.url,
        )
        yield gateway


def outbound(ref: str = "r1") -> Outbound:
    return Outbound(ref=ref, phone=PHONE, text=TEXT)


def test_an_sms_comes_in_through_twilio(application: Application, twilio: gateways.Twilio) -> None:
    answer = twilio.text(application.url, PHONE, "हाँ & + 👍", sid="SM1")
    assert (answer.status, answer.content_type, answer.body) == (200, "text/xml", "<Response/>")
    [inbound] = application.heard
    assert isinstance(inbound, Inbound)
    assert (inbound.id, inbound.phone, inbound.text) == ("SM1", PHONE, "हाँ & + 👍")


def test_a_strangers_sms_is_turned_away(application: Application, twilio: gateways.Twilio) -> None:
    twilio.auth_token = "a stranger's guess"
    assert twilio.text(application.url, PHONE, "1").status == 403
    assert application.heard == []


def test_twilio_reports_to_the_address_it_was_given(application: Application, twilio: gateways.Twilio) -> None:
    application.channels["twilio"].send(outbound())
    assert twilio.report(twilio.message("r1"), "undelivered", "30005").status == 204
    [report] = application.heard
    assert isinstance(report, DeliveryReport)
    assert (report.ref, report.status, report.reason) == ("r1", "failed", "30005")


def test_reports_come_by_themselves(application: Application, twilio: gateways.Twilio) -> None:
    twilio.auto_reports = True
    application.channels["twilio"].send(outbound())
    twilio.wait_for_reports()
    assert [one.word for one in application.heard if isinstance(one, DeliveryReport)] == ["sent", "delivered"]


def test_a_report_can_beat_the_answer(application: Application, twilio: gateways.Twilio) -> None:
    twilio.behave("early-report")
    application.channels["twilio"].send(outbound())
    assert len(application.heard) == 2  # both were here before send() returned


def test_a_ussd_session_from_dial_to_end(application: Application, africastalking: gateways.AfricasTalking) -> None:
    phone = africastalking.dial(application.url, PHONE)
    assert (phone.screen, phone.ended) == ("1. Join\n2. Leave", False)
    assert phone.press("1") == "Thank you"
    assert phone.ended
    assert phone.again() == phone.answer
    hops = [one for one in application.heard if isinstance(one, Inbound)]
    assert [hop.text for hop in hops] == ["", "1", "1"]
    assert hops[2].id == hops[1].id
    assert Ignored("USSD session ended: Success") in application.heard


def test_a_direct_dial_walks_two_menus(application: Application, africastalking: gateways.AfricasTalking) -> None:
    africastalking.dial(application.url, PHONE, "*384*96*1*2#")
    hop = application.heard[0]
    assert isinstance(hop, Inbound)
    assert (hop.text, hop.to) == ("1*2", "*384*96#")


def test_hanging_up_is_told(application: Application, africastalking: gateways.AfricasTalking) -> None:
    phone = africastalking.dial(application.url, PHONE)
    phone.hang_up()
    assert application.heard[-1] == Ignored("USSD session ended: Incomplete")
    with pytest.raises(ValueError, match="dial again"):
        phone.press("1")


def test_texts_reports_and_opt_outs_of_africastalking(
    application: Application, africastalking: gateways.AfricasTalking
) -> None:
    assert africastalking.text(application.url, PHONE, "ndio").status == 200
    application.channels["africastalking"].send(outbound())
    africastalking.report(africastalking.wait_for(1)[0], "Failed", "UserInBlackList")
    africastalking.opt_out(application.url, PHONE)
    sms, report, stop = application.heard
    assert isinstance(sms, Inbound)
    assert sms.text == "ndio"
    assert isinstance(report, DeliveryReport)
    assert report.opted_out
    assert isinstance(stop, Inbound)
    assert stop.text == "STOP"


def test_the_ledger_outlives_the_gateway(tmp_path: Path) -> None:
    ledger = tmp_path / "accepted.jsonl"
    for ref in ("r1", "r2"):
        with gateways.Twilio(ledger=ledger) as gateway:
            channel = Twilio(
                account_sid=gateway.account_sid,
                auth_tokens=[gateway.auth_token],
                from_=gateway.number,
                public_url=gateway.public_url,
                api_url=gateway.url,
            )
            channel.send(outbound(ref))
    assert [message.ref for message in gateways.Twilio(ledger=ledger).accepted] == ["r1", "r2"]


def test_weather_lasts_as_long_as_it_was_told_to(twilio: gateways.Twilio, application: Application) -> None:
    channel = application.channels["twilio"]
    twilio.behave("500", times=2)
    twilio.behave("429", times=1)
    words = [type(channel.send(outbound(f"r{number}"))).__name__ for number in range(4)]
    assert words == ["Unknown", "Unknown", "Refused", "Accepted"]
