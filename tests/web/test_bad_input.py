"""Hundreds of nasty texts, and any form at all, through every way in: no fault, nothing evaluated, nothing lost."""

from __future__ import annotations

import itertools
import json
import random
import re
import time
import unicodedata
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

import sms_service
from sms_service.channels.incoming import storable
from sms_service.enrolment import cards as card_rows
from sms_service.store import people
from sms_service.store.tables import card, member, outbox, registration, turn
from sms_service.web.app import create_app
from tests.gateways.africastalking import SECRET
from tests.gateways.twilio import NUMBER
from tests.town import Town
from tests.web.conftest import own
from tests.web.process import FORM, GATEWAYS, Answer, Web, as_read
from workers import cards, deliver

ENROLER = "+919800000003"
EVALUATED = re.compile(r"(?<![0-9A-Za-z])49(?![0-9A-Za-z])|uid=0|\broot:x:")
"""What 7*7, `id` or /etc/passwd would leave in a text of ours if any part of it were run."""

PLAIN = [
    *["", " ", "\t\n\r\n", "\u00a0\u2003\u3000", "\0", "\0\0\0", "1\0", "\x1b[31mred\x1b[0m", "\x07\x08\x7f", "\x9b2J"],
    *["\u202eevil", "\u2066\u2067abc\u2069", "\u200b\u200d\ufeff", "\ufffe\uffff", "\U0010ffff", "e\u0301" * 200],
    *["\ud800", "\udc00", "a\ud83d", "\ude00b", "\ud83d\ud83d\ude00", "\ud83d\ude00", "\udfff\ud800"],
    *["😀", "👩‍👩‍👧‍👦" * 40, "🇮🇳🇰🇪", "👍🏽", "z̷̧̛͚" * 100, "ﷺ" * 100, "ẞßſ", "İı"],
    *["１２３", "٣", "१", "৩", "①", "1️⃣", "½", "²", "𝟏", "१।", "+९१९८७६५४३२१०"],
    *["=cmd|'/c calc'!A1", "+1+1", "-1+1", "@SUM(A1)", '=HYPERLINK("http://x","y")', "\t=1", "%0A=1"],
    *["{{7*7}}", "{{ 7*7 }}", "{%for x in y%}", "${7*7}", "#{7*7}", "<%=7*7%>", "{{ ''.__class__ }}", "{{'x'*10**9}}"],
    *["%s", "%n%n%n", "%(name)s", "{0}", "{name!r}", "{}", "$(id)", "`id`", "; cat /etc/passwd", "| id", "&& id"],
    *["' OR '1'='1", "'; DROP TABLE person; --", '" OR ""="', "\\'; --", "1; SELECT pg_sleep(9)", "\\", "'"],
    *["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "]]>", "<!--", "&amp;&lt;&#0;&nosuch;", '"><b>'],
    *["<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>", "<Message>hi</Message>"],
    *["../../etc/passwd", "file:///etc/passwd", "http://169.254.169.254/", "C:\\con", "#import \"/etc/passwd\"", "$ 7*7 $"],
    *["null", "None", "true", "NaN", "-0", "1e309", "9" * 400, "0x31", "undefined", "[object Object]", "[]", "{}"],
    *["x" * 10_000, "1 " * 5_000, "हा" * 3_000, "\n" * 2_000, "*" * 500, "*1*2*3#", "#", "98", "00", "*384*96#"],
    *["STOP\0", "S\u200bTOP", "ＳＴＯＰ\ud800", "YES STOP NO 1 2 3", "1\ud800", "1\u202e", "REG", "REG " * 400, "REG\0"],
    *["REG 9876543210 ABC1234567 12 <b>x</b>", "REG 9876543210 ABC1234567 12 {{7*7}}", "REG ' -- %s", "REG \ud800 \ud800"],
]  # fmt: skip


def nasty_texts(how_many: int) -> list[str]:
    """PLAIN, what an entry with each as a field looks like, and pairs of them, in an order that is always the same."""
    texts = [*PLAIN, *(f"REG 9876543210 ABC1234567 12 {text}" for text in PLAIN[::3])]
    seeded = random.Random(28)
    while len(texts) < how_many:
        texts.append(seeded.choice(["", " ", "\n", "*"]).join(seeded.sample(PLAIN, 2)))
    return texts[:how_many]


TEXTS = nasty_texts(500)


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory, valkey_url: str) -> Iterator[Web]:
    """Reached from this machine, with both gateways."""
    with Web({**GATEWAYS, **own(tmp_path_factory.mktemp("bad_input"), valkey_url, 4)}) as made:
        yield made


def kept(web: Web, since: int) -> list[str]:
    """The texts of the turns after the first `since` of the enroler, opened."""
    with web.service.reads.begin() as conn:
        person = people.by_phone(conn, web.service.keys, ENROLER)
        assert person
        query = select(turn.c.text_sealed).where(
            turn.c.person_id == person.id, turn.c.turn_no > since, turn.c.channel.not_in(("clock", "service"))
        )
        return [person.key.decrypt("turn.text", one) for one in conn.execute(query.order_by(turn.c.turn_no)).scalars()]


def turns_so_far(web: Web) -> int:
    with web.service.reads.begin() as conn:
        person = people.by_phone(conn, web.service.keys, ENROLER)
        return person.turn_no if person else 0


def said(web: Web) -> list[str]:
    """Every text that is on its way to anybody, opened."""
    texts = []
    with web.service.reads.begin() as conn:
        for row in conn.execute(select(outbox.c.person_id, outbox.c.text_sealed)).all():
            person = people.by_id(conn, web.service.keys, row.person_id)
            assert person
            texts.append(person.key.decrypt("outbox.text", row.text_sealed))
    return texts


def nothing_was_run(texts: list[str]) -> None:
    assert texts
    for text in texts:
        assert not EVALUATED.search(text), text
        assert not any(unicodedata.category(sign) in ("Cc", "Cs") for sign in text if sign != "\n"), text


# --- nasty texts --------------------------------------------------------------------------------------------------


def test_nasty_texts_through_twilio(web: Web) -> None:
    before = turns_so_far(web)
    for text in TEXTS:
        fields = [("MessageSid", f"SM{uuid.uuid4().hex}"), ("From", ENROLER), ("To", NUMBER), ("Body", text)]
        answer = web.twilio(fields)
        assert answer.status == 200, text
        assert answer.header["content-type"] == "text/xml"
        response = ET.fromstring(answer.text)
        assert (response.tag, len(response), response.text) == ("Response", 0, None)

    assert kept(web, before) == [storable(as_read(text)) for text in TEXTS]
    nothing_was_run(said(web))


def test_nasty_texts_through_africastalking_sms(web: Web) -> None:
    before = turns_so_far(web)
    for text in TEXTS:
        answer = web.africastalking(
            "sms", [("id", uuid.uuid4().hex), ("from", ENROLER), ("to", "51969"), ("text", text)]
        )
        assert (answer.status, answer.body) == (200, b""), text

    assert kept(web, before) == [storable(as_read(text)) for text in TEXTS]
    nothing_was_run(said(web))


def test_nasty_texts_on_ussd_screens(web: Web) -> None:
    """Each is typed on the second screen of a session of its own; half of the sessions begin with it, as a direct dial."""
    before, screens = turns_so_far(web), []
    for number, text in enumerate(TEXTS):
        fields = [("sessionId", f"ATUid_{number}"), ("phoneNumber", ENROLER), ("serviceCode", "*384*96#")]
        for typed in ["", text] if number % 2 else [text]:
            answer = web.africastalking("ussd", [*fields, ("text", typed)])
            assert answer.status == 200, text
            assert answer.text.startswith(("CON ", "END ")), text
            screens.append(answer.text[4:])

    expected = [
        ["", storable(as_read(text))] if number % 2 else [storable(as_read(text))] for number, text in enumerate(TEXTS)
    ]
    once = [list(dict.fromkeys(session)) for session in expected]  # the same text again is the same hop again
    assert kept(web, before) == list(itertools.chain.from_iterable(once))
    nothing_was_run(screens)


def test_nasty_texts_on_the_handset(web: Web) -> None:
    before = turns_so_far(web)
    for text in TEXTS:
        answer = web.handset("sms", {"id": str(uuid.uuid4()), "phone": ENROLER, "text": text})
        assert (answer.status, answer.json) == (200, {}), text

    # Two halves of one emoji, sent as JSON escapes, are one emoji; a lone half is nothing that could be kept.
    assert kept(web, before) == [storable(text) for text in TEXTS]
    nothing_was_run(said(web))


def test_nasty_texts_on_the_handsets_ussd_screens(web: Web) -> None:
    screens = []
    for text in TEXTS:
        dial = {"session": str(uuid.uuid4()), "phone": ENROLER, "code": text[:100], "text": ""}
        for typed in ("", text):
            answer = web.handset("ussd", dial | {"text": typed})
            assert answer.status == 200, text
            screens.append(answer.json["screen"])

    nothing_was_run(screens)


def test_nasty_values_in_every_other_field(web: Web) -> None:
    """Numbers, ids, sessions, codes, languages: refused with a sentence or taken, and never a fault."""
    for text in [text[:1_000] for text in TEXTS[:: len(TEXTS) // 120]]:  # so that several fit into one request
        answers = [
            web.handset("sms", {"id": text, "phone": ENROLER, "text": "1"}),
            web.handset("sms", {"id": "1", "phone": text, "text": "1"}),
            web.handset("sms", {"id": [text], "phone": {"a": text}, "text": [text]}),
            web.handset("ussd", {"session": text, "phone": ENROLER, "code": text, "text": ""}),
            web.handset("messages", {"phone": text}),
            web.handset("people", {text: text}),
            web.africastalking("sms", [("id", text), ("from", text), ("to", text), ("date", text), ("text", "1")]),
            web.africastalking("sms", [("id", text), ("from", ENROLER), ("to", text), ("date", text), ("text", "1")]),
            web.africastalking("ussd", [("sessionId", text), ("phoneNumber", ENROLER), ("serviceCode", text)]),
            web.africastalking(
                "delivery", [("id", text), ("status", text), ("failureReason", text), ("phoneNumber", text)]
            ),
            web.africastalking("opt-out", [("senderId", text), ("phoneNumber", text)]),
            web.twilio([("MessageSid", text), ("From", text), ("To", text), ("OptOutType", text), ("Body", "1")]),
            web.twilio([("MessageSid", text), ("From", ENROLER), ("To", text), ("Body", "1")]),
            web.twilio([("MessageSid", text), ("MessageStatus", text), ("ErrorCode", text)], "/hooks/twilio/status"),
        ]
        assert {answer.status for answer in answers} <= {200, 204, 400}, text
        assert len(web.service.spool) == 0, text


# --- any form at all ----------------------------------------------------------------------------------------------

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60) | st.sampled_from(
    [t for t in PLAIN if len(t) < 500]
)
NAMES = {
    "twilio": ["MessageSid", "SmsSid", "From", "To", "Body", "MessageStatus", "SmsStatus", "ErrorCode", "OptOutType",
               "NumSegments", "NumMedia", "AccountSid"],
    "africastalking": ["id", "from", "to", "text", "date", "linkId", "sessionId", "phoneNumber", "serviceCode", "status",
                       "failureReason", "senderId", "networkCode"],
    "kannel": ["id", "ts", "sender", "receiver", "message", "coding", "charset", "uuid", "status", "reply"],
    "jasmin": ["id", "from", "to", "content", "binary", "coding", "message_status", "level", "err"],
}  # fmt: skip
VALUES = [
    "1",
    "STOP",
    "REG",
    "REG 9876543210 ABC1234567 12 Ram Kumar",
    ENROLER,
    NUMBER,
    "delivered",
    "Success",
    "*384*96#",
]
FUZZED = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)


def any_form(gateway: str) -> st.SearchStrategy[list[tuple[str, str]]]:
    """Fields that the gateway sends and others, with any text in them, some of them twice, in any order."""
    pairs = st.tuples(st.sampled_from(NAMES[gateway]) | ANY_TEXT, st.sampled_from(VALUES) | ANY_TEXT)
    return st.lists(pairs, max_size=12)


def is_no_fault(web: Web, answer: Answer) -> None:
    """Taken, nothing to do, or refused; whatever is said is TwiML, a USSD screen or nothing; and nothing had to be spooled,
    which is what becomes of an SMS that a fault of ours keeps from being taken."""
    assert len(web.service.spool) == 0
    assert answer.status in (200, 204, 400)
    if answer.body:
        assert answer.body in (b"<Response/>", b"ACK/Jasmin") or answer.text[:4] in ("CON ", "END ")


@pytest.mark.parametrize("target", ["/hooks/twilio/sms", "/hooks/twilio/status", "/hooks/twilio/status?ref="])
@FUZZED
@given(fields=any_form("twilio"))
def test_any_signed_form_of_twilio_is_no_fault(web: Web, target: str, fields: list[tuple[str, str]]) -> None:
    is_no_fault(web, web.twilio(fields, target))


@pytest.mark.parametrize("route", ["sms", "ussd", "ussd-end", "delivery", "opt-out"])
@FUZZED
@given(fields=any_form("africastalking"))
def test_any_form_of_africastalking_is_no_fault(web: Web, route: str, fields: list[tuple[str, str]]) -> None:
    is_no_fault(web, web.africastalking(route, fields))


@pytest.mark.parametrize("route", ["sms", "delivery"])
@FUZZED
@given(fields=any_form("kannel"))
def test_any_query_of_kannel_is_no_fault(web: Web, route: str, fields: list[tuple[str, str]]) -> None:
    is_no_fault(web, web.kannel(route, fields))


@pytest.mark.parametrize("route", ["sms", "delivery"])
@FUZZED
@given(fields=any_form("jasmin"))
def test_any_form_of_jasmin_is_no_fault(web: Web, route: str, fields: list[tuple[str, str]]) -> None:
    is_no_fault(web, web.jasmin(route, fields))


@pytest.mark.parametrize("route", ["sms", "ussd", "delivery"])
@FUZZED
@given(
    body=st.binary(max_size=300) | st.text("%&=;+[]{}abid012\0\n", max_size=100).map(str.encode),
    content_type=st.sampled_from(
        [FORM, f"{FORM}; charset=utf-16", "multipart/form-data; boundary=a", "text/plain", ""]
    ),
)
def test_any_bytes_at_all_are_no_fault(web: Web, route: str, body: bytes, content_type: str) -> None:
    is_no_fault(web, web.ask("POST", f"/hooks/africastalking/{SECRET}/{route}", [("Content-Type", content_type)], body))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT | st.sampled_from(VALUES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("what", ["sms", "ussd", "messages", "people"])
@FUZZED
@given(data=st.fixed_dictionaries({}, optional=dict.fromkeys(("id", "phone", "text", "session", "code"), JSON)) | JSON)
def test_any_json_of_the_handset_is_no_fault(web: Web, what: str, data: object) -> None:
    assert web.handset(what, data).status in (200, 400)
    assert len(web.service.spool) == 0


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b"[" * 60_000, b'{"a":' * 10_000, b'{"id": 1e999}', b'"\\ud800"']
)
def test_broken_json_of_the_handset_is_no_fault(web: Web, body: bytes) -> None:
    header = [("Content-Type", "application/json"), ("X-Handset", "1")]
    with web.nothing_written():
        answer = web.ask("POST", "/phone/sms", header, body)

    assert (answer.status, answer.body) == (400, b"") or answer.json["problem"]


# --- any value at all, on the public pages ------------------------------------------------------------------------

NASTY = {
    "NUL": "%00", "NUL inside": "a%00b", "half an emoji": "%ED%A0%BD", "no UTF-8": "%FF%FE", "a line": "%0D%0AX:%20y",
    "long": "a" * 30_000, "long digits": "9" * 30_000, "digits of others": "%E0%A5%A8%E0%A5%A6%E0%A5%A8-%E0%A5%A7%E0%A5%A7",
    "percents": "%25%s%zz%", "points": "../../etc/passwd", "a proof": f"a%00.{'f' * 8}{'0' * 32}", "quotes": "'%22%3B--",
    "several": "hi,sw,en", "an emoji": "%F0%9F%98%80",
}  # fmt: skip
PUBLIC = (
    "/notice/?lang={}", "/notice/?lang=hi&lang={}", "/notice/?{}", "/notice/{}", "/notice/{}.txt", "/card/?{}",
    "/card/picture.png?{}", "/card/picture.{}", "/card/screen.png?{}", "/card/photo?{}", "/verify/{}", "/verify/0000013?{}",
    "/ledger/?{}", "/ledger/{}/", "/ledger/{}.json", "/ledger/key.pem?{}", "/readyz?{}", "/healthz?{}", "/metrics?{}",
    "/phone/?key={}", "/phone/{}", "/static/{}", "/static/fonts/{}", "/{}", "/hooks/{}/sms", "/hooks/twilio/{}",
    "/hooks/africastalking/{}/sms", "/hooks/missed-call/{}", "/hooks/missed-call/{}?from={}",
)  # fmt: skip


@pytest.mark.parametrize("value", NASTY.values(), ids=list(NASTY))
def test_any_value_in_an_address_or_a_header_is_no_fault(any_town: Town, value: str) -> None:
    browser = create_app(any_town.service).test_client()
    as_header = unquote(value, "latin-1").replace("\r\n", " ")
    headers = {
        "Accept-Language": as_header,
        "Cookie": f"handset={as_header}; {as_header}={as_header}",
        "User-Agent": as_header,
    }
    with any_town.service.reads.begin() as conn:
        before = conn.execute(select(func.count()).select_from(turn)).scalar_one()
    for address in PUBLIC:
        for one in (address.format(value, value), address.format("x", "x")):
            answers = [
                browser.get(one),
                browser.get(one, headers=headers),
                browser.post(one, data={"signs": unquote(value), unquote(value): value}, headers=headers),
                browser.post(one, data=unquote_to_bytes(value), headers=headers),
            ]
            assert {answer.status_code for answer in answers} <= {200, 204, 303, 308, 400, 403, 404, 405, 410, 413}, (
                one[:80]
            )
    assert [row for row in any_town.rows(outbox) if row.status == "queued"] == []
    with any_town.service.reads.begin() as conn:
        assert conn.execute(select(func.count()).select_from(turn)).scalar_one() == before


# --- what was typed, on our own pages -----------------------------------------------------------------------------

HOSTILE = "<script>alert(7*7)</script>\"'&{{7*7}} </dd><img src=x onerror=alert(1)> #sys.inputs"


@pytest.fixture(scope="module")
def hostile_card(tmp_path_factory: pytest.TempPathFactory, valkey_url: str) -> Iterator[tuple[Web, str]]:
    """A member whose name is HOSTILE - as if every check at the entry had failed - and the token of her card."""
    with Web(own(tmp_path_factory.mktemp("hostile"), valkey_url, 5)) as made:
        service, entry = made.service, "REG 9876543210 ABC1234567 12 Ram Kumar"
        made.handset("sms", {"id": "1", "phone": ENROLER, "text": entry})
        with service.engine.begin() as conn:
            person = people.by_phone(conn, service.keys, "+919876543210")
            assert person
            fields = json.dumps({"name": HOSTILE, "voter_id": "ABC1234567", "booth": "12"})
            conn.execute(update(registration).values(fields_sealed=person.key.encrypt("registration.fields", fields)))
        deliver.send_due(service, 100)
        made.handset("sms", {"id": "2", "phone": "+919876543210", "text": "1"})
        while cards.draw_wanted(service, 10) + deliver.send_due(service, 100):
            pass
        bubbles = made.handset("messages", {"phone": "+919876543210"}).json["messages"]
        link = re.search(r"/card/\?(\S+)", bubbles[-1]["text"])
        assert link
        yield made, link[1]


def test_a_hostile_name_is_shown_as_text_on_the_card_page(hostile_card: tuple[Web, str]) -> None:
    web, token = hostile_card
    page = web.post(f"/card/?{token}", [("signs", "4567")])

    assert page.status == 200
    assert "&lt;script&gt;alert(7*7)&lt;/script&gt;&#34;&#39;&amp;{{7*7}}" in page.text
    assert "<script" not in page.text
    assert "<img src=x" not in page.text
    assert not EVALUATED.search(re.sub(r"<style>.*?</style>", "", page.text, flags=re.DOTALL))


def test_a_hostile_name_is_drawn_as_text_on_the_card(hostile_card: tuple[Web, str]) -> None:
    web, token = hostile_card
    page = web.post(f"/card/?{token}", [("signs", "4567")]).text
    for kind, begins in (("png", b"\x89PNG\r\n\x1a\n"), ("pdf", b"%PDF-")):
        address = re.search(rf'"(picture\.{kind}\?[^"]+)"', page)
        assert address
        assert web.get(f"/card/{address[1]}").body.startswith(begins)
    with web.service.reads.begin() as conn:
        found = card_rows.by_token(conn, web.service.keys, token, time.time())
    assert found is not None
    assert found.name == HOSTILE


def test_a_hostile_name_is_shown_as_text_on_the_verify_page(hostile_card: tuple[Web, str]) -> None:
    web, token = hostile_card
    address = re.search(r'href="[^"]+(/verify/0000013\?[0-9]+)"', web.post(f"/card/?{token}", [("signs", "4567")]).text)
    assert address
    page = web.get(address[1])

    assert (page.status, '<dd dir="auto">' in page.text) == (200, True), "her name is shown"
    assert "<script" not in page.text
    assert "<img src=x" not in page.text


def test_a_hostile_name_reaches_the_handset_as_data_and_its_script_makes_no_html_of_it(
    hostile_card: tuple[Web, str],
) -> None:
    web, _ = hostile_card
    web.handset("sms", {"id": "3", "phone": "+919876543210", "text": HOSTILE})
    answer = web.handset("messages", {"phone": "+919876543210"})

    assert answer.header["content-type"] == "application/json"
    assert answer.header["x-content-type-options"] == "nosniff"
    assert [bubble for bubble in answer.json["messages"] if bubble["from_me"]][-1]["text"] == HOSTILE
    script = (Path(sms_service.__file__).parent / "web/static/phone.js").read_text()
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", script)


def test_what_stands_in_an_address_is_shown_as_text(web: Web) -> None:
    for hostile in ("%3Cscript%3Ealert(1)%3C%2Fscript%3E", "%22%3E%3Cimg%20src=x%3E", "{{7*7}}", "%7B%7B7*7%7D%7D"):
        for target in (f"/verify/{hostile}", f"/card/?{hostile}", f"/phone/?{hostile}", f"/{hostile}"):
            page = web.get(target)
            assert page.status in (200, 404)
            assert "<script>alert" not in page.text
            assert "<img src=x" not in page.text
            assert "49" not in re.sub(r"<style>.*?</style>|Checked [-0-9: ]+", "", page.text, flags=re.DOTALL)


def test_the_tables_of_this_test_hold_what_it_says(hostile_card: tuple[Web, str]) -> None:
    web, _ = hostile_card
    assert len(web.rows(member)) == len(web.rows(card)) == 1
