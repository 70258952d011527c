"""Missed calls as telephone companies report them: who rang, which call it was, and what is none."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sms_service.channels import default_channel, open_missed_calls
from sms_service.channels.base import Forged, Ignored, Request, Unreadable
from sms_service.channels.missed_call import MissedCalls, mobile
from sms_service.config import PREFIX, read_config
from sms_service.engine.model import Inbound
from tests.channels.conformance import NOW, Proving

SECRETS = ("the-new-secret-of-this-test", "the-old-secret-of-this-test")
PHONE = "+919876543210"


def calls() -> MissedCalls:
    return MissedCalls(secrets=SECRETS, region="IN", answer_by="twilio")


class TestMissedCalls(Proving):
    channel_class = MissedCalls
    routes = ("call",)
    field_names = ("CallSid", "CallFrom", "CallTo", "StartTime", "Direction", "caller_id", "id")

    def channel(self, *, secrets: Sequence[str], **_: Any) -> Any:
        return MissedCalls(secrets=secrets, region="IN", answer_by="twilio")

    def genuine(self, route: str, fields: Sequence[tuple[str, str]], secret: str) -> Request:
        return report(dict(fields), secret)

    def without_proof(self, request: Request) -> Request:
        return msgspec.structs.replace(request, secret="")

    def sms(self, phone: str, text: str, id_: str) -> list[tuple[str, str]]:
        return [("CallSid", id_), ("CallFrom", phone), ("CallTo", "08047112233")]


def report(fields: dict[str, str], secret: str = SECRETS[0], body: bytes = b"", kind: str = "") -> Request:
    return Request(
        method="GET", target="/hooks/missed-call/x", route="call", secret=secret,
        header={"content-type": kind} if kind else {}, form=tuple(fields.items()), body=body,
    )  # fmt: skip


def read(**fields: str) -> Inbound | Ignored:
    return calls().parse(report(fields), NOW)


REPORTS: dict[str, dict[str, str]] = {
    "Exotel": {"CallSid": "c1", "CallFrom": "09876543210", "CallTo": "08047112233", "Direction": "incoming",
               "CallType": "call-attempt", "StartTime": "2026-01-01 10:00:00", "To": "x"},
    "Knowlarity": {"callid": "c1", "caller_id": "+919876543210", "dispnumber": "+918047112233", "call_type": "0",
                   "start_time": "2026-01-01 10:00:00"},
    "CallerDesk": {"SourceNumber": "9876543210", "DestinationNumber": "08047112233", "CallSid": "c1", "Direction": "IVR"},
    "Africa's Talking": {"sessionId": "c1", "callerNumber": "+919876543210", "destinationNumber": "08047112233",
                         "isActive": "1", "direction": "Inbound"},
    "Twilio": {"CallSid": "c1", "From": "+919876543210", "To": "08047112233", "Direction": "inbound", "AccountSid": "AC1"},
    "plain": {"id": "c1", "from": "919876543210", "to": "08047112233"},
    "plain, by other names": {"uuid": "c1", "msisdn": "98765 43210", "did": "08047112233"},
    "a mobile": {"call_id": "c1", "mobile": '"9876543210"', "called_number": "08047112233"},
}  # fmt: skip


@pytest.mark.parametrize("fields", REPORTS.values(), ids=REPORTS)
def test_whoever_reports_it_we_know_who_rang_and_which_call_it_was(fields: dict[str, str]) -> None:
    call = calls().parse(report(fields), NOW)
    assert isinstance(call, Inbound)
    assert (call.channel, call.id, call.phone, call.text, call.kind) == ("missed-call", "c1", PHONE, "", "sms")
    assert call.is_call
    assert (call.answer_by, call.received_at, call.made) == ("twilio", NOW, False)
    if fields.keys() & {"CallTo", "To", "to", "did", "called_number", "dispnumber", "destinationNumber"}:
        assert call.to in ("08047112233", "+918047112233")


def test_a_body_of_json_reads_like_a_form() -> None:
    body = json.dumps({"call_id": "c1", "caller_number": "9876543210", "legs": [1], "answered": False}).encode()
    call = calls().parse(report({}, body=body, kind="application/json; charset=utf-8"), NOW)
    assert isinstance(call, Inbound)
    assert (call.id, call.phone) == ("c1", PHONE)
    for broken in (b"{", b"[]", b"\xff", b"[" * 50_000, b'"x"'):
        with pytest.raises(Unreadable):
            calls().parse(report({}, body=broken, kind="application/json"), NOW)


def test_a_call_without_an_id_is_known_by_who_rang_whom_and_when() -> None:
    once, again, later = (read(caller=PHONE, to="1", start_time=f"2026-01-01 10:00:0{at}") for at in (0, 0, 9))
    assert isinstance(once, Inbound)
    assert isinstance(later, Inbound)
    assert once == again
    assert once.made
    assert later.id != once.id
    with pytest.raises(Unreadable, match="no field has an id of the call"):
        read(caller=PHONE)


def test_a_report_that_does_not_say_who_rang_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="no field says who rang"):
        read(CallSid="c1", CallFrom=" ")
    with pytest.raises(Unreadable, match="longer than 64"):
        read(CallSid="c" * 65, CallFrom=PHONE)


@pytest.mark.parametrize("caller", ["51969", "VM-XYZ", "anonymous", "+911123456789", "01123456789", "0", "00000000000"])
def test_no_sms_goes_to_short_codes_letters_withheld_numbers_and_landlines(caller: str) -> None:
    assert isinstance(read(id="c1", caller=caller), Ignored)


def test_a_call_of_ours_is_none() -> None:
    assert isinstance(read(CallSid="c1", CallFrom=PHONE, Direction="outbound-dial"), Ignored)


@pytest.mark.parametrize(
    ("written", "region", "phone"),
    [
        ("09876543210", "IN", PHONE), ("919876543210", "IN", PHONE), ("+91 98765-43210", "KE", PHONE),
        ("254711000111", "IN", "+254711000111"), ("0711000111", "KE", "+254711000111"), ("0711000111", "IN", None),
    ],
)  # fmt: skip
def test_a_number_is_read_as_companies_write_it(written: str, region: str, phone: str | None) -> None:
    assert mobile(written, region) == phone


@pytest.mark.parametrize("secret", ["", "x", SECRETS[0][:-1], f"{SECRETS[0]}x", "\ud800", "the-secret"])
def test_only_our_secrets_are_good(secret: str) -> None:
    for good in SECRETS:
        calls().verify(report({}, secret=good))
    with pytest.raises(Forged):
        calls().verify(report({}, secret=secret))


ANY = st.text(st.characters(exclude_categories=()), max_size=80)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
@given(
    st.lists(st.tuples(st.sampled_from(["CallFrom", "caller", "id", "StartTime", "Direction"]) | ANY, ANY), max_size=8),
    st.sampled_from(["", "application/json"]),
    st.binary(max_size=60),
)
def test_no_report_upsets_the_reader(fields: list[tuple[str, str]], kind: str, body: bytes) -> None:
    request = Request(
        method="POST", target="/", route="call", secret="", header={"content-type": kind}, form=tuple(fields), body=body
    )
    try:
        read = calls().parse(request, NOW)
    except Unreadable:
        return
    assert isinstance(read, Inbound | Ignored)
    assert "\\x00" not in repr(read)


def test_a_call_that_still_rings_is_not_taken() -> None:
    assert "<Reject/>" in calls().reply(None, "", True).body
    assert calls().busy("call").status == 503


def test_it_listens_where_there_is_a_secret_and_answers_by_the_channel_that_there_is() -> None:
    assert open_missed_calls(read_config({})) is None
    at = {f"{PREFIX}CHANNELS__AFRICASTALKING__{name}": "x" for name in ("USERNAME", "API_KEY", "SECRET")}
    assert default_channel(read_config({})) == "handset"
    assert default_channel(read_config(at)) == "africastalking"
    assert default_channel(read_config({**at, f"{PREFIX}CHANNELS__DEFAULT": "twilio"})) == "twilio"
    listening = open_missed_calls(read_config({**at, f"{PREFIX}CHANNELS__MISSED_CALL__SECRET": "one, two"}))
    assert listening
    listening.verify(report({}, secret="two"))
