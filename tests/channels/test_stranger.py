"""The channel that sms_service/channels/README.md takes for its example: held to the whole contract, as that page says."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec
import pytest

import sms_service.channels
from sms_service.channels.base import Batch, Forged, Refused, Request
from tests.channels import example_channel
from tests.channels.conformance import NOW, PATIENT, PHONE, SECRETS, TEXT, Conformance
from tests.channels.example_channel import AGE_MAX, Posta, signed
from tests.channels.hearing import Together
from tests.gateways import Answer, Asked, Gateway, Message
from tests.gateways.gateway import Behaviour

PAGE = (Path(sms_service.channels.__file__).parent / "README.md").read_text()


class PostaGateway(Gateway):
    """A stand-in of Posta. Own word for `behave`: a code of its page "Codes", with status 422."""

    name = "posta"

    def __init__(self, *, key: str = "key", **common: Any) -> None:
        super().__init__(**common)
        self.key = key

    def receive(self, asked: Asked, behaviour: Behaviour) -> tuple[Answer, list[Message]]:
        if asked.header.get("authorization") != f"Bearer {self.key}":
            return Answer(401, '{"code": "bad_key"}'), []
        if behaviour.word in ("bad_number", "blocked", "no_credit"):
            return Answer(422, json.dumps({"code": behaviour.word})), []
        told = asked.json
        message = Message(self.name, uuid.uuid4().hex, told["to"], told["from"], told["text"], self.now())
        return Answer(202, json.dumps({"id": message.id, "parts": 1})), [message]


class TestPosta(Together, Conformance):
    channel_class = Posta
    final_words = MappingProxyType({"delivered": "delivered", "failed": "failed", "expired": "failed"})
    field_names = ("id", "from", "to", "text", "at", "state", "code", "reference", "parts")

    def channel(self, *, secrets: Sequence[str], api_url: str = "", timeout: tuple[float, float] = PATIENT) -> Posta:
        return Posta(
            key=secrets[0] or "key",
            from_="+254700000000",
            secrets=secrets,
            public_url="",
            api_url=api_url,
            timeout=timeout,
        )

    def gateway(self, secret: str) -> Gateway:
        return PostaGateway(key=secret)

    def genuine(self, route: str, fields: Sequence[tuple[str, str]], secret: str, stamp: int = int(NOW)) -> Request:
        body = json.dumps({"messages" if route == "sms" else "reports": [dict(fields)]}).encode()
        header = {"posta-signature": f"t={stamp},v1={signed(secret, str(stamp), body).decode()}"}
        return Request(
            method="POST", target=f"/hooks/posta/{route}", route=route, secret="", header=header, form=(), body=body
        )

    def together(self, route: str, each: Sequence[Sequence[tuple[str, str]]], secret: str) -> Request:
        body = json.dumps({"messages": [dict(fields) for fields in each]}).encode()
        header = {"posta-signature": f"t={int(NOW)},v1={signed(secret, str(int(NOW)), body).decode()}"}
        return msgspec.structs.replace(self.genuine(route, [], secret), header=header, body=body)

    def without_proof(self, request: Request) -> Request:
        return msgspec.structs.replace(request, header={})

    def sms(self, phone: str, text: str, id_: str) -> list[tuple[str, str]]:
        return [("id", id_), ("from", phone), ("to", "51969"), ("text", text), ("at", "2026-01-01T10:00:00Z")]

    def report(self, id_: str, word: str) -> tuple[str, list[tuple[str, str]]]:
        return "reports", [("id", id_), ("reference", "our-ref"), ("to", PHONE), ("state", word)]


def test_a_signature_is_good_for_five_minutes_and_no_longer() -> None:
    channel = TestPosta().channel(secrets=SECRETS)
    for age, good in ((AGE_MAX, True), (AGE_MAX + 1, False), (-AGE_MAX - 1, False)):
        request = TestPosta().genuine("sms", TestPosta().sms(PHONE, TEXT, "id-1"), SECRETS[0], int(NOW) - age)
        channel.verify(request)
        if good:
            channel.parse(request, NOW)
        else:
            with pytest.raises(Forged):
                channel.parse(request, NOW)


def test_reports_come_in_batches() -> None:
    channel = TestPosta().channel(secrets=SECRETS)
    body = json.dumps({"reports": [dict(TestPosta().report(id_, "delivered")[1]) for id_ in ("a", "b")]}).encode()
    batch = channel.parse(msgspec.structs.replace(TestPosta().genuine("reports", [], SECRETS[0]), body=body), NOW)
    assert isinstance(batch, Batch)
    assert [one.gateway_id for one in batch.items if hasattr(one, "gateway_id")] == ["a", "b"]


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("bad_number", {"number_failed": True}),
        ("blocked", {"opted_out": True}),
        ("no_credit", {"operator": True, "again": True}),
    ],
)
def test_a_refusal_says_whose_fault_it_is(code: str, meaning: dict[str, bool]) -> None:
    with TestPosta().connected() as (channel, gateway):
        gateway.behave(code)
        assert channel.send(TestPosta().outbound()) == Refused(code, **{"again": False, **meaning})


def test_the_page_shows_this_code() -> None:
    source = Path(example_channel.__file__).read_text()
    shown = re.findall(r"```python\n(.*?)\n *```", PAGE, re.DOTALL)
    assert shown
    for piece in shown:
        assert piece in source or piece in Path(__file__).read_text()
