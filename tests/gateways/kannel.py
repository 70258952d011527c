"""A stand-in of Kannel's smsbox: takes SMS by its sendsms page, calls get-url for SMS in and dlr-url for reports.

Bodies, codes and the escapes of both addresses are those of the Kannel user guide.
"""

from __future__ import annotations

import re
import uuid
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from tests.gateways.gateway import Behaviour, Gateway, Message
from tests.gateways.server import Answer, Asked

USERNAME = "kannel"
PASSWORD = "kannel-password-of-the-tests"
SECRET = "kannel-path-secret-of-the-tests"
NUMBER = "12345"
PATH = "/cgi-bin/sendsms"
TEMPLATE = "?id=%I&ts=%T&sender=%p&receiver=%P&message=%b&coding=%c&charset=%C"
"""The query of get-url, as our documentation tells operators to write it."""

STATUS = {"delivered": "1", "failed": "2", "buffered": "4", "taken": "8", "rejected": "16"}


class Kannel(Gateway):
    """Own words for `behave`: temporal (503 with Kannel's own sentence), queued (3: Queued for later delivery)."""

    name = "kannel"

    def __init__(
        self,
        *,
        username: str = USERNAME,
        password: str = PASSWORD,
        secret: str = SECRET,
        number: str = NUMBER,
        charset: str = "UTF-8",
        **common: Any,
    ) -> None:
        """`charset`: how it hands on an SMS in UCS-2: UTF-8, or UTF-16BE where it was built without iconv."""
        super().__init__(**common)
        self.login = (username, password)
        self.secret = secret
        self.number = number
        self.charset = charset
        self.reports: dict[str, str] = {}

    # --- sendsms --------------------------------------------------------------------------------------------------

    def is_send(self, asked: Asked) -> bool:
        return asked.path == PATH

    def receive(self, asked: Asked, behaviour: Behaviour) -> tuple[Answer, list[Message]]:
        raw = {
            name: value.encode("latin-1") for name, value in parse_qsl(urlsplit(asked.target).query, encoding="latin-1")
        }
        fields = asked.query
        if asked.path != PATH:
            return Answer(404, "Unknown request.", "text/html"), []
        if (fields.get("username"), fields.get("password")) != self.login:
            return Answer(403, "Authorization failed for sendsms", "text/html"), []
        if not fields.get("to") or "text" not in raw:
            return Answer(400, "Missing receiver or text, rejected", "text/html"), []
        if fields.get("coding") == "2" and fields.get("charset"):
            return Answer(400, "Charset or body misformed, rejected", "text/html"), []
        if behaviour.word == "temporal":
            return Answer(503, "Temporal failure, try again later.", "text/html"), []
        text = raw["text"].decode("utf-16-be" if fields.get("coding") == "2" else "utf-8")
        message = Message(
            "kannel",
            uuid.uuid4().hex,
            fields["to"],
            fields.get("from", ""),
            text,
            self.now(),
            fields.get("dlr-url", ""),
        )
        body = "3: Queued for later delivery" if behaviour.word == "queued" else "0: Accepted for delivery"
        return Answer(202, body, "text/html"), [message]

    # --- what it calls --------------------------------------------------------------------------------------------

    def report(self, message: Message, status: str, reply: str = "") -> Answer:
        """Calls dlr-url: `status` is one of STATUS, `reply` what the SMSC said (%A)."""
        path = urlsplit(message.status_callback)
        filled = message.status_callback.replace("%d", STATUS[status]).replace("%A", quote(reply, safe=""))
        return self.ask(filled.replace(f"{path.scheme}://{path.netloc}", self.web_url) if self.web_url else filled)

    def report_delivered(self, message: Message) -> None:
        self.report(message, "delivered", "id:1 sub:001 dlvrd:001 stat:DELIVRD err:000 text:")

    def text(self, web_url: str, phone: str, body: str, id_: str | None = None) -> Answer:
        """An SMS of `phone`. The same `id_` is the same message, delivered again."""
        return self.ask(f"{web_url}/hooks/kannel/{self.secret}/sms{self.query_of(phone, body, id_)}")

    def query_of(self, phone: str, body: str, id_: str | None = None) -> str:
        """The query of get-url, its escapes filled in."""
        unicode = not body.isascii()
        encoded = body.encode("utf-16-be" if unicode and self.charset == "UTF-16BE" else "utf-8", "surrogatepass")
        values = {
            "%I": uuid.uuid4().hex if id_ is None else quote(id_),
            "%T": str(int(self.now())),
            "%p": quote(phone.removeprefix("+"), safe=""),
            "%P": self.number,
            "%b": quote(encoded, safe=""),
            "%c": "2" if unicode else "0",
            "%C": self.charset if unicode else "UTF-8",
        }
        return re.sub("%[A-Za-z]", lambda escape: values[escape[0]], TEMPLATE)
