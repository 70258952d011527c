"""What the engine speaks of can be kept: sessions survive JSON, and old ones are read by newer code."""

from __future__ import annotations

import msgspec
import pytest

from sms_service.engine.model import Caller, Heard, Inbound, Session, Sessions, UssdScreen
from tests.engine.conftest import flow_of

FULL = Sessions(
    turn_no=7,
    open=[
        Session(
            id="s1", flow="confirm", version="v1", state="ask", language="hi", kind="sms", about="12",
            variables={"name": "राम कुमार", "enroler": {"first_name": "सुनीता"}, "age": 30, "new": True, "ids": ["a"]},
            asked="name", prompt="a" * 32, hop=6, tries=2, reminded=1, waits_since=1.5, expires_at=9.25, lasts=3600.0,
            trail=[("who", ""), ("details", "name")],
            callers=[Caller("drive", "v2", "place", {"area": {"code": "12"}}, [("menu", "")])],
        ),
    ],
    screen=UssdScreen(id="net-1", text="1*a*b", session="s1", pages=["page one", "page two"], page=1),
)  # fmt: skip


def test_sessions_survive_json() -> None:
    assert msgspec.json.decode(msgspec.json.encode(FULL), type=Sessions) == FULL


def test_what_an_older_version_wrote_is_read_with_the_defaults_of_today() -> None:
    old = b"""{"turn_no": 1, "screen": {"id": "net-1", "text": "1", "session": "s", "rest": ["page two"]},
        "open": [{"id": "s", "flow": "f", "version": "v", "state": "a", "language": "en", "kind": "sms"}]}"""
    read = msgspec.json.decode(old, type=Sessions)
    [session] = read.open
    assert (session.tries, session.prompt, session.variables) == (0, "", {})
    assert (session.trail, session.callers) == ([], [])
    assert read.screen
    assert not read.screen.fully_shown, "what it showed stood in another place: it is shown again"


def test_what_a_newer_version_wrote_is_read_as_far_as_it_is_known() -> None:
    new = msgspec.json.encode({**msgspec.to_builtins(FULL), "invented_later": 1})
    assert msgspec.json.decode(new, type=Sessions) == FULL


def test_two_sessions_never_share_their_variables() -> None:
    one, two = (Session(id=i, flow="f", version="v", state="a", language="en", kind="sms") for i in "12")
    one.variables["name"] = "Ram"
    assert two.variables == {}


def test_flows_and_what_arrives_cannot_be_changed() -> None:
    inbound = Inbound(channel="c", id="1", kind="sms", phone="+1", to="", text="", received_at=0.0)
    for thing, name in ((flow_of("bye: {end: true}"), "first"), (inbound, "text"), (Heard("1", seen=True), "seen")):
        with pytest.raises(AttributeError):
            setattr(thing, name, "changed")
