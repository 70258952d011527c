"""A stand-in of Jasmin's HTTP API: takes SMS at /send, calls back with SMS in and delivery reports until it is answered
with ACK/Jasmin.

Bodies and fields are those of Jasmin's documentation of the HTTP API, version 0.11.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

from tests.gateways.gateway import Behaviour, Gateway, Message
from tests.gateways.server import Answer, Asked

USERNAME = "jasmin"
PASSWORD = "jasmin-password"
SECRET = "jasmin-path-secret-of-the-tests"
NUMBER = "12345"


class Jasmin(Gateway):
    """Own words for `behave`: no-route (412), too-fast (403 for throughput)."""

    name = "jasmin"

    def __init__(
        self,
        *,
        username: str = USERNAME,
        password: str = PASSWORD,
        secret: str = SECRET,
        number: str = NUMBER,
        **common: Any,
    ) -> None:
        super().__init__(**common)
        self.login = (username, password)
        self.secret = secret
        self.number = number
        self.tlvs: dict[str, dict[str, str]] = {}
        """The custom TLVs of each message, by its id."""

    # --- the API --------------------------------------------------------------------------------------------------

    def receive(self, asked: Asked, behaviour: Behaviour) -> tuple[Answer, list[Message]]:
        fields = asked.form
        if asked.path != "/send":
            return Answer(404, "", "text/html"), []
        if (fields.get("username"), fields.get("password")) != self.login:
            return error(403, f"Authentication failure for username:{fields.get('username', '')}"), []
        if not fields.get("to") or not (fields.get("content") or fields.get("hex-content")):
            return error(400, "Mandatory argument [to] or [content] is not found."), []
        if behaviour.word == "no-route":
            return error(412, "No route found"), []
        if behaviour.word == "too-fast":
            return error(403, "User throughput exceeded"), []
        text = fields.get("content", "")
        if fields.get("coding") == "8":
            text = bytes.fromhex(fields["hex-content"]).decode("utf-16-be")
        id_ = str(uuid.uuid4())
        self.tlvs[id_] = json.loads(fields.get("custom_tlvs", "{}"))
        message = Message(
            "jasmin", id_, f"+{fields['to']}", fields.get("from", ""), text, self.now(), fields.get("dlr-url", "")
        )
        return Answer(200, f'Success "{id_}"', "text/plain"), [message]

    # --- what it calls --------------------------------------------------------------------------------------------

    def report(self, message: Message, status: str, level: str = "2", err: str = "000") -> Answer:
        """A delivery report: DELIVRD, UNDELIV ... at level 2, ESME_... at level 1."""
        return self.call(message.status_callback, self.report_fields(message.id, status, level, err))

    def report_fields(self, id_: str, status: str, level: str = "2", err: str = "000") -> list[tuple[str, str]]:
        return [
            ("id", id_), ("id_smsc", "2567"), ("message_status", status), ("level", level), ("connector", "airtel"),
            ("subdate", "2608121455"), ("donedate", "2608121456"), ("sub", "001"), ("dlvrd", "001"), ("err", err),
            ("text", ""),
        ]  # fmt: skip

    def report_delivered(self, message: Message) -> None:
        self.report(message, "ESME_ROK", "1")
        self.report(message, "DELIVRD")

    def text(self, web_url: str, phone: str, body: str, id_: str | None = None) -> Answer:
        """An SMS of `phone`. The same `id_` is the same message, delivered again."""
        return self.call(f"{web_url}/hooks/jasmin/{self.secret}/sms", self.sms_fields(phone, body, id_))

    def sms_fields(self, phone: str, body: str, id_: str | None = None) -> list[tuple[str, str]]:
        plain = body.isascii()
        binary = body.encode() if plain else body.encode("utf-16-be", "surrogatepass")
        return [
            ("id", str(uuid.uuid4()) if id_ is None else id_), ("from", phone.removeprefix("+")), ("to", self.number),
            ("origin-connector", "safaricom"), ("priority", "1"), ("coding", "0" if plain else "8"),
            ("content", body if plain else ""), ("binary", binary.hex()),
        ]  # fmt: skip


def error(status: int, text: str) -> Answer:
    return Answer(status, f'Error "{text}"', "text/plain")
