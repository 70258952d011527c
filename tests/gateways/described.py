"""Stand-ins of the gateways that are described and not programmed: Exotel, Gupshup, Infobip, MSG91.

Bodies follow the pages that each description names. Each calls us at /hooks/NAME/SECRET/..., as it was told in its
console or with the text.
"""

from __future__ import annotations

import base64
import json
import uuid
from typing import Any

from tests.gateways.gateway import Behaviour, Gateway, Message
from tests.gateways.server import Answer, Asked

SECRET = "described-path-secret-of-the-tests"
Fields = list[tuple[str, str]]


class DescribedGateway(Gateway):
    """One of them. `secret` is what proves that we are its customer; a text is in `self.text_of` what a phone shows."""

    settings: dict[str, str]
    """What an operator would set, besides the secret."""

    delivered: str
    """Its word for a text that arrived."""

    def __init__(self, *, secret: str = "key", **common: Any) -> None:
        super().__init__(**common)
        self.secret = secret
        self.registered: list[tuple[str, str]] = []
        """India's ids, entity and template, of each text."""

    def taken(self, to: str, text: str, callback: str = "", id_: str = "") -> Message:
        phone = to if to.startswith("+") else f"+{to}"
        return Message(self.name, id_ or uuid.uuid4().hex, phone, "XYZORG", text, self.now(), callback)

    def sms_fields(self, phone: str, text: str, id_: str) -> Fields:
        """What its request has when a person texts."""
        raise NotImplementedError

    def report_fields(self, id_: str, phone: str, word: str) -> Fields:
        raise NotImplementedError

    # --- what it calls --------------------------------------------------------------------------------------------

    def text(self, web_url: str, phone: str, body: str, id_: str | None = None) -> Answer:
        """An SMS of `phone`. The same `id_` is the same message, delivered again."""
        self.web_url = web_url
        return self.tell(f"{self._hook}/sms", self.sms_fields(phone, body, id_ or uuid.uuid4().hex))

    def report(self, message: Message, word: str) -> Answer:
        """A delivery report, to the address that came with the text, else to the one of its console."""
        url = message.status_callback or f"{self._hook}/delivery"
        return self.tell(url, self.report_fields(message.id, message.to, word))

    def report_delivered(self, message: Message) -> None:
        self.report(message, self.delivered)

    def tell(self, url: str, fields: Fields) -> Answer:
        """One request to the application, as this gateway writes it."""
        return self.call(url, fields)

    @property
    def _hook(self) -> str:
        return f"{self.web_url}/hooks/{self.name}/{SECRET}"


class Exotel(DescribedGateway):
    name = "exotel"
    settings = {"account": "xyz1", "key": "api-key", "from": "XYZORG"}  # noqa: RUF012
    proof = "password"
    delivered = "sent"

    def __init__(self, **common: Any) -> None:
        super().__init__(**common)
        self.refs: dict[str, str] = {}
        """What each text had in CustomField, by its id."""

    def receive(self, asked: Asked, behaviour: Behaviour) -> tuple[Answer, list[Message]]:
        right = base64.b64encode(f"api-key:{self.secret}".encode()).decode()
        if asked.header.get("authorization") != f"Basic {right}":
            return self._refused(401, "Authentication failed"), []
        form = asked.form
        if asked.path != "/v1/Accounts/xyz1/Sms/send.json" or not (form.get("To") and form.get("Body")):
            return self._refused(400, "Invalid Parameters"), []
        if form.get("EncodingType") != ("plain" if form["Body"].isascii() else "unicode"):
            return self._refused(400, "Invalid Parameters"), []
        self.registered.append((form.get("DltEntityId", ""), form.get("DltTemplateId", "")))
        message = self.taken(form["To"], form["Body"], form.get("StatusCallback", ""))
        self.refs[message.id] = form.get("CustomField", "")
        status = "failed_dnd" if behaviour.word == "refuse" else "queued"
        body = {"SMSMessage": {"Sid": message.id, "AccountSid": "xyz1", "Status": status, "Direction": "outbound-api"}}
        return Answer(200, json.dumps(body)), [] if behaviour.word == "refuse" else [message]

    def _refused(self, status: int, why: str) -> Answer:
        return Answer(status, json.dumps({"RestException": {"Status": status, "Message": why}}))

    def sms_fields(self, phone: str, text: str, id_: str) -> Fields:
        return [("SmsSid", id_), ("From", phone), ("To", "56070"), ("Date", "2026-08-12 10:30:00"), ("Body", text)]

    def report_fields(self, id_: str, phone: str, word: str) -> Fields:
        return [
            ("SmsSid", id_), ("To", phone), ("Status", word), ("SmsUnits", "2"), ("DetailedStatus", "DELIVERED_TO_HANDSET"),
            ("DetailedStatusCode", "21010"), ("DateSent", "2026-08-12 10:30:00"),
            ("CustomField", self.refs.get(id_, "our-ref")),
        ]  # fmt: skip


class Gupshup(DescribedGateway):
    name = "gupshup"
    settings = {"username": "2000000001", "from": "XYZORG"}  # noqa: RUF012
    proof = "password"
    delivered = "SUCCESS"

    def receive(self, asked: Asked, behaviour: Behaviour) -> tuple[Answer, list[Message]]:
        form = asked.form
        if (form.get("userid"), form.get("password")) != ("2000000001", self.secret):
            return self._answer("102", "error", "The user id or password is not correct."), []
        if not form.get("send_to", "").isdigit() or not form.get("msg") or behaviour.word == "refuse":
            return self._answer("105", "error", "The phone number is not a valid phone number."), []
        if form.get("msg_type") != ("TEXT" if form["msg"].isascii() else "UNICODE_TEXT"):
            return self._answer("106", "error", "The message type is wrong."), []
        self.registered.append((form.get("principalEntityId", ""), form.get("dltTemplateId", "")))
        message = self.taken(form["send_to"], form["msg"])
        return self._answer(message.id, "success", ""), [message]

    def _answer(self, id_: str, status: str, details: str) -> Answer:
        return Answer(200, json.dumps({"response": {"id": id_, "phone": "", "details": details, "status": status}}))

    def sms_fields(self, phone: str, text: str, id_: str) -> Fields:
        return [("messageId", id_), ("phoneno", phone.removeprefix("+")), ("phonecode", "56070"), ("msg", text)]

    def report_fields(self, id_: str, phone: str, word: str) -> Fields:
        return [
            ("externalId", id_), ("deliveredTS", "1526347800000"), ("status", word), ("cause", word),
            ("phoneNo", phone.removeprefix("+")), ("errCode", "000"), ("noOfFrags", "1"),
        ]  # fmt: skip


class Msg91(DescribedGateway):
    name = "msg91"
    settings = {"from": "XYZORG"}  # noqa: RUF012
    proof = "key"
    delivered = "1"

    def receive(self, asked: Asked, behaviour: Behaviour) -> tuple[Answer, list[Message]]:
        if asked.header.get("authkey") != self.secret:
            return Answer(200, json.dumps({"message": "Authentication failure", "type": "error", "code": "207"})), []
        sent = asked.json
        text, [to] = sent["sms"][0]["message"], sent["sms"][0]["to"]
        if sent["unicode"] != ("0" if text.isascii() else "1") or behaviour.word == "refuse":
            return Answer(200, json.dumps({"message": "Invalid message", "type": "error", "code": "302"})), []
        self.registered.append(("", sent.get("DLT_TE_ID", "")))
        message = self.taken(to, text)
        return Answer(200, json.dumps({"message": message.id, "type": "success"})), [message]

    def sms_fields(self, phone: str, text: str, id_: str) -> Fields:
        return [("id", id_), ("number", phone.removeprefix("+")), ("longcode", "56070"), ("message", text)]

    def report_fields(self, id_: str, phone: str, word: str) -> Fields:
        one = {
            "date": "2024-05-22 10:06:20",
            "number": phone.removeprefix("+"),
            "credit": "1",
            "status": word,
            "desc": "...",
        }
        return [("data", json.dumps([{"senderId": "XYZORG", "requestId": id_, "report": [one]}]))]


class Infobip(DescribedGateway):
    """Its requests are JSON: `sms_fields` and `report_fields` are the members of the one element of `results`."""

    name = "infobip"
    settings = {"account": "xyz.api.infobip.com", "from": "XYZORG"}  # noqa: RUF012
    proof = "key"
    delivered = "DELIVERED"

    def receive(self, asked: Asked, behaviour: Behaviour) -> tuple[Answer, list[Message]]:
        if asked.header.get("authorization") != f"App {self.secret}":
            error = {
                "requestError": {"serviceException": {"messageId": "UNAUTHORIZED", "text": "Invalid login details"}}
            }
            return Answer(401, json.dumps(error)), []
        [sent] = asked.json["messages"]
        [to] = sent["destinations"]
        india = sent.get("options", {}).get("regional", {}).get("indiaDlt", {})
        self.registered.append((india.get("principalEntityId", ""), india.get("contentTemplateId", "")))
        message = self.taken(to["to"], sent["content"]["text"], sent["webhooks"]["delivery"]["url"], to["messageId"])
        group, name = (
            ("REJECTED", "REJECTED_NOT_ENOUGH_CREDITS")
            if behaviour.word == "refuse"
            else ("PENDING", "PENDING_ACCEPTED")
        )
        status = {"groupId": 1, "groupName": group, "id": 26, "name": name, "description": "..."}
        body = {"bulkId": "b", "messages": [{"messageId": message.id, "status": status, "destination": to["to"]}]}
        return Answer(200, json.dumps(body)), [] if behaviour.word == "refuse" else [message]

    def sms_fields(self, phone: str, text: str, id_: str) -> Fields:
        return [
            ("messageId", id_), ("from", phone.removeprefix("+")), ("to", "56070"), ("text", text), ("cleanText", text),
            ("keyword", ""), ("receivedAt", "2026-08-12T10:30:00.000+0000"),
        ]  # fmt: skip

    def report_fields(self, id_: str, phone: str, word: str) -> Fields:
        return [
            ("messageId", id_),
            ("to", phone.removeprefix("+")),
            ("status.groupName", word),
            ("error.name", "NO_ERROR"),
        ]

    def tell(self, url: str, fields: Fields) -> Answer:
        return self._asked("POST", url, json={"results": [nested(fields)]})


def nested(fields: Fields) -> dict[str, Any]:
    """Fields whose names are paths, as JSON has them."""
    one: dict[str, Any] = {}
    for name, value in fields:
        outer, _, inner = name.partition(".")
        one[outer] = {**one.get(outer, {}), inner: value} if inner else value
    return one
