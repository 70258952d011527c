"""Who may speak for any phone: whoever sits at this machine, whoever has the secret, and nobody else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from sms_service.config import read_config
from tests.web.conftest import HANDSET_SECRET, own
from tests.web.process import FORM, GATEWAYS, Pairs, Web

WHATS = ["people", "sms", "ussd", "messages"]
PHONE = "+919876512345"
DATA = {"id": "1", "phone": PHONE, "text": "HELP", "session": "s1", "code": "*384*96#"}
JSON = ("Content-Type", "application/json")
OURS = ("X-Handset", "1")
COOKIE = ("Cookie", f"handset={HANDSET_SECRET}")


def is_not_there(web: Web, header: Pairs = (), host: str = "", key: str = "") -> bool:
    """Neither the page nor anything behind it, and nothing is written by asking."""
    with web.nothing_written():
        answers = [web.get(f"/phone/{key}", header, host=host)]
        answers += [web.handset(f"{what}{key}", DATA, header, host=host) for what in WHATS]
    return {(answer.status, answer.body) for answer in answers} == {(404, b"")}


# --- closed -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["", "localhost", "127.0.0.1", "sms.example.org"])
def test_on_a_public_address_without_a_secret_it_is_not_there(closed: Web, host: str) -> None:
    """Not even to a request that says it comes from this machine: the proxy does, for everybody."""
    assert is_not_there(closed, host=host)
    assert is_not_there(closed, [("Cookie", "handset=")], key="?key=")


WRONG_KEYS = [
    "",
    "x",
    HANDSET_SECRET[:-1],
    f"{HANDSET_SECRET}x",
    HANDSET_SECRET.upper(),
    "%00",
    "%E0%A4%B8",
    "%FF",
    "%ED%A0%80",
]


@pytest.mark.parametrize("key", WRONG_KEYS)
def test_on_a_public_address_a_wrong_secret_opens_nothing(proxied: Web, key: str) -> None:
    assert is_not_there(proxied, key=f"?key={key}")
    assert is_not_there(proxied, [("Cookie", f"handset={key}")])


@pytest.mark.parametrize(
    "header", [("X-Forwarded-For", "127.0.0.1"), ("X-Real-IP", "127.0.0.1"), ("X-Handset-Key", HANDSET_SECRET)]
)
def test_on_a_public_address_no_header_opens_it(proxied: Web, header: tuple[str, str]) -> None:
    assert is_not_there(proxied, [header], host="127.0.0.1")


# --- open by the secret -------------------------------------------------------------------------------------------


def test_on_a_public_address_the_key_opens_it_once_and_then_a_cookie_does(proxied: Web) -> None:
    first = proxied.get(f"/phone/?key={HANDSET_SECRET}")
    cookie = first.header["set-cookie"]

    assert first.status == 200
    assert {part.strip() for part in cookie.split(";")[1:]} == {"HttpOnly", "Secure", "SameSite=Strict", "Path=/phone/"}

    sent_back = ("Cookie", cookie.partition(";")[0])
    assert proxied.get("/phone/", [sent_back]).status == 200
    assert proxied.handset("sms", DATA, [sent_back]).status == 200
    assert proxied.handset("messages", {"phone": PHONE}, [sent_back]).json["messages"][0]["text"] == "HELP"


def test_the_page_takes_the_key_out_of_the_address_line(proxied: Web) -> None:
    script = proxied.get("/static/phone.js").text
    assert 'if (location.search) history.replaceState(null, "", location.pathname);' in script


def test_a_cookie_from_before_the_secret_was_changed_does_not_shut_out_the_new_key(proxied: Web) -> None:
    old = ("Cookie", "handset=the-secret-of-last-month")
    answer = proxied.get(f"/phone/?key={HANDSET_SECRET}", [old])

    assert answer.status == 200
    assert answer.header["set-cookie"].startswith(f"handset={HANDSET_SECRET};")


def test_a_wrong_key_does_not_replace_the_right_cookie(proxied: Web) -> None:
    answer = proxied.get("/phone/?key=wrong", [COOKIE])
    assert (answer.status, answer.header.get("set-cookie")) == (200, None)


# --- on this machine ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:1", "localhost", "localhost:8000", "[::1]:8000"])
def test_on_this_machine_it_is_open(local: Web, host: str) -> None:
    assert local.get("/phone/", host=host).status == 200


FOREIGN = [
    *("evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example", "evil.example:127.0.0.1"),
    *(
        "127.0.0.1@evil.example",
        "10.0.0.5",
        "0.0.0.0",
        "127.0.0.2",
        "[::2]:1",
        "[::1",
        "::1",
        ":",
        ".",
        "xn--n28h",
        "a b",
    ),
]


@pytest.mark.parametrize("host", FOREIGN)
def test_a_page_elsewhere_that_points_its_own_name_at_this_machine_finds_nothing(local: Web, host: str) -> None:
    """DNS rebinding: the browser brings the page's own name along."""
    with local.nothing_written():
        answers = [local.get("/phone/", host=host), *(local.handset(what, DATA, host=host) for what in WHATS)]

    assert {answer.status for answer in answers} <= {400, 404}
    assert not any(answer.body for answer in answers)


FORGERIES: dict[str, tuple[Pairs, bytes]] = {
    "a form": ([("Content-Type", FORM)], b"id=1&phone=%2B919876512345&text=HELP"),
    "a form with our header": ([("Content-Type", FORM), OURS], b"id=1&phone=%2B919876512345&text=HELP"),
    "JSON without our header": ([JSON], json.dumps(DATA).encode()),
    "JSON with another value of it": ([JSON, ("X-Handset", "0")], json.dumps(DATA).encode()),
    "JSON called text": ([("Content-Type", "text/plain"), OURS], json.dumps(DATA).encode()),
    "JSON without a type": ([OURS], json.dumps(DATA).encode()),
    "a form of several parts": ([("Content-Type", "multipart/form-data; boundary=x"), OURS], b"--x--"),
    "JSON as a form of another site sends it": ([("Content-Type", "text/plain")], b'{"id": "1", "text": "="}'),
}


@pytest.mark.parametrize("what", WHATS)
@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_a_page_elsewhere_cannot_make_the_browser_send(
    local: Web, proxied: Web, what: str, forgery: tuple[Pairs, bytes]
) -> None:
    header, body = forgery
    origin = ("Origin", "https://evil.example")
    for web in (local, proxied):
        with web.nothing_written():
            answer = web.ask("POST", f"/phone/{what}", [*header, origin, COOKIE], body)
        assert (answer.status, answer.body) == (403, b"")


@pytest.mark.parametrize("what", WHATS)
def test_no_other_site_is_allowed_to_ask_or_to_read(local: Web, what: str) -> None:
    asked = [("Origin", "https://evil.example"), ("Access-Control-Request-Method", "POST"),
             ("Access-Control-Request-Headers", "x-handset,content-type")]  # fmt: skip
    before = local.ask("OPTIONS", f"/phone/{what}", asked)
    answer = local.handset(what, DATA | {"id": f"cors-{what}"}, [("Origin", "https://evil.example")])

    for one in (before, answer):
        assert not [name for name in one.header if name.startswith("access-control-")]


@pytest.mark.parametrize("what", WHATS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "TRACE"])
def test_only_post_asks(local: Web, method: str, what: str) -> None:
    with local.nothing_written():
        answer = local.ask(method, f"/phone/{what}", [JSON, OURS])
    assert (answer.status, answer.body) == (405, b"")


# --- what it says -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory, valkey_url: str) -> Iterator[Web]:
    with Web({**GATEWAYS, **own(tmp_path_factory.mktemp("handset"), valkey_url, 7)}) as web:
        yield web


def test_a_problem_is_a_sentence_for_whoever_holds_the_phone(fresh: Web) -> None:
    problems = [
        (fresh.handset("sms", {"id": "1", "phone": "12", "text": "1"}), "That is no phone number."),
        (fresh.handset("sms", {"id": "", "phone": PHONE, "text": "1"}), "The message has no id."),
        (fresh.handset("ussd", {"phone": PHONE, "code": "*384*96#", "text": ""}), "The screen has no session."),
    ]
    for answer, sentence in problems:
        assert answer.status == 400
        assert sentence in answer.json["problem"]


def test_the_messages_of_one_phone_are_shown_to_that_phone_only(fresh: Web) -> None:
    fresh.handset("sms", {"id": "m1", "phone": PHONE, "text": "HELP"})

    assert [b["text"] for b in fresh.handset("messages", {"phone": PHONE}).json["messages"] if b["from_me"]] == ["HELP"]
    assert fresh.handset("messages", {"phone": "+919876599999"}).json == {"messages": []}
    assert fresh.handset("messages", {"phone": ""}).json == {"messages": []}


def test_no_number_stands_in_an_address(fresh: Web) -> None:
    """Addresses stay in browsers' histories and in proxies' logs: the page puts numbers into bodies only."""
    page, script = fresh.get("/phone/").text, fresh.get("/static/phone.js").text

    assert re.findall(r"\bfetch\((\w+),\s*\{\s*method: \"(\w+)\"", script) == [("what", "POST")]
    assert script.count("fetch(") == 1
    assert set(re.findall(r"\bask\(([^,)]+)", script)) == {"what", '"sms"', '"ussd"', '"messages"', '"people"'}
    assert not re.search(
        r"XMLHttpRequest|sendBeacon|EventSource|WebSocket|new Image|location\.(href|assign|replace)", script
    )
    assert not re.search(r'(href|src|action)="[^"]*\d{7}', page)


def test_it_is_closed_where_others_may_be_behind_a_proxy(local: Web) -> None:
    """A proxy on this machine makes every request look local: its headers give it away."""
    assert local.get("/phone/").status == 200
    for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"):
        assert local.get("/phone/", [(name, "203.0.113.7")]).status == 404


def test_it_is_closed_where_the_service_listens_to_other_machines() -> None:
    """Whatever name a request claims to have asked for."""
    assert read_config({"SMS_SERVICE__WEB__PORT": "8000"}).local
    assert not read_config({"SMS_SERVICE__WEB__HOST": "0.0.0.0"}).local
    assert not read_config({"SMS_SERVICE__PUBLIC_URL": "https://sms.example.org"}).local
