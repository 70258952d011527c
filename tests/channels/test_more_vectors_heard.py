"""The requests in more_vectors_heard.py, each as its channel understands it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import pytest

from sms_service.channels.base import Batch, DeliveryReport, Ignored, Request, Unreadable
from sms_service.channels.whatsapp import WhatsApp
from sms_service.engine.model import Inbound
from tests.channels.conformance import NOW
from tests.channels.more_vectors_heard import CASES, OURS, Case
from tests.channels.test_more_vectors_answers import opened

KINDS = {"sms": Inbound, "report": DeliveryReport, "ignored": Ignored}


def request_of(case: Case) -> Request:
    """The case as the web layer hands it to a channel."""
    _, name, route, fields, _ = case
    address = f"/hooks/{name}/secret/{route}"
    if isinstance(fields, list):
        form, target, body = fields, address, b""
    elif fields.startswith("{"):
        form, target, body = [], address, fields.encode()
    else:
        form, target, body = parse_qsl(fields, keep_blank_values=True), f"{address}?{fields}", b""
    return Request(method="POST", target=target, route=route, secret="secret", header={}, form=tuple(form), body=body)


@pytest.mark.parametrize("case", CASES, ids=[f"{one[1]}-{one[2]}-{one[0]}" for one in CASES])
def test_a_request_means_what_the_gateways_page_says(case: Case) -> None:
    channel: Any = opened(case[1]) if case[1] != "whatsapp" else WhatsApp(
        account_sid="AC1", auth_tokens=["t"], from_=OURS, public_url="https://sms.example.org"
    )  # fmt: skip
    expected = dict(case[4])
    kind = expected.pop("is")
    if kind == "unreadable":
        with pytest.raises(Unreadable):
            channel.parse(request_of(case), NOW)
        return
    understood = channel.parse(request_of(case), NOW)
    if isinstance(kind, int):
        assert isinstance(understood, Batch)
        assert len(understood.items) == kind
        return
    assert isinstance(understood, KINDS[kind]), understood
    if "media" in expected:
        assert len(understood.media) == expected.pop("media")
    assert {member: getattr(understood, member) for member in expected} == expected


def test_no_case_has_the_name_of_another() -> None:
    assert len({case[:3] for case in CASES}) == len(CASES)
