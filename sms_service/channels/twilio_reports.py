"""What Twilio says became of a message, in a status callback or in its list: a word, and the code of an error.

Sources: Twilio's pages messaging/api/message-resource (the words) and api/errors (the codes).
"""

from __future__ import annotations

from sms_service.channels.base import DeliveryReport, DeliveryStatus
from sms_service.channels.incoming import loggable
from sms_service.channels.twilio_errors import meaning

DELIVERY: dict[str, DeliveryStatus] = {
    "delivered": "delivered",
    "read": "delivered",
    "failed": "failed",
    "undelivered": "failed",
    "canceled": "failed",
}
"""Twilio's final words. Every other one, also one that we do not know, is "sent": Twilio has the message."""


def is_final(word: str) -> bool:
    """Whether Twilio has done with a message of which it says `word`."""
    return word.lower() in DELIVERY


def report(
    channel: str, *, gateway_id: str, ref: str, phone: str, word: str, code: str, segments: int, price: str
) -> DeliveryReport:
    """The report that `word` and `code` ("" if there is no error) are."""
    status, means = DELIVERY.get(word.lower(), "sent"), meaning(code)
    has_failed = status == "failed"
    return DeliveryReport(
        channel=channel,
        gateway_id=gateway_id,
        ref=ref,
        phone=phone,
        status=status,
        word=loggable(word),
        reason=loggable(code),
        opted_out=has_failed and means.opted_out,
        number_failed=has_failed and means.number_failed,
        segments=segments,
        price=price,
        again=means.again if has_failed and word.lower() != "canceled" else 0,
        after=means.after,
        elsewhere=has_failed and means.elsewhere,
        operator=has_failed and bool(means.operator),
    )
