"""Africa's Talking: SMS and USSD in by webhooks with a secret in their path. What goes out: africastalking_sending.py.

Sources: its developers' pages (sms/notifications, sms/deliveryreports, ussd) and the request classes of public client
libraries. It signs nothing and publishes no addresses.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from sms_service.channels.africastalking_sending import BLACKLISTED, AfricasTalkingSending
from sms_service.channels.base import DeliveryReport, DeliveryStatus, Ignored, Request, Response, Understood, Unreadable
from sms_service.channels.incoming import field, has_secret, iso_time, loggable, required, sms, storable
from sms_service.channels.phones import international
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

FAILED_FOR = {
    BLACKLISTED, "userisinactive", "useraccountsuspended", "notnetworksubscriber", "userdoesnotexist", "deliveryfailure",
}  # fmt: skip
"""Reasons of a failed message that say something of the number. The last one is what networks say that could not bring it
to the phone."""

UNREACHED = {"failed", "expired"}
"""Words of a report that say so where there is no reason: not all networks give one. `Rejected` alone may be our fault."""

AGAIN = {"deliveryfailure": 1}
"""Reasons after which a message is worth sending anew, and how often: the network could not bring it to the phone."""

AGAIN_AFTER = 900.0
"""Seconds until then: a phone that was off may be on."""

OPERATOR = {"invalidlinkid", "usernotsubscribedtoproduct"}
"""Reasons that stay until somebody acts: `premium` or `keyword` are not those of the product."""


class AfricasTalking(AfricasTalkingSending):
    """One Africa's Talking application and its sender (short code or lettered; empty: the shared one)."""

    name = "africastalking"
    routes: Sequence[str] = ("sms", "ussd", "ussd-end", "delivery", "opt-out", "subscription")
    methods: Sequence[str] = ("POST",)
    secret_in_path = True
    can_look_up = False
    is_sms = True

    def __init__(self, *, secrets: Sequence[str], **sending: Any) -> None:
        """`secrets`: each is good in the path of our addresses, so that one can be replaced without a gap. `sending`: as of
        AfricasTalkingSending."""
        super().__init__(**sending)
        self._secrets = secrets

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
            case "subscription":
                # Who subscribes to a premium product has consented to nothing of ours.
                return Ignored(f"premium subscription: {loggable(field(request, 'updateType')) or 'no word'}")
        raise Unreadable(f"Africa's Talking has no address called {loggable(request.route)}")

    def _sms(self, request: Request, now: float) -> Inbound | Ignored:
        id_, sender, to = required(request, "id"), required(request, "from"), field(request, "to")
        link = field(request, "linkId") if self.premium and to == self.premium else ""
        text, time = request.first("text"), iso_time(field(request, "date"))
        return sms(self.name, now, id_=id_, sender=sender, to=to, text=text, time=time, link=link)

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
        status, why = DELIVERY.get(word.lower(), "sent"), reason.lower()
        has_failed = status == "failed"
        return DeliveryReport(
            channel=self.name,
            gateway_id=required(request, "id"),
            ref="",
            phone=international(field(request, "phoneNumber")) or "",
            status=status,
            word=loggable(word),
            reason=loggable(reason),
            opted_out=has_failed and why == BLACKLISTED,
            number_failed=has_failed and (why in FAILED_FOR or (not why and word.lower() in UNREACHED)),
            again=AGAIN.get(why, 0) if has_failed else 0,
            after=AGAIN_AFTER,
            operator=has_failed and why in OPERATOR,
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


def short_hash(text: str) -> str:
    """64 bits: among the hops of one session, or the pairs of one day, two never meet."""
    return sha256(text.encode()).hexdigest()[:16]
