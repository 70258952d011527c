"""Africa's Talking: SMS and USSD in by webhooks with a secret in their path, SMS out by its Python SDK.

Sources: its developers' pages (sms/sending, sms/notifications, sms/deliveryreports, ussd), the recorded answers of
public client libraries, and medic/cht-core for the numeric status codes. It signs nothing and publishes no addresses.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256
from typing import Any

import requests

from sms_service.channels.base import (
    SEND_TIMEOUT,
    Accepted,
    DeliveryReport,
    DeliveryStatus,
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
from sms_service.channels.incoming import field, has_secret, iso_time, loggable, required, storable
from sms_service.channels.phones import e164, international
from sms_service.channels.sending import failed, new_session, retry_after
from sms_service.engine.model import DAY, Inbound

BUSY = "END We cannot answer at this moment. Nothing was saved. Please dial again in a few minutes."
"""In GSM letters and under 160 septets, since it must show on every phone. The person's language is not known here."""

DELIVERY: dict[str, DeliveryStatus] = {
    "success": "delivered",
    "delivered": "delivered",
    "failed": "failed",
    "rejected": "failed",
    "expired": "failed",
}
"""Its final words. Every other one, also one that we do not know, is "sent": it has the message."""

BLACKLISTED = "userinblacklist"
"""Spelt UserInBlackList in reports and UserInBlacklist in answers."""

NUMBER_FAILED = {403, 404, 406}
"""Status codes of a recipient that say something of the number: invalid, of a type that is not supported, blocked."""

FAILED_FOR = {
    BLACKLISTED, "userisinactive", "useraccountsuspended", "notnetworksubscriber", "userdoesnotexist", "deliveryfailure",
}  # fmt: skip
"""Reasons of a failed message that say the same. The last one is what networks say that could not bring it to the phone."""

UNREACHED = {"failed", "expired"}
"""Words of a report that say so where there is no reason: not all networks give one. `Rejected` alone may be our fault."""

AGAIN = {405: 900.0, 500: 0.0, 501: 0.0, 502: 0.0}
"""Status codes of a recipient worth another try, and the seconds to wait first: the balance is used up (somebody tops
it up); its own and the operator's errors. The others are faults of the number or of the configuration."""

PARTS = re.compile(r"Message parts: (\d{1,3})")


class AfricasTalking:
    """One Africa's Talking application and its sender (short code or lettered; empty: the shared one)."""

    name = "africastalking"
    routes: Sequence[str] = ("sms", "ussd", "ussd-end", "delivery", "opt-out")
    methods: Sequence[str] = ("POST",)
    secret_in_path = True
    can_look_up = False

    def __init__(
        self,
        *,
        username: str,
        api_key: str,
        from_: str,
        secrets: Sequence[str],
        public_url: str = "",
        api_url: str = "",
        timeout: tuple[float, float] = SEND_TIMEOUT,
    ) -> None:
        """`secrets`: each is good in the path of our addresses, so that one can be replaced without a gap. `api_url`
        replaces https://api.africastalking.com (or its sandbox, if the username is `sandbox`). `public_url` is taken
        like every channel's; reports come to the address that is set in the gateway's own console."""
        self.username = username
        self.from_ = from_
        self.api_url = api_url.rstrip("/")
        self.public_url = public_url
        self._api_key = api_key
        self._secrets = secrets
        self._timeout = timeout

    # --- receiving ------------------------------------------------------------------------------------------------

    def verify(self, request: Request) -> None:
        """Raises Forged unless the path carries one of our secrets."""
        has_secret(request, self._secrets)

    def parse(self, request: Request, now: float) -> Inbound | DeliveryReport | Ignored:
        match request.route:
            case "sms":
                return self._sms(request, now)
            case "ussd":
                return self._hop(request, now)
            case "delivery":
                return self._report(request)
            case "opt-out":
                return self._opt_out(request, now)
            case "ussd-end":
                return Ignored(f"USSD session ended: {loggable(field(request, 'status')) or 'no status'}")
        raise Unreadable(f"Africa's Talking has no address called {loggable(request.route)}")

    def _sms(self, request: Request, now: float) -> Inbound | Ignored:
        id_ = required(request, "id")
        phone = international(required(request, "from"))
        if phone is None:
            return Ignored("the sender is no phone number")
        return Inbound(
            channel=self.name,
            id=id_,
            kind="sms",
            phone=phone,
            to=field(request, "to"),
            text=storable(request.first("text")),
            received_at=now,
            gateway_time=iso_time(field(request, "date")),
        )

    def _hop(self, request: Request, now: float) -> Inbound | Ignored:
        """One hop of a USSD session. It has no id, but its text grows hop by hop: the same text is the same hop."""
        session = required(request, "sessionId")
        phone = international(required(request, "phoneNumber"))
        if phone is None:
            return Ignored("the caller has no phone number")
        text = storable(request.first("text"))
        return Inbound(
            channel=self.name,
            id=f"{session}:{short_hash(text)}",
            made=True,
            kind="ussd",
            phone=phone,
            to=field(request, "serviceCode"),
            text=text,
            received_at=now,
            session=session,
        )

    def _report(self, request: Request) -> DeliveryReport:
        word = field(request, "status")
        reason = field(request, "failureReason")
        return DeliveryReport(
            channel=self.name,
            gateway_id=required(request, "id"),
            ref="",
            phone=international(field(request, "phoneNumber")) or "",
            status=DELIVERY.get(word.lower(), "sent"),
            word=loggable(word),
            reason=loggable(reason),
            opted_out=reason.lower() == BLACKLISTED,
            number_failed=reason.lower() in FAILED_FOR or (not reason and word.lower() in UNREACHED),
        )

    def _opt_out(self, request: Request, now: float) -> Inbound | Ignored:
        """The person left by the gateway's own menu: a STOP, already answered. The call carries only the pair and no
        date, so the pair is told once a day: a redelivery is one STOP, leaving again next month another."""
        sender = field(request, "senderId")
        phone = international(required(request, "phoneNumber"))
        if phone is None:
            return Ignored("the one who opted out has no phone number")
        return Inbound(
            channel=self.name,
            id=f"opt-out:{short_hash(f'{phone} {sender}')}:{int(now // DAY)}",
            made=True,
            kind="sms",
            phone=phone,
            to=sender,
            text="STOP",
            received_at=now,
            answered=True,
        )

    def reply(self, inbound: Understood, text: str, ends: bool) -> Response:
        if isinstance(inbound, Inbound) and inbound.kind == "ussd":
            return Response(200, "text/plain; charset=utf-8", f"{'END' if ends else 'CON'} {text}")
        return Response(200, "text/plain; charset=utf-8", "")

    def busy(self, route: str) -> Response:
        if route == "ussd":
            # An error status shows the operator's own error on the phone, or nothing.
            return Response(200, "text/plain; charset=utf-8", BUSY)
        return Response(503, "text/plain; charset=utf-8", "")

    # --- sending --------------------------------------------------------------------------------------------------

    def send(self, message: Outbound) -> Sent:
        if e164(message.phone) != message.phone:
            # The SDK's own check lets a line break and "+2547" pass.
            return Refused("InvalidPhoneNumber", again=False, number_failed=True)
        try:
            answer = self._sms_service.send(message.text, [message.phone], sender_id=self.from_ or None)
            return read_answer(answer, message.phone)
        except Exception as error:  # noqa: BLE001
            # The outcome must never be lost to a surprise in the SDK; whatever it was stands in the reason.
            return failed(error)

    def look_up(self, message: Outbound, since: float, not_these: Sequence[str]) -> Sent:
        """Always Unknown: no call of its API shows what was sent."""
        return Unknown("Africa's Talking cannot be asked")

    @cached_property
    def _sms_service(self) -> Any:
        # Imported here: the web processes only verify and parse.
        from africastalking.SMS import SMSService

        api_url, timeout, session = self.api_url, self._timeout, new_session()

        class Service(SMSService):  # type: ignore[misc]
            """The SDK knows the address, the fields and the headers. It opens a connection for every call, reads JSON
            only under the exact content type, and drops the status code: so the call itself is made here."""

            def _init_service(self) -> None:
                super()._init_service()
                if api_url:
                    self._baseUrl = f"{api_url}/version1"

            def _make_request(self, url: str, method: str, headers: Any, data: Any, params: Any, **_: Any) -> Any:
                return session.request(
                    method, url, headers=headers, data=data, params=params, timeout=timeout, allow_redirects=False
                )

        return Service(self.username, self._api_key)


def read_answer(answer: requests.Response, phone: str) -> Sent:
    """What the gateway's answer says. Only a recipient with a status code below 200 is accepted: a wrong sender is a
    201 without any. Raises whatever a 2xx of another shape raises (ValueError, KeyError, TypeError, AttributeError)."""
    if answer.status_code == 429:
        return Refused("429", again=True, after=retry_after(answer.headers))
    if 400 <= answer.status_code < 500:
        return Refused(f"HTTP {answer.status_code}", again=False)
    if not 200 <= answer.status_code < 300:
        return Unknown(f"HTTP {answer.status_code}")
    data = json.loads(answer.content)["SMSMessageData"]
    told, recipients = str(data.get("Message", "")), data["Recipients"]
    if not recipients:
        return Refused(loggable(told) or "no recipients", again=False)
    mine = next((one for one in recipients if one.get("number") == phone), recipients[0])
    code, word = int(mine["statusCode"]), loggable(str(mine.get("status", "")))
    if 100 <= code < 200:
        parts = PARTS.search(told)
        id_ = str(mine.get("messageId") or "")
        return Accepted("" if id_ == "None" else id_, int(parts[1]) if parts else 0)
    if 400 <= code < 500 or code in AGAIN:
        blocked = code == 406 or word.lower() == BLACKLISTED
        return Refused(
            word or str(code), again=code in AGAIN, after=AGAIN.get(code, 0.0), opted_out=blocked,
            number_failed=code in NUMBER_FAILED,
        )  # fmt: skip
    return Unknown(f"status code {code}")


def short_hash(text: str) -> str:
    """64 bits: among the hops of one session, or the pairs of one day, two never meet."""
    return sha256(text.encode()).hexdigest()[:16]
