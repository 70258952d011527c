"""Twilio's messages out: created by its Python SDK, refused by its codes, looked up in its list where an answer was lost.

Sources: messaging/api/message-resource, api/errors, and the SDK's own code.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from time import monotonic
from typing import Any
from urllib.parse import quote

from msgspec import structs

from sms_service.channels.base import SEND_TIMEOUT, TOO_MANY, Accepted, Longest, Outbound, Refused, Sent, Unknown
from sms_service.channels.incoming import id_of, loggable, price, small_number
from sms_service.channels.sending import failed, new_session, retry_after
from sms_service.channels.twilio_errors import refused
from sms_service.channels.twilio_reports import is_final, report

CLOCK_SLACK = 3_900.0
"""Seconds between Twilio's clock and ours that the look-up allows for: an hour, as a wrong time zone makes, and five minutes.
A message that is overlooked leaves twice; of older ones with the same words the ids are known."""

LISTED_MAX = 1000
"""Messages of one page of the list: Twilio's largest. To one phone there are seldom more than fifty."""

LISTING_SECONDS = 20.0
"""After so long a look-up begins no further page. With what the last one may take (SEND_TIMEOUT) it ends well within an
outbox lease of 60 s; a page takes a second or two, so that is the list of an enroler of some ten thousand texts."""

TRIAL_PREFIX = "Sent from your Twilio trial account - "
"""Put before every text by a trial account, so the listed body differs from what was sent."""


class Throttled(Exception):
    """HTTP 429: not processed. `after` seconds, which the SDK would have lost."""

    def __init__(self, after: float) -> None:
        super().__init__(TOO_MANY)
        self.after = after


class TwilioSending:
    """The part of a Twilio channel that sends. `prefix` stands before every address (WhatsApp's `whatsapp:`)."""

    name = "twilio"
    prefix = ""
    longest = Longest(characters=1600)
    """Its page api/errors/21617."""

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
        """`from_`: a number, a lettered sender or a Messaging Service (MG...). `api_url` replaces https://api.twilio.com."""
        self.account_sid = account_sid
        self.from_ = from_
        self.api_url = api_url.rstrip("/")
        self._tokens = [token for token in auth_tokens if token]
        self._status_url = f"{public_url.rstrip('/')}/hooks/{self.name}/status"
        self._timeout = timeout

    def send(self, message: Outbound) -> Sent:
        """Our reference goes along in the query of the status callback, so that a report which comes before Twilio's
        answer, or instead of it, still finds its row."""
        try:
            created = self._client.messages.create(to=f"{self.prefix}{message.phone}", **self._options(message))
            if created.status == "failed":
                code = created.error_code
                return refused(code, loggable(str(code or "failed")))
            return accepted(vars(created))
        except Throttled as error:
            return Refused(TOO_MANY, again=True, after=error.after, too_fast=True)
        except Exception as error:  # noqa: BLE001
            # The outcome must never be lost to a surprise in the SDK; whatever it was stands in the reason.
            return refusal(error) or failed(error)

    def _options(self, message: Outbound) -> dict[str, str]:
        service = self.from_.startswith("MG")
        return {
            "body": message.text,
            "messaging_service_sid" if service else "from_": self.from_ if service else f"{self.prefix}{self.from_}",
            "status_callback": f"{self._status_url}?ref={quote(message.ref)}",
        }

    def look_up(self, message: Outbound, since: float, not_these: Sequence[str]) -> Sent:
        """Asks Twilio's list of messages to this phone. Not before a minute after the send: the list lags a little.

        A message that still waits in Twilio's queue has no DateSent yet and the list by day leaves it out; so "not
        found" is only said after the list without the day was read.
        """
        since -= CLOCK_SLACK
        to, end = f"{self.prefix}{message.phone}", monotonic() + LISTING_SECONDS
        try:
            # Of DateSent Twilio documents days only.
            for filters in ({"DateSent>": datetime.fromtimestamp(since, UTC).strftime("%Y-%m-%d")}, {}):
                listed, is_all = self._listed({"To": to, **filters}, since, end)
                found = find(listed, message.text, not_these)
                if isinstance(found, Unknown):
                    return found
                if found is not None:
                    return self._found(found, message)
        except Exception as error:  # noqa: BLE001
            return Unknown(f"list: {type(error).__name__}")
        if not is_all:
            return Unknown("more messages than can be listed in time")
        return Refused("not found at the gateway", again=True)

    def _listed(self, filters: dict[str, str], since: float, end: float) -> tuple[list[dict[str, Any]], bool]:
        """What the list shows from `since` on, and whether that is all. It is read page by page to its end; where `end`
        (seconds of the monotonic clock) comes before that, all that is older than the send may be missing: the newest come
        first. Raises what an answer of another shape raises (LookupError, ValueError, TypeError, AttributeError).

        Not by the SDK's `list`: it reads on beyond the lease, and gives up where a page has a member it does not know.
        """
        path, params = f"2010-04-01/Accounts/{self.account_sid}/Messages.json", {**filters, "PageSize": str(LISTED_MAX)}
        found: list[dict[str, Any]] = []
        while True:
            answer = self._client.request("GET", self._client.api.absolute_url(path), params=params)
            if answer.status_code != 200:
                raise ValueError(f"HTTP {answer.status_code}")
            page = json.loads(answer.text)
            recent = [one for one in page["messages"] if created_at(one, since) >= since]
            found += recent
            if not page["next_page_uri"]:
                return found, True
            if monotonic() > end:
                return found, not recent
            path, params = str(page["next_page_uri"]), {}  # a path, with its query: it stays our address of Twilio

    def _found(self, one: dict[str, Any], message: Outbound) -> Sent:
        """A listed message, with what became of it: the callback that said so may be the one that was lost."""
        taken, word = accepted(one), str(one.get("status") or "")
        if isinstance(taken, Unknown) or not is_final(word):
            return taken
        code, billed, cost = str(one.get("error_code") or ""), taken.segments, taken.price
        hers = {"ref": message.ref, "phone": message.phone, "gateway_id": taken.gateway_id}
        return structs.replace(
            taken, reported=report(self.name, **hers, word=word, code=code, segments=billed, price=cost)
        )

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


def refusal(error: Exception) -> Refused | Unknown | None:
    """Twilio's own refusal (4xx with an error code). None: `error` is none. 3xx and 5xx do not say what came of it."""
    status, code = getattr(error, "status", None), getattr(error, "code", None)
    if not isinstance(status, int):
        return None
    if not 400 <= status < 500:
        return Unknown(f"HTTP {status}")
    number = code if str(code).isdecimal() else status
    return refused(number, loggable(str(number)))


def find(
    listed: Sequence[dict[str, object]], text: str, not_these: Sequence[str]
) -> dict[str, object] | Unknown | None:
    """The message of `text` among `listed`, the oldest if several fit. Unknown if a body is gone (redacted)."""
    fits = [one for one in listed if str(one["direction"]).startswith("outbound") and one["sid"] not in not_these]
    wanted = " ".join(text.split())
    for one in reversed(fits):  # the newest came first
        if " ".join(str(one["body"] or "").removeprefix(TRIAL_PREFIX).split()) == wanted:
            return one
    return Unknown("a listed message has no body") if any(not one["body"] for one in fits) else None


def created_at(one: dict[str, Any], else_: float) -> float:
    """When a listed message was created; `else_` if it does not say."""
    try:
        return parsedate_to_datetime(one["date_created"]).timestamp()
    except (TypeError, ValueError, OverflowError):
        return else_


def accepted(one: dict[str, Any]) -> Accepted | Unknown:
    """A message as Twilio shows it. One without a SID that can be kept is none of its own."""
    sid = id_of(one.get("sid"))
    if not sid:
        return Unknown("no sid")
    return Accepted(sid, small_number(one.get("num_segments")), price(one.get("price"), one.get("price_unit")))
