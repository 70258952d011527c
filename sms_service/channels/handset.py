"""The handset: the phone on the screen, for trying, showing and teaching. It is its own gateway: what is sent to it is read
on its page, so a send is always accepted, and a text typed there comes in as any other.

It does not sign: who may reach it is decided before (web/handset.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from sms_service.channels.base import Accepted, Outbound, Request, Response, Sent, Understood, Unreadable
from sms_service.channels.incoming import field, storable
from sms_service.channels.phones import e164
from sms_service.engine.model import Inbound


class Handset:
    """The channel of the handset. Its form fields: sms (id, from, text), ussd (session, from, code, text)."""

    name = "handset"
    routes: Sequence[str] = ()
    methods: Sequence[str] = ("POST",)
    secret_in_path = False
    can_look_up = False
    is_sms = False

    def __init__(self, region: str) -> None:
        self._region = region

    def verify(self, request: Request) -> None:
        """Nothing to verify: no address under /hooks/ leads here."""

    def parse(self, request: Request, now: float) -> Inbound:
        """What was typed on the page. Raises Unreadable with a sentence for its user."""
        phone = e164(request.first("from"), self._region)
        if phone is None:
            raise Unreadable("That is no phone number. Write it with + and the code of its country.")
        text = storable(request.first("text"))
        if request.route == "ussd":
            session = field(request, "session")
            if not session:
                raise Unreadable("The screen has no session.")  # without one, two phones would share a screen
            digest = hashlib.sha256(text.encode()).hexdigest()[:32]
            return Inbound(
                channel=self.name, id=f"{session}:{digest}", kind="ussd", phone=phone, to=field(request, "code"),
                text=text, received_at=now, session=session, made=True,
            )  # fmt: skip
        if not field(request, "id"):
            raise Unreadable("The message has no id.")
        return Inbound(
            channel=self.name, id=field(request, "id"), kind="sms", phone=phone, to="", text=text, received_at=now
        )

    def reply(self, inbound: Understood, text: str, ends: bool) -> Response:
        """The page asks in its own way (JSON, web/handset.py); here for a channel's completeness: the bare screen."""
        return Response(200, "text/plain; charset=utf-8", text)

    def busy(self, route: str) -> Response:
        """Nothing was saved."""
        return Response(503, "text/plain; charset=utf-8", "Busy, nothing was saved. Please try again.")

    def send(self, message: Outbound) -> Sent:
        """The page shows the message as soon as it counts as sent."""
        return Accepted(message.ref)

    def look_up(self, message: Outbound, since: float, not_these: Sequence[str]) -> Sent:
        """Whatever was to be shown is shown: sending it again changes nothing."""
        return Accepted(message.ref)
