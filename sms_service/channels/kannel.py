"""Kannel: SMS in by a GET that we word ourselves, SMS out by its sendsms page, delivery reports by dlr-url.

Sources: the Kannel user guide (sendsms, dlr-url, smsbox escapes, SMPP TLVs); what RapidPro's courier met in production.
In the smsbox group of Kannel, `omit-empty = true` and `max-messages = 0` keep our empty answer from being texted on;
its get-url is .../hooks/kannel/SECRET/sms?id=%I&ts=%T&sender=%p&receiver=%P&message=%b&coding=%c&charset=%C
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import requests

from sms_service.channels.base import (
    Accepted,
    DeliveryReport,
    DeliveryStatus,
    Dlt,
    Ignored,
    Outbound,
    Refused,
    Request,
    Response,
    Sent,
    Understood,
    Unknown,
    Unreadable,
)
from sms_service.channels.incoming import field, loggable, required, sms
from sms_service.channels.plain_http import PlainHttp, refused
from sms_service.channels.sending import retry_after
from sms_service.engine.model import Inbound
from sms_service.engine.texts import septets

REPORTS_WANTED = 1 + 2 + 8 + 16
"""dlr-mask: delivered, failed, taken by the SMSC, rejected by it. Buffered (4) would come for every phone that is off."""

DELIVERY: dict[str, DeliveryStatus] = {"1": "delivered", "2": "failed", "16": "failed"}
"""The values of %d that are final. Taken (8), buffered (4) and intermediate (32) are "sent", as is what we do not know."""

NOT_DELIVERED = "2"
"""The SMSC took it and the phone did not: the number's own failure. 16 is the SMSC's no to us."""

TAKEN = ("0:", "3:")
"""`0: Accepted for delivery` and `3: Queued for later delivery`: how the body of a 202 begins."""

NOT_NOW = "Temporal failure"
"""How the body of Kannel's own 503 begins: it took nothing. A 503 of a proxy before it says something else."""

CHARSETS = {"utf-8": "utf-8", "utf8": "utf-8", "utf-16be": "utf-16-be", "iso-8859-1": "latin-1"}
"""What %C says a message is written in. `GSM` and everything else comes as UTF-8."""

REASON = re.compile(r"\berr:([0-9A-Fa-f]{1,6})\b|NACK/(0x[0-9A-Fa-f]{1,8}|\d{1,6})")
"""In the SMSC's own words (%A): the error of an SMPP receipt, or of a refused submit. The rest of them may hold our text."""

REFUSED = re.compile(r"\bstat:(REJECTD|DELETED)\b")
"""In the same words: the network's no to us, which says nothing of the phone. India's registry says no like this."""


class Kannel(PlainHttp):
    """One Kannel (its bearerbox and smsbox) and the number that it sends from."""

    name = "kannel"
    gateway = "Kannel"
    methods: Sequence[str] = ("GET", "POST")

    def __init__(
        self,
        *,
        send_url: str,
        username: str,
        password: str,
        from_: str,
        smsc: str = "",
        entity_tag: str = "PEID",
        template_tag: str = "TEMPID",
        **addresses: Any,
    ) -> None:
        """`send_url`: http://127.0.0.1:13013/cgi-bin/sendsms. `smsc`: the route that is to be taken; "": Kannel's choice.
        `entity_tag`, `template_tag`: the names that Kannel's smpp-tlv groups give to India's two ids. `addresses`: as of
        PlainHttp."""
        super().__init__(**addresses)
        self._send_url = send_url
        self._login = {"username": username, "password": password}
        self._sender = {"from": from_.removeprefix("+")} | ({"smsc": smsc} if smsc else {})
        self._tags = (entity_tag, template_tag)

    # --- receiving ------------------------------------------------------------------------------------------------

    def parse(self, request: Request, now: float) -> Inbound | DeliveryReport | Ignored:
        if request.route == "sms":
            return self._sms(request, now)
        if request.route == "delivery":
            return self._report(request)
        raise self.no_such(request.route)

    def _sms(self, request: Request, now: float) -> Inbound | Ignored:
        id_, sender, to = required(request, "id"), required(request, "sender"), field(request, "receiver")
        time = moment(field(request, "ts"))
        return sms(self.name, now, id_=id_, sender=sender, to=to, text=text_of(request), time=time)

    def _report(self, request: Request) -> DeliveryReport:
        said = request.first("reply")
        found = REASON.search(said)
        word = field(request, "status")
        if not word:
            raise Unreadable("the field status is missing")
        return DeliveryReport(
            channel=self.name,
            gateway_id="",
            ref=required(request, "uuid", "ref")[:32],
            phone="",
            status=DELIVERY.get(word, "sent"),
            word=loggable(word),
            number_failed=word == NOT_DELIVERED and not REFUSED.search(said),
            reason=loggable((found[1] or found[2]).removeprefix("0x").lstrip("0")) if found else "",
        )

    def reply(self, inbound: Understood, text: str, ends: bool) -> Response:
        """Empty: Kannel texts every body to the person."""
        return Response(200, "text/plain; charset=utf-8", "")

    # --- sending --------------------------------------------------------------------------------------------------

    def request(self, message: Outbound) -> dict[str, Any]:
        """A GET: its POST is experimental. The password stands in the address, so Kannel belongs on this machine or behind
        a VPN. It names no message: reports come back by our reference."""
        fields: dict[str, str | bytes] = {
            **self._login,
            **self._sender,
            "to": message.phone,
            "dlr-mask": str(REPORTS_WANTED),
            "dlr-url": f"{self.reports_to}?uuid={quote(message.ref)}&status=%d&reply=%A",
            **coded(message.text),
        }
        if message.dlt:
            fields["meta-data"] = meta_data(message.dlt, self._tags)
        return {"method": "GET", "url": f"{self._send_url}?{urlencode(fields, quote_via=quote)}"}

    def read_answer(self, answer: requests.Response) -> Sent:
        told = answer.content.decode("utf-8", "replace")
        if answer.status_code in (200, 202) and told.startswith(TAKEN):
            return Accepted("")
        if answer.status_code == 503 and told.startswith(NOT_NOW):
            return Refused("503", again=True, after=retry_after(answer.headers))
        if 400 <= answer.status_code < 500:
            return refused(answer.status_code)
        return Unknown(f"HTTP {answer.status_code}")


def coded(text: str) -> dict[str, str | bytes]:
    """The text as Kannel wants it. UCS-2 goes as bytes and without a charset: builds without iconv refuse a named one.
    Raises UnicodeEncodeError."""
    if septets(text) is None:
        return {"coding": "2", "text": text.encode("utf-16-be")}
    return {"coding": "0", "charset": "UTF-8", "text": text}


def meta_data(dlt: Dlt, tags: tuple[str, str]) -> str:
    """India's ids as SMPP parameters, encoded once here and once more with the query, as the user guide asks for."""
    return "?smpp?" + urlencode({tags[0]: dlt.entity_id, tags[1]: dlt.template_id})


def text_of(request: Request) -> str:
    """The message. Flask has read the query as UTF-8; where Kannel says UTF-16BE its bytes are read again."""
    charset = CHARSETS.get(request.first("charset").strip().lower(), "utf-8")
    if charset == "utf-8":
        return request.first("message")
    raw = dict(parse_qsl(request.target.partition("?")[2], keep_blank_values=True, encoding="latin-1"))
    if "message" not in raw:
        return request.first("message")
    return raw["message"].encode("latin-1").decode(charset, "replace")


def moment(seconds: str) -> str:
    """Kannel's %T (seconds since 1970) in ISO 8601; "" if it is none."""
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 10):
        return ""
    return datetime.fromtimestamp(int(seconds), UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
