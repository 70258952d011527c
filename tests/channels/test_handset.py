"""The handset as a channel: no gateway reaches it, but what is typed on it arrives as from any other."""

from __future__ import annotations

from collections.abc import Sequence

from sms_service.channels.base import Accepted, Channel, Outbound, Request
from sms_service.channels.handset import Handset
from tests.channels.conformance import NOW, PATIENT, PHONE, TEXT, Listening


class TestHandset(Listening):
    channel_class = Handset
    field_names = ("id", "from", "text", "session", "code")

    def channel(self, *, secrets: Sequence[str], api_url: str = "", timeout: tuple[float, float] = PATIENT) -> Channel:
        return Handset("IN")

    def genuine(self, route: str, fields: Sequence[tuple[str, str]], secret: str) -> Request:
        return Request(method="POST", target="/phone/", route=route, secret="", header={}, form=tuple(fields), body=b"")

    def sms(self, phone: str, text: str, id_: str) -> list[tuple[str, str]]:
        return [("id", id_), ("from", phone), ("text", text)]


def test_a_send_to_the_page_is_always_accepted() -> None:
    message = Outbound(ref="r1", phone=PHONE, text=TEXT)
    assert Handset("IN").send(message) == Accepted("r1")
    assert Handset("IN").look_up(message, NOW, []) == Accepted("r1")
