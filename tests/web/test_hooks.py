"""Forged, strange and oversized requests to the gateways' addresses: refused with nothing written; genuine ones taken."""

from __future__ import annotations

import ast
import hashlib
import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest

import sms_service
from sms_service.store import people
from sms_service.store.tables import delivery_report, turn
from sms_service.web.app import BODY_MAX
from tests.channels.vectors import case_id, cases
from tests.gateways.africastalking import SECRET
from tests.gateways.twilio import ACCOUNT, NUMBER, PUBLIC_URL, TOKEN
from tests.web.conftest import HANDSET_SECRET
from tests.web.process import FORM, OLD_SECRET, OLD_TOKEN, Answer, Pairs, Web, encoded, signed

SMS, STATUS = "/hooks/twilio/sms", "/hooks/twilio/status"
AT = f"/hooks/africastalking/{SECRET}"
PHONE = "+919876500001"


def sms_fields(body: str = "hello", **more: str) -> list[tuple[str, str]]:
    """A new message of Twilio's."""
    fields = {"MessageSid": f"SM{uuid.uuid4().hex}", "AccountSid": ACCOUNT, "From": PHONE, "To": NUMBER, "Body": body}
    return list((fields | more).items())


def at_fields(text: str = "hello") -> list[tuple[str, str]]:
    """A new message of Africa's Talking's."""
    return [("id", uuid.uuid4().hex), ("from", PHONE), ("to", "51969"), ("text", text), ("date", "2026-01-01 10:00:00")]


def says_nothing(answer: Answer) -> bool:
    """Twilio texts every text/plain body to the member, and reads text/xml and text/html as TwiML."""
    return not answer.body or (
        answer.header["content-type"] == "text/xml" and ET.fromstring(answer.text).tag == "Response"
        and len(ET.fromstring(answer.text)) == 0
    )  # fmt: skip


# --- forged -------------------------------------------------------------------------------------------------------


def with_signature(signature: str, *more: tuple[str, str]) -> Callable[[Web], Answer]:
    return lambda web: web.post(SMS, sms_fields(), [("X-Twilio-Signature", signature), *more])


def signed_over(address: str, *more: tuple[str, str], host: str = "") -> Callable[[Web], Answer]:
    """A signature by the right token, but over another address."""

    def ask(web: Web) -> Answer:
        fields = sms_fields()
        seen = address.replace("PORT", str(web.config.web.port))
        return web.post(SMS, fields, [("X-Twilio-Signature", signed(fields, seen, "")), *more], host=host)

    return ask


def changed(change: Callable[[list[tuple[str, str]]], Pairs]) -> Callable[[Web], Answer]:
    """A genuine request whose fields were changed on the way."""

    def ask(web: Web) -> Answer:
        fields = sms_fields()
        return web.post(SMS, change(fields), [("X-Twilio-Signature", signed(fields, SMS))])

    return ask


def by_another_token(*more: tuple[str, str]) -> Callable[[Web], Answer]:
    def ask(web: Web) -> Answer:
        fields = sms_fields()
        return web.post(SMS, fields, [("X-Twilio-Signature", signed(fields, SMS, token="mine")), *more])

    return ask


def signature_in_the_form(web: Web) -> Answer:
    fields = sms_fields()
    return web.post(SMS, [*fields, ("X-Twilio-Signature", signed(fields, SMS))])


FORGED: dict[str, Callable[[Web], Answer]] = {
    "no signature": lambda web: web.post(SMS, sms_fields()),
    "empty signature": with_signature(""),
    "no base64": with_signature("=====%%%"),
    "not ASCII": with_signature("सुनीता"),
    "9 kB of signature": with_signature("A" * 9_000),
    "another token": by_another_token(),
    "a key that the request brings along": by_another_token(
        ("X-Twilio-Webhooks-Signature-Settings", "key=mine,algorithm=HMAC_SHA1")
    ),
    "signature in the form": signature_in_the_form,
    "the address that the process sees": signed_over(f"http://127.0.0.1:PORT{SMS}"),
    "http for https": signed_over(f"http://sms.example.org{SMS}"),
    "another port": signed_over(f"{PUBLIC_URL}:8443{SMS}"),
    "another route": signed_over(f"{PUBLIC_URL}{STATUS}"),
    "a query that is not there": signed_over(f"{PUBLIC_URL}{SMS}?ref=1"),
    "the host of the Host header": signed_over(f"https://evil.example{SMS}", host="evil.example"),
    "an impossible port": signed_over(f"https://evil.example:99999{SMS}", host="evil.example:99999"),
    "X-Forwarded-Host": signed_over(
        f"https://evil.example{SMS}", ("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "https")
    ),
    "X-Forwarded-Port": signed_over(f"{PUBLIC_URL}:8443{SMS}", ("X-Forwarded-Port", "8443")),
    "X-Forwarded-Path": signed_over(f"{PUBLIC_URL}/elsewhere", ("X-Forwarded-Path", "/elsewhere")),
    "X-Forwarded-Prefix": signed_over(f"{PUBLIC_URL}/app{SMS}", ("X-Forwarded-Prefix", "/app")),
    "X-Original-URL": signed_over(f"{PUBLIC_URL}/elsewhere", ("X-Original-URL", "/elsewhere")),
    "Forwarded": signed_over(f"https://evil.example{SMS}", ("Forwarded", "host=evil.example;proto=https")),
    "another text": changed(lambda fields: [(n, "1" if n == "Body" else v) for n, v in fields]),
    "another sender": changed(lambda fields: [(n, "+919800000002" if n == "From" else v) for n, v in fields]),
    "one field more": changed(lambda fields: [*fields, ("OptOutType", "STOP")]),
    "one field twice": changed(lambda fields: [("Body", "1"), *fields]),
    "one field less": changed(lambda fields: fields[:-1]),
    "trimmed": changed(lambda fields: [(n, f" {v}" if n == "Body" else v) for n, v in fields]),
    "no fields at all": changed(lambda fields: []),
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_a_forged_request_is_refused_and_changes_nothing(proxied: Web, forge: Callable[[Web], Answer]) -> None:
    with proxied.nothing_written():
        answer = forge(proxied)

    assert (answer.status, answer.body) == (403, b"")


@pytest.mark.parametrize("case", cases("twilio_signature", "twilio_inbound"), ids=case_id)
def test_a_signature_captured_for_another_address_or_token_opens_nothing_here(
    proxied: Web, case: dict[str, Any]
) -> None:
    [signature] = [text for name, text in case["headers"].items() if name.lower() == "x-twilio-signature"]
    with proxied.nothing_written():
        answer = proxied.post(SMS, case["params"] or [], [("X-Twilio-Signature", signature)])

    assert (answer.status, answer.body) == (403, b"")


SECRETS: dict[str, str | bytes] = {
    "wrong": "/hooks/africastalking/path-secret/sms",
    "cut": f"/hooks/africastalking/{SECRET[:-1]}/sms",
    "longer": f"/hooks/africastalking/{SECRET}x/sms",
    "upper case": f"/hooks/africastalking/{SECRET.upper()}/sms",
    "with a space": f"/hooks/africastalking/{SECRET}%20/sms",
    "with NUL": f"/hooks/africastalking/{SECRET}%00/sms",
    "NUL alone": "/hooks/africastalking/%00/sms",
    "both, as the setting has them": f"/hooks/africastalking/{SECRET},{OLD_SECRET}/sms",
    "not ASCII": "/hooks/africastalking/सुनीता/sms".encode(),
    "not ASCII, percent-encoded": f"/hooks/africastalking/{quote('सुनीता')}/sms",
    "no UTF-8": "/hooks/africastalking/%FF%FE/sms",
    "half a character": "/hooks/africastalking/%ED%A0%80/sms",
    "broken percent": "/hooks/africastalking/%zz%/sms",
    "the handset's": f"/hooks/africastalking/{HANDSET_SECRET}/sms",
    "Twilio's token": f"/hooks/africastalking/{TOKEN}/sms",
    "9 kB": f"/hooks/africastalking/{'A' * 9_000}/sms",
}


@pytest.mark.parametrize("target", SECRETS.values(), ids=SECRETS)
def test_a_wrong_path_secret_is_refused_and_changes_nothing(proxied: Web, target: str | bytes) -> None:
    with proxied.nothing_written():
        answer = proxied.post(target, at_fields())

    assert (answer.status, answer.body) == (403, b"")


NOT_THERE = [
    "/hooks/nobody/sms",
    "/hooks/nobody/secret/sms",
    "/hooks/handset/sms",
    "/hooks/twilio/ussd",
    "/hooks/twilio/sms/",
    "/hooks/twilio//sms",
    "/hooks//twilio/sms",
    f"/hooks/twilio/{SECRET}/sms",
    "/hooks/africastalking/sms",
    "/hooks/africastalking//sms",
    f"/hooks/africastalking/sms?key={SECRET}",
    f"{AT}/nowhere",
    f"{AT}/sms/more",
    "/hooks/",
    "/",
    "/hooks/../hooks/twilio/sms",
]


@pytest.mark.parametrize("target", NOT_THERE)
def test_an_address_that_is_none_of_ours_is_not_there(proxied: Web, target: str) -> None:
    with proxied.nothing_written():
        signature = ("X-Twilio-Signature", signed(fields := sms_fields(), target))
        answer = proxied.post(target, fields, [signature])

    assert (answer.status, answer.body) == (404, b"")


@pytest.mark.parametrize("target", [SMS, STATUS, f"{AT}/sms", f"{AT}/ussd"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND"])
def test_only_post_is_taken(proxied: Web, method: str, target: str) -> None:
    fields = sms_fields() + at_fields()
    header = [
        ("Content-Type", FORM),
        ("X-Twilio-Signature", signed(fields, target)),
        ("X-HTTP-Method-Override", "POST"),
    ]
    with proxied.nothing_written():
        answer = proxied.ask(method, target, header, encoded(fields))

    assert (answer.status, answer.body) == (405, b"")


# --- too large, badly formed --------------------------------------------------------------------------------------


@pytest.mark.parametrize("chunked", [False, True], ids=["its length announced", "in chunks"])
@pytest.mark.parametrize("size", [BODY_MAX + 1, 1_000_000])
def test_a_large_body_is_refused_whole_even_from_the_gateway_itself(proxied: Web, size: int, chunked: bool) -> None:
    """Cut at the limit it would pass for a shorter message."""
    long = "x" * size
    header = [("Content-Type", FORM), ("X-Twilio-Signature", signed(fields := sms_fields(long), SMS))]
    with proxied.nothing_written():
        of_twilio = proxied.ask("POST", SMS, header, encoded(fields), chunked=chunked)
        of_at = proxied.ask("POST", f"{AT}/sms", header, encoded(at_fields(long)), chunked=chunked)

    assert [(answer.status, answer.body) for answer in (of_twilio, of_at)] == [(413, b"")] * 2


def test_a_body_in_chunks_within_the_limit_is_taken(proxied: Web) -> None:
    header = [("Content-Type", FORM), ("X-Twilio-Signature", signed(fields := sms_fields("x" * 40_000), SMS))]
    assert proxied.ask("POST", SMS, header, encoded(fields), chunked=True).status == 200
    assert proxied.rows(turn)[-1].inbound_id == fields[0][1]


def test_ten_thousand_fields_are_read(proxied: Web) -> None:
    fields = sms_fields() + [(f"{number:x}", "") for number in range(10_000)]
    assert proxied.twilio(fields).status == 200


TYPES = [
    "",
    "text/plain",
    "application/json",
    "application/json; charset=utf-99",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=x",
    "application/octet-stream",
    "सुनीता",
    "a" * 5_000,
]


@pytest.mark.parametrize("content_type", TYPES)
@pytest.mark.parametrize(
    "body", [b"", encoded(sms_fields()), b'{"Body": "1"}', b"[" * 50_000, b"--x\r\n", b"\xff\0\xfe"]
)
def test_fields_that_are_not_a_form_are_never_believed(proxied: Web, content_type: str, body: bytes) -> None:
    """The signature over the bare address is right: whoever saw one could put any body behind it."""
    header = [("Content-Type", content_type), ("X-Twilio-Signature", signed([], SMS))]
    with proxied.nothing_written():
        answer = proxied.ask("POST", SMS, header, body)

    assert (answer.status, answer.body) == (400 if body == b"" else 403, b"")


@pytest.mark.parametrize("right_hash", [True, False])
def test_a_signed_json_body_is_covered_by_its_hash_but_is_no_message(proxied: Web, right_hash: bool) -> None:
    body = json.dumps(dict(sms_fields())).encode()
    digest = hashlib.sha256(body if right_hash else b"another body").hexdigest()
    target = f"{SMS}?bodySHA256={digest}"
    header = [("Content-Type", "application/json"), ("X-Twilio-Signature", signed([], target))]
    with proxied.nothing_written():
        answer = proxied.ask("POST", target, header, body)

    assert (answer.status, answer.body) == (400 if right_hash else 403, b"")


BODIES = [
    b"",
    b"&&&===&",
    b"%",
    b"%zz=%zz&id=%",
    b"id=%FF%FE&from=%ED%A0%80&text=%C3",
    b"id=\xff\xfe&from=\x00&text=\xc3",
    b"id=1&from=%00&text=%00",
    b"id=1&from=" + b"9" * 60_000,
    b"id=" + b"1" * 60_000 + b"&from=%2B254711000111",
    b"from=%2B254711000111&text=1",
    b"id=1&text=1",
    b"id[]=1&from[a]=2&id.x=3",
    b"<id>1</id>",
    b'{"id": 1, "from": "+254711000111"}',
]


@pytest.mark.parametrize("route", ["sms", "ussd", "ussd-end", "delivery", "opt-out"])
def test_a_body_without_what_the_gateway_promises_is_refused_or_ignored(proxied: Web, route: str) -> None:
    # An id is a whole delivery report: without a word it says that the gateway has the message.
    for body in [body for body in BODIES if route != "delivery" or b"id=" not in body]:
        with proxied.nothing_written():
            answer = proxied.ask("POST", f"{AT}/{route}", [("Content-Type", FORM)], body)
        assert answer.status in (200, 400), body
        assert answer.body in (b"", b"END "), body


# --- genuine ------------------------------------------------------------------------------------------------------


def test_behind_a_proxy_on_another_host_and_port_a_genuine_message_is_taken(proxied: Web) -> None:
    for host in ("127.0.0.1:1", "sms.example.org", "sms.example.org:8443", "10.0.0.5", "evil.example"):
        forwarded = [("X-Forwarded-Host", "evil.example:99"), ("X-Forwarded-Proto", "http"), ("X-Forwarded-Port", "99")]
        answer = proxied.twilio(fields := sms_fields(), header=forwarded, host=host)
        assert (answer.status, answer.text, answer.header["content-type"]) == (200, "<Response/>", "text/xml")
        assert proxied.rows(turn)[-1].inbound_id == fields[0][1]


@pytest.mark.parametrize("port", ["", ":443"])
def test_twilio_signs_now_with_and_now_without_the_port(proxied: Web, port: str) -> None:
    signature = signed(fields := sms_fields(), SMS, f"{PUBLIC_URL}{port}")
    assert proxied.post(SMS, fields, [("X-Twilio-Signature", signature)]).status == 200


QUERIES = ["?a=1&b=2", "?b=2&a=1", "?n=%C3%A9", "?n=%c3%a9", "?t=%7Ex", "?t=~x", "?flag", "?x=a+b", "?p=%zz", "?z=%00"]


@pytest.mark.parametrize("query", [*QUERIES, "?s=/hooks/twilio/sms?x=1", "?u=user:pass@host:1"])
def test_the_query_is_checked_as_it_was_sent(proxied: Web, query: str) -> None:
    assert proxied.twilio(sms_fields(), SMS + query).status == 200


@pytest.mark.parametrize(
    "text", [" 1 ", "1+1=2&x=3", "a%20b", "हाँ जी", "😀 ok 👍🏽", "line\r\nline", "=", "", "\u202eabc", "\x1b[1m"]
)
def test_a_text_that_is_easily_garbled_still_fits_its_signature(proxied: Web, text: str) -> None:
    assert proxied.twilio(sms_fields(text)).status == 200


def test_the_order_of_the_fields_does_not_matter_and_of_a_repeated_one_the_first_counts(proxied: Web) -> None:
    fields = [*reversed(sms_fields("first")), ("Body", "second"), ("Body", "second"), ("From", "+919800000002")]
    assert proxied.twilio(fields).status == 200

    row = proxied.rows(turn)[-1]
    with proxied.service.reads.begin() as conn:
        person = people.by_id(conn, proxied.service.keys, row.person_id)
    assert person is not None
    assert (person.phone, person.key.decrypt("turn.text", row.text_sealed)) == (PHONE, "first")


def test_while_a_secret_is_replaced_the_old_one_still_opens(proxied: Web) -> None:
    old = signed(fields := sms_fields(), SMS, token=OLD_TOKEN)
    assert proxied.post(SMS, fields, [("X-Twilio-Signature", old)]).status == 200
    assert proxied.post(f"/hooks/africastalking/{OLD_SECRET}/sms", at_fields()).status == 200


def test_a_captured_request_played_again_has_no_second_effect(proxied: Web) -> None:
    fields = sms_fields()
    first = proxied.twilio(fields)
    with proxied.nothing_written():
        again = [proxied.twilio(fields) for _ in range(5)]

    assert [(answer.status, answer.body) for answer in again] == [(first.status, first.body)] * 5


@pytest.mark.parametrize("case", cases("twilio_signature", "twilio_inbound"), ids=case_id)
def test_every_twilio_vector_signed_for_this_address_is_understood_or_refused_in_silence(
    proxied: Web, case: dict[str, Any]
) -> None:
    route = STATUS if "/status" in case["url"] else SMS
    query = case["url"].partition("#")[0].partition("?")[2]
    answer = proxied.twilio([*map(tuple, case["params"] or ())], route + (f"?{query}" if query else ""))

    is_message = any(name in ("MessageSid", "SmsSid") for name, _ in case["params"] or ())
    assert answer.status in ((200, 204) if is_message else (400,))
    assert says_nothing(answer)


AT_ROUTES = {
    "at_inbound": "sms",
    "at_ussd": "ussd",
    "at_ussd_end": "ussd-end",
    "at_delivery": "delivery",
    "at_optout": "opt-out",
}


@pytest.mark.parametrize("case", cases(*AT_ROUTES), ids=case_id)
def test_every_africastalking_vector_is_taken(proxied: Web, case: dict[str, Any]) -> None:
    route = AT_ROUTES[case["kind"]]
    answer = proxied.ask("POST", f"{AT}/{route}", [("Content-Type", case["content_type"])], case["raw_body"].encode())

    assert answer.status == 200
    assert answer.text.startswith(("CON ", "END ")) if route == "ussd" else answer.body == b""


def test_reports_about_nothing_we_sent_are_noted_once_and_answered_in_silence(proxied: Web) -> None:
    before = len(proxied.rows(delivery_report))
    sid = f"SM{uuid.uuid4().hex}"
    report = [("MessageSid", sid), ("MessageStatus", "delivered"), ("To", PHONE), ("From", NUMBER)]
    answers = [
        proxied.twilio(report, f"{STATUS}?ref={ref}") for ref in ("", "0" * 32, "x" * 9_000, "%00", "%FF", "a&ref=b")
    ]
    at_answer = proxied.africastalking("delivery", [("id", sid), ("status", "Success"), ("phoneNumber", PHONE)])

    assert {(answer.status, answer.body) for answer in answers} == {(204, b"")}
    assert (at_answer.status, at_answer.body) == (200, b"")
    assert len(proxied.rows(delivery_report)) == before + 2


# --- how it is written --------------------------------------------------------------------------------------------

WATCHED = ("secret", "token", "signature", "password", "api_key")
NO_SECRETS = {"secret_in_path"}
"""Names of attributes that only say whether there is a secret."""


def plain_comparisons(source: str) -> list[str]:
    """Every ==, !=, `in` and `not in` of `source` on something that is called a secret: how long they take tells how
    much of a guess was right."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq | ast.In | ast.NotIn):
            for side in (node.left, *node.comparators):
                name = side.attr if isinstance(side, ast.Attribute) else side.id if isinstance(side, ast.Name) else ""
                if name not in NO_SECRETS and any(word in name.lower() for word in WATCHED):
                    found.append(f"line {node.lineno}: {ast.unparse(node)}")
    return found


def test_no_secret_is_compared_with_a_plain_comparison() -> None:
    package = Path(sms_service.__file__).parent
    files = [*package.glob("channels/*.py"), *package.glob("web/*.py"), package / "privacy.py"]
    problems = [f"{file.name} {one}" for file in files for one in plain_comparisons(file.read_text())]

    assert problems == []
    assert len(plain_comparisons("a.secret == b; token != t; x in tokens; signature(1) == y; len(secret) == 3")) == 3


@pytest.mark.parametrize("file", ["channels/twilio.py", "channels/incoming.py", "privacy.py"])
def test_secrets_are_compared_in_constant_time_and_without_an_early_end(file: str) -> None:
    tree = ast.parse((Path(sms_service.__file__).parent / file).read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "compare_digest"]
    loops = [node for node in ast.walk(tree) if isinstance(node, ast.For) and "compare_digest" in ast.unparse(node)]

    assert calls
    assert not [node for loop in loops for node in ast.walk(loop) if isinstance(node, ast.Return | ast.Break)]
