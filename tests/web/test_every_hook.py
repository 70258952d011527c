"""Every hook of every channel, asked with the right proof, so that the parsers are reached: whatever comes is no fault."""

from __future__ import annotations

import itertools
import json
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import make_url, text

from sms_service.channels import open_channels
from sms_service.config import PREFIX, read_config
from tests.channels.conformance import PHONE
from tests.channels.conformance import SECRETS as SUITE_SECRETS
from tests.channels.test_conformance import suites
from tests.databases import administrator
from tests.web.conftest import own
from tests.web.every_channel import CALL, EVERY_CHANNEL, SECRETS, USSD, proof
from tests.web.process import FORM, Answer, Web, encoded

JSON = "application/json"
TAKEN_OR_REFUSED = {200, 204, 400, 403, 404, 405, 411, 413, 414, 431}
FAULT = ("a request failed", "cannot be taken", "could not be taken", "Traceback", "panicked")
"""In a line of the log that tells of a fault of ours."""


@dataclass(frozen=True)
class Hook:
    """One address of one gateway. `fields` are those of genuine requests to it, with genuine values."""

    channel: str
    route: str
    target: str
    methods: tuple[str, ...]
    fields: Mapping[str, str]


def hooks() -> list[Hook]:
    """All of them."""
    found = []
    config = read_config({f"{PREFIX}{name}": value for name, value in EVERY_CHANNEL.items()})
    samples = {}
    for suite in (made() for made in suites()):
        route, report = suite.report("gateway-id-1", next(iter(suite.final_words)))
        samples[suite.channel(secrets=SUITE_SECRETS).name] = {
            "sms": dict(suite.sms(PHONE, "1", "id-1")),
            route: dict(report),
        }
    for name, channel in open_channels(config).items():
        for route in channel.routes:
            secret = f"/{SECRETS[name]}" if channel.secret_in_path else ""
            fields = samples[name].get(route, USSD)
            found.append(Hook(name, route, f"/hooks/{name}{secret}/{route}", tuple(channel.methods), fields))
    return [*found, Hook("missed-call", "call", f"/hooks/missed-call/{SECRETS['missed-call']}", ("GET", "POST"), CALL)]


HOOKS = hooks()
EACH = pytest.mark.parametrize("hook", HOOKS, ids=lambda one: f"{one.channel}-{one.route}")


@pytest.fixture(scope="module", params=["SQLite", "PostgreSQL"])
def web(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, valkey_url: str) -> Iterator[Web]:
    """All channels switched on; afterwards its log is read."""
    folder: Path = tmp_path_factory.mktemp("every_hook")
    settings = {**EVERY_CHANNEL, **own(folder, valkey_url, 9)}
    if request.param == "PostgreSQL":
        url = make_url(request.getfixturevalue("postgres_url"))
        with administrator(url.set(drivername="postgresql+psycopg")).connect() as conn:
            conn.execute(text("CREATE DATABASE every_hook"))
        settings["DATABASE_URL"] = url.set(database="every_hook").render_as_string(hide_password=False)
    with Web(settings, folder / "web.log") as made:
        yield made
    told = (folder / "web.log").read_text(errors="replace").splitlines()
    assert [line for line in told if any(one in line for one in FAULT)] == []


def ask(web: Web, hook: Hook, kind: str, body: bytes, *, query: bytes = b"", chunked: bool = False) -> Answer:
    """A POST with the right proof."""
    target = hook.target + (f"?{query.decode()}" if query else "")
    url, signature = proof(f"{web.config.url}{target}", kind, body)
    header = [("X-Twilio-Signature", signature), *([("Content-Type", kind)] if kind else [])]
    return web.ask("POST", url.removeprefix(web.config.url), header, body, chunked=chunked)


def is_no_fault(web: Web, answer: Answer) -> None:
    """Taken or refused; and nothing had to be spooled, which is what becomes of what a fault keeps from being taken."""
    assert answer.status in TAKEN_OR_REFUSED
    assert len(web.service.spool) == 0


# --- odd values in genuine fields -----------------------------------------------------------------------------------

ODD = [
    "",
    "\0",
    "1\0",
    "\ud800",
    "9" * 400,
    "-" + "9" * 5_000,
    "1e999",
    "NaN",
    "0000-00-00 00:00:00",
    "0001-01-01T00:00:00+23:59",
    "99999-12-31 23:59:59",
    "9999-12-31T23:59:59-23:59",
    "253402300800",
    "99999999999999999999",
    "[]",
    "{}",
    "[{}]",
    '[{"report": 5}]',
    "\U0010ffff" * 100,
    "+" * 41,
    "%00%ff%",
    "x" * 40_000,
]


@EACH
def test_an_odd_value_in_one_field_is_no_fault(web: Web, hook: Hook) -> None:
    for name in hook.fields:
        for value in ODD:
            fields = [(one, value if one == name else genuine) for one, genuine in hook.fields.items()]
            is_no_fault(web, ask(web, hook, FORM, encoded(fields)))
            if "GET" in hook.methods and len(value) < 10_000:
                is_no_fault(web, web.get(hook.target.encode() + b"?" + encoded(fields)))


def in_json(hook: Hook, name: str, value: object) -> bytes:
    """The genuine fields as JSON, flat and as the elements of what gateways call their lists, with one replaced."""
    one: dict[str, object] = {**hook.fields, name: value}
    inner = {outer: {**one, outer.partition(".")[2]: one[outer]} for outer in one if "." in outer}
    one |= {outer.partition(".")[0]: told for outer, told in inner.items()}
    return json.dumps({**one, "results": [one, one], "data": [{**one, "report": [one]}]}).encode()


ODD_JSON: list[object] = [
    None,
    True,
    10**400,
    1.5,
    -0.0,
    float("inf"),
    float("nan"),
    [],
    {},
    ["1", "2"],
    {"a": "b"},
    [[[[]]]],
    "\ud800",
    "a\0b",
    "\udfff\ud800",
]


@EACH
def test_an_odd_value_in_one_member_of_json_is_no_fault(web: Web, hook: Hook) -> None:
    for name in hook.fields:
        for value in ODD_JSON:
            is_no_fault(web, ask(web, hook, JSON, in_json(hook, name, value)))


# --- odd bodies -----------------------------------------------------------------------------------------------------

BODIES = {
    "nothing": b"",
    "a number": b"5",
    "a huge number": b"9" * 10_000,
    "a text": b'"x"',
    "null": b"null",
    "a list": b"[]",
    "lists": b"[[],[5]]",
    "cut off": b'{"results": [{"messageId": "1',
    "deep lists": b"[" * 60_000,
    "deep objects": b'{"results":' * 5_000,
    "deep and whole": b"[" * 900 + b"]" * 900,
    "no UTF-8": b"\xff\xfe\xc3(",
    "UTF-16": '{"id": "1"}'.encode("utf-16"),
    "NUL": b"\0" * 100,
    "half an emoji": b'{"id": "\\ud800", "results": [{"messageId": "\\ud800", "from": "254711000111", "text": "\\u0000"}]}',
    "a list that is none": b'{"results": 5, "data": {"report": "x"}}',
    "a list of what is none": b'{"results": [5, null, "x", [], {}]}',
    "JSON in JSON": b'{"data": "[{\\"report\\": \\"[{}]\\"}]", "results": "[[[["}',
    "fields without names": b"=1&=2&&;;=",
    "a field a thousand times": b"&".join([b"id=1&from=254711000111"] * 1_000),
    "ten thousand fields": b"a&" * 10_000,
    "%-garbage": b"%&%%=%zz&id=%ff%fe%00",
    "multipart without parts": b"--a--\r\n",
    "multipart": b'--a\r\nContent-Disposition: form-data; name="id"; filename="\xff"\r\n\r\n1\r\n--a--\r\n',
    "a megabyte": b"id=" + b"x" * 1_100_000,
}
KINDS = [
    f"{FORM}; charset=utf-16",
    "application/json; charset=nonsense",
    "multipart/form-data",
    "multipart/form-data; boundary=a",
    "text/plain",
    "text/xml",
    "x",
    "",
    ";;;",
    "application/x-www-form-urlencoded; charset=\xff",
]


@EACH
def test_an_odd_body_is_no_fault(web: Web, hook: Hook) -> None:
    for body, other in zip(BODIES.values(), itertools.cycle(KINDS)):
        for kind in (FORM, JSON, other):
            is_no_fault(web, ask(web, hook, kind, body))
        is_no_fault(web, ask(web, hook, FORM, body, chunked=True))


@EACH
def test_a_repeated_field_is_no_fault(web: Web, hook: Hook) -> None:
    for name, value in hook.fields.items():
        fields = [*hook.fields.items(), (name, value), (name, "\0"), (f"{name}[]", value)]
        is_no_fault(web, ask(web, hook, FORM, encoded(fields), query=encoded(fields)))


# --- odd requests ---------------------------------------------------------------------------------------------------


@EACH
def test_an_odd_method_path_or_header_is_no_fault(web: Web, hook: Hook) -> None:
    for method in ("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "QUERY"):
        is_no_fault(web, web.ask(method, hook.target, [("Content-Type", FORM)], encoded(list(hook.fields.items()))))
    for end in (
        b"%",
        b"%zz",
        b"%00",
        b"%ff",
        b"/%2e%2e",
        b"//",
        b"?%",
        b"?&&&=",
        b"?%00=%ff",
        b";a=b",
        b"\xff",
        b"?ref=" + b"9" * 5_000,
    ):
        is_no_fault(web, web.ask("POST", hook.target.encode() + end, [("Content-Type", FORM)], b"id=1"))
        is_no_fault(web, web.ask("GET", hook.target.encode() + end))
    for name, value in (
        ("X-Long", "x" * 65_536),
        ("X-Twilio-Signature", "\xff"),
        ("Content-Type", "x" * 9_000),
        ("Cookie", "=;" * 4_000),
    ):
        is_no_fault(web, web.ask("POST", hook.target, [(name, value)], b"id=1"))


@EACH
def test_a_body_that_is_cut_off_is_no_fault_and_not_taken(web: Web, hook: Hook) -> None:
    body = encoded(list(hook.fields.items()))
    before = web.counts()
    for length in (
        b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % (len(body) + 50),
        b"Content-Length: %d\r\n\r\n" % (len(body) + 50),
    ):
        with socket.create_connection(("127.0.0.1", web.config.web.port), 5) as connection:
            head = b"POST %b HTTP/1.1\r\nHost: x\r\nContent-Type: %b\r\n" % (hook.target.encode(), FORM.encode())
            connection.sendall(head + length + body)
            connection.shutdown(socket.SHUT_WR)
            connection.recv(100)
    assert web.get("/healthz").status == 200
    assert web.counts() == before


# --- anything -------------------------------------------------------------------------------------------------------

ANY = st.text(st.characters(exclude_categories=()), max_size=40) | st.sampled_from(ODD[:-1])
TREE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY | st.just(PHONE),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY, inner, max_size=3),
    max_leaves=6,
)
FUZZED = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)


@EACH
@FUZZED
@given(st.data())
def test_any_form_is_no_fault(web: Web, hook: Hook, data: st.DataObject) -> None:
    known = [(name, data.draw(st.just(value) | ANY)) for name, value in hook.fields.items()]
    is_no_fault(web, ask(web, hook, FORM, encoded([*known, *data.draw(st.lists(st.tuples(ANY, ANY), max_size=3))])))


@EACH
@FUZZED
@given(st.data())
def test_any_json_is_no_fault(web: Web, hook: Hook, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(list(hook.fields)))
    body = data.draw(
        TREE.map(lambda tree: json.dumps(tree).encode()) | TREE.map(lambda tree: in_json(hook, name, tree))
    )
    is_no_fault(web, ask(web, hook, JSON, body))
