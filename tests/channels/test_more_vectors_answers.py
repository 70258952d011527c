"""The answers in more_vectors_answers.py, each read by its channel in the course of a send."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from sms_service.channels import sending
from sms_service.channels.base import Accepted, Channel, Outbound, Refused, Unknown
from tests.channels.conformance import PHONE, REF
from tests.channels.more_vectors_answers import CASES, Case
from tests.channels.test_africastalking import channel as africastalking
from tests.channels.test_described import ALL, open_described
from tests.channels.test_jasmin import jasmin
from tests.channels.test_kannel import kannel
from tests.channels.test_twilio import twilio


def opened(name: str) -> Channel:
    described = {one.name: one for one in ALL}
    if name in described:
        return open_described(described[name])
    makes: dict[str, Any] = {"twilio": twilio, "kannel": kannel, "jasmin": jasmin, "africastalking": africastalking}
    made: Channel = makes[name](api_url="http://127.0.0.1:9")
    return made


@pytest.mark.parametrize("case", CASES, ids=[f"{one[1]}-{one[0]}" for one in CASES])
def test_an_answer_means_what_the_gateways_page_says(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    _, name, status, headers, body, expected = case

    def answered(*_: Any, **__: Any) -> requests.Response:
        answer = requests.Response()
        answer.status_code, answer._content, answer._content_consumed = status, body.encode(), True  # type: ignore[attr-defined]
        answer.headers.update(headers)
        return answer

    monkeypatch.setattr(sending._Adapter, "send", answered)
    outcome = opened(name).send(Outbound(ref=REF, phone=PHONE, text="1"))
    wanted = {
        "after" if member == "after_is" else member: value for member, value in expected.items() if member != "is"
    }
    kind = {"accepted": Accepted, "unknown": Unknown}.get(expected["is"], Refused)
    assert isinstance(outcome, kind), outcome
    if isinstance(outcome, Refused):
        assert outcome.again == (expected["is"] == "later")
    assert {member: getattr(outcome, member) for member in wanted} == wanted
