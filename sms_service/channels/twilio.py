"""Twilio: SMS in by signed webhook, SMS out by its Python SDK, delivery reports by status callback.

Sources, all Twilio's own pages: usage/security (the signature), messaging/guides/webhook-request (the fields),
messaging/api/message-resource (statuses), api/errors (codes).
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from sms_service.channels.base import (
    SEND_TIMEOUT,
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
    Unreadable,
)
from sms_service.channels.incoming import field, loggable, required, small_number, storable
from sms_service.channels.phones import e164
from sms_service.channels.sending import failed, new_session, retry_after
from sms_service.channels.twilio_media import TwilioMedia
from sms_service.engine.model import Inbound

BASE64_FROM = 60
"""Characters. Twilio sometimes hands a long concatenated SMS over as base64 (RapidPro's gateway met it in production);
a shorter word of 4n letters can be decoded by chance, 45 bytes of clean text cannot."""

CLOCK_SLACK = 60.0
"""Seconds between Twilio's clock and ours that the look-up allows for."""

LISTED_MAX = 1000
"""Messages that a look-up reads: Twilio's largest page. To one phone there are seldom more than fifty."""

MEDIA_MAX, MEDIA_URL_MAX = 10, 400
"""Pictures of one message (Twilio's limit), and characters of the address of one; they have about 160."""

TRIAL_PREFIX = "Sent from your Twilio trial account - "
"""Put before every text by a trial account, so the listed body differs from what was sent."""

DELIVERY: dict[str, DeliveryStatus] = {
    "delivered": "delivered",
    "read": "delivered",
    "failed": "failed",
    "undelivered": "failed",
    "canceled": "failed",
}
"""Twilio's final words. Every other one, also one that we do not know, is "sent": Twilio has the message."""

OPTED_OUT = 21610
NUMBER_FAILED = {21211, 21610, 21614, 30003, 30004, 30005, 30006}
"""Error codes that say something of the number: invalid, unsubscribed, not a mobile; handset unreachable, blocked, unknown,
landline. Not of it: countries that are off (21408), what the sender cannot reach (21612), filtered texts (30007), faults of
which nothing is said (30008)."""

AGAIN = {20429: 0.0, 21611: 3600.0, 30001: 3600.0}
"""Error codes worth another try, and the seconds to wait first: too many requests; the sender's 10 h queue is full."""


class Throttled(Exception):
    """HTTP 429: not processed. `after` seconds, which the SDK would have lost."""

    def __init__(self, after: float) -> None:
        super().__init__("429")
        self.after = after


class Twilio:
    """One Twilio account and its sender: a number, a lettered sender or a Messaging Service (MG...)."""

    name = "twilio"
    routes: Sequence[str] = ("sms", "status")
    methods: Sequence[str] = ("POST",)
    secret_in_path = False
    can_look_up = True

    def __init__(
        self,
        *,
        account_sid: str,
        auth_tokens: Sequence[str],
        from_: str,
        public_url: str,
        api_url: str = "",
        timeout: tuple[float, float] = SEND_TIMEOUT,
    ) -> None:
        """`auth_tokens`: the primary one first, it also sends; the others still verify while tokens are rotated.
        `public_url`: scheme and host that Twilio calls. `api_url` replaces https://api.twilio.com."""
        self.account_sid = account_sid
        self.from_ = from_
        self.api_url = api_url.rstrip("/")
        self._tokens = [token for token in auth_tokens if token]
        self._status_url = f"{public_url.rstrip('/')}/hooks/{self.name}/status"
        self._bases = with_and_without_port(public_url.rstrip("/"))
        self._timeout = timeout
        self.media = TwilioMedia(account_sid, self._tokens[0] if self._tokens else "", self.api_url)

    # --- receiving ------------------------------------------------------------------------------------------------

    def verify(self, request: Request) -> None:
        """Raises Forged unless X-Twilio-Signature fits one of the tokens, with or without the port in our address, and
        covers the body: by its fields, or (JSON) by the hash in the query."""
        if "x-twilio-signature" not in request.header:
            raise Forged("it has no signature")
        try:
            given = request.header["x-twilio-signature"].encode("utf-8", "surrogatepass")
            genuine = False
            for token in self._tokens:
                for base in self._bases:
                    genuine |= hmac.compare_digest(signature(token, base + request.target, request.form), given)
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
        sender = required(request, "From")
        phone = e164(sender)
        if phone is None or phone == self.from_:
            return Ignored("the sender is no phone number that can be answered")
        return Inbound(
            channel=self.name,
            id=sid,
            kind="sms",
            phone=phone,
            to=field(request, "To"),
            text=storable(unscarred(request.first("Body"))),
            received_at=now,
            answered=bool(request.first("OptOutType")),
            media=_media(request),
        )

    def _report(self, request: Request) -> DeliveryReport:
        word = field(request, "MessageStatus") or field(request, "SmsStatus")
        if not word:
            raise Unreadable("the field MessageStatus is missing")
        code = field(request, "ErrorCode")
        segments = field(request, "NumSegments")
        query = parse_qs(request.target.partition("?")[2])
        return DeliveryReport(
            channel=self.name,
            gateway_id=required(request, "MessageSid", "SmsSid"),
            ref=storable(query.get("ref", [""])[0]),
            phone=e164(field(request, "To")) or "",
            status=DELIVERY.get(word.lower(), "sent"),
            word=loggable(word),
            reason=loggable(code),
            opted_out=code == str(OPTED_OUT),
            number_failed=code in map(str, NUMBER_FAILED),
            segments=small_number(segments),
        )

    def reply(self, inbound: Understood, text: str, ends: bool) -> Response:
        """Says nothing: texts go through the outbox. Never text/plain, which Twilio would send to the phone."""
        if isinstance(inbound, DeliveryReport):
            return Response(204, "text/xml", "")
        return Response(200, "text/xml", "<Response/>")

    def busy(self, route: str) -> Response:
        return Response(503, "text/xml", "<Response/>")

    # --- sending --------------------------------------------------------------------------------------------------

    def send(self, message: Outbound) -> Sent:
        """Our reference goes along in the query of the status callback, so that a report which comes before Twilio's
        answer, or instead of it, still finds its row."""
        try:
            sender = "messaging_service_sid" if self.from_.startswith("MG") else "from_"
            options = {sender: self.from_, "status_callback": f"{self._status_url}?ref={quote(message.ref)}"}
            created = self._client.messages.create(to=message.phone, body=message.text, **options)
            if created.status == "failed":
                code = str(created.error_code or "failed")
                return Refused(loggable(code), again=False, number_failed=code in map(str, NUMBER_FAILED))
            return Accepted(created.sid, small_number(created.num_segments)) if created.sid else Unknown("no sid")
        except Throttled as error:
            return Refused("429", again=True, after=error.after)
        except Exception as error:  # noqa: BLE001
            # The outcome must never be lost to a surprise in the SDK; whatever it was stands in the reason.
            return refusal(error) or failed(error)

    def look_up(self, message: Outbound, since: float, not_these: Sequence[str]) -> Sent:
        """Asks Twilio's list of messages to this phone. Not before a minute after the send: the list lags a little.

        A message that still waits in Twilio's queue has no DateSent yet and the list by day leaves it out; so "not
        found" is only said after the list without the day was read to its end.
        """
        from_day = datetime.fromtimestamp(since - CLOCK_SLACK, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        try:
            for filters in ({"date_sent_after": from_day}, {}):
                listed = self._client.messages.list(to=message.phone, page_size=LISTED_MAX, limit=LISTED_MAX, **filters)
                found = find(listed, message.text, since, not_these)
                if found is not None:
                    return found
        except Exception as error:  # noqa: BLE001
            return Unknown(f"list: {type(error).__name__}")
        if len(listed) >= LISTED_MAX:
            return Unknown("more messages than one list shows")
        return Refused("not found at the gateway", again=True)

    @cached_property
    def _client(self) -> Any:
        # Imported here: the SDK costs 60 ms and 8 MB, and the web processes only verify and parse.
        from twilio.http.http_client import TwilioHttpClient
        from twilio.http.response import Response as Answer
        from twilio.rest import Client

        timeout = self._timeout

        class Http(TwilioHttpClient):  # type: ignore[misc]
            """The SDK's own client logs addresses, waits for ever, drops Retry-After, and hands an answer over through
            an attribute of itself, where another thread's answer can lie by then."""

            def request(self, method: str, url: str, **options: Any) -> Any:
                options.update(timeout=timeout, allow_redirects=False)
                answer = self.session.request(method, url, **options)
                if answer.status_code == 429:
                    raise Throttled(retry_after(answer.headers))
                return Answer(answer.status_code, answer.content.decode("utf-8", "replace"), answer.headers)

        http = Http(pool_connections=False)
        http.session = new_session()
        client = Client(self.account_sid, self._tokens[0], http_client=http)
        if self.api_url:
            client.api.base_url = self.api_url
        return client


def signature(token: str, url: str, form: Sequence[tuple[str, str]]) -> bytes:
    """Twilio's signature: base64 of HMAC-SHA1 over the address and all fields, sorted, a repeated pair once."""
    signed = url + "".join(name + value for name, value in sorted(set(form)))
    return base64.b64encode(hmac.digest(token.encode(), signed.encode("utf-8", "surrogatepass"), "sha1"))


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


def refusal(error: Exception) -> Refused | Unknown | None:
    """Twilio's own refusal (4xx with an error code). None: `error` is none. 3xx and 5xx do not say what came of it."""
    status, code = getattr(error, "status", None), getattr(error, "code", None)
    if not isinstance(status, int):
        return None
    if not 400 <= status < 500:
        return Unknown(f"HTTP {status}")
    number = code if isinstance(code, int) else status
    return Refused(
        loggable(str(number)), again=number in AGAIN, after=AGAIN.get(number, 0.0), opted_out=number == OPTED_OUT,
        number_failed=number in NUMBER_FAILED,
    )  # fmt: skip


def find(listed: Sequence[Any], text: str, since: float, not_these: Sequence[str]) -> Accepted | Unknown | None:
    """The message of `text` among `listed`, the oldest if several fit. Unknown if a body is gone (redacted)."""
    fits = [
        one
        for one in listed
        if str(one.direction).startswith("outbound")
        and one.sid not in not_these
        and (one.date_created is None or one.date_created.timestamp() >= since - CLOCK_SLACK)
    ]
    wanted = " ".join(text.split())
    for one in reversed(fits):
        if " ".join((one.body or "").removeprefix(TRIAL_PREFIX).split()) == wanted:
            return Accepted(one.sid, small_number(one.num_segments))
    return Unknown("a listed message has no body") if any(not one.body for one in fits) else None


def _media(request: Request) -> tuple[str, ...]:
    """The addresses of the pictures that came with a message: MediaUrl0, MediaUrl1 ..."""
    found = (storable(request.first(f"MediaUrl{number}")).strip() for number in range(MEDIA_MAX))
    return tuple(url for url in found if url.startswith("https://") and len(url) <= MEDIA_URL_MAX)
