"""Described gateways: each shipped description is held to the whole contract against its own stand-in, and what a
description may say and may not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar

import msgspec
import pytest

from sms_service.channels.base import (
    Accepted,
    Batch,
    Channel,
    DeliveryReport,
    Dlt,
    Ignored,
    Outbound,
    Refused,
    Request,
    Unknown,
    Unreadable,
)
from sms_service.channels.described import BATCH_MAX, Described
from sms_service.channels.description import Description, DescriptionError, at, filled, read_description, shipped
from sms_service.engine.model import Inbound
from tests.channels.conformance import NOW, PATIENT, PHONE, REF, TEXT, Conformance
from tests.channels.hearing import Together
from tests.gateways import Gateway, described

PATH_SECRET = "path-secret-of-the-tests"


def open_described(
    stand_in: type[described.DescribedGateway], proof: str = "key", secrets: Sequence[str] = (PATH_SECRET,), **more: Any
) -> Described:
    """The channel by the shipped description of that gateway, as an operator sets it up."""
    return Described(
        name=stand_in.name,
        description=read_description(stand_in.name),
        settings={**stand_in.settings, stand_in.proof: proof},  # type: ignore[attr-defined]
        secrets=secrets,
        public_url="https://sms.example.org",
        region="KE",
        **more,
    )


class DescribedConformance(Conformance):
    channel_class = Described
    stand_in: ClassVar[type[described.DescribedGateway]]

    def channel(self, *, secrets: Sequence[str], api_url: str = "", timeout: tuple[float, float] = PATIENT) -> Channel:
        return open_described(self.stand_in, secrets[0] or "key", secrets, api_url=api_url, timeout=timeout)

    def gateway(self, secret: str) -> Gateway:
        return self.stand_in(secret=secret)

    def genuine(self, route: str, fields: Sequence[tuple[str, str]], secret: str) -> Request:
        return Request(
            method="POST",
            target=f"/hooks/{self.stand_in.name}/{secret}/{route}",
            route=route,
            secret=secret,
            header={},
            form=tuple(fields),
            body=b"",
        )

    def without_proof(self, request: Request) -> Request:
        return msgspec.structs.replace(request, secret="")

    def sms(self, phone: str, text: str, id_: str) -> list[tuple[str, str]]:
        return self.stand_in().sms_fields(phone, text, id_)

    def report(self, id_: str, word: str) -> tuple[str, list[tuple[str, str]]]:
        return "delivery", self.stand_in().report_fields(id_, PHONE, word)


class TestExotel(DescribedConformance):
    stand_in = described.Exotel
    final_words = MappingProxyType({"sent": "delivered", "failed": "failed", "failed_dnd": "failed"})
    field_names = ("SmsSid", "From", "To", "Date", "Body", "Status", "SmsUnits", "CustomField", "DetailedStatusCode")


class TestGupshup(DescribedConformance):
    stand_in = described.Gupshup
    final_words = MappingProxyType({"SUCCESS": "delivered", "FAILURE": "failed"})
    field_names = ("messageId", "phoneno", "phonecode", "msg", "externalId", "status", "cause", "phoneNo", "errCode")


class TestMsg91(DescribedConformance):
    stand_in = described.Msg91
    final_words = MappingProxyType({"1": "delivered", "2": "failed", "17": "failed"})
    field_names = ("id", "number", "longcode", "message", "data")


class TestInfobip(Together, DescribedConformance):
    stand_in = described.Infobip
    final_words = MappingProxyType({"DELIVERED": "delivered", "UNDELIVERABLE": "failed", "EXPIRED": "failed"})
    field_names = ("results", "messageId", "from", "to", "text")

    def genuine(self, route: str, fields: Sequence[tuple[str, str]], secret: str) -> Request:
        return self.together(route, [fields], secret)

    def together(self, route: str, each: Sequence[Sequence[tuple[str, str]]], secret: str) -> Request:
        results: list[dict[str, Any]] = [{} for _ in each]
        for one, fields in zip(results, each, strict=True):
            for name, value in fields:
                outer, _, inner = name.partition(".")
                one[outer] = {**one.get(outer, {}), inner: value} if inner else value
        return msgspec.structs.replace(
            super().genuine(route, [], secret), body=json.dumps({"results": results}).encode()
        )


ALL = (described.Exotel, described.Gupshup, described.Msg91, described.Infobip)


def outbound(text: str = TEXT, dlt: Dlt | None = None) -> Outbound:
    return Outbound(ref=REF, phone=PHONE, text=text, dlt=dlt)


def test_every_shipped_description_has_its_suite() -> None:
    assert shipped() == sorted(one.name for one in ALL)
    assert {one.stand_in.name for one in DescribedConformance.__subclasses__()} == set(shipped())


@pytest.mark.parametrize("stand_in", ALL, ids=lambda one: one.name)
def test_a_refusal_in_a_friendly_answer_is_a_refusal(stand_in: type[described.DescribedGateway]) -> None:
    with stand_in() as gateway:
        gateway.behave("refuse")
        outcome = open_described(stand_in, api_url=gateway.url).send(outbound())
        assert isinstance(outcome, Refused)
        assert not outcome.again
        assert gateway.accepted == []


@pytest.mark.parametrize("stand_in", ALL, ids=lambda one: one.name)
def test_indias_ids_go_along_where_there_are_some(stand_in: type[described.DescribedGateway]) -> None:
    with stand_in() as gateway:
        channel = open_described(stand_in, api_url=gateway.url)
        assert isinstance(channel.send(outbound()), Accepted)
        channel.send(outbound(dlt=Dlt(entity_id="1701158019630577568", template_id="1707161899992775140")))
        entity = "" if stand_in is described.Msg91 else "1701158019630577568"  # which knows it from the account
        assert gateway.registered == [("", ""), (entity, "1707161899992775140")]


def test_a_reason_can_say_that_the_number_is_not_reached_or_that_the_person_left() -> None:
    for reason, number_failed, opted_out in (
        ("EC_ABSENT_SUBSCRIBER", True, False), ("EC_USER_UNSUBSCRIBED", False, True), ("EC_NO_CREDITS", False, False),
    ):  # fmt: skip
        one = {"messageId": "m", "status": {"groupName": "REJECTED"}, "error": {"name": reason}}
        report = heard(described.Infobip, "delivery", body=json.dumps({"results": [one]}).encode())
        assert isinstance(report, DeliveryReport)
        assert (report.number_failed, report.opted_out, report.status) == (number_failed, opted_out, "failed")


def test_several_reports_in_one_request_are_all_taken() -> None:
    reports = [
        {"messageId": f"m{number}", "status": {"groupName": "DELIVERED"}, "to": "254711000111"} for number in range(3)
    ]
    told = heard(described.Infobip, "delivery", body=json.dumps({"results": reports}).encode())
    assert isinstance(told, Batch)
    assert [one.gateway_id for one in told.items if isinstance(one, DeliveryReport)] == ["m0", "m1", "m2"]


def test_reports_within_reports_know_what_stands_beside_them() -> None:
    data = [{"requestId": id_, "report": [{"number": "254711000111", "status": "1"}]} for id_ in ("r1", "r2")]
    told = heard(described.Msg91, "delivery", [("data", json.dumps(data))])
    assert isinstance(told, Batch)
    assert [(one.gateway_id, one.status) for one in told.items if isinstance(one, DeliveryReport)] == [
        ("r1", "delivered"), ("r2", "delivered"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"[[[[", b"null", b'{"results": {}}', b'{"results": [1, null]}', b"[" * 60_000]
)
def test_json_without_a_message_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        heard(described.Infobip, "sms", body=body)


def test_a_request_with_too_many_messages_is_unreadable() -> None:
    one = {"messageId": "m", "from": "254711000111", "text": "1"}
    with pytest.raises(Unreadable, match="at once"):
        heard(described.Infobip, "sms", body=json.dumps({"results": [one] * (BATCH_MAX + 1)}).encode())


def test_a_national_number_is_of_the_gateways_country() -> None:
    fields = [("SmsSid", "1"), ("From", "09052161119"), ("To", "56070"), ("Body", "hello")]
    message = heard(described.Exotel, "sms", fields)
    assert isinstance(message, Inbound)
    assert message.phone == "+919052161119"


def heard(
    stand_in: type[described.DescribedGateway], route: str, fields: Sequence[tuple[str, str]] = (), body: bytes = b""
) -> Inbound | DeliveryReport | Ignored | Batch:
    channel = open_described(stand_in)
    request = Request(
        method="POST", target="/", route=route, secret=PATH_SECRET, header={}, form=tuple(fields), body=body
    )  # fmt: skip
    return channel.parse(request, NOW)


# --- descriptions of one's own ----------------------------------------------------------------------------------------

OWN = """
gateway: Sema
pages: [https://sema.example/api]
needs: [username, key, from]
methods: [GET]
answer: OK
send:
  method: GET
  url: https://sema.example/send/{username}
  format: query
  fields: {to: "{phone}", msg: "{text}", sender: "{from}", api: "{key}", dlr: "{reports}"}
  accepted: {matches: "^sent (?P<id>[a-z0-9-]+)$"}
  again: [{matches: "^busy"}]
  refused: [{matches: "^error"}]
sms: {id: id, from: msisdn, text: msg}
delivery: {id: id, status: state, delivered: [ok], failed: [dead]}
"""


def own(tmp_path: Path, text: str = OWN) -> Description:
    file = tmp_path / "sema.yaml"
    file.write_text(text)
    return read_description(str(file))


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("sent abc-1", Accepted("abc-1")),
        ("busy, later please", Refused("HTTP 200", again=True)),
        ("error: no credit", Refused("HTTP 200", again=False)),
        ("<html>Log in</html>", Unknown("HTTP 200")),
        ("sent ", Unknown("HTTP 200")),
    ],
)
def test_an_answer_in_plain_text_is_read_by_its_pattern(tmp_path: Path, answer: str, outcome: Any) -> None:
    with Plain(answer) as gateway:
        channel = Described(
            name="sema", description=own(tmp_path), settings={"username": "a/b", "key": "k", "from": "XYZ"},
            secrets=[PATH_SECRET], public_url="https://sms.example.org", api_url=gateway.url,
        )  # fmt: skip
        assert channel.send(outbound("हाँ & 1+1")) == outcome
        [asked] = gateway.requests
        assert (asked.path, asked.query["msg"], asked.query["to"]) == ("/send/a%2Fb", "हाँ & 1+1", PHONE)
        assert asked.query["dlr"] == f"https://sms.example.org/hooks/sema/{PATH_SECRET}/delivery"


class Plain(Gateway):
    """A gateway that says the same to everything."""

    def __init__(self, answer: str) -> None:
        super().__init__()
        self.answer = answer

    def is_send(self, asked: Any) -> bool:
        return True

    def receive(self, asked: Any, behaviour: Any) -> tuple[described.Answer, list[Any]]:
        return described.Answer(200, self.answer, "text/plain"), []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("needs: [username, key, from]", "needs: [user]"), "needs.0"),
        (("{text}", "{words}"), "send.fields: {words} is not known; there are account"),
        (("answer: OK", "answers: OK"), "answers: is not known here"),
        (('"^busy"', '"^(busy"'), "is no pattern"),
        (("gateway: Sema", "gateway: [Sema"), "cannot be read"),
        (("sms: {id: id, from: msisdn, text: msg}", "sms: {id: id, text: msg}"), "sms.from: Field required"),
        (("(?P<id>[a-z0-9-]+)", "[a-z0-9-]+"), "send.accepted: it says nowhere where the id stands"),
        (("(?P<id>", "(?P<idd>"), "send.accepted: it says nowhere where the id stands"),
        (("{text}", "{ text }"), "send.fields: { text } is to be {text}"),
        (("{text}", "{{text}}"), "send.fields: {{text} is to be {text}"),
        (("{phone}", "{Phone}"), "send.fields: {Phone} is not known"),
        (("{from}", "{from"), "send.fields: {from is to be {from}"),
        (("send/{username}", "send/{username }"), "send.url: {username } is to be {username}"),
        (('msg: "{text}", ', ""), "send: {text} stands nowhere"),
        (('to: "{phone}", ', ""), "send: {phone} stands nowhere"),
        (
            ("needs: [username, key, from]", "needs: [username, from]"),
            "send: {key} is used, and `needs` does not name it",
        ),
    ],
)
def test_a_description_that_cannot_be_used_says_where(tmp_path: Path, change: tuple[str, str], sentence: str) -> None:
    with pytest.raises(DescriptionError) as told:
        own(tmp_path, OWN.replace(*change))
    assert sentence in str(told.value)
    assert "sema.yaml" in str(told.value)


def sema(tmp_path: Path, *changes: tuple[str, str], **more: Any) -> Described:
    """The gateway of one's own, with some of its lines changed."""
    text = OWN
    for change in changes:
        assert change[0] in text
        text = text.replace(*change)
    return Described(
        name="sema", description=own(tmp_path, text), settings={"username": "us", "key": "k", "from": "XYZ"},
        secrets=[PATH_SECRET], public_url="https://sms.example.org", **more,
    )  # fmt: skip


def test_json_in_a_field_may_have_braces_of_its_own(tmp_path: Path) -> None:
    channel = sema(tmp_path, ('msg: "{text}"', """msg: '{"a": {"t": "{text}"}, "n": {"p": {phone}}}'"""))
    assert "msg=%7B%22a%22%3A%20%7B%22t%22%3A%20%22hi%22" in channel.request(outbound("hi"))["url"]


def test_an_address_with_a_query_keeps_it(tmp_path: Path) -> None:
    with_query = ("send/{username}", "send?user={username}")
    asked = sema(tmp_path, with_query).request(outbound("hi"))
    assert asked["url"].startswith("https://sema.example/send?user=us&to=%2B254711000111&msg=hi&")
    by_form = sema(tmp_path, with_query, ("format: query", "format: form"), api_url="http://127.0.0.1:9/").request(
        outbound()
    )
    assert by_form["url"] == "http://127.0.0.1:9/send?user=us"


def test_our_reference_in_the_address_for_reports_comes_back(tmp_path: Path) -> None:
    channel = sema(
        tmp_path, ('"{reports}"', '"{reports}?ref={ref}"'), ("methods: [GET]", "methods: [POST]"),
        ("delivery: {id: id,", "delivery: {id: id, ref: ref,"),
    )  # fmt: skip
    assert (
        f"dlr=https%3A%2F%2Fsms.example.org%2Fhooks%2Fsema%2F{PATH_SECRET}%2Fdelivery%3Fref%3D{REF}"
        in channel.request(outbound())["url"]
    )
    for form, body in (((("id", "1"), ("state", "ok")), b""), ((), b'{"id": "1", "state": "ok"}')):
        report = channel.parse(
            Request(method="POST", target=f"/hooks/sema/x/delivery?ref={REF}", route="delivery", secret=PATH_SECRET,
                    header={}, form=form, body=body), NOW,
        )  # fmt: skip
        assert isinstance(report, DeliveryReport)
        assert (report.ref, report.gateway_id, report.status) == (REF, "1", "delivered")


GOOD = {"messageId": "m1", "from": "254711000111", "to": "1", "text": "1"}
BAD = [
    {**GOOD, "messageId": ""},
    {key: GOOD[key] for key in ("messageId", "to", "text")},
    None,
    "m",
    {**GOOD, "from": ""},
]


def test_one_message_that_cannot_be_read_does_not_lose_the_others(caplog: pytest.LogCaptureFixture) -> None:
    others = [{**GOOD, "messageId": f"m{number}"} for number in (2, 3)]
    told = heard(described.Infobip, "sms", body=json.dumps({"results": [GOOD, *BAD, *others]}).encode())
    assert isinstance(told, Batch)
    assert [one.id for one in told.items if isinstance(one, Inbound)] == ["m1", "m2", "m3"]
    assert caplog.messages == ["infobip: 5 of 8 in one request cannot be read"]
    with pytest.raises(Unreadable):
        heard(described.Infobip, "sms", body=json.dumps({"results": BAD}).encode())


def test_one_report_that_cannot_be_read_does_not_lose_the_others() -> None:
    good = {"messageId": "m1", "to": "254711000111", "status": {"groupName": "DELIVERED"}}
    told = heard(described.Infobip, "delivery", body=json.dumps({"results": [{"messageId": "m0"}, good]}).encode())
    assert isinstance(told, DeliveryReport)
    assert (told.gateway_id, told.status) == ("m1", "delivered")


def test_a_description_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(DescriptionError, match="exotel, gupshup, infobip, msg91"):
        read_description("nexmo")


def test_what_comes_out_empty_is_left_out() -> None:
    tree = {"a": "{x}", "b": {"c": "{y}"}, "d": ["{y}", {"e": "{y}"}], "f": "1{y}", "g": 1}
    assert filled(tree, {"x": "{y}"}) == {"a": "{y}", "f": "1", "g": 1}


@pytest.mark.parametrize(
    ("path", "value"), [("a.0.b", "1"), ("a.1.b", ""), ("a.b", ""), ("c", "true"), ("d", ""), ("", ""), ("a", "")]
)
def test_a_path_leads_to_a_value_or_to_nothing(path: str, value: str) -> None:
    assert at({"a": [{"b": 1}], "c": True, "d": None}, path) == value
