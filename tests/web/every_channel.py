"""Every channel there is, switched on, for tests that ask all of them: the settings, and what proves a request."""

from __future__ import annotations

from hashlib import sha256
from urllib.parse import parse_qsl

from sms_service.channels.description import shipped
from sms_service.channels.twilio import signature
from tests.channels.hearing import PHONE
from tests.gateways import jasmin, kannel
from tests.gateways.africastalking import SECRET
from tests.gateways.twilio import NUMBER, TOKEN
from tests.web.process import FORM, GATEWAYS

MISSED_CALL_SECRET = "missed-call-secret-of-the-tests"
DESCRIBED_SECRET = "secret-of-the-described-gateways"
NEEDS = {"ACCOUNT": "account", "USERNAME": "username", "PASSWORD": "password", "KEY": "key", "FROM": "XYZORG"}

EVERY_CHANNEL = {
    **GATEWAYS,
    "CHANNELS__TWILIO__WHATSAPP_FROM": NUMBER,
    "CHANNELS__MISSED_CALL__SECRET": MISSED_CALL_SECRET,
    **{
        f"CHANNELS__DESCRIBED__{name.upper()}__{setting}": value
        for name in shipped()
        for setting, value in {"DESCRIPTION": name, "SECRET": DESCRIBED_SECRET, **NEEDS}.items()
    },
}

SECRETS = {
    "africastalking": SECRET,
    "kannel": kannel.SECRET,
    "jasmin": jasmin.SECRET,
    "missed-call": MISSED_CALL_SECRET,
    **dict.fromkeys(shipped(), DESCRIBED_SECRET),
}
"""Of each channel whose addresses hold one, the secret."""

USSD = {"sessionId": "id-1", "phoneNumber": PHONE, "serviceCode": "*384*96#", "text": "1", "senderId": "51969"}
CALL = {
    "CallSid": "id-1",
    "CallFrom": PHONE,
    "CallTo": "1",
    "StartTime": "2026-01-01 10:00:00",
    "Direction": "incoming",
}
"""What the conformance suites have no samples of: a hop of a USSD session, and a missed call."""


def proof(url: str, kind: str, body: bytes) -> tuple[str, str]:
    """What Twilio would have called `url` and signed it with, to send this body of this content type."""
    form: list[tuple[str, str]] = []
    if kind.partition(";")[0] == FORM:
        read = body.decode("utf-8", "werkzeug.url_quote")
        form = parse_qsl(read, keep_blank_values=True, errors="werkzeug.url_quote")
    if body and not form:
        url += f"{'&' if '?' in url else '?'}bodySHA256={sha256(body).hexdigest()}"
    return url, signature(TOKEN, url, form).decode()
