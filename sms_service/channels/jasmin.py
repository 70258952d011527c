"""Jasmin: SMS in and delivery reports by its HTTP callbacks, SMS out by its HTTP API.

Source: Jasmin's documentation of the HTTP API, version 0.11. Every callback must be answered with 200 and exactly
`ACK/Jasmin`, or it is made again (three times, 30 seconds apart).
"""

from __future__ import annotations

import binascii
import json
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, quote

import requests

from sms_service.channels.base import (
    Accepted,
    DeliveryReport,
    DeliveryStatus,
    Ignored,
    Longest,
    Outbound,
    Refused,
    Request,
    Response,
    Sent,
    Understood,
    Unknown,
    Unreadable,
)
from sms_service.channels.incoming import ID_MAX, field, loggable, required, sms, storable
from sms_service.channels.plain_http import PlainHttp, refused
from sms_service.engine.model import Inbound
from sms_service.engine.texts import septets

ACK = "ACK/Jasmin"

REPORT_LEVEL = "3"
"""dlr-level: reports of the SMSC (1: taken or refused) and of the handset (2: delivered or not)."""

DELIVERY: dict[str, DeliveryStatus] = {
    "DELIVRD": "delivered", "UNDELIV": "failed", "EXPIRED": "failed", "REJECTD": "failed", "DELETED": "failed",
}  # fmt: skip
"""The final states of an SMPP receipt (levels 2 and 3). ACCEPTD, UNKNOWN and ENROUTE are not final."""

NUMBER_FAILED = {"UNDELIV", "EXPIRED"}
"""The phone did not take it. The other failures are the network's no to us."""

TAKEN_BY_SMSC = "ESME_ROK"
"""At level 1 the SMSC's answer to the submit: any other ESME_ word is a refusal, and final."""

CODINGS = {"8": "utf-16-be", "3": "latin-1"}
"""SMPP data codings that `binary` is read in; for the others `content` is the text."""

SUCCESS = re.compile(rf'Success "([!#-~]{{1,{ID_MAX}}})"')
TOO_FAST = "throughput"
"""In the 403 of a user who sends faster than he may (from memory of Jasmin's sources): later it will do."""

NO_ROUTE = 412
"""No MT route leads to this number: somebody has to add one."""


class Jasmin(PlainHttp):
    """One user of a Jasmin gateway, and the number that it sends from."""

    name = "jasmin"
    longest = Longest(segments=5)
    """long_content_max_parts, as Jasmin's own configuration has it."""
    gateway = "Jasmin"
    methods: Sequence[str] = ("POST", "GET")

    def __init__(
        self,
        *,
        send_url: str,
        username: str,
        password: str,
        from_: str,
        entity_tag: str = "0x1400",
        template_tag: str = "0x1401",
        **addresses: Any,
    ) -> None:
        """`send_url`: http://127.0.0.1:1401/send. `entity_tag`, `template_tag`: the SMPP parameters that the operator wants
        India's two ids in. `addresses`: as of PlainHttp."""
        super().__init__(**addresses)
        self._send_url = send_url
        self._login = {"username": username, "password": password, "from": from_.removeprefix("+")}
        self._tags = (entity_tag, template_tag)

    # --- receiving ------------------------------------------------------------------------------------------------

    def parse(self, request: Request, now: float) -> Inbound | DeliveryReport | Ignored:
        if request.route == "sms":
            return self._sms(request, now)
        if request.route == "delivery":
            return self._report(request)
        raise self.no_such(request.route)

    def _sms(self, request: Request, now: float) -> Inbound | Ignored:
        id_, sender, to = required(request, "id"), required(request, "from"), field(request, "to")
        return sms(self.name, now, id_=id_, sender=sender, to=to, text=text_of(request))

    def _report(self, request: Request) -> DeliveryReport:
        word = field(request, "message_status").upper()
        if not word:
            raise Unreadable("the field message_status is missing")
        query = parse_qs(request.target.partition("?")[2])
        refused = word.startswith("ESME_") and word != TAKEN_BY_SMSC
        error = field(request, "err")
        return DeliveryReport(
            channel=self.name,
            gateway_id=required(request, "id"),
            ref=storable(query.get("ref", [""])[0])[:32],
            phone="",
            status="failed" if refused else DELIVERY.get(word, "sent"),
            word=loggable(word),
            number_failed=word in NUMBER_FAILED,
            reason=loggable(word if refused else "" if error.strip("0") == "" else error),
        )

    def reply(self, inbound: Understood, text: str, ends: bool) -> Response:
        return Response(200, "text/plain; charset=utf-8", ACK)

    # --- sending --------------------------------------------------------------------------------------------------

    def request(self, message: Outbound) -> dict[str, Any]:
        """Our reference goes along in the query of dlr-url, so that a report which overtakes the answer finds its row."""
        fields = {
            **self._login,
            "to": message.phone.removeprefix("+"),
            "dlr": "yes",
            "dlr-url": f"{self.reports_to}?ref={quote(message.ref)}",
            "dlr-level": REPORT_LEVEL,
            "dlr-method": "POST",
            **coded(message.text),
        }
        if message.dlt:
            ids = (message.dlt.entity_id, message.dlt.template_id)
            fields["custom_tlvs"] = json.dumps(dict(zip(self._tags, ids, strict=True)))
        return {"method": "POST", "url": self._send_url, "data": fields}

    def read_answer(self, answer: requests.Response) -> Sent:
        """A 500 of it (no connector took the message in time) does not say what came of it."""
        told = answer.content.decode("utf-8", "replace")
        if answer.status_code == 403 and TOO_FAST in told.lower():
            return Refused("HTTP 403", again=True, too_fast=True)
        if answer.status_code == NO_ROUTE:
            return Refused(f"HTTP {NO_ROUTE}", again=False, operator=True)
        if 400 <= answer.status_code < 500:
            return refused(answer.status_code)
        taken = SUCCESS.fullmatch(told.strip())
        return Accepted(taken[1]) if answer.status_code == 200 and taken else Unknown(f"HTTP {answer.status_code}")


def coded(text: str) -> dict[str, str]:
    """The text as Jasmin wants it: GSM-7 as it is, all else as UTF-16BE in hexadecimal. Raises UnicodeEncodeError."""
    if septets(text) is None:
        return {"coding": "8", "hex-content": text.encode("utf-16-be").hex()}
    return {"coding": "0", "content": text}


def text_of(request: Request) -> str:
    """The message: from `binary` (hexadecimal) where its coding says that `content` cannot be the text."""
    charset = CODINGS.get(field(request, "coding"))
    if charset is None:
        return request.first("content")
    try:
        binary = binascii.unhexlify(request.first("binary").strip())
    except (binascii.Error, ValueError):
        return request.first("content")
    return binary.decode(charset, "replace") if binary else request.first("content")
