"""What is kept of a request to a gateway, and of its answer: nothing of a person and no secret, whatever the gateway says."""

from __future__ import annotations

import base64
import json
import unicodedata
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from sms_service.channels import exchange, jasmin, kannel
from sms_service.channels.africastalking import AfricasTalking
from sms_service.channels.base import Dlt, Outbound
from sms_service.channels.exchange import KEPT_MAX, Exchange, recorded, redacted
from tests import gateways
from tests.channels.conformance import NOW, PHONE, REF, SECRETS, TEXT, Conformance
from tests.channels.test_conformance import suites

HINDI = "नमस्ते चंद्रकला वाघमारे, +254711000111"
REFUSED = ("429", "500", "503", "302", "html", "truncated", "reset")


def spellings(phone: str) -> list[str]:
    """A number as people, gateways and encoders write it."""
    bare = phone.removeprefix("+")
    national = bare[3:]
    spaced = [
        " ".join((bare[:3], bare[3:6], bare[6:9], bare[9:])),
        "-".join((bare[:3], bare[3:6], bare[6:9], bare[9:])),
    ]
    return [phone, bare, national, f"0{national}", quote(phone), f"00{bare}", *spaced, spaced[0][4:], " ".join(bare)]


def forms(text: str) -> list[str]:
    """A text as it may be written in an address, a body or an answer."""
    ascii_ = json.dumps(text)[1:-1]
    encoded = [base64.b64encode(text.encode(kind)).decode() for kind in ("utf-8", "utf-16-be")]
    html = "".join(f"&#{ord(one)};" for one in text)
    return [
        text,
        quote(text),
        quote(text, safe=""),
        ascii_,
        html,
        text.encode("utf-16-be").hex(),
        *encoded,
        text.upper(),
    ]


def private(suite: Conformance) -> set[str]:
    """What must not be found, for one channel: numbers, the words of texts, secrets, credentials."""
    words = {"Canary", "Amina", "Wanjiru", "चंद्रकला", "वाघमारे"}
    whole = {form for text in (TEXT, HINDI) for form in forms(text)} | {form for word in words for form in forms(word)}
    secrets = {form for secret in SECRETS for form in forms(secret)}
    return {one for one in {*whole, *spellings(PHONE), *secrets, REF} if len(one) > 3}


def found(kept: Exchange, wanted: set[str]) -> set[str]:
    text = repr(kept).casefold()
    return {one for one in wanted if one.casefold() in text}


def answer(content: str | bytes, status: int = 200) -> requests.Response:
    made = requests.Response()
    made.status_code = status
    made._content = content if isinstance(content, bytes) else content.encode("utf-8", "replace")
    return made


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[requests.PreparedRequest]:
    """The requests themselves, as they were before anything was left out."""
    made: list[requests.PreparedRequest] = []

    def kept(request: requests.PreparedRequest, *rest: Any, **options: Any) -> Exchange:
        made.append(request)
        return redacted(request, *rest, **options)

    monkeypatch.setattr(exchange, "redacted", kept)
    return made


def hostile(request: requests.PreparedRequest, text: str) -> Iterator[requests.Response]:
    """Answers that give back whatever was asked, in every way that comes to mind."""
    body = request.body if isinstance(request.body, str) else (request.body or b"").decode("utf-8", "replace")
    everything = [
        request.url or "", body, str(dict(request.headers)), *map(str, request.headers.values()),
        *(form for one in (text, SECRETS[0]) for form in forms(one)), *spellings(PHONE),
    ]  # fmt: skip
    for one in everything:
        yield answer(one)
        yield answer(f"Error, Invalid number: {one}", 400)
        yield answer(f"<html>{one}</html>")
        yield answer('{"message": "' + one)
        for name in ("message", "Message", "status", "description", "id", "sid", "code", "body", one[:60]):
            yield answer(json.dumps({name: one}), 400)
            yield answer(json.dumps({"data": [{name: one}] * 5}, ensure_ascii=False))


@pytest.mark.parametrize("suite_class", suites(), ids=lambda one: one.__name__)
def test_nothing_private_is_kept_of_any_request_or_answer(
    suite_class: type[Conformance], asked: list[requests.PreparedRequest]
) -> None:
    suite, kept = suite_class(), []
    wanted, dlt = private(suite), Dlt(entity_id="1101447480000012345", template_id="1107160000000012345")
    with suite.connected((2.0, 0.4)) as (channel, gateway):
        for text in (TEXT, HINDI):
            message = Outbound(ref=REF, phone=PHONE, text=text, dlt=dlt)
            for weather in ("ok", *REFUSED):
                gateway.behave(weather)
                with recorded((PHONE, text)) as made:
                    channel.send(message)
                kept += made
            gateway.behave("ok")
            with recorded((PHONE, text), look_up=True) as made:
                channel.look_up(message, NOW, [])
            kept += made
    assert len(asked) == len(kept) >= 2 * len(REFUSED)
    wanted |= {str(request.headers.get("Authorization", "")).partition(" ")[2] or REF for request in asked}
    assert [(one, found(one, wanted)) for one in kept if found(one, wanted)] == []
    for request, text in ((asked[0], TEXT), (asked[len(kept) // 2], HINDI)):
        for told in hostile(request, text):
            for look_up in (False, True):
                one = redacted(request, told, 0.1, hers=(PHONE, text), look_up=look_up)
                assert found(one, wanted) == set(), one
                assert len(one.asked) <= KEPT_MAX
                assert len(one.answer) <= KEPT_MAX


def post(body: dict[str, str], url: str = "https://api.example.org/2010-04-01/Accounts/AC0123456789abcdef/Messages.json"
         ) -> requests.PreparedRequest:  # fmt: skip
    return requests.Request("POST", url, data=body, auth=("AC0123456789abcdef", "a-token-of-theirs")).prepare()


def test_what_is_asked_is_told_by_names_and_lengths() -> None:
    kept = redacted(post({"To": PHONE, "Body": "Amina", "coding": "0"}), answer("", 204), 0.25)
    assert kept.asked == "POST api.example.org/2010-04-01/Accounts/‹18›/Messages.json To=‹13› Body=‹5› coding=0"
    assert (kept.status, kept.seconds, kept.answer) == (204, 0.25, "‹0›")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('{"sid": "SM0123456789abcdef01234567", "status": "queued", "body": "Amina", "error_code": null}',
         "sid=SM…4567 status=queued"),
        ('{"code": 21211, "message": "The number +254 711 000 111 is not valid", "status": 400}',
         "code=21211 message=The number  ‹› is not valid status=400"),
        ('{"SMSMessageData": {"Message": "Sent to 1/1 Total Cost: KES 0.8000 Message parts: 1", "Recipients": []}}',
         "Message=Sent to 1/1 Total Cost: KES 0.8000 Message parts: 1"),
        ("0: Accepted for delivery", "0: Accepted for delivery"),
        ("Amina cannot be reached", "‹› cannot be reached"),
        ("<html>Amina</html>", "‹18›"),
        ('{"status": "que', "‹15›"),
        ('{"a": [{"status": "sent"}, {"status": "read"}, {"status": "queued"}, {"status": "d"}, {"status": "e"}]}',
         "status=sent status=read status=queued and_more=2"),
        ('{"status": "UserInBlackList", "code": "EC_UNKNOWN"}', "status=UserInBlackList code=EC_UNKNOWN"),
        ("Accepted, says Sunita; call राम कुमार", "Accepted, ‹› ‹›; call ‹› ‹›"),
    ],
)  # fmt: skip
def test_what_is_answered_is_told_in_the_gateways_own_words(body: str, told: str) -> None:
    assert redacted(post({"To": PHONE, "Body": "Dear Amina"}), answer(body), 0.1).answer == told


def test_a_look_up_shows_no_sentence_for_it_may_be_a_text_of_hers() -> None:
    listed = answer(
        '{"messages": [{"status": "delivered", "body": "Wanjiru", "text": "Wanjiru", "message": "Wanjiru"}]}'
    )
    kept = redacted(post({}), listed, 0.1, look_up=True).answer
    assert kept == "status=delivered"
    assert redacted(post({}), answer("Wanjiru"), 0.1, look_up=True).answer == "‹7›"


def test_an_answer_of_many_megabytes_is_told_by_its_length() -> None:
    assert redacted(post({}), answer(b"[" * 10_000_000), 0.1).answer == "‹10000000›"
    assert redacted(post({}), answer(b"[" * 100_000), 0.1).answer == "‹100000›"


def test_no_answer_is_told_by_the_kind_of_error() -> None:
    kept = redacted(post({}), requests.ReadTimeout(f"https://api.example.org/?to={PHONE}"), 10.0)
    assert (kept.status, kept.answer) == (0, "ReadTimeout")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode), st.integers(100, 599), st.booleans())
def test_no_answer_upsets_it(content: bytes, status: int, look_up: bool) -> None:
    kept = redacted(post({"To": PHONE}), answer(content, status), 0.1, look_up=look_up)
    assert len(kept.answer) <= KEPT_MAX


def test_a_fault_of_ours_does_not_change_what_became_of_the_message(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> Exchange:
        raise RuntimeError(f"a surprise with {PHONE} in it")

    monkeypatch.setattr(exchange, "redacted", broken)
    with recorded((PHONE,)) as made:
        record = exchange.recorder()
        assert record is not None
        record(post({"To": PHONE}), answer(""), 0.1)
    assert [one.answer for one in made] == ["cannot be kept"]
    assert PHONE not in caplog.text


MIXED = "राम Kumar ने Sunita को जोड़ा, कोड 4821, ABC1234567"


@pytest.mark.parametrize("coded", [kannel.coded, jasmin.coded], ids=["kannel", "jasmin"])
@pytest.mark.parametrize(
    "spelt", [MIXED, MIXED.upper(), "98765\u200b43210", "९८७६ ५४३२१०", "9876-5 4.3210", "code 4821", "Kumar_Sunita"]
)
def test_a_text_that_left_in_ucs_2_is_known_all_the_same(coded: Any, spelt: str) -> None:
    """It stands in the request as bytes or in hexadecimal, so that the request alone does not show its words."""
    asked = requests.Request("POST", "http://127.0.0.1/send", data={"to": "9876543210", **coded(MIXED)}).prepare()
    kept = redacted(asked, answer(f'Error "cannot route: {spelt}"', 400), 0.1, hers=("+919876543210", MIXED))
    assert kept.answer.startswith('Error "cannot route: ')
    said = kept.answer.removeprefix('Error "cannot route: ')
    assert not [
        sign for sign in said if (sign.isalnum() and sign not in "code") or unicodedata.category(sign)[0] == "M"
    ]


def test_names_of_others_and_words_that_no_gateway_uses_are_left_out() -> None:
    kept = redacted(post({}), answer("Invalid number: entered by Grace Mutua, मीना of Kanke"), 0.1)
    assert kept.answer == "Invalid number: ‹› by ‹› ‹›, ‹› of ‹›"


def test_of_a_call_for_many_no_number_is_kept(asked: list[requests.PreparedRequest]) -> None:
    phones = [PHONE, "+254722333444", "+919811122233"]
    with gateways.AfricasTalking() as gateway:
        channel = AfricasTalking(
            username=gateway.username, api_key=gateway.api_key, from_=gateways.africastalking.SHORT_CODE,
            secrets=SECRETS, api_url=gateway.url,
        )  # fmt: skip
        with recorded((TEXT, *phones)) as made:
            outcomes = channel.send_many([Outbound(ref=REF, phone=phone, text=TEXT) for phone in phones])
    assert [type(one).__name__ for one in outcomes] == ["Accepted"] * 3
    assert len(made) == 1
    wanted = {gateway.api_key, *(spelling for phone in phones for spelling in spellings(phone))}
    assert found(made[0], wanted) == set()


def test_nothing_is_recorded_unless_somebody_wants_it() -> None:
    with recorded(()) as made:
        assert exchange.recorder() is not None
    assert made == []
    assert exchange.recorder() is None
