"""Kannel: SMS in by get-url, reports by dlr-url, and its answers to sendsms."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, quote

import msgspec
import pytest

from sms_service.channels.base import Accepted, Channel, DeliveryReport, Dlt, Ignored, Outbound, Refused, Request
from sms_service.channels.kannel import Kannel
from sms_service.engine.model import Inbound
from tests import gateways
from tests.channels.conformance import NOW, PATIENT, PHONE, REF, TEXT, Conformance
from tests.channels.vectors import case_id, cases, request_of
from tests.gateways.kannel import NUMBER, PATH, USERNAME

PATH_SECRET = "path-secret-of-the-tests"


class TestKannel(Conformance):
    channel_class = Kannel
    final_words = MappingProxyType({"1": "delivered", "2": "failed", "16": "failed"})
    names_messages = False
    field_names = ("id", "ts", "sender", "receiver", "message", "coding", "charset", "uuid", "status", "reply")

    def channel(self, *, secrets: Sequence[str], api_url: str = "", timeout: tuple[float, float] = PATIENT) -> Channel:
        return Kannel(
            send_url=f"{api_url}{PATH}",
            username=USERNAME,
            password=secrets[0] or "password",
            from_=NUMBER,
            secrets=secrets,
            public_url="https://sms.example.org",
            timeout=timeout,
        )

    def gateway(self, secret: str) -> gateways.Gateway:
        return gateways.Kannel(password=secret)

    def genuine(self, route: str, fields: Sequence[tuple[str, str]], secret: str) -> Request:
        query = "&".join(f"{name}={quote(value.encode('utf-8', 'surrogatepass'))}" for name, value in fields)
        return Request(
            method="GET",
            target=f"/hooks/kannel/{secret}/{route}?{query}",
            route=route,
            secret=secret,
            header={},
            form=tuple(fields),
            body=b"",
        )

    def without_proof(self, request: Request) -> Request:
        return msgspec.structs.replace(request, secret="")

    def sms(self, phone: str, text: str, id_: str) -> list[tuple[str, str]]:
        return [
            ("id", id_), ("ts", "1723458600"), ("sender", phone.removeprefix("+")), ("receiver", NUMBER),
            ("message", text), ("coding", "0"), ("charset", "UTF-8"),
        ]  # fmt: skip

    def report(self, id_: str, word: str) -> tuple[str, list[tuple[str, str]]]:
        return "delivery", [("uuid", id_), ("status", word)]


def kannel(api_url: str = "", **other: Any) -> Kannel:
    settings: dict[str, Any] = {
        "username": USERNAME, "password": gateways.kannel.PASSWORD, "from_": NUMBER, "secrets": [PATH_SECRET],
        "public_url": "https://sms.example.org",
    }  # fmt: skip
    return Kannel(send_url=f"{api_url}{PATH}", timeout=PATIENT, **(settings | other))


def outbound(text: str = TEXT, dlt: Dlt | None = None) -> Outbound:
    return Outbound(ref=REF, phone=PHONE, text=text, dlt=dlt)


def heard(query: str) -> Inbound | DeliveryReport | Ignored:
    """What the channel makes of get-url with this query, as the web layer hands it over."""
    form = tuple(parse_qsl(query.lstrip("?"), keep_blank_values=True, errors="replace"))
    target = f"/hooks/kannel/{PATH_SECRET}/sms{query}"
    return kannel().parse(
        Request(method="GET", target=target, route="sms", secret=PATH_SECRET, header={}, form=form, body=b""), NOW
    )


# --- what arrives -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", cases("kannel_inbound"), ids=case_id)
def test_an_sms_of_the_vectors(case: dict[str, Any]) -> None:
    message = kannel().parse(request_of(case, "sms", PATH_SECRET), NOW)
    assert isinstance(message, Inbound)
    assert (message.text, message.phone, message.to) == (case["expected"]["text"], PHONE, "12345")
    assert (message.id, message.gateway_time) == ("9e1f", "2024-08-12T10:30:00Z")


@pytest.mark.parametrize("case", cases("kannel_dlr"), ids=case_id)
def test_a_report_of_the_vectors(case: dict[str, Any]) -> None:
    report = kannel().parse(request_of(case, "delivery", PATH_SECRET), NOW)
    assert isinstance(report, DeliveryReport)
    assert report.ref == dict(case["params"])["uuid"][:32]
    assert (report.status != "sent") is case["expected"]["final"]
    assert (report.status == "delivered") is (case["expected"]["meaning"] == "delivered")
    assert report.number_failed is False


def test_what_the_phone_did_not_take_counts_against_its_number() -> None:
    fields = (("uuid", REF), ("status", "2"))
    request = Request(method="GET", target="/", route="delivery", secret=PATH_SECRET, header={}, form=fields, body=b"")
    report = kannel().parse(request, NOW)
    assert isinstance(report, DeliveryReport)
    assert report.number_failed


@pytest.mark.parametrize("charset", ["UTF-8", "UTF-16BE"])
@pytest.mark.parametrize("text", ["जोड़ ९८७६५४३२१० राम", "Ndiyo 👍 & sawa", "é + %"])
def test_a_text_in_another_script_is_read_in_the_charset_that_kannel_names(text: str, charset: str) -> None:
    message = heard(gateways.Kannel(charset=charset).query_of(PHONE, text))
    assert isinstance(message, Inbound)
    assert message.text == text


@pytest.mark.parametrize("query", ["message=%D8%00%00", "message=%FF&message=1", ""])
def test_broken_bytes_of_utf_16_are_no_error(query: str) -> None:
    message = heard(f"?id=1&sender=254711000111&charset=UTF-16BE&{query}")
    assert isinstance(message, Inbound)
    message.text.encode()


@pytest.mark.parametrize(
    ("ts", "time"), [("1723458600", "2024-08-12T10:30:00Z"), ("", ""), ("soon", ""), ("9" * 30, "")]
)
def test_kannels_time_is_kept_where_it_is_one(ts: str, time: str) -> None:
    message = heard(f"?id=1&sender=254711000111&message=1&ts={ts}")
    assert isinstance(message, Inbound)
    assert message.gateway_time == time


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("id:1 sub:001 dlvrd:000 submit date:2608121455 stat:UNDELIV err:00d text:Amina", "d"),
        ("NACK/0x00000045/Submit failed", "45"),
        ("NACK/633/Template not matched", "633"),
        ("ACK/", ""),
        ("", ""),
        ("Amina Wanjiru err:+254711000111", ""),
    ],
)
def test_of_what_the_smsc_said_only_the_error_is_kept(reply: str, reason: str) -> None:
    fields = (("uuid", REF), ("status", "2"), ("reply", reply))
    request = Request(method="GET", target="/", route="delivery", secret=PATH_SECRET, header={}, form=fields, body=b"")
    report = kannel().parse(request, NOW)
    assert isinstance(report, DeliveryReport)
    assert report.reason == reason


# --- what is sent -----------------------------------------------------------------------------------------------------


def test_a_report_finds_its_way_back_by_our_reference() -> None:
    with gateways.Kannel() as gateway:
        assert kannel(gateway.url).send(outbound()) == Accepted("")
        [message] = gateway.accepted
        [asked] = gateway.requests
        assert message.status_callback == (
            f"https://sms.example.org/hooks/kannel/{PATH_SECRET}/delivery?uuid={REF}&status=%d&reply=%A"
        )
        assert (asked.query["dlr-mask"], asked.query["from"], asked.query["coding"]) == ("27", NUMBER, "0")


def test_a_text_that_kannel_queues_is_taken() -> None:
    with gateways.Kannel() as gateway:
        gateway.behave("queued")
        assert kannel(gateway.url).send(outbound()) == Accepted("")


def test_kannels_own_503_says_that_nothing_was_taken() -> None:
    with gateways.Kannel() as gateway:
        gateway.behave("temporal")
        assert kannel(gateway.url).send(outbound()) == Refused("503", again=True)
        assert gateway.accepted == []


@pytest.mark.parametrize("text", ["Price: 5€ [all] {x}", "é à ñ @ $ _", "सदस्य 👍", "Ng’ombe"])
def test_every_text_arrives_in_its_coding(text: str) -> None:
    with gateways.Kannel() as gateway:
        assert kannel(gateway.url).send(outbound(text)) == Accepted("")
        assert gateway.accepted[0].text == text


def test_indias_ids_are_encoded_twice() -> None:
    with gateways.Kannel() as gateway:
        dlt = Dlt(entity_id="1701158019630577568", template_id="1707161899992775140")
        kannel(gateway.url, smsc="airtel", template_tag="TID").send(outbound(dlt=dlt))
        [asked] = gateway.requests
        assert "meta-data=%3Fsmpp%3FPEID%3D1701158019630577568%26TID%3D1707161899992775140" in asked.target
        assert asked.query["smsc"] == "airtel"
