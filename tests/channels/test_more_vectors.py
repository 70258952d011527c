"""The cases of more_vectors.py, each held to what the gateways' pages say."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from werkzeug.datastructures import MultiDict

from sms_service.channels.africastalking_sending import read_answers
from sms_service.channels.base import Accepted, DeliveryReport, Forged, Ignored, Refused, Unknown
from sms_service.engine.model import Inbound, UssdScreen
from sms_service.engine.navigation import direct_dial, newest_input
from tests.channels import more_vectors, vectors
from tests.channels.conformance import NOW
from tests.channels.test_africastalking import channel as africastalking
from tests.channels.test_jasmin import jasmin
from tests.channels.test_kannel import kannel
from tests.channels.test_twilio import twilio
from tests.channels.vectors import case_id, request_of, scheme_and_host

SECRET = "path-secret-of-the-tests"


def of(*kinds: str) -> pytest.MarkDecorator:
    """The cases of these kinds, as parameters."""
    found = [case for case in more_vectors.CASES if case["kind"] in kinds]
    assert found, f"no vectors of {kinds}"
    return pytest.mark.parametrize("case", found, ids=case_id)


def test_they_are_as_many_as_those_that_were_given_and_none_is_one_of_these() -> None:
    ids = [case["id"] for case in more_vectors.CASES]
    assert len(set(ids)) == len(ids) >= len(vectors.CASES)
    assert not set(ids) & {case["id"] for case in vectors.CASES}
    assert {case["kind"] for case in vectors.CASES} - {case["kind"] for case in more_vectors.CASES} <= {
        "twilio_signature_edge",
        "at_optout",
        "at_subscription",
        "jasmin_inbound",
    }


@of("twilio_signature")
def test_a_signature(case: dict[str, Any]) -> None:
    channel = twilio(auth_tokens=[case["auth_token"]], public_url=scheme_and_host(case["url"]))
    if case["expected_valid"]:
        channel.verify(request_of(case, "sms"))
    else:
        with pytest.raises(Forged):
            channel.verify(request_of(case, "sms"))


@of("twilio_inbound")
def test_a_message_to_twilio(case: dict[str, Any]) -> None:
    understood = twilio(from_=more_vectors.OURS).parse(request_of(case, "sms"), NOW)
    expected = dict(case["expected"])
    if expected.get("ignored"):
        assert isinstance(understood, Ignored)
        return
    assert isinstance(understood, Inbound)
    if "media" in expected:
        assert len(understood.media) == expected.pop("media")
    assert {name: getattr(understood, name) for name in expected} == expected


@of("twilio_status")
def test_a_status_of_twilio(case: dict[str, Any]) -> None:
    report = twilio().parse(request_of(case, "status"), NOW)
    assert isinstance(report, DeliveryReport)
    assert report.gateway_id == more_vectors.SID
    assert {name: getattr(report, name) for name in case["expected"]} == case["expected"]


@of("at_inbound")
def test_a_message_to_africas_talking(case: dict[str, Any]) -> None:
    understood = africastalking().parse(request_of(case, "sms", SECRET), NOW)
    if case["expected"].get("ignored"):
        assert isinstance(understood, Ignored)
        return
    assert isinstance(understood, Inbound)
    assert (understood.text, understood.phone) == (case["expected"]["text"], more_vectors.KENYA)


@of("at_delivery")
def test_a_report_of_africas_talking(case: dict[str, Any]) -> None:
    report = africastalking().parse(request_of(case, "delivery", SECRET), NOW)
    assert isinstance(report, DeliveryReport)
    assert (report.status, report.opted_out) == (case["expected"]["status"], case["expected"]["opted_out"])


@of("at_ussd")
def test_a_hop(case: dict[str, Any]) -> None:
    hop = africastalking().parse(request_of(case, "ussd", SECRET), NOW)
    assert isinstance(hop, Inbound)
    before, new = case["expected"]["previous_text"], case["expected"]["new_input"]
    if before is None:
        assert direct_dial(hop.text) == new
    else:
        assert newest_input(UssdScreen(id=hop.session, text=before), hop.text) == new


@of("at_ussd_end")
def test_the_end_of_a_session(case: dict[str, Any]) -> None:
    assert isinstance(africastalking().parse(request_of(case, "ussd-end", SECRET), NOW), Ignored)


@of("at_send_response")
def test_an_answer_to_a_send(case: dict[str, Any]) -> None:
    answer = requests.Response()
    answer.status_code, answer._content = case["http_status"], case["body"].encode()
    answer.headers["Content-Type"] = case["content_type"]
    [outcome] = read_answers(answer, [more_vectors.KENYA])
    match case["expected"]["is"]:
        case "accepted":
            assert isinstance(outcome, Accepted)
            assert outcome.gateway_id == "ATXid_9"
        case "unknown":
            assert isinstance(outcome, Unknown)
        case word:
            assert isinstance(outcome, Refused)
            assert outcome.again == (word == "later")


@of("kannel_inbound", "kannel_dlr")
def test_kannel(case: dict[str, Any]) -> None:
    route = "sms" if case["kind"] == "kannel_inbound" else "delivery"
    understood = kannel().parse(request_of(case, route, SECRET), NOW)
    assert isinstance(understood, Inbound | DeliveryReport)
    assert {name: getattr(understood, name) for name in case["expected"]} == case["expected"]


@of("jasmin_dlr")
def test_jasmin(case: dict[str, Any]) -> None:
    report = jasmin().parse(request_of(case, "delivery", SECRET), NOW)
    assert isinstance(report, DeliveryReport)
    assert report.status == case["expected"]["status"]


def test_the_signatures_are_of_forms_with_repeats() -> None:
    [repeated] = [case for case in more_vectors.SIGNATURES if case["id"] == "more-sig-repeated"]
    assert MultiDict(repeated["params"]).getlist("B") == ["2", "1", "2"]
