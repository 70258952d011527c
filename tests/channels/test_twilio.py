"""Twilio: the contract, its signatures and its fields. What is sent and looked up: test_twilio_sending.py."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from hashlib import sha256
from types import MappingProxyType
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from sms_service.channels.base import (
    Channel,
    DeliveryReport,
    Forged,
    Ignored,
    Request,
    Response,
)
from sms_service.channels.twilio import Twilio, signature
from sms_service.engine.model import Inbound
from tests import gateways
from tests.channels.conformance import NOW, PATIENT, PHONE, REF, SECRETS, Conformance
from tests.channels.vectors import case_id, cases, request_of, scheme_and_host

STATUS_URL = "https://sms.example.org/hooks/twilio/status"


def twilio(*, public_url: str = gateways.twilio.PUBLIC_URL, **other: Any) -> Twilio:
    settings = {"account_sid": gateways.twilio.ACCOUNT, "auth_tokens": SECRETS, "from_": gateways.twilio.NUMBER}
    return Twilio(public_url=public_url, **({"timeout": PATIENT} | settings | other))


class TestTwilio(Conformance):
    channel_class = Twilio
    final_words = MappingProxyType(
        {"delivered": "delivered", "read": "delivered", "failed": "failed", "undelivered": "failed"}
    )
    field_names = (
        "MessageSid",
        "SmsSid",
        "From",
        "To",
        "Body",
        "MessageStatus",
        "SmsStatus",
        "ErrorCode",
        "NumSegments",
    )

    def channel(self, *, secrets: Sequence[str], api_url: str = "", timeout: tuple[float, float] = PATIENT) -> Channel:
        return Twilio(
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
        target = f"/hooks/twilio/{route}" + ("?ref=" + REF if route == "status" else "")
        url = gateways.twilio.PUBLIC_URL + target
        try:
            signed = gateways.Twilio(auth_token=secret).sign(url, list(fields))
        except UnicodeEncodeError:  # a text that UTF-8 cannot say is never signed by Twilio; here it is only parsed
            signed = ""
        return Request(
            method="POST",
            target=target,
            route=route,
            secret="",
            header={"x-twilio-signature": signed},
            form=tuple(fields),
            body=b"",
        )

    def without_proof(self, request: Request) -> Request:
        return msgspec.structs.replace(request, header={})

    def sms(self, phone: str, text: str, id_: str) -> list[tuple[str, str]]:
        fields = dict(gateways.Twilio().sms_fields(phone, text))
        return list((fields | {"MessageSid": id_, "SmsSid": id_, "SmsMessageSid": id_}).items())

    def report(self, id_: str, word: str) -> tuple[str, list[tuple[str, str]]]:
        return "status", [("MessageSid", id_), ("MessageStatus", word), ("SmsStatus", word), ("To", PHONE)]


# --- the signature --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", cases("twilio_signature"), ids=case_id)
def test_a_signature_is_judged_as_twilio_means_it(case: dict[str, Any]) -> None:
    channel = twilio(auth_tokens=[case["auth_token"]], public_url=scheme_and_host(case["url"]))
    request = request_of(case, "sms")
    if case["expected_valid"]:
        channel.verify(request)
    else:
        with pytest.raises(Forged):
            channel.verify(request)


@pytest.mark.parametrize("case", cases("twilio_inbound"), ids=case_id)
def test_every_captured_webhook_passes(case: dict[str, Any]) -> None:
    twilio(auth_tokens=[case["auth_token"]], public_url=scheme_and_host(case["url"])).verify(request_of(case, "sms"))


EDGES: dict[str, dict[str, Any]] = {
    "edge-missing-header": {"header": {}, "form": (("Body", "1"),), "body": b"Body=1"},
    "edge-bytes-body": {"form": (), "body": b"\xff\xfe\x00"},
    "edge-list-value": {"form": (("Body", ["1", "2"]),), "body": b""},
}
"""The inputs on which Twilio's own validator raises, as requests."""


@pytest.mark.parametrize("case", cases("twilio_signature_edge"), ids=case_id)
def test_what_makes_twilios_own_validator_raise_is_forged(case: dict[str, Any]) -> None:
    url = f"{gateways.twilio.PUBLIC_URL}/hooks/twilio/sms"
    request = Request(
        method="POST",
        target="/hooks/twilio/sms",
        route="sms",
        secret="",
        **{"header": {"x-twilio-signature": signature(SECRETS[0], url, ()).decode()}} | EDGES[case["id"]],
    )
    with pytest.raises(Forged):
        twilio().verify(request)


def json_request(body: bytes, hash_of: bytes) -> Request:
    target = f"/hooks/twilio/sms?bodySHA256={sha256(hash_of).hexdigest()}"
    signed = signature(SECRETS[0], gateways.twilio.PUBLIC_URL + target, ()).decode()
    header = {"x-twilio-signature": signed, "content-type": "application/json"}
    return Request(method="POST", target=target, route="sms", secret="", header=header, form=(), body=body)


def test_a_json_body_is_held_to_the_hash_in_the_signed_address() -> None:
    twilio().verify(json_request(b'{"a": 1}', hash_of=b'{"a": 1}'))
    with pytest.raises(Forged):
        twilio().verify(json_request(b'{"a": 2}', hash_of=b'{"a": 1}'))


SHARED = "the-shared-key-of-this-test"
NAMED = {"x-twilio-webhooks-signature-settings": "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"}
"""What Twilio writes beside a signature that a shared key made."""


def signed_by(secret: str, algorithm: str, header: dict[str, str]) -> Request:
    """A request whose signature Twilio's own SDK made."""
    url = f"{gateways.twilio.PUBLIC_URL}/hooks/twilio/sms"
    made = RequestValidator(secret).compute_signature(url, {"Body": "1"}, algorithm)
    return Request(
        method="POST", target="/hooks/twilio/sms", route="sms", secret="", form=(("Body", "1"),), body=b"Body=1",
        header={"x-twilio-signature": made, **header},
    )  # fmt: skip


def test_a_shared_key_is_good_by_sha256_where_it_is_set() -> None:
    keyed = twilio(shared_keys=["", SHARED])
    keyed.verify(signed_by(SHARED, "HMAC_SHA256", NAMED))
    keyed.verify(signed_by(SECRETS[0], "HMAC_SHA1", {}))
    for unkeyed in (twilio(), twilio(shared_keys=[""])):
        with pytest.raises(Forged):
            unkeyed.verify(signed_by(SHARED, "HMAC_SHA256", NAMED))


@pytest.mark.parametrize(
    ("secret", "algorithm"),
    [(SHARED, "HMAC_SHA1"), (SECRETS[0], "HMAC_SHA256"), ("", "HMAC_SHA256"), ("webhooks_sharedkey_1", "HMAC_SHA256")],
)
@pytest.mark.parametrize(
    "header", [{}, NAMED, {"x-twilio-webhooks-signature-settings": "key=,algorithm=HMAC_SHA1"}], ids=len
)
def test_no_header_chooses_key_or_algorithm(secret: str, algorithm: str, header: dict[str, str]) -> None:
    with pytest.raises(Forged):
        twilio(shared_keys=[SHARED]).verify(signed_by(secret, algorithm, header))


@pytest.mark.parametrize("signed_over", ["https://sms.example.org", "https://sms.example.org:8443"])
def test_the_port_may_be_signed_or_not(signed_over: str) -> None:
    fields = (("Body", "1"),)
    signed = signature(SECRETS[0], f"{signed_over}/hooks/twilio/sms", fields).decode()
    request = Request(
        method="POST",
        target="/hooks/twilio/sms",
        route="sms",
        secret="",
        header={"x-twilio-signature": signed},
        form=fields,
        body=b"Body=1",
    )
    twilio(public_url="https://sms.example.org:8443/").verify(request)
    with pytest.raises(Forged):
        twilio(public_url="https://sms.example.org:9443").verify(msgspec.structs.replace(request, target="/other"))


@given(st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=8))
def test_our_signature_is_that_of_twilios_sdk_also_with_repeated_fields(fields: list[tuple[str, str]]) -> None:
    theirs = RequestValidator("token").compute_signature("https://sms.example.org/x", MultiDict(fields))
    assert signature("token", "https://sms.example.org/x", fields).decode() == theirs


# --- what arrives ---------------------------------------------------------------------------------------------------


def route_of(case: dict[str, Any]) -> str:
    return "status" if case["id"].startswith("st-") else "sms"


@pytest.mark.parametrize("case", cases("twilio_inbound"), ids=case_id)
def test_a_captured_webhook_is_understood(case: dict[str, Any]) -> None:
    understood = twilio().parse(request_of(case, route_of(case)), NOW)
    expected, fields = case["expected"], dict(case["params"])
    if expected.get("channel") == "whatsapp":
        assert isinstance(understood, Ignored)  # nobody could answer it: no WhatsApp sender is set (test_whatsapp.py)
    elif route_of(case) == "sms":
        assert isinstance(understood, Inbound)
        assert understood.id == fields["MessageSid"]
        assert understood.text == expected.get("text", fields["Body"])
        assert understood.phone == expected.get("from", fields["From"])
        assert understood.to == expected.get("to", fields["To"])
        assert understood.answered == (expected.get("reply_allowed") is False)
    else:
        assert isinstance(understood, DeliveryReport)
        assert (understood.gateway_id, understood.word) == (fields["MessageSid"], fields["MessageStatus"])
        assert understood.status == ("failed" if "retryable" in expected else "sent")
        assert understood.reason == fields.get("ErrorCode", "")


def test_a_retry_has_the_id_of_the_first() -> None:
    by_id = {case["id"]: case for case in cases("twilio_inbound")}
    first, retry = (twilio().parse(request_of(by_id[name], "sms"), NOW) for name in ("in-sms-yes", "in-retry-same-sid"))
    assert first == retry


def received(**fields: str) -> Inbound | DeliveryReport | Ignored:
    given = dict(gateways.Twilio().sms_fields(PHONE, "1", "SM1")) | fields
    form = tuple(given.items())
    request = Request(method="POST", target="/x", route="sms", secret="", header={}, form=form, body=b"")
    return twilio().parse(request, NOW)


def test_a_long_sms_that_came_as_base64_is_decoded() -> None:
    plain = "REG 9876543210 ABC1234567 12 Ram Kumar, राम कुमार, of the old house beside the well"
    understood = received(Body=base64.b64encode(plain.encode()).decode())
    assert isinstance(understood, Inbound)
    assert understood.text == plain


@pytest.mark.parametrize("text", ["a" * 64, "1234" * 20, base64.b64encode(b"short").decode(), "A" * 60 + "==="])
def test_a_text_that_only_looks_like_base64_is_left_alone(text: str) -> None:
    understood = received(Body=text)
    assert isinstance(understood, Inbound)
    assert understood.text == text


@pytest.mark.parametrize("word", ["STOP", "START", "HELP"])
def test_what_advanced_opt_out_has_answered_is_not_answered_again(word: str) -> None:
    understood = received(Body=word, OptOutType=word)
    assert isinstance(understood, Inbound)
    assert understood.answered


def test_pictures_come_with_their_addresses() -> None:
    media = {f"MediaUrl{number}": f"https://api.twilio.com/media/{number}" for number in range(12)}
    understood = received(Body="", NumMedia="12", **media)
    assert isinstance(understood, Inbound)
    assert understood.media == tuple(f"https://api.twilio.com/media/{number}" for number in range(10)), "Twilio's limit"
    strange = received(Body="", MediaUrl0="javascript:alert(1)", MediaUrl1="https://x/" + "y" * 500)
    assert isinstance(strange, Inbound)
    assert strange.media == ()


def test_our_own_number_is_never_answered() -> None:
    assert isinstance(received(From=gateways.twilio.NUMBER), Ignored)
    assert isinstance(received(MessageStatus="delivered", Body=""), Ignored)


def test_a_report_brings_our_reference_back_and_says_who_opted_out() -> None:
    form = (("MessageSid", "SM1"), ("MessageStatus", "undelivered"), ("ErrorCode", "21610"), ("To", PHONE))
    request = Request(
        method="POST",
        target=f"/hooks/twilio/status?ref={REF}",
        route="status",
        secret="",
        header={},
        form=form,
        body=b"",
    )
    report = twilio().parse(request, NOW)
    assert isinstance(report, DeliveryReport)
    assert (report.ref, report.status, report.reason, report.opted_out) == (REF, "failed", "21610", True)


@pytest.mark.parametrize(
    ("code", "is_the_numbers"),
    [
        *((code, True) for code in ("30003", "30004", "30005", "30006", "21610")),
        *((code, False) for code in ("30007", "30008", "30001", "21408", "30034", "")),
    ],
)
def test_a_report_says_whether_it_failed_because_of_the_number(code: str, is_the_numbers: bool) -> None:
    form = (("MessageSid", "SM1"), ("MessageStatus", "undelivered"), ("ErrorCode", code), ("To", PHONE))
    target = f"/hooks/twilio/status?ref={REF}"
    request = Request(method="POST", target=target, route="status", secret="", header={}, form=form, body=b"")
    report = twilio().parse(request, NOW)
    assert isinstance(report, DeliveryReport)
    assert report.number_failed is is_the_numbers


def test_twilio_is_never_answered_in_plain_text() -> None:
    inbound = received()
    assert twilio().reply(inbound, "", False) == Response(200, "text/xml", "<Response/>")
    report = DeliveryReport(channel="twilio", gateway_id="SM1", ref="", phone="", status="sent", word="sent")
    assert twilio().reply(report, "", False) == Response(204, "text/xml", "")
    assert twilio().busy("sms").content_type == "text/xml"


@pytest.mark.parametrize(
    ("code", "word", "expected"),
    [
        ("30003", "undelivered", {"again": 3, "after": 900.0, "number_failed": True}),
        ("30005", "undelivered", {"again": 0, "number_failed": True}),
        ("30006", "undelivered", {"again": 0, "number_failed": True}),
        ("30007", "undelivered", {"again": 0, "operator": True}),
        ("30008", "undelivered", {"again": 1, "after": 900.0}),
        ("63018", "failed", {"again": 3, "after": 60.0}),
        ("30001", "failed", {"again": 3, "after": 3600.0}),
        ("63016", "failed", {"again": 0, "elsewhere": True}),
        ("30034", "undelivered", {"again": 0, "operator": True}),
        ("21610", "failed", {"again": 0, "opted_out": True}),
        ("99999", "failed", {"again": 0, "operator": False, "elsewhere": False}),
        ("", "failed", {"again": 0}),
        ("30003", "delivered", {"again": 0, "operator": False}),
        ("30003", "canceled", {"again": 0}),
        ("30034", "sent", {"operator": False}),
    ],
)
def test_a_report_says_what_its_code_means_for_the_message(code: str, word: str, expected: dict[str, Any]) -> None:
    form = (("MessageSid", "SM1"), ("MessageStatus", word), ("ErrorCode", code), ("To", PHONE))
    request = Request(method="POST", target="/x?ref=r", route="status", secret="", header={}, form=form, body=b"")
    report = twilio().parse(request, NOW)
    assert isinstance(report, DeliveryReport)
    assert {name: getattr(report, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("amount", "unit", "price"),
    [
        ("-0.00750", "USD", "USD 0.00750"),
        ("0.04", "INR", "INR 0.04"),
        ("", "USD", ""),
        ("free", "USD", ""),
        ("1", "", ""),
    ],
)
def test_a_report_brings_what_was_billed(amount: str, unit: str, price: str) -> None:
    fields = (
        ("MessageSid", "SM1"),
        ("MessageStatus", "sent"),
        ("NumSegments", "3"),
        ("Price", amount),
        ("PriceUnit", unit),
    )
    request = Request(method="POST", target="/x", route="status", secret="", header={}, form=fields, body=b"")
    report = twilio().parse(request, NOW)
    assert isinstance(report, DeliveryReport)
    assert (report.segments, report.price) == (3, price)
