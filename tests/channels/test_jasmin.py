"""Jasmin: SMS in and reports by its callbacks, and its answers to a send."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

import msgspec
import pytest

from sms_service.channels.base import Accepted, Channel, DeliveryReport, Dlt, Ignored, Outbound, Refused, Request
from sms_service.channels.jasmin import ACK, Jasmin
from sms_service.engine.model import Inbound
from tests import gateways
from tests.channels.conformance import NOW, PATIENT, PHONE, REF, TEXT, Conformance
from tests.channels.vectors import case_id, cases, request_of
from tests.gateways.jasmin import NUMBER, USERNAME

PATH_SECRET = "path-secret-of-the-tests"


class TestJasmin(Conformance):
    channel_class = Jasmin
    final_words = MappingProxyType(
        {"DELIVRD": "delivered", "UNDELIV": "failed", "EXPIRED": "failed", "REJECTD": "failed"}
    )
    field_names = ("id", "from", "to", "content", "binary", "coding", "message_status", "level", "err")

    def channel(self, *, secrets: Sequence[str], api_url: str = "", timeout: tuple[float, float] = PATIENT) -> Channel:
        return Jasmin(
            send_url=f"{api_url}/send",
            username=USERNAME,
            password=secrets[0] or "password",
            from_=NUMBER,
            secrets=secrets,
            public_url="https://sms.example.org",
            timeout=timeout,
        )

    def gateway(self, secret: str) -> gateways.Gateway:
        return gateways.Jasmin(password=secret)

    def genuine(self, route: str, fields: Sequence[tuple[str, str]], secret: str) -> Request:
        return Request(
            method="POST",
            target=f"/hooks/jasmin/{secret}/{route}" + ("?ref=r1" if route == "delivery" else ""),
            route=route,
            secret=secret,
            header={},
            form=tuple(fields),
            body=b"",
        )

    def without_proof(self, request: Request) -> Request:
        return msgspec.structs.replace(request, secret="")

    def sms(self, phone: str, text: str, id_: str) -> list[tuple[str, str]]:
        return gateways.Jasmin().sms_fields(phone, text, id_)

    def report(self, id_: str, word: str) -> tuple[str, list[tuple[str, str]]]:
        return "delivery", gateways.Jasmin().report_fields(id_, word)


def jasmin(api_url: str = "", **other: Any) -> Jasmin:
    settings: dict[str, Any] = {
        "username": USERNAME, "password": gateways.jasmin.PASSWORD, "from_": NUMBER, "secrets": [PATH_SECRET],
        "public_url": "https://sms.example.org",
    }  # fmt: skip
    return Jasmin(send_url=f"{api_url}/send", timeout=PATIENT, **(settings | other))


def outbound(text: str = TEXT, dlt: Dlt | None = None) -> Outbound:
    return Outbound(ref=REF, phone=PHONE, text=text, dlt=dlt)


def told(route: str, fields: Sequence[tuple[str, str]]) -> Inbound | DeliveryReport | Ignored:
    target = f"/hooks/jasmin/{PATH_SECRET}/{route}?ref={REF}"
    return jasmin().parse(
        Request(method="POST", target=target, route=route, secret=PATH_SECRET, header={}, form=tuple(fields), body=b""),
        NOW,
    )


# --- what arrives -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", cases("jasmin_inbound"), ids=case_id)
def test_an_sms_of_the_vectors(case: dict[str, Any]) -> None:
    channel = jasmin()
    message = channel.parse(request_of(case, "sms", PATH_SECRET), NOW)
    assert isinstance(message, Inbound)
    assert (message.text, message.phone, message.to) == (case["expected"]["text"], PHONE, "12345")
    answer = channel.reply(message, "", False)
    assert (answer.status, answer.body) == (200, case["expected"]["reply_body"])


@pytest.mark.parametrize("case", cases("jasmin_dlr"), ids=case_id)
def test_a_report_of_the_vectors(case: dict[str, Any]) -> None:
    channel = jasmin()
    report = channel.parse(request_of(case, "delivery", PATH_SECRET), NOW)
    assert isinstance(report, DeliveryReport)
    fields = dict(case["params"])
    assert (report.gateway_id, report.word) == (fields["id"], fields["message_status"])
    assert (report.status != "sent") is case["expected"]["final"]
    assert channel.reply(report, "", False).body == ACK


@pytest.mark.parametrize(
    ("word", "err", "status", "reason"),
    [
        ("ESME_ROK", "000", "sent", ""),
        ("ESME_RTHROTTLED", "000", "failed", "ESME_RTHROTTLED"),
        ("UNDELIV", "633", "failed", "633"),
        ("DELIVRD", "000", "delivered", ""),
        ("UNKNOWN", "001", "sent", "001"),
    ],
)
def test_a_report_says_how_far_the_text_came_and_why(word: str, err: str, status: str, reason: str) -> None:
    report = told("delivery", gateways.Jasmin().report_fields("j-1", word, err=err))
    assert isinstance(report, DeliveryReport)
    assert (report.status, report.reason, report.ref) == (status, reason, REF)
    assert report.number_failed is (word == "UNDELIV")


@pytest.mark.parametrize(
    ("coding", "binary", "text"),
    [
        ("8", "091c094b0921093c", "जोड़"),
        ("3", "e96c", "él"),
        ("8", "nothing", "as content"),
        ("8", "d800", "\ufffd"),
        ("0", "1100", "as content"),
        ("", "", "as content"),
    ],
)
def test_a_text_is_read_in_its_coding(coding: str, binary: str, text: str) -> None:
    fields = [("id", "1"), ("from", "254711000111"), ("coding", coding), ("binary", binary), ("content", "as content")]
    message = told("sms", fields)
    assert isinstance(message, Inbound)
    assert message.text == text


def test_a_text_that_is_not_acknowledged_would_come_again() -> None:
    channel = jasmin()
    for understood in (Ignored("the sender is no phone number"), told("sms", gateways.Jasmin().sms_fields(PHONE, "1"))):
        answer = channel.reply(understood, "", False)
        assert (answer.status, answer.body) == (200, "ACK/Jasmin")
    assert channel.busy("sms").body != ACK


# --- what is sent -----------------------------------------------------------------------------------------------------


def test_a_report_finds_its_way_back() -> None:
    with gateways.Jasmin() as gateway:
        outcome = jasmin(gateway.url).send(outbound())
        [message] = gateway.accepted
        assert outcome == Accepted(message.id)
        assert message.status_callback == f"https://sms.example.org/hooks/jasmin/{PATH_SECRET}/delivery?ref={REF}"
        assert (gateway.requests[0].form["dlr-level"], gateway.requests[0].form["to"]) == ("3", PHONE[1:])


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        ("no-route", Refused("HTTP 412", again=False, operator=True)),
        ("too-fast", Refused("HTTP 403", again=True, too_fast=True)),
    ],
)
def test_what_jasmin_refuses(word: str, outcome: Refused) -> None:
    with gateways.Jasmin() as gateway:
        gateway.behave(word)
        assert jasmin(gateway.url).send(outbound()) == outcome
        assert gateway.accepted == []


def test_indias_ids_go_under_the_tags_that_the_operator_wants() -> None:
    with gateways.Jasmin() as gateway:
        channel = jasmin(gateway.url, entity_tag="0x1401", template_tag="0x1400")
        channel.send(outbound(dlt=Dlt(entity_id="1701158019630577568", template_id="1707161899992775140")))
        [message] = gateway.accepted
        assert gateway.tlvs[message.id] == {"0x1401": "1701158019630577568", "0x1400": "1707161899992775140"}
