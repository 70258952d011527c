"""Africa's Talking: SMS, USSD hops, reports and opt-outs in; its answers to a send, as recorded."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

import msgspec
import pytest
import requests

from sms_service.channels.africastalking import AfricasTalking
from sms_service.channels.africastalking_sending import MOST, read_answers
from sms_service.channels.base import (
    Accepted,
    Channel,
    DeliveryReport,
    Ignored,
    Outbound,
    Refused,
    Request,
    Response,
    Unknown,
    Unreadable,
)
from sms_service.engine.model import DAY, Inbound
from tests import gateways
from tests.channels.conformance import NOW, PATIENT, PHONE, QUICK, REF, TEXT, Conformance
from tests.channels.vectors import case_id, cases, request_of

PATH_SECRET = "path-secret-of-the-tests"


class TestAfricasTalking(Conformance):
    channel_class = AfricasTalking
    final_words = MappingProxyType({"Success": "delivered", "Failed": "failed", "Rejected": "failed"})
    field_names = ("id", "from", "to", "text", "date", "sessionId", "phoneNumber", "serviceCode", "status", "senderId")

    def channel(self, *, secrets: Sequence[str], api_url: str = "", timeout: tuple[float, float] = PATIENT) -> Channel:
        return AfricasTalking(
            username=gateways.africastalking.USERNAME,
            api_key=secrets[0] or "key",
            from_=gateways.africastalking.SHORT_CODE,
            secrets=secrets,
            api_url=api_url,
            timeout=timeout,
        )

    def gateway(self, secret: str) -> gateways.Gateway:
        return gateways.AfricasTalking(api_key=secret)

    def genuine(self, route: str, fields: Sequence[tuple[str, str]], secret: str) -> Request:
        return Request(
            method="POST",
            target=f"/hooks/africastalking/{secret}/{route}",
            route=route,
            secret=secret,
            header={},
            form=tuple(fields),
            body=b"",
        )

    def without_proof(self, request: Request) -> Request:
        return msgspec.structs.replace(request, secret="")

    def sms(self, phone: str, text: str, id_: str) -> list[tuple[str, str]]:
        return list((dict(gateways.AfricasTalking().sms_fields(phone, text)) | {"id": id_}).items())

    def report(self, id_: str, word: str) -> tuple[str, list[tuple[str, str]]]:
        return "delivery", [("id", id_), ("status", word), ("phoneNumber", PHONE)]


def channel(api_url: str = "", **other: Any) -> AfricasTalking:
    settings = {
        "username": gateways.africastalking.USERNAME,
        "api_key": gateways.africastalking.API_KEY,
        "from_": gateways.africastalking.SHORT_CODE,
        "secrets": [PATH_SECRET],
    }
    return AfricasTalking(api_url=api_url, **({"timeout": PATIENT} | settings | other))


def parsed(route: str, now: float = NOW, **fields: str) -> Inbound | DeliveryReport | Ignored:
    form = tuple((name.rstrip("_"), text) for name, text in fields.items())
    request = Request(method="POST", target="/x", route=route, secret=PATH_SECRET, header={}, form=form, body=b"")
    return channel().parse(request, now)


# --- what arrives ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", cases("at_inbound"), ids=case_id)
def test_an_sms_is_understood(case: dict[str, Any]) -> None:
    inbound = channel().parse(request_of(case, "sms", PATH_SECRET), NOW)
    fields, expected = dict(case["params"]), case["expected"]
    assert isinstance(inbound, Inbound)
    assert (inbound.id, inbound.phone, inbound.to) == (fields["id"], fields["from"], fields["to"])
    assert inbound.text == fields["text"]
    assert inbound.gateway_time == expected.get("received_at", "2026-08-12T10:30:00")


@pytest.mark.parametrize("date", ["", "yesterday", "12/08/2026", "0000-00-00 00:00:00"])
def test_a_date_that_is_none_costs_no_message(date: str) -> None:
    inbound = parsed("sms", id="1", from_=PHONE, text="1", date=date)
    assert isinstance(inbound, Inbound)
    assert inbound.gateway_time == ""


def test_a_blank_sms_and_a_number_without_its_plus_are_taken() -> None:
    inbound = parsed("sms", id="1", from_=PHONE.removeprefix("+"))
    assert isinstance(inbound, Inbound)
    assert (inbound.phone, inbound.text) == (PHONE, "")


@pytest.mark.parametrize("case", cases("at_ussd"), ids=case_id)
def test_a_ussd_hop_carries_all_that_was_typed(case: dict[str, Any]) -> None:
    hop = channel().parse(request_of(case, "ussd", PATH_SECRET), NOW)
    fields = dict(case["params"])
    assert isinstance(hop, Inbound)
    assert (hop.kind, hop.phone, hop.to) == ("ussd", fields["phoneNumber"], fields["serviceCode"])
    assert (hop.session, hop.text) == (fields["sessionId"], fields["text"])


def test_a_hop_is_known_by_its_session_and_all_that_was_typed() -> None:
    hops = [
        parsed("ussd", sessionId=session, phoneNumber=PHONE, serviceCode="*384*96#", text=text)
        for session, text in [("A", ""), ("A", "1"), ("A", "1*1"), ("B", "1"), ("A", "1")]
    ]
    ids = [hop.id for hop in hops if isinstance(hop, Inbound)]
    assert len(set(ids)) == 4
    assert ids[4] == ids[1]


def test_a_session_without_a_name_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="sessionId"):
        parsed("ussd", phoneNumber=PHONE, text="1")


@pytest.mark.parametrize("case", cases("at_ussd_end"), ids=case_id)
def test_the_end_of_a_session_asks_nothing(case: dict[str, Any]) -> None:
    ignored = channel().parse(request_of(case, "ussd-end", PATH_SECRET), NOW)
    assert isinstance(ignored, Ignored)
    assert case["expected"]["status"] in ignored.why


@pytest.mark.parametrize("case", cases("at_delivery"), ids=case_id)
def test_a_delivery_report_is_understood(case: dict[str, Any]) -> None:
    report = channel().parse(request_of(case, "delivery", PATH_SECRET), NOW)
    expected = case["expected"]
    assert isinstance(report, DeliveryReport)
    assert (report.status != "sent") == expected["final"]
    assert (report.status == "delivered") == bool(expected.get("delivered"))
    assert report.opted_out == expected.get("opt_out", False)
    assert report.reason == dict(case["params"]).get("failureReason", "")


@pytest.mark.parametrize("spelling", ["UserInBlackList", "UserInBlacklist", "userinblacklist"])
def test_the_blacklist_is_known_in_every_spelling(spelling: str) -> None:
    report = parsed("delivery", id="1", status="Rejected", phoneNumber=PHONE, failureReason=spelling)
    assert isinstance(report, DeliveryReport)
    assert report.opted_out


@pytest.mark.parametrize("case", cases("at_optout"), ids=case_id)
def test_an_opt_out_is_a_stop_that_was_answered(case: dict[str, Any]) -> None:
    request = request_of(case, "opt-out", PATH_SECRET)
    stop, again, tomorrow = (channel().parse(request, moment) for moment in (NOW, NOW + 60, NOW + DAY))
    assert isinstance(stop, Inbound)
    assert isinstance(again, Inbound)
    assert isinstance(tomorrow, Inbound)
    assert (stop.kind, stop.text, stop.answered) == ("sms", "STOP", True)
    assert stop.id == again.id != tomorrow.id
    assert stop.phone[1:] not in stop.id


def test_the_phone_gets_con_end_and_nothing_else_gets_text() -> None:
    hop = parsed("ussd", sessionId="A", phoneNumber=PHONE, text="")
    assert channel().reply(hop, "1. Yes", False) == Response(200, "text/plain; charset=utf-8", "CON 1. Yes")
    assert channel().reply(hop, "Bye", True) == Response(200, "text/plain; charset=utf-8", "END Bye")
    assert channel().busy("ussd").status == 200


# --- what is sent ---------------------------------------------------------------------------------------------------


def recorded(case: dict[str, Any]) -> requests.Response:
    answer = requests.Response()
    answer.status_code = case["http_status"]
    answer.headers["Content-Type"] = case["content_type"]
    answer._content = case["body"].encode()
    return answer


@pytest.mark.parametrize("case", cases("at_send_response"), ids=case_id)
def test_a_recorded_answer_is_understood(case: dict[str, Any]) -> None:
    expected = case["expected"]
    [outcome] = read_answers(recorded(case), ["+254711000111"])
    if expected.get("accepted"):
        assert isinstance(outcome, Accepted)
        assert outcome.gateway_id in (expected.get("message_ids") or [outcome.gateway_id])
        assert outcome.gateway_id.startswith("ATXid_")
    elif expected.get("error") == "server":
        assert isinstance(outcome, Unknown)
    else:
        assert isinstance(outcome, Refused)
        assert outcome.again == bool(expected["retryable"])
        assert outcome.opted_out == (expected.get("meaning") == "UserInBlacklist")


def outbound(phone: str = PHONE) -> Outbound:
    return Outbound(ref=REF, phone=phone, text=TEXT)


@pytest.mark.parametrize("weather", ["charset", "text"])
def test_json_is_read_whatever_it_is_called(weather: str) -> None:
    with gateways.AfricasTalking() as gateway:
        gateway.behave(weather)
        outcome = channel(gateway.url).send(outbound())
        assert outcome == Accepted(gateway.wait_for(1)[0].id, 1, "KES 0.8000")


def test_a_wrong_sender_is_refused_though_the_status_is_201() -> None:
    with gateways.AfricasTalking() as gateway:
        refused = Refused("InvalidSenderId", again=False, operator=True)
        assert channel(gateway.url, from_="NOBODY").send(outbound()) == refused


@pytest.mark.parametrize(
    ("word", "reason", "is_the_numbers"),
    [
        ("Failed", "UserDoesNotExist", True),
        ("Failed", "UserIsInactive", True),
        ("Rejected", "UserInBlackList", True),
        ("Failed", "DeliveryFailure", True),
        ("Failed", "", True),
        ("Expired", "", True),
        ("Rejected", "", False),
        ("Failed", "InsufficientCredit", False),
        ("Rejected", "InvalidLinkId", False),
        ("Success", "", False),
        ("Buffered", "", False),
    ],
)
def test_a_report_says_whether_it_failed_because_of_the_number(word: str, reason: str, is_the_numbers: bool) -> None:
    report = parsed("delivery", id="1", status=word, phoneNumber=PHONE, failureReason=reason)
    assert isinstance(report, DeliveryReport)
    assert report.number_failed is is_the_numbers


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (100, Accepted),
        (401, Refused("RiskHold", again=False, operator=True)),
        (402, Refused("InvalidSenderId", again=False, operator=True)),
        (403, Refused("InvalidPhoneNumber", again=False, number_failed=True)),
        (405, Refused("InsufficientBalance", again=True, after=900.0, operator=True)),
        (406, Refused("UserInBlacklist", again=False, opted_out=True, number_failed=True)),
        (407, Refused("CouldNotRoute", again=False, operator=True)),
        (500, Refused("InternalServerError", again=True)),
        (599, Unknown("status code 599")),
    ],
)
def test_a_recipient_has_a_code_of_its_own(code: int, outcome: Any) -> None:
    with gateways.AfricasTalking() as gateway:
        gateway.behave(f"status-{code}")
        got = channel(gateway.url).send(outbound())
        assert isinstance(got, outcome) if isinstance(outcome, type) else got == outcome


@pytest.mark.parametrize("phone", ["+2547", "+254711000111\n", "+२५४७११०००१११", "254711000111", ""])
def test_a_number_that_the_sdk_lets_pass_is_refused(phone: str) -> None:
    with gateways.AfricasTalking() as gateway:
        refused = channel(gateway.url).send(outbound(phone))
        assert refused == Refused("InvalidPhoneNumber", again=False, number_failed=True)
        assert gateway.requests == []


def test_the_shared_sender_is_used_where_none_is_set() -> None:
    with gateways.AfricasTalking() as gateway:
        assert isinstance(channel(gateway.url, from_="").send(outbound()), Accepted)
        assert "from" not in gateway.requests[0].form


@pytest.mark.parametrize(
    ("username", "host"), [("membership", "api.africastalking.com"), ("sandbox", "api.sandbox.africastalking.com")]
)
def test_without_api_url_the_sdk_knows_the_host(username: str, host: str) -> None:
    assert channel(username=username)._sms_service._baseUrl == f"https://{host}/version1"


# --- one text to many -----------------------------------------------------------------------------------------------

TEN = [f"+25471100020{number}" for number in range(10)]


def many(phones: Sequence[str]) -> list[Outbound]:
    return [Outbound(ref=f"r{number}", phone=phone, text=TEXT) for number, phone in enumerate(phones)]


def test_one_text_goes_to_many_in_one_call() -> None:
    with gateways.AfricasTalking() as gateway:
        outcomes = channel(gateway.url).send_many(many(TEN))
        assert [one.to for one in gateway.accepted] == TEN
        ids = [one.id for one in gateway.accepted]
        assert [one.gateway_id for one in outcomes if isinstance(one, Accepted)] == ids
        assert len(gateway.requests) == 1
        assert channel().most == MOST == 100


def test_each_of_many_has_an_outcome_of_its_own() -> None:
    with gateways.AfricasTalking() as gateway:
        gateway.block(TEN[1])
        gateway.codes[TEN[2]] = 405
        gateway.codes[TEN[3]] = 599
        outcomes = channel(gateway.url).send_many(many([*TEN[:4], "+2547", TEN[4]]))
        assert [type(one) for one in outcomes] == [Accepted, Refused, Refused, Unknown, Refused, Accepted]
        assert outcomes[1] == Refused("UserInBlacklist", again=False, opted_out=True, number_failed=True)
        assert outcomes[2] == Refused("InsufficientBalance", again=True, after=900.0, operator=True)
        assert outcomes[4] == Refused("InvalidPhoneNumber", again=False, number_failed=True)
        assert gateway.requests[0].form["to"] == ",".join(TEN[:5])


def test_who_is_not_in_the_answer_is_unknown() -> None:
    with gateways.AfricasTalking() as gateway:
        gateway.behave("forget-one")
        outcomes = channel(gateway.url).send_many(many(TEN))
        assert [type(one) for one in outcomes] == [Accepted] * 9 + [Unknown]


@pytest.mark.parametrize(
    ("weather", "outcome"),
    [
        ("429", Refused("429", again=True, too_fast=True)),
        ("401", Refused("HTTP 401", again=False, operator=True, locked_out=True)),
        ("500", Unknown("HTTP 500")),
        ("invalid-sender", Refused("InvalidSenderId", again=False, operator=True)),
    ],
)
def test_what_became_of_the_call_became_of_all(weather: str, outcome: Any) -> None:
    with gateways.AfricasTalking() as gateway:
        gateway.behave(weather)
        assert channel(gateway.url).send_many(many(TEN)) == [outcome] * 10


@pytest.mark.parametrize("weather", ["reset", "silent", "html", "truncated"])
def test_a_call_whose_answer_is_lost_leaves_all_of_them_unknown(weather: str) -> None:
    with gateways.AfricasTalking() as gateway:
        gateway.behave(weather)
        outcomes = channel(gateway.url, timeout=QUICK).send_many(many(TEN))
        assert [type(one) for one in outcomes] == [Unknown] * 10


def test_of_numbers_that_are_none_no_call_is_made() -> None:
    with gateways.AfricasTalking() as gateway:
        assert [one.number_failed for one in channel(gateway.url).send_many(many(["+2547", ""]))] == [True, True]  # type: ignore[union-attr]
        assert gateway.requests == []


# --- premium numbers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("premium", "to", "link"),
    [("", "51969", ""), ("51969", "51969", "L1"), ("51969", "22384", ""), ("51969", "", "")],
)
def test_the_link_of_a_message_to_the_premium_number_is_kept(premium: str, to: str, link: str) -> None:
    form = (("id", "1"), ("from", PHONE), ("to", to), ("text", "1"), ("linkId", "L1"))
    request = Request(method="POST", target="/x", route="sms", secret=PATH_SECRET, header={}, form=form, body=b"")
    inbound = channel(premium=premium).parse(request, NOW)
    assert isinstance(inbound, Inbound)
    assert inbound.link == link


def test_an_answer_to_a_premium_message_brings_its_link_back() -> None:
    with gateways.AfricasTalking() as gateway:
        sent = channel(gateway.url, premium=gateway.sender, keyword="JOIN").send(
            Outbound(ref=REF, phone=PHONE, text=TEXT, link="L1")
        )
        assert isinstance(sent, Accepted)
        form = gateway.requests[0].form
        assert {name: form.get(name) for name in ("from", "to", "linkId", "keyword", "bulkSMSMode")} == {
            "from": gateway.sender,
            "to": PHONE,
            "linkId": "L1",
            "keyword": "JOIN",
            "bulkSMSMode": "0",
        }


@pytest.mark.parametrize(
    ("username", "host"), [("membership", "content.africastalking.com"), ("sandbox", "api.sandbox.africastalking.com")]
)
def test_premium_answers_have_a_host_of_their_own(username: str, host: str) -> None:
    assert channel(username=username)._sms_service._contentUrl == f"https://{host}/version1"


@pytest.mark.parametrize("word", ["Addition", "Deletion", ""])
def test_a_subscription_to_a_product_is_no_membership(word: str) -> None:
    assert isinstance(
        parsed("subscription", phoneNumber=PHONE, shortCode="6942", keyword="join", updateType=word), Ignored
    )


# --- reports with reasons -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "again", "number_failed", "operator"),
    [
        ("InsufficientCredit", 0, False, False),
        ("InvalidLinkId", 0, False, True),
        ("UserIsInactive", 0, True, False),
        ("UserInBlackList", 0, True, False),
        ("UserAccountSuspended", 0, True, False),
        ("NotNetworkSubscriber", 0, True, False),
        ("UserNotSubscribedToProduct", 0, False, True),
        ("UserDoesNotExist", 0, True, False),
        ("DeliveryFailure", 1, True, False),
        ("", 0, True, False),
        ("SomethingNew", 0, False, False),
    ],
)
def test_a_failed_message_is_told_by_its_reason(reason: str, again: int, number_failed: bool, operator: bool) -> None:
    report = parsed("delivery", id="1", status="Failed", phoneNumber=PHONE, failureReason=reason, retryCount="1")
    assert isinstance(report, DeliveryReport)
    assert (report.status, report.reason) == ("failed", reason)
    assert (report.again, report.number_failed, report.operator) == (again, number_failed, operator)
    still = parsed("delivery", id="1", status="Buffered", phoneNumber=PHONE, failureReason=reason)
    assert isinstance(still, DeliveryReport)
    assert (still.status, still.again, still.number_failed, still.operator) == ("sent", 0, False, False)
