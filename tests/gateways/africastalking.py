"""A stand-in of Africa's Talking: takes SMS, sends SMS, USSD hops, session ends, delivery reports and opt-outs.

Bodies follow its developers' pages and answers recorded by public client libraries.
"""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import Any

from tests.gateways.gateway import Behaviour, Gateway, Message
from tests.gateways.server import Answer, Asked

USERNAME = "membership"
API_KEY = "africastalking-key-of-the-tests"
SECRET = "path-secret-of-the-tests"
SHORT_CODE = "51969"
SERVICE_CODE = "*384*96#"

STATUS_WORDS = {
    100: "Processed",
    101: "Success",
    102: "Success",
    401: "RiskHold",
    402: "InvalidSenderId",
    403: "InvalidPhoneNumber",
    404: "UnsupportedNumberType",
    405: "InsufficientBalance",
    406: "UserInBlacklist",
    407: "CouldNotRoute",
    500: "InternalServerError",
    501: "GatewayError",
    502: "RejectedByGateway",
}


class AfricasTalking(Gateway):
    """Own words for `behave`: invalid-sender (201 without recipients), status-CODE (status-406: on the blacklist),
    forget-one (of several recipients the answer lacks the last), charset (JSON with a charset in its type), text (JSON
    called text/plain)."""

    name = "africastalking"

    def __init__(
        self,
        *,
        username: str = USERNAME,
        api_key: str = API_KEY,
        secret: str = SECRET,
        sender: str = SHORT_CODE,
        service_code: str = SERVICE_CODE,
        session_ends: bool = True,
        **common: Any,
    ) -> None:
        """`session_ends`: the end of every USSD session is told to the application."""
        super().__init__(**common)
        self.username = username
        self.api_key = api_key
        self.secret = secret
        self.sender = sender
        self.service_code = service_code
        self.session_ends = session_ends
        self.blocked: set[str] = set()
        self.codes: dict[str, int] = {}
        """Phones that get a status code of their own."""

    def block(self, phone: str) -> None:
        """This person is on the blacklist: every further send is refused."""
        self.blocked.add(phone)

    # --- the API --------------------------------------------------------------------------------------------------

    def receive(self, asked: Asked, behaviour: Behaviour) -> tuple[Answer, list[Message]]:
        if asked.path != "/version1/messaging" or asked.method != "POST":
            return Answer(404, "The requested resource could not be found.", "text/plain; charset=UTF-8"), []
        form = asked.form
        if asked.header.get("apikey") != self.api_key or form.get("username") != self.username:
            return Answer(401, "The supplied authentication is invalid", "text/plain; charset=UTF-8"), []
        for name in ("to", "message"):
            if not form.get(name):
                text = f"Request is missing required form field '{name}'"
                return Answer(400, text, "text/plain; charset=UTF-8"), []
        if behaviour.word == "invalid-sender" or form.get("from", self.sender) != self.sender:
            return sent("InvalidSenderId", []), []
        return self._send(form, behaviour.word)

    def _send(self, form: dict[str, str], word: str) -> tuple[Answer, list[Message]]:
        phones = form["to"].split(",")
        recipients: list[dict[str, Any]] = []
        messages: list[Message] = []
        for phone in phones:
            code = 406 if phone in self.blocked else self.codes.get(phone, 101)
            code = int(word.removeprefix("status-")) if word.startswith("status-") else code
            id_ = f"ATXid_{uuid.uuid4().hex}" if code < 200 else "None"
            cost = "KES 0.8000" if code < 200 else "0"
            status = STATUS_WORDS.get(code, "Unheard")
            recipients.append({"statusCode": code, "number": phone, "status": status, "cost": cost, "messageId": id_})
            if code < 200:
                sender = form.get("from", "AFRICASTKNG")
                messages.append(Message("africastalking", id_, phone, sender, form["message"], self.now()))
        parts = -(-len(form["message"]) // (160 if form["message"].isascii() else 70))
        total = (
            f"Sent to {len(messages)}/{len(phones)} Total Cost: KES {0.8 * len(messages):.4f} Message parts: {parts}"
        )
        if word == "forget-one":
            recipients, messages = recipients[:-1], messages[:-1]
        return sent(total, recipients, word), messages

    # --- what it calls --------------------------------------------------------------------------------------------

    def report(self, message: Message, status: str, reason: str = "", web_url: str = "") -> Answer:
        """A delivery report of `message` (Success, Failed, Rejected, Buffered, ...) to the configured address:
        `web_url`, else the attribute of that name."""
        message.status = status
        fields = [("id", message.id), ("status", status), ("phoneNumber", message.to), ("networkCode", "63902")]
        fields += [("failureReason", reason)] if reason else []
        return self._callback(web_url, "delivery", [*fields, ("retryCount", "0")])

    def report_delivered(self, message: Message) -> None:
        self.report(message, "Success")

    def text(self, web_url: str, phone: str, body: str, sid: str | None = None) -> Answer:
        """An SMS of `phone` to our short code. The same `sid` is the same message, delivered again."""
        return self._callback(web_url, "sms", self.sms_fields(phone, body, sid))

    def sms_fields(self, phone: str, body: str, sid: str | None = None) -> list[tuple[str, str]]:
        return [
            ("date", self.date()),
            ("from", phone),
            ("id", sid or f"ATXid_{uuid.uuid4().hex}"),
            ("linkId", "SampleLinkId123"),
            ("text", body),
            ("to", self.sender),
            ("networkCode", "63902"),
        ]

    def opt_out(self, web_url: str, phone: str) -> Answer:
        """The person left by the operator's own menu."""
        self.block(phone)
        return self._callback(web_url, "opt-out", [("senderId", self.sender), ("phoneNumber", phone)])

    def dial(self, web_url: str, phone: str, code: str | None = None) -> UssdPhone:
        """Dials `code` (default: the service's own; *384*96*1*2# walks two menus at once) to the first screen."""
        return UssdPhone(self, web_url, phone, code or self.service_code)

    def _callback(self, web_url: str, route: str, fields: list[tuple[str, str]]) -> Answer:
        self.web_url = web_url or self.web_url
        return self.call(f"{self.web_url}/hooks/africastalking/{self.secret}/{route}", fields)

    def date(self) -> str:
        return datetime.fromtimestamp(self.now(), UTC).strftime("%Y-%m-%d %H:%M:%S")


class UssdPhone:
    """A phone in a USSD session: `screen` is what it shows, `ended` whether the session is over, `answer` the
    application's last answer as it came."""

    def __init__(self, gateway: AfricasTalking, web_url: str, phone: str, code: str) -> None:
        self.gateway, self.web_url, self.phone = gateway, web_url, phone
        self.session = f"ATUid_{uuid.uuid4().hex}"
        self.typed = code.removeprefix(gateway.service_code.rstrip("#")).strip("*#")
        self.screen, self.ended, self.hops = "", False, 0
        self.answer = self._hop()

    def press(self, keys: str) -> str:
        """Types `keys` and sends them; the new screen."""
        if self.ended:
            raise ValueError("the session is over; dial again")
        self.typed = f"{self.typed}*{keys}" if self.typed else keys
        self.answer = self._hop()
        return self.screen

    def again(self) -> Answer:
        """The network delivers the last hop once more; the answer to that. The phone does not notice."""
        return self.gateway._callback(self.web_url, "ussd", self._fields())

    def hang_up(self) -> Answer | None:
        """The person or the network ends the session; the application's answer to being told."""
        self.ended = True
        return self._tell_end("Incomplete")

    def _fields(self) -> list[tuple[str, str]]:
        return [
            ("sessionId", self.session),
            ("phoneNumber", self.phone),
            ("networkCode", "63902"),
            ("serviceCode", self.gateway.service_code),
            ("text", self.typed),
        ]

    def _hop(self) -> Answer:
        self.hops += 1
        answer = self.gateway._callback(self.web_url, "ussd", self._fields())
        word, _, self.screen = str(answer.body).partition(" ")
        if answer.status != 200 or word not in ("CON", "END"):
            # A malformed answer ends the session, and the operator shows a line of its own.
            self.screen, self.ended = "Connection problem or invalid MMI code.", True
            self._tell_end("Failed")
        elif word == "END":
            self.ended = True
            self._tell_end("Success")
        return answer

    def _tell_end(self, status: str) -> Answer | None:
        if not self.gateway.session_ends:
            return None
        fields = [
            ("date", self.gateway.date()),
            ("sessionId", self.session),
            ("serviceCode", self.gateway.service_code),
            ("networkCode", "63902"),
            ("phoneNumber", self.phone),
            ("status", status),
            ("cost", "0.1000"),
            ("durationInMillis", "8734"),
            ("hopsCount", str(self.hops)),
            ("input", self.typed),
            ("lastAppResponse", self.screen),
            ("errorMessage", "Request to application failed" if status == "Failed" else ""),
        ]
        return self.gateway._callback(self.web_url, "ussd-end", fields)


def sent(message: str, recipients: list[dict[str, Any]], word: str = "") -> Answer:
    """A 201, which says little: what became of each recipient stands in the body."""
    body = json.dumps({"SMSMessageData": {"Message": message, "Recipients": recipients}})
    kinds = {"charset": "application/json; charset=UTF-8", "text": "text/plain"}
    return Answer(201, body, kinds.get(word, "application/json"))
