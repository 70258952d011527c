"""A stand-in of Twilio: creates and lists messages as its REST API does, sends signed webhooks and status callbacks.

Bodies, codes and field order follow Twilio's message-resource and webhook-request pages and captured requests. The
signature is made by Twilio's own SDK, so that ours is checked against theirs.
"""

from __future__ import annotations

import base64
import json
import re
import uuid
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from twilio.request_validator import RequestValidator

from tests.gateways.gateway import Behaviour, Gateway, Message
from tests.gateways.server import Answer, Asked

ACCOUNT = "AC" + "1" * 32
TOKEN = "twilio-token-of-the-tests"
NUMBER = "+14155550199"
PUBLIC_URL = "https://sms.example.org"

REASONS = {
    20003: (401, "Authenticate"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too Many Requests"),
    21211: (400, "Invalid 'To' Phone Number"),
    21408: (400, "Permission to send an SMS has not been enabled for the region indicated by the 'To' number"),
    21602: (400, "Message body is required."),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21609: (400, "The 'StatusCallback' URL is not a valid URL."),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21611: (400, "This 'From' number has exceeded the maximum number of queued messages"),
    21612: (400, "The 'To' phone number is not currently reachable via SMS"),
    21614: (400, "'To' number is not a valid mobile number"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    63007: (400, "Twilio could not find a Channel with the specified From address"),
    63016: (400, "Failed to send freeform message because you are outside the allowed window."),
}

MAGIC_NUMBERS = {
    "+15005550001": 21211,
    "+15005550002": 21612,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
"""Twilio's test credentials page: sending to these fails as told."""

BODY_MAX = 1600
WHATSAPP = "whatsapp:"
PATH = re.compile(r"/2010-04-01/Accounts/([^/]+)/Messages\.json")
MEDIA_PATH = re.compile(r"/2010-04-01/Accounts/([^/]+)/Messages/MM[0-9a-f]{32}/Media/(ME[0-9a-f]{32})(\.json)?")
STORE = "/store/"


class Twilio(Gateway):
    """Own words for `behave`: refuse-CODE (refuse-21610: the person unsubscribed). `block(phone)` does so for good."""

    name = "twilio"

    def __init__(
        self,
        *,
        account_sid: str = ACCOUNT,
        auth_token: str = TOKEN,
        number: str = NUMBER,
        public_url: str = PUBLIC_URL,
        **common: Any,
    ) -> None:
        """`public_url` is what webhooks are signed over; where they go is `web_url`, an argument or set later."""
        super().__init__(**common)
        self.account_sid = account_sid
        self.auth_token = auth_token
        self.number = number
        self.public_url = public_url
        self.blocked: set[str] = set()
        self.pictures: dict[str, bytes] = {}
        self.store = ""

    def block(self, phone: str) -> None:
        """This person told Twilio STOP: every further send is refused."""
        self.blocked.add(phone)

    def keeps(self, picture: bytes) -> str:
        """A file that came with a message: its address, as MediaUrl0 has it. It stays until it is deleted. Whoever fetches
        it is sent on to a store: `store`, else one of ours."""
        sid = f"ME{uuid.uuid4().hex}"
        self.pictures[sid] = picture
        return (
            f"https://api.twilio.com/2010-04-01/Accounts/{self.account_sid}/Messages/MM{uuid.uuid4().hex}/Media/{sid}"
        )

    # --- the REST API ---------------------------------------------------------------------------------------------

    def receive(self, asked: Asked, behaviour: Behaviour) -> tuple[Answer, list[Message]]:
        if asked.path.startswith(STORE):
            return self._stored(asked), []
        right = base64.b64encode(f"{self.account_sid}:{self.auth_token}".encode()).decode()
        if asked.header.get("authorization") != f"Basic {right}":
            return refused(20003, {"WWW-Authenticate": 'Basic realm="Twilio API"'}), []
        if media := MEDIA_PATH.fullmatch(asked.path):
            return self._picture(asked, media[2], deletes=bool(media[3])), []
        path = PATH.fullmatch(asked.path)
        if path is None or path[1] != self.account_sid:
            return refused(20404), []
        if asked.method == "GET":
            return self._list(asked.query), []
        if behaviour.word.startswith("refuse-"):
            return refused(int(behaviour.word.removeprefix("refuse-"))), []
        return self._create(asked.form)

    def _picture(self, asked: Asked, sid: str, deletes: bool) -> Answer:
        if sid not in self.pictures:
            return refused(20404)
        if asked.method == "DELETE":
            if not deletes:
                return refused(20404)
            del self.pictures[sid]
            return Answer(204)
        return Answer(307, header={"Location": (self.store or f"{self.url}{STORE}") + sid})

    def _stored(self, asked: Asked) -> Answer:
        """The store knows nobody's password: an address that lets in whoever has it."""
        sid = asked.path.removeprefix(STORE)
        if "authorization" in asked.header:
            return Answer(400, "only one way to prove who you are", "text/plain")
        return Answer(200, self.pictures[sid], "image/jpeg") if sid in self.pictures else Answer(404)

    def _create(self, form: dict[str, str]) -> tuple[Answer, list[Message]]:
        to, text, callback = form.get("To", ""), form.get("Body", ""), form.get("StatusCallback", "")
        sender = form.get("From") or form.get("MessagingServiceSid", "")
        phone = to.removeprefix(WHATSAPP)
        problem = (
            (21604 if not to else None)
            or (21603 if not sender else None)
            or (21602 if not text else None)
            or (21617 if len(text) > BODY_MAX else None)
            or (None if re.fullmatch(r"\+[1-9]\d{6,14}", phone, re.ASCII) else 21211)
            or (63007 if to != phone and not sender.startswith((WHATSAPP, "MG")) else None)
            or MAGIC_NUMBERS.get(to)
            or (21610 if phone in self.blocked else None)
            or (21609 if callback and not valid_callback(callback) else None)
        )
        if problem:
            return refused(problem), []
        by = "whatsapp" if to != phone else "twilio"
        message = Message(by, f"SM{uuid.uuid4().hex}", phone, sender, text, self.now(), callback)
        return Answer(201, json.dumps(self._resource(message))), [message]

    def _list(self, query: dict[str, str]) -> Answer:
        size, page = int(query.get("PageSize", 50)), int(query.get("Page", 0))
        fits = [message for message in reversed(self.accepted) if self._fits(message, query)]
        shown = fits[page * size : (page + 1) * size]
        rest = {name: text for name, text in query.items() if name not in ("Page", "PageToken")}
        base = f"/2010-04-01/Accounts/{self.account_sid}/Messages.json?"
        more = len(fits) > (page + 1) * size
        token = {"Page": page + 1, "PageToken": f"PA{shown[-1].id}"} if more else {}
        return Answer(
            200,
            json.dumps(
                {
                    "first_page_uri": base + urlencode(rest | {"Page": 0}),
                    "end": page * size + len(shown) - 1,
                    "previous_page_uri": base + urlencode(rest | {"Page": page - 1}) if page else None,
                    "messages": [self._resource(message) for message in shown],
                    "uri": base + urlencode(query),
                    "page_size": size,
                    "start": page * size,
                    "next_page_uri": base + urlencode(rest | token) if more else None,
                    "page": page,
                }
            ),
        )

    def _fits(self, message: Message, query: dict[str, str]) -> bool:
        """As strict as can be: a message that is still queued has no DateSent, and no list by DateSent shows it."""
        to = address(message)
        if to != query.get("To", to) or message.from_ != query.get("From", message.from_):
            return False
        days = {name: query[name][:10] for name in ("DateSent", "DateSent<", "DateSent>") if name in query}
        if days and message.sent_at is None:
            return False
        sent = datetime.fromtimestamp(message.sent_at or 0, UTC).date().isoformat()
        return (
            sent == days.get("DateSent", sent)
            and sent <= days.get("DateSent<", sent)
            and sent >= days.get("DateSent>", sent)
        )

    def _resource(self, message: Message) -> dict[str, Any]:
        uri = f"/2010-04-01/Accounts/{self.account_sid}/Messages/{message.id}"
        created = format_datetime(datetime.fromtimestamp(message.at, UTC))
        service = message.from_.startswith("MG")
        length = 160 if message.text.isascii() else 70
        return {
            "account_sid": self.account_sid,
            "api_version": "2010-04-01",
            "body": message.text,
            "date_created": created,
            "date_sent": format_datetime(datetime.fromtimestamp(message.sent_at, UTC)) if message.sent_at else None,
            "date_updated": created,
            "direction": "outbound-api",
            "error_code": message.error_code,
            "error_message": None,
            "from": None if service else message.from_,
            "messaging_service_sid": message.from_ if service else None,
            "num_media": "0",
            "num_segments": "0" if service else str(-(-len(message.text) // length)),
            "price": None,
            "price_unit": "USD",
            "sid": message.id,
            "status": "accepted" if service and message.status == "queued" else message.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": address(message),
            "uri": f"{uri}.json",
        }

    # --- what it calls --------------------------------------------------------------------------------------------

    def report(self, message: Message, status: str, error: str = "", **more: str) -> Answer:
        """The status callback of `message`, to the address that was given when it was created. `error`: a code."""
        if not message.status_callback:
            raise ValueError("the message was created without a StatusCallback")
        message.status, message.error_code = status, int(error) if error.isdecimal() else None
        if message.sent_at is None and status not in ("queued", "failed"):
            message.sent_at = self.now()
        fields = [
            ("ApiVersion", "2010-04-01"),
            ("MessageStatus", status),
            ("SmsSid", message.id),
            ("SmsStatus", status),
            ("To", address(message)),
            ("From", message.from_),
            ("MessageSid", message.id),
            ("AccountSid", self.account_sid),
        ]
        fields += [("ErrorCode", error)] if error else []
        return self._webhook(message.status_callback, fields + list(more.items()))

    def report_delivered(self, message: Message) -> None:
        if message.status_callback:
            self.report(message, "sent")
            self.report(message, "delivered")

    def text(self, web_url: str, phone: str, body: str, sid: str | None = None, **more: str) -> Answer:
        """An SMS of `phone` to our number, posted to `web_url`. The same `sid` is the same message, delivered again.
        `more`: further fields, such as OptOutType="STOP"."""
        self.web_url = web_url
        return self._webhook(f"{self.public_url}/hooks/twilio/sms", self.sms_fields(phone, body, sid, **more))

    def whatsapp(self, web_url: str, phone: str, body: str, sid: str | None = None, **more: str) -> Answer:
        """A WhatsApp message of `phone` to our number, to the address for WhatsApp. `more`: ButtonText, MediaUrl0 ..."""
        self.web_url = web_url
        fields = self.whatsapp_fields(phone, body, sid, **more)
        return self._webhook(f"{self.public_url}/hooks/whatsapp/sms", fields)

    def whatsapp_fields(self, phone: str, body: str, sid: str | None = None, **more: str) -> list[tuple[str, str]]:
        """The fields of an inbound WhatsApp message."""
        fields = dict(self.sms_fields(f"{WHATSAPP}{phone}", body, sid))
        fields |= {"To": f"{WHATSAPP}{self.number}", "WaId": phone.removeprefix("+"), "ProfileName": "Amina"}
        return list((fields | {"MessageType": "text", "NumMedia": "0"} | more).items())

    def sms_fields(self, phone: str, body: str, sid: str | None = None, **more: str) -> list[tuple[str, str]]:
        """The fields of an inbound SMS, in the order in which they were captured."""
        sid = sid or f"SM{uuid.uuid4().hex}"
        fields = {
            "ToCountry": "US",
            "ToState": "CA",
            "SmsMessageSid": sid,
            "NumMedia": "0",
            "ToCity": "",
            "FromZip": "",
            "SmsSid": sid,
            "FromState": "",
            "SmsStatus": "received",
            "FromCity": "",
            "Body": body,
            "FromCountry": "",
            "To": self.number,
            "ToZip": "",
            "NumSegments": "1",
            "ReferralNumMedia": "0",
            "MessageSid": sid,
            "AccountSid": self.account_sid,
            "From": phone,
            "ApiVersion": "2010-04-01",
        }
        return list((fields | more).items())

    def sign(self, url: str, fields: list[tuple[str, str]]) -> str:
        """X-Twilio-Signature over the public address `url`."""
        return str(RequestValidator(self.auth_token).compute_signature(url, dict(fields)))

    def _webhook(self, url: str, fields: list[tuple[str, str]]) -> Answer:
        there = self.web_url + url.removeprefix(self.public_url) if self.web_url else url
        header = {"X-Twilio-Signature": self.sign(url, fields), "I-Twilio-Idempotency-Token": uuid.uuid4().hex}
        return self.call(there, fields, header)


def address(message: Message) -> str:
    """The person as Twilio names her."""
    return f"{WHATSAPP}{message.to}" if message.gateway == "whatsapp" else message.to


def refused(code: int, header: dict[str, str] | None = None) -> Answer:
    status, text = REASONS.get(code, (400, "Refused"))
    more = f"https://www.twilio.com/docs/errors/{code}"
    body = json.dumps({"code": code, "message": text, "more_info": more, "status": status})
    return Answer(status, body, header=header or {})


def valid_callback(url: str) -> bool:
    """Twilio refuses a status callback without a host, or with an underscore in it."""
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "_" not in str(parts.hostname)
