"""Posta, a gateway that does not exist: the example of sms_service/channels/README.md, where its API is told."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Any

import requests

from sms_service.channels.base import (
    Accepted,
    DeliveryReport,
    DeliveryStatus,
    Forged,
    Ignored,
    Outbound,
    Refused,
    Request,
    Response,
    Sent,
    Understood,
    Unknown,
)  # fmt: skip
from sms_service.channels.incoming import (
    elements,
    field,
    id_of,
    iso_time,
    json_object,
    loggable,
    required,
    several,
    small_number,
    sms,
)  # fmt: skip
from sms_service.channels.phones import international
from sms_service.channels.plain_http import PlainHttp, refused
from sms_service.engine.model import Inbound

AGE_MAX = 300
"""Seconds that a signature is good for (its page "Webhooks"). Posta signs each of its tries anew."""

DELIVERY: dict[str, DeliveryStatus] = {"delivered": "delivered", "failed": "failed", "expired": "failed"}
"""Its final states (its page "States"); queued, sent, and whatever it may say one day, are "sent"."""

NUMBER_FAILED, OPTED_OUT, OPERATOR = ("bad_number", "absent"), ("blocked",), ("no_credit",)
"""Its codes (its page "Codes") that are the number's fault, say that the person blocked us, or wait for the operator."""


class Posta(PlainHttp):
    """One Posta account and the number that it sends from."""

    name = "posta"
    gateway = "Posta"
    routes: Sequence[str] = ("sms", "reports")
    methods: Sequence[str] = ("POST",)
    secret_in_path = False

    def __init__(self, *, key: str, from_: str, api_url: str = "", **addresses: Any) -> None:
        """`key` opens its API. `addresses`: as of PlainHttp; each of `secrets` may have signed what it calls us with."""
        super().__init__(**addresses)
        self._key, self._from, self._api_url = key, from_, api_url or "https://api.posta.example"

    # --- receiving ------------------------------------------------------------------------------------------------

    def verify(self, request: Request) -> None:
        """Raises Forged unless `Posta-Signature: t=SECONDS,v1=HEX` fits the body. How old it is `parse` can tell."""
        stamp, given = signature_of(request)
        genuine = False
        for secret in self._secrets:
            genuine |= hmac.compare_digest(signed(secret, stamp, request.body), given)
        if not genuine:
            raise Forged("the signature does not fit")

    def parse(self, request: Request, now: float) -> Understood:
        stamp, _ = signature_of(request)
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 10 and abs(now - int(stamp)) <= AGE_MAX):
            raise Forged("the signature is too old")
        if request.route not in self.routes:
            raise self.no_such(request.route)
        if request.route == "sms":
            return several(self.name, elements(request, "messages"), lambda one: self._message(one, now))
        return several(self.name, elements(request, "reports"), self._report)

    def _message(self, one: Request, now: float) -> Inbound | Ignored:
        return sms(
            self.name, now, id_=required(one, "id"), sender=required(one, "from"), to=field(one, "to"),
            text=one.first("text"), time=iso_time(field(one, "at")),
        )  # fmt: skip

    def _report(self, one: Request) -> DeliveryReport:
        word, code = field(one, "state"), field(one, "code")
        status = DELIVERY.get(word, "sent")
        has_failed = status == "failed"
        return DeliveryReport(
            channel=self.name, gateway_id=required(one, "id"), ref=field(one, "reference")[:32],
            phone=international(field(one, "to")) or "", status=status, word=loggable(word), reason=loggable(code),
            opted_out=code in OPTED_OUT, number_failed=has_failed and code in NUMBER_FAILED,
            operator=has_failed and code in OPERATOR, segments=small_number(field(one, "parts")),
        )  # fmt: skip

    def reply(self, inbound: Understood, text: str, ends: bool) -> Response:
        return Response(204, "text/plain", "")

    # --- sending --------------------------------------------------------------------------------------------------

    def request(self, message: Outbound) -> dict[str, Any]:
        fields = {"to": message.phone, "from": self._from, "text": message.text, "reference": message.ref}
        url, header = f"{self._api_url}/v1/messages", {"Authorization": f"Bearer {self._key}"}
        return {"method": "POST", "url": url, "json": fields, "headers": header}

    def read_answer(self, answer: requests.Response) -> Sent:
        told = json_object(answer.content)
        if answer.status_code == 202 and (id_ := id_of(told.get("id"))):
            return Accepted(id_, segments=small_number(told.get("parts")))
        if not 400 <= answer.status_code < 500:
            return Unknown(f"HTTP {answer.status_code}")
        code = str(told.get("code") or "")
        if code not in (*OPERATOR, *OPTED_OUT, *NUMBER_FAILED):
            return refused(answer.status_code, loggable(code))
        return Refused(
            loggable(code), again=code in OPERATOR, opted_out=code in OPTED_OUT,
            number_failed=code in NUMBER_FAILED, operator=code in OPERATOR,
        )  # fmt: skip


def signature_of(request: Request) -> tuple[str, bytes]:
    """The time stamp and the signature in the header; empty where they are missing."""
    parts = dict(part.partition("=")[::2] for part in request.header.get("posta-signature", "").split(","))
    return parts.get("t", ""), parts.get("v1", "").encode("utf-8", "surrogatepass")


def signed(secret: str, stamp: str, body: bytes) -> bytes:
    """Posta's signature: HMAC-SHA256 over the time stamp, a full stop and the body, in hex."""
    stamped = stamp.encode("utf-8", "surrogatepass") + b"." + body
    return hmac.digest(secret.encode("utf-8", "surrogatepass"), stamped, "sha256").hex().encode()
