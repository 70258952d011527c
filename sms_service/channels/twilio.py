"""Twilio: SMS in by signed webhook, delivery reports by status callback. What goes out: twilio_sending.py.

Sources, all Twilio's own pages: usage/security (the signature), messaging/guides/webhook-request (the fields),
messaging/api/message-resource (statuses), api/errors (codes). The signature with a shared key is in no public page; it is
as Twilio's SDK 9.13 makes it.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from sms_service.channels.base import (
    DeliveryReport,
    Forged,
    Ignored,
    Request,
    Response,
    Understood,
    Unreadable,
)
from sms_service.channels.incoming import field, loggable, price, required, small_number, storable
from sms_service.channels.phones import e164
from sms_service.channels.twilio_media import TwilioMedia
from sms_service.channels.twilio_reports import report
from sms_service.channels.twilio_sending import TwilioSending
from sms_service.engine.model import Inbound

BASE64_FROM = 60
"""Characters. Twilio sometimes hands a long concatenated SMS over as base64 (RapidPro's gateway met it in production);
a shorter word of 4n letters can be decoded by chance, 45 bytes of clean text cannot."""

MEDIA_MAX, MEDIA_URL_MAX = 10, 400
"""Pictures of one message (Twilio's limit), and characters of the address of one; they have about 160."""

WHATSAPP = "whatsapp:"
"""Before the number of a person or of ours, where a message comes or goes by WhatsApp."""

Algorithm = Literal["sha1", "sha256"]


class Twilio(TwilioSending):
    """One Twilio account and its sender: a number, a lettered sender or a Messaging Service (MG...)."""

    routes: Sequence[str] = ("sms", "status")
    methods: Sequence[str] = ("POST",)
    secret_in_path = False
    can_look_up = True
    is_sms = True

    def __init__(
        self, *, public_url: str, shared_keys: Sequence[str] = (), whatsapp: bool = False, **sending: Any
    ) -> None:
        """`sending`: as of TwilioSending. Of its `auth_tokens` the first is the primary one, it also sends; the others
        still verify while tokens are rotated. `shared_keys`: what Twilio signs with by SHA-256, where such a key was made.
        `public_url`: scheme and host that Twilio calls. `whatsapp`: messages by WhatsApp that come to this channel's
        addresses are taken; else nobody could answer them."""
        super().__init__(public_url=public_url, **sending)
        self._shared_keys = [key for key in shared_keys if key]
        self._bases = with_and_without_port(public_url.rstrip("/"))
        self._takes_whatsapp = whatsapp
        self.media = TwilioMedia(self.account_sid, self._tokens[0] if self._tokens else "", self.api_url)

    def verify(self, request: Request) -> None:
        """Raises Forged unless X-Twilio-Signature fits one of the tokens (SHA-1) or shared keys (SHA-256), with or without
        the port in our address, and covers the body: by its fields, or (JSON) by the hash in the query.

        No other header has a say in it: X-Twilio-Webhooks-Signature-Settings names an algorithm and a key, and is a
        stranger's until the signature fits."""
        if "x-twilio-signature" not in request.header:
            raise Forged("it has no signature")
        try:
            given = request.header["x-twilio-signature"].encode("utf-8", "surrogatepass")
            genuine = False
            secrets: list[tuple[str, Algorithm]] = [(token, "sha1") for token in self._tokens]
            secrets += [(key, "sha256") for key in self._shared_keys]
            for secret, algorithm in secrets:
                for base in self._bases:
                    genuine |= hmac.compare_digest(
                        signature(secret, base + request.target, request.form, algorithm), given
                    )
            covered = bool(request.form) or not request.body or body_hash_fits(request)
        except Exception as error:
            # All of the input is a stranger's: whatever upsets the check is no genuine request, and no 500.
            raise Forged(f"the signature cannot be checked: {type(error).__name__}") from error
        if not (genuine and covered):
            raise Forged("the signature does not fit")

    def parse(self, request: Request, now: float) -> Inbound | DeliveryReport | Ignored:
        if request.route == "sms":
            return self._message(request, now)
        if request.route == "status":
            return self._report(request)
        raise Unreadable(f"Twilio has no address called {loggable(request.route)}")

    def _message(self, request: Request, now: float) -> Inbound | Ignored:
        sid = required(request, "MessageSid", "SmsSid", "SmsMessageSid")
        if request.first("MessageStatus") and not request.first("Body"):
            # Its From is our own number: taken for a message, we would answer ourselves.
            return Ignored("a status callback at the address for messages")
        sender, to = required(request, "From"), field(request, "To")
        by_whatsapp = self._takes_whatsapp and sender.startswith(WHATSAPP)
        phone = e164(sender.removeprefix(WHATSAPP) if by_whatsapp else sender)
        if phone is None or phone in (self.from_, to.removeprefix(WHATSAPP)):
            return Ignored("the sender is no phone number that can be answered")
        body = request.first("Body")
        if by_whatsapp and not body:
            body = request.first("ButtonText") or request.first("ButtonPayload")
        return Inbound(
            channel="whatsapp" if by_whatsapp else Twilio.name,
            id=sid,
            kind="sms",
            phone=phone,
            to=to.removeprefix(WHATSAPP),
            text=storable(unscarred(body)),
            received_at=now,
            answered=bool(request.first("OptOutType")),
            media=_media(request),
        )

    def _report(self, request: Request) -> DeliveryReport:
        word = field(request, "MessageStatus") or field(request, "SmsStatus")
        if not word:
            raise Unreadable("the field MessageStatus is missing")
        query = parse_qs(request.target.partition("?")[2])
        return report(
            self.name,
            gateway_id=required(request, "MessageSid", "SmsSid"),
            ref=storable(query.get("ref", [""])[0]),
            phone=e164(field(request, "To").removeprefix(self.prefix)) or "",
            word=word,
            code=field(request, "ErrorCode"),
            segments=small_number(field(request, "NumSegments")),
            price=price(field(request, "Price"), field(request, "PriceUnit")),
        )

    def reply(self, inbound: Understood, text: str, ends: bool) -> Response:
        """Says nothing: texts go through the outbox. Never text/plain, which Twilio would send to the phone."""
        if isinstance(inbound, DeliveryReport):
            return Response(204, "text/xml", "")
        return Response(200, "text/xml", "<Response/>")

    def busy(self, route: str) -> Response:
        return Response(503, "text/xml", "<Response/>")


def signature(secret: str, url: str, form: Sequence[tuple[str, str]], algorithm: Algorithm = "sha1") -> bytes:
    """Twilio's signature: base64 of an HMAC over the address and all fields, sorted, a repeated pair once."""
    signed = url + "".join(name + value for name, value in sorted(set(form)))
    return base64.b64encode(hmac.digest(secret.encode(), signed.encode("utf-8", "surrogatepass"), algorithm))


def with_and_without_port(public_url: str) -> tuple[str, ...]:
    """Twilio signs now with, now without the port, whatever was configured; its SDK accepts both, and so do we."""
    scheme, _, rest = public_url.partition("://")
    host, slash, path = rest.partition("/")
    if "@" in host:
        return (public_url,)
    port = urlsplit(public_url).port
    bare = host.removesuffix(f":{port}")
    ports = port or (443 if scheme == "https" else 80)
    return (f"{scheme}://{bare}{slash}{path}", f"{scheme}://{bare}:{ports}{slash}{path}")


def body_hash_fits(request: Request) -> bool:
    """Whether the query's bodySHA256, which the signature covers, is that of the body (JSON webhooks)."""
    query = parse_qs(request.target.partition("?")[2])
    given = query.get("bodySHA256", [""])[0].lower().encode()
    return hmac.compare_digest(sha256(request.body).hexdigest().encode(), given)


def unscarred(text: str) -> str:
    """`text`, decoded if it is a long SMS that Twilio handed over as base64."""
    packed = "".join(text.split())
    if len(packed) < BASE64_FROM or len(packed) % 4:
        return text
    try:
        plain = base64.b64decode(packed, validate=True).decode()
    except (binascii.Error, ValueError):
        return text
    return plain if all(sign.isprintable() or sign.isspace() for sign in plain) else text


def _media(request: Request) -> tuple[str, ...]:
    """The addresses of the pictures that came with a message: MediaUrl0, MediaUrl1 ..."""
    found = (storable(request.first(f"MediaUrl{number}")).strip() for number in range(MEDIA_MAX))
    return tuple(url for url in found if url.startswith("https://") and len(url) <= MEDIA_URL_MAX)
